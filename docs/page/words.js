// What the words of the page mean, for somebody who reads them for the first time.
"use strict";
(() => {
  const GLOSSARY = {
    "Recurrent network": "A network that reads a series value by value and carries a state from each to the next.",
    "Cell": "What makes the new state of the old one and a value: rnn is the plain one; gru and lstm have gates to remember.",
    "State": "The numbers that the network remembers from one time step to the next; the hidden size says how many.",
    "Loss": "How wrong the network is, as the number that training makes smaller. It has no unit.",
    "Held out": "Measured on data that the network has never seen.",
    "Gradient norm": "How large a change of the weights a step asks for; a clipped step gets less.",
    "Learning rate": "How far the weights move at each step. Too low: slow; too high: it diverges.",
    "Epoch": "One pass over all training data, in several steps; each step is one batch.",
    "Clip": "A step that asks for too large a change (a long gradient) is shortened.",
    "Optimizer": "What a step makes of the gradient: SGD takes it as it is, Adam and RMSprop scale it.",
    "Seed": "Which random numbers a run starts from. The same seed gives the same run.",
    "Diverged": "The steps were too long: the weights have grown until there are no numbers for them.",
  };

  for (const [word, meaning] of Object.entries(GLOSSARY)) {
    for (const [tag, text] of [["dt", word], ["dd", meaning]]) {
      document.getElementById("glossary").append(Object.assign(document.createElement(tag), { textContent: text }));
    }
  }
})();
