// What the words of the page mean, for somebody who reads them for the first time.
"use strict";
(() => {
  const { say } = globalThis.rnnlabPage;

  const GLOSSARY = [
    [say("Recurrent network"), say("A network that reads a series value by value and carries a state from each to the next.")],
    [say("Cell"), say("What makes the new state of the old one and a value: rnn is the plain one; gru and lstm have gates to remember.")],
    [say("State"), say("The numbers that the network remembers from one time step to the next; the hidden size says how many.")],
    [say("Loss"), say("How wrong the network is, as the number that training makes smaller. It has no unit.")],
    [say("Held out"), say("Measured on data that the network has never seen.")],
    [say("Gradient norm"), say("How large a change of the weights a step asks for; a clipped step gets less.")],
    [say("Learning rate"), say("How far the weights move at each step. Too low: slow; too high: it diverges.")],
    [say("Epoch"), say("One pass over all training data, in several steps; each step is one batch.")],
    [say("Clip"), say("A step that asks for too large a change (a long gradient) is shortened.")],
    [say("Optimizer"), say("What a step makes of the gradient: SGD takes it as it is, Adam and RMSprop scale it.")],
    [say("Seed"), say("Which random numbers a run starts from. The same seed gives the same run.")],
    [say("Diverged"), say("The steps were too long: the weights have grown until there are no numbers for them.")],
  ];

  for (const [word, meaning] of GLOSSARY) {
    for (const [tag, text] of [["dt", word], ["dd", meaning]]) {
      document.getElementById("glossary").append(Object.assign(document.createElement(tag), { textContent: text }));
    }
  }
})();
