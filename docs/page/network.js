"use strict";
/* The network: a recurrence and a linear readout at every time step, as `rnnlab.SequenceModel`, D = 1. */
(function (page) {
  const PARAMETERS = [ // in torch's order, by which they are drawn and lie in memory
    ["weight_ih", (G, H) => [G, 1]],
    ["weight_hh", (G, H) => [G, H]],
    ["bias_ih", (G) => [G]],
    ["bias_hh", (G) => [G]],
    ["readout_weight", (G, H) => [1, H]],
    ["readout_bias", () => [1]],
  ];

  class Network {
    /** A network of a cell ("rnn", "gru", "lstm") with H units; its parameters are zeros. */
    constructor(cell, H) {
      this.cell = page.cells[cell];
      this.H = H;
      this.parts = []; // { name, shape, first, last } of each parameter in `parameters`
      let first = 0;
      for (const [name, shapeOf] of PARAMETERS) {
        const shape = shapeOf(this.cell.gates * H, H);
        const last = first + shape.reduce((a, b) => a * b);
        this.parts.push({ name, shape, first, last });
        first = last;
      }
      this.parameters = new Float64Array(first); // all in one
      this.gradient = new Float64Array(first); // of the loss, beside each of them
      this.w = this._views(this.parameters);
      this.d_w = this._views(this.gradient);
    }

    /** Draw the parameters as torch does after `torch.manual_seed(seed)`: all from -1/sqrt(H) to 1/sqrt(H). */
    draw(seed) {
      const generator = new page.Generator(seed);
      for (const { name } of this.parts) generator.uniform(this.w[name], 1 / Math.sqrt(this.H));
    }

    /** Return the memory for T time steps of B rows: x, targets, predictions (T, B), h (1 + T, B, H), ... */
    workspace(T, B) {
      const { H } = this, one = () => new Float64Array(T * B), states = new Float64Array((1 + T) * B * H);
      return {
        T, B, H, x: one(), targets: one(), predictions: one(), d_predictions: one(), h: states,
        d_h: new Float64Array(T * B * H), ...this.cell.arrays(T, B, H),
      };
    }

    /** From work.x and the state in work.h[0], which is zeros at first: the states and the predictions. */
    forward(work) {
      const { H } = this, { T, B, h, predictions } = work;
      this.cell.forward(this.w, work);
      for (let r = 0, i = B * H; r < T * B; r++) { // (T, B, H) -> (T, B, 1)
        let sum = this.w.readout_bias[0];
        for (let j = 0; j < H; j++) sum += h[i++] * this.w.readout_weight[j];
        predictions[r] = sum;
      }
    }

    /** From work.d_predictions (T, B): the gradients of all parameters, added to `gradient`. */
    backward(work) {
      const { H } = this, { T, B, h, d_h, d_predictions } = work;
      const { readout_weight } = this.w, { readout_weight: d_weight, readout_bias: d_bias } = this.d_w;
      for (let r = 0, i = 0; r < T * B; r++) {
        const d = d_predictions[r];
        d_bias[0] += d;
        for (let j = 0; j < H; j++, i++) {
          d_weight[j] += d * h[i + B * H];
          d_h[i] = d * readout_weight[j]; // d_outputs: (T, B, 1) -> (T, B, H)
        }
      }
      this.cell.backward(this.w, work, this.d_w);
    }

    /** Let the next forward pass of a workspace begin with the state in which its last one ended. */
    carry({ T, B, H, h, ...arrays }) {
      for (const part of [h, ...this.cell.state.map((name) => arrays[name])]) {
        part.copyWithin(0, T * B * H, (1 + T) * B * H);
      }
    }

    _views(array) {
      return Object.fromEntries(
        this.parts.map(({ name, first, last }) => [name, array.subarray(first, last)]),
      );
    }
  }

  page.Network = Network;
})((globalThis.rnnlabPage = globalThis.rnnlabPage || {}));
