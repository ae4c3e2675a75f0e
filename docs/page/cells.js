"use strict";
/* The cells: backpropagation through time by hand, line for line as in rnnlab/model/bptt.py.

   `d_x` is the gradient of the loss with respect to x. Weights and equations are those of `torch.nn.RNN`,
   `GRU` and `LSTM`; time is the first axis, so that a stretch of B * H values of h is one time step. B rows,
   H units, one input feature (D = 1). A cell has
     gates: how many blocks of H rows its weights have;
     arrays(T, B, H): what it keeps of a forward pass beside h, for its way back;
     state: which of these arrays, beside h, go on from one time step to the next, (1 + T, B, H) each;
     forward(w, work): from work.x (T, B) and what stands in h[0], the hidden states work.h (1 + T, B, H);
     backward(w, work, d_w): from work.d_h, which holds d_outputs, what reaches each hidden state from its own
       prediction (T, B, H): the gradients of the weights, added to d_w. After it work.d_h holds all that
       arrives at each hidden state. */
(function (page) {
  const sigmoid = (a) => 1 / (1 + Math.exp(-a));

  /** Add to d_w the sums over R = T * B rows: one matrix, used T times. Gates (R, G), x (R, 1), h (R, H). */
  function addGradients(d_w, d_x_gates, d_h_gates, x, h, R, G, H) {
    page.addInputGradients(d_w.weight_ih, d_w.bias_ih, d_x_gates, x, R, G);
    page.multiplyTransposed(d_w.weight_hh, d_h_gates, h, R, G, H); // with h[:-1]
    page.addRowSums(d_w.bias_hh, d_h_gates, R, G);
  }

  const rnn = {
    gates: 1,
    state: [],
    arrays: (T, B, H) => ({ d_a: new Float64Array(T * B * H) }),

    forward({ weight_ih, weight_hh, bias_ih, bias_hh }, { T, B, H, x, h }) {
      const step = B * H, bias = bias_ih.map((value, i) => value + bias_hh[i]);
      for (let t = 0; t < T; t++) {
        const now = (t + 1) * step; // of h[t + 1], the state after this step
        // a_t = x[t] @ weight_ih.T + h[-1] @ weight_hh.T + bias: (B, D), (B, H) -> (B, H)
        page.readInput(h, now, x, t * B, weight_ih, bias, B, H);
        page.multiply(h, now, h, t * step, weight_hh, B, H, H);
        for (let i = now; i < now + step; i++) h[i] = Math.tanh(h[i]);
      }
    },

    backward({ weight_hh }, { T, B, H, x, h, d_h, d_a }, d_w) {
      const step = B * H, columns = page.transpose(weight_hh, H, H);
      for (let t = T - 1; t >= 0; t--) {
        const at = t * step;
        // two gradients meet: its prediction's, the next step's; nothing comes from after the last step
        if (t < T - 1) page.multiply(d_h, at, d_a, at + step, columns, B, H, H);
        for (let i = at; i < at + step; i++) {
          const state = h[i + step];
          d_a[i] = d_h[i] * (1 - state * state); // the slope of tanh
        }
      }
      addGradients(d_w, d_a, d_a, x, h, T * B, H, H);
    },
  };

  const gru = {
    gates: 3,
    state: [],
    arrays: (T, B, H) => {
      const gate = () => new Float64Array(T * B * H);
      const gates = () => new Float64Array(T * B * 3 * H);
      return { r: gate(), z: gate(), n: gate(), m: gate(), x_gates: gates(), h_gates: gates() };
    },

    forward({ weight_ih, weight_hh, bias_ih, bias_hh }, { T, B, H, x, h, r, z, n, m, x_gates, h_gates }) {
      const step = B * H;
      for (let t = 0; t < T; t++) {
        const at = t * 3 * step;
        page.readInput(x_gates, at, x, t * B, weight_ih, bias_ih, B, 3 * H); // x_r, x_z, x_n
        for (let b = 0; b < B; b++) h_gates.set(bias_hh, at + b * 3 * H);
        page.multiply(h_gates, at, h, t * step, weight_hh, B, 3 * H, H); // h_r, h_z, m
        for (let b = 0, i = t * step; b < B; b++) {
          for (let j = 0, g = at + b * 3 * H; j < H; j++, i++, g++) {
            m[i] = h_gates[g + 2 * H];
            r[i] = sigmoid(x_gates[g] + h_gates[g]);
            z[i] = sigmoid(x_gates[g + H] + h_gates[g + H]);
            n[i] = Math.tanh(x_gates[g + 2 * H] + r[i] * m[i]);
            h[i + step] = (1 - z[i]) * n[i] + z[i] * h[i];
          }
        }
      }
    },

    backward({ weight_hh }, { T, B, H, x, h, d_h, r, z, n, m, x_gates, h_gates }, d_w) {
      const step = B * H, columns = page.transpose(weight_hh, 3 * H, H);
      const d_x_gates = x_gates, d_h_gates = h_gates; // (T, B, 3H): their place, now that they are used
      for (let t = T - 1; t >= 0; t--) {
        for (let b = 0, i = t * step; b < B; b++) {
          for (let j = 0, g = 3 * i; j < H; j++, i++, g++) {
            const d_n = d_h[i] * (1 - z[i]) * (1 - n[i] * n[i]);
            const d_z = d_h[i] * (h[i] - n[i]) * z[i] * (1 - z[i]);
            const d_r = d_n * m[i] * r[i] * (1 - r[i]);
            d_x_gates[g] = d_h_gates[g] = d_r;
            d_x_gates[g + H] = d_h_gates[g + H] = d_z;
            d_x_gates[g + 2 * H] = d_n;
            d_h_gates[g + 2 * H] = d_n * r[i];
            if (t > 0) d_h[i - step] += d_h[i] * z[i];
          }
        }
        if (t > 0) page.multiply(d_h, (t - 1) * step, d_h_gates, t * 3 * step, columns, B, H, 3 * H);
      }
      addGradients(d_w, d_x_gates, d_h_gates, x, h, T * B, 3 * H, H);
    },
  };

  const lstm = {
    gates: 4,
    state: ["c"],
    arrays: (T, B, H) => ({
      c: new Float64Array((1 + T) * B * H),
      tanh_c: new Float64Array(T * B * H),
      d_c: new Float64Array(B * H),
      gates: new Float64Array(T * B * 4 * H), // i, f, g, o
    }),

    forward({ weight_ih, weight_hh, bias_ih, bias_hh }, { T, B, H, x, h, c, tanh_c, gates }) {
      const step = B * H, bias = bias_ih.map((value, i) => value + bias_hh[i]);
      for (let t = 0; t < T; t++) {
        const at = t * 4 * step;
        page.readInput(gates, at, x, t * B, weight_ih, bias, B, 4 * H);
        page.multiply(gates, at, h, t * step, weight_hh, B, 4 * H, H); // (B, H) -> (B, 4H)
        for (let b = 0, k = t * step; b < B; b++) {
          for (let j = 0, a = at + b * 4 * H; j < H; j++, k++, a++) {
            const i = (gates[a] = sigmoid(gates[a]));
            const f = (gates[a + H] = sigmoid(gates[a + H]));
            const g = (gates[a + 2 * H] = Math.tanh(gates[a + 2 * H]));
            const o = (gates[a + 3 * H] = sigmoid(gates[a + 3 * H]));
            c[k + step] = f * c[k] + i * g;
            tanh_c[k] = Math.tanh(c[k + step]);
            h[k + step] = o * tanh_c[k];
          }
        }
      }
    },

    backward({ weight_hh }, { T, B, H, x, h, c, d_h, d_c, tanh_c, gates }, d_w) {
      const step = B * H, columns = page.transpose(weight_hh, 4 * H, H);
      const d_gates = gates; // (T, B, 4H), of what goes into the sigmoids and the tanh: in their place
      d_c.fill(0);
      for (let t = T - 1; t >= 0; t--) {
        for (let b = 0, k = t * step, at = 0; b < B; b++) {
          for (let j = 0, a = (t * B + b) * 4 * H; j < H; j++, k++, at++, a++) {
            const i = gates[a], f = gates[a + H], g = gates[a + 2 * H], o = gates[a + 3 * H];
            const d = d_c[at] + d_h[k] * o * (1 - tanh_c[k] * tanh_c[k]); // through h_t, and from c_{t+1}
            d_gates[a] = d * g * i * (1 - i);
            d_gates[a + H] = d * c[k] * f * (1 - f);
            d_gates[a + 2 * H] = d * i * (1 - g * g);
            d_gates[a + 3 * H] = d_h[k] * tanh_c[k] * o * (1 - o);
            d_c[at] = d * f;
          }
        }
        if (t > 0) page.multiply(d_h, (t - 1) * step, d_gates, t * 4 * step, columns, B, H, 4 * H);
      }
      addGradients(d_w, d_gates, d_gates, x, h, T * B, 4 * H, H);
    },
  };

  page.cells = { rnn, gru, lstm };
})((globalThis.rnnlabPage = globalThis.rnnlabPage || {}));
