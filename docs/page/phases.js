// One batch, phase by phase: what each of the six lines of the loop leaves, with the weights looked at.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});
  const { short, say, sayCount, sentences } = page;

  const LINES = {
    zero_grad: "optimizer.zero_grad()",
    forward: "predictions, state = model(inputs)", // not said
    loss: "loss = mse_loss(predictions, targets)", // not said
    backward: "loss.backward()",
    clip: "clip_grad_norm_(parameters, clip_norm)", // not said
    step: "optimizer.step()",
  };

  let replay = null; // the run that was trained again, to be taken further if it can

  /** Return the engine of a run as it was after an epoch; yields as long as there is more to do. */
  function* engineAfter(run, epoch) {
    if (run.over && !run.outcome && epoch === run.epoch) return run.engine;
    const target = epoch * run.perEpoch;
    if (replay?.run !== run || replay.steps > target) {
      replay = { run, steps: 0, engine: new page.RecordedRun(run.number, run.settings).engine };
    }
    const { engine } = replay;
    for (; replay.steps < target; replay.steps += 1) {
      engine.step();
      yield null;
    }
    replay.steps += 1; // the batch that is taken now
    return engine;
  }

  /**
   * Train on the batch that follows an epoch of a run, and yield what its phases leave, by name.
   *
   * As the optimizer keeps averages, the run is trained again up to there: a null after each step.
   */
  function* takeBatch(run, epoch) {
    run.batches ??= new Map(); // by epoch, those that were looked at
    if (!run.batches.has(epoch)) {
      const engine = yield* engineAfter(run, epoch), { gradient } = engine.network;
      const left = engine.parameters.map(({ name, first, last }) => ({ name, norm: page.norm(gradient, first, last) }));
      const phases = Object.fromEntries(Array.from(engine.phases(), (phase) => [phase.name, phase]));
      run.batches.set(epoch, { ...phases, left, first: epoch === 0, hiddenSize: run.settings.hidden_size });
    }
    yield run.batches.get(epoch);
  }

  const most = (parts) => parts.reduce((best, part) => (part.norm > best.norm ? part : best)).name;

  /** What each phase did, with the batch's own numbers. */
  const WORDS = {
    zero_grad: ({ left, first }) => sentences([
      first ? say("This is the first batch: there are no gradients yet, and nothing is to be cleared.")
        : say("The gradients that the batch before has left, the most in {name}, are cleared.", { name: most(left) }),
      say("Backward adds to what it finds: without this line each step would follow all batches so far."),
    ]),
    forward: ({ forward, zero_grad: { batchSize: rows }, hiddenSize }) => sentences([
      say("{rows} sequences of {steps} time steps go in.", { rows, steps: forward.states.length }),
      sayCount("First picture: the state in the first of them, {n} number at each time step, made of the value there and "
        + "the state before.", "First picture: the state in the first of them, {n} numbers at each time step, made of the "
        + "value there and the state before.", hiddenSize),
      say("Second: the prediction of the next value that comes from each state."),
    ]),
    loss: ({ loss: { loss, lossByTime } }) => {
      const worst = lossByTime.indexOf(Math.max(...lossByTime)) + 1, values = { loss: short(loss), worst };
      return worst === 1
        ? say("The loss is one number for the whole batch, {loss}: the mean of all squared distances from prediction to "
          + "target. The bars are its parts by time step; it was largest at step {worst}, where the network has read only "
          + "one value.", values)
        : say("The loss is one number for the whole batch, {loss}: the mean of all squared distances from prediction to "
          + "target. The bars are its parts by time step; it was largest at step {worst}.", values);
    },
    backward: ({ backward: { gradNorm, parameters, gradientByTime } }) =>
      say("Backpropagation through time goes from the last time step to the first. The bars are the norm of the loss's "
        + "derivative with respect to the state there: {last} at the last step, {first} at the first. From it comes the "
        + "gradient of all weights, norm {norm}, the most in {name}. No weight has moved yet.", {
        last: short(gradientByTime[gradientByTime.length - 1]), first: short(gradientByTime[0]),
        norm: short(gradNorm), name: most(parameters),
      }),
    clip: ({ clip: { before, after, bound } }) => {
      const values = { norm: short(before), after: short(after), factor: short(after / before) };
      if (bound === null) return say("Clipping is off: the gradient stays as it is, norm {norm}.", values);
      values.bound = short(bound);
      if (!(before > bound)) return say("The norm {norm} is not above the bound {bound}: nothing is changed.", values);
      return say("The norm {norm} is above the bound {bound}: every gradient is multiplied by {factor}. The direction "
        + "stays, the norm is {after} now.", values);
    },
    step: ({ step: { parameters, lossBefore, lossAfter } }) => sentences([
      say("Every weight takes its step, the longest in {name}. The loss of this batch was {before}; with the new weights "
        + "it is {after}.", { name: most(parameters), before: short(lossBefore, 4), after: short(lossAfter, 4) }),
      lossAfter > lossBefore ? say("It has become larger: a step follows the gradient where it began, and may go too far.") : "",
    ]),
  };

  const failed = (name) =>
    say("There is no {name} to show: with these weights the numbers have left what a computer can hold.", { name });

  /** Whose batch it is. */
  function whose(run, epoch) {
    if (epoch) return say("This is the batch after epoch {epoch} of run {run}.", { epoch, run });
    return run ? say("This is the first batch of run {run}.", { run }) : say("This is the first batch.");
  }

  function makeButtons(list, choose) {
    return Object.entries(LINES).map(([name, line]) => {
      const item = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      for (const [tag, text] of [["strong", name], ["code", line]]) {
        button.append(Object.assign(document.createElement(tag), { textContent: text }), " ");
      }
      button.addEventListener("click", () => choose(name));
      item.append(button);
      list.append(item);
      return [name, button];
    });
  }

  /**
   * Make the section work. `wake` is called when there is something to do in the next frames.
   *
   * Returns `look(run, epoch)`, which says what is looked at, and `advance(end)`, which works until
   * a moment (of performance.now()) and returns whether there is more to do.
   */
  page.makePhases = ({ wake }) => {
    const place = (id) => document.getElementById(id);
    let now = "zero_grad", wanted = null, taken = null, work = null, phases = null, visible = false;

    const buttons = makeButtons(place("phase_list"), (name) => {
      now = name;
      show();
    });

    function show() {
      for (const [name, button] of buttons) button.setAttribute("aria-pressed", String(name === now));
      if (!phases) return;
      const { run, epoch } = taken, said = phases[now] ? WORDS[now](phases) : failed(now);
      place("whose").textContent = whose(run.number, epoch);
      if (place("phase_words").textContent !== said) place("phase_words").textContent = said;
      page.drawPhase(place("phase_pictures"), now, phases[now] ? phases : null);
    }

    function begin() {
      if (!visible || !wanted || taken?.key === wanted.key) return;
      taken = wanted;
      place("whose").textContent = say("Going to epoch {epoch} …", { epoch: taken.epoch });
      work = takeBatch(taken.run, taken.epoch);
      wake();
    }

    new IntersectionObserver(([entry]) => {
      visible = entry.isIntersecting;
      begin();
    }).observe(place("phases"));

    return {
      look(run, epoch) {
        wanted = { run, epoch, key: `${run.number} ${JSON.stringify(run.settings)} ${epoch}` };
        begin();
      },
      advance(end) {
        while (work && performance.now() < end) {
          const found = work.next().value;
          if (!found) continue;
          [work, phases] = [null, found];
          show();
        }
        return Boolean(work);
      },
    };
  };
})();
