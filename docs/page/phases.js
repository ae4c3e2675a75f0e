// One batch, phase by phase: what each of the six lines of the loop leaves, with the weights looked at.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});
  const { short } = page;

  const LINES = {
    zero_grad: "optimizer.zero_grad()",
    forward: "predictions, state = model(inputs)",
    loss: "loss = mse_loss(predictions, targets)",
    backward: "loss.backward()",
    clip: "clip_grad_norm_(parameters, clip_norm)",
    step: "optimizer.step()",
  };

  /**
   * Train on two batches with the weights of a run after an epoch, and return what the phases of the
   * second leave, by name. The first is there for the gradients that `zero_grad` finds.
   */
  function takeBatch(run, epoch) {
    const { engine } = new page.RecordedRun(run.number, { ...run.settings, epochs: 1 });
    const weights = run.weights[epoch], found = {};
    engine.setWeights(weights);
    for (const phase of engine.phases()) found[phase.name] = phase;
    const scale = found.clip?.before > 0 ? found.clip.after / found.clip.before : 1;
    const left = (found.backward?.parameters ?? []).map((part) => ({ ...part, norm: part.norm * scale }));
    engine.setWeights(weights);
    const phases = { hiddenSize: run.settings.hidden_size };
    for (const phase of engine.phases()) phases[phase.name] = phase;
    phases.zero_grad = { ...phases.zero_grad, left };
    return phases;
  }

  const most = (parts) => parts.reduce((best, part) => (part.norm > best.norm ? part : best));

  /** What each phase did, with the batch's own numbers. */
  const WORDS = {
    zero_grad: ({ zero_grad: { left } }) =>
      `The gradients that the batch before has left are cleared (pale: what they were${left.length
        ? `, the most in ${most(left).name}` : ""}). Backward adds to what it finds: without this line each `
      + "step would follow all batches so far.",
    forward: ({ forward, zero_grad: { batchSize }, hiddenSize }) =>
      `${batchSize} sequences of ${forward.states.length} time steps go in. Above: the state of the first, `
      + `${hiddenSize} number${hiddenSize === 1 ? "" : "s"} at each time step, made from the value there and the state before. `
      + "Below: from each state comes a prediction of the next value.",
    loss: ({ loss: { loss, lossByTime } }) => {
      const worst = lossByTime.indexOf(Math.max(...lossByTime)) + 1;
      return `The loss is one number for the whole batch, ${short(loss)}: the mean of all squared distances from `
        + `prediction to target. The bars are its parts by time step; it was largest at step ${worst}${worst === 1
          ? ", where the network has read only one value" : ""}.`;
    },
    backward: ({ backward: { gradNorm, parameters, gradientByTime } }) =>
      "Backpropagation through time goes from the last time step to the first: the bars show how large the derivative "
      + `of the loss with respect to each state is, ${short(gradientByTime[gradientByTime.length - 1])} at the last and `
      + `${short(gradientByTime[0])} at the first. Together they are the gradient of every weight: norm ${short(gradNorm)}, `
      + `the most in ${most(parameters).name}. No weight has moved yet.`,
    clip: ({ clip: { before, after, bound } }) => {
      if (bound === null) return `Clipping is off: the gradient stays as it is, norm ${short(before)}.`;
      if (!(before > bound)) return `The norm ${short(before)} is not above the bound ${short(bound)}: nothing is changed.`;
      return `The norm ${short(before)} is above the bound ${short(bound)}: every gradient is multiplied by `
        + `${short(after / before)}. The direction stays, the length is ${short(after)} now.`;
    },
    step: ({ step: { parameters, lossBefore, lossAfter } }) =>
      `Every weight takes its step; the most moves ${most(parameters).name}. The loss of this batch was `
      + `${short(lossBefore)}; with the new weights it is ${short(lossAfter)}.${lossAfter > lossBefore
        ? " It has become larger: the step was too long for this batch." : ""}`,
  };

  const failed = (name) =>
    `There is no ${name} to show: with these weights the numbers have left what a computer can hold.`;

  /** Make the section work; returns a function that tells it which run and epoch are looked at. */
  page.makePhases = () => {
    const list = document.getElementById("phase_list"), words = document.getElementById("phase_words");
    const whose = document.getElementById("whose"), host = document.getElementById("phase_pictures");
    let now = "zero_grad", wanted = null, taken = null, phases = null, visible = false;

    const buttons = Object.entries(LINES).map(([name, line]) => {
      const item = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      for (const [tag, text] of [["strong", name], ["code", line]]) {
        button.append(Object.assign(document.createElement(tag), { textContent: text }), " ");
      }
      button.addEventListener("click", () => {
        now = name;
        show();
      });
      item.append(button);
      list.append(item);
      return [name, button];
    });

    function show() {
      for (const [name, button] of buttons) button.setAttribute("aria-pressed", String(name === now));
      if (!wanted) return;
      if (taken !== wanted.key) {
        [taken, phases] = [wanted.key, takeBatch(wanted.run, wanted.epoch)];
      }
      const { run, epoch } = wanted;
      const after = epoch ? `after epoch ${epoch}` : "before any training";
      whose.textContent = `The weights are those ${run.number ? `of run ${run.number} ` : ""}${after}.`;
      const there = phases[now] && (now !== "step" || phases.step);
      const said = there ? WORDS[now](phases) : failed(now);
      if (words.textContent !== said) words.textContent = said;
      page.drawPhase(host, now, there ? phases : null);
    }

    new IntersectionObserver(([entry]) => {
      visible = entry.isIntersecting;
      if (visible && taken !== wanted?.key) show();
    }, { rootMargin: "200px" }).observe(host.closest("section"));
    return (run, epoch) => {
      wanted = { run, epoch, key: `${run.number} ${JSON.stringify(run.settings)} ${epoch}` };
      if (visible && taken !== wanted.key) show();
    };
  };
})();
