"use strict";
/* What each phase of a batch leaves behind, read from it; nothing here changes a run.

   `run.phases()` yields { name, ...look, record }; `record` is what step() would have returned, at the last. */
(function (page) {
  const looks = {
    /** batchSize: the rows of the batch; timeSteps. */
    zero_grad: ({ work: { T, B } }) => ({ batchSize: B, timeSteps: T }),

    /** Of the batch's first row: inputs, targets, predictions (T,), states (T of H each). */
    forward({ work }) {
      const { T, B, H, h } = work;
      const states = Array.from({ length: T }, (_, t) => h.slice((t + 1) * B * H, (t + 1) * B * H + H));
      const row = (array) => Array.from({ length: T }, (_, t) => array[t * B]);
      return {
        inputs: row(work.x), targets: row(work.targets), predictions: row(work.predictions),
        states: states.map((state) => Float32Array.from(state)),
      };
    },

    /** loss; lossByTime (T,): its part of each time step, averaged over the batch. */
    loss({ loss, work: { T, B, predictions, targets } }) {
      const at = (t) => ({ predictions: predictions.subarray(t * B, (t + 1) * B), targets: targets.subarray(t * B, (t + 1) * B) });
      return { loss, lossByTime: Array.from({ length: T }, (_, t) => page.meanSquare(at(t))) };
    },

    /** gradientByTime (T,): the norm, over batch and units, of all that arrives at h_t: dL/dh_t;
        parameters: { name, shape, norm } of each one's gradient; gradNorm: of all together. */
    backward({ gradNorm, network, work: { T, B, H, d_h } }) {
      const step = B * H;
      return {
        gradientByTime: Array.from({ length: T }, (_, t) => page.norm(d_h, t * step, (t + 1) * step)),
        parameters: norms(network, network.gradient), gradNorm,
      };
    },

    /** The norm before and after, the bound (null: no clipping), and whether it was above. */
    clip({ gradNorm, clipNorm, network }) {
      const clipped = clipNorm !== null && gradNorm > clipNorm;
      return { before: gradNorm, after: page.norm(network.gradient), bound: clipNorm, clipped };
    },

    /** parameters: { name, shape, norm } of how far each moved; moved: all together; lossBefore, lossAfter:
        of this batch, with the weights before and after. */
    step({ loss, network, work, before }) {
      const change = network.parameters.map((value, i) => value - before[i]);
      network.forward(work);
      return {
        parameters: norms(network, change), moved: page.norm(change),
        lossBefore: loss, lossAfter: page.meanSquare(work),
      };
    },
  };

  function norms(network, array) {
    return network.parts.map(({ name, shape, first, last }) => ({ name, shape, norm: page.norm(array, first, last) }));
  }

  page.looks = looks;
})((globalThis.rnnlabPage = globalThis.rnnlabPage || {}));
