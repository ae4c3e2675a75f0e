"use strict";
/* Products of matrices, in which a training step spends its time.

   A matrix is a stretch of an array, row after row. The arrays are Float64Array, for JavaScript computes in
   float64 and would convert float32 to and fro; so what is computed is what torch computes in float64, from
   the same float32 data and first weights. The inner loops run over values that lie side by side, and make
   eight sums at a time of six values: that many fit a processor's registers. */
(function (page) {
  /** out (R, C) += a (R, K) @ weights (C, K).T; `outAt` and `aAt` say where the matrices begin. */
  function multiply(out, outAt, a, aAt, weights, R, C, K) {
    const fullR = R - (R % 2), fullC = C - (C % 4);
    for (let r = 0; r < fullR; r += 2) {
      const a0 = aAt + r * K, a1 = a0 + K;
      for (let c = 0; c < fullC; c += 4) {
        const w0 = c * K, w1 = w0 + K, w2 = w1 + K, w3 = w2 + K;
        let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0;
        for (let k = 0; k < K; k++) {
          const p = a[a0 + k], q = a[a1 + k];
          const u = weights[w0 + k], v = weights[w1 + k], w = weights[w2 + k], z = weights[w3 + k];
          s00 += p * u; s01 += p * v; s02 += p * w; s03 += p * z;
          s10 += q * u; s11 += q * v; s12 += q * w; s13 += q * z;
        }
        const o0 = outAt + r * C + c, o1 = o0 + C;
        out[o0] += s00; out[o0 + 1] += s01; out[o0 + 2] += s02; out[o0 + 3] += s03;
        out[o1] += s10; out[o1 + 1] += s11; out[o1 + 2] += s12; out[o1 + 3] += s13;
      }
    }
    for (let r = 0; r < R; r++) { // what eight at a time have left over
      for (let c = r < fullR ? fullC : 0; c < C; c++) {
        let sum = 0;
        for (let k = 0, i = aAt + r * K, j = c * K; k < K; k++) sum += a[i++] * weights[j++];
        out[outAt + r * C + c] += sum;
      }
    }
  }

  const ROWS = 32; // of these, both matrices' rows stay in the fastest memory

  /** out (C, K) += a (R, C).T @ b (R, K): of weights that are used R times, the sum over all uses. */
  function multiplyTransposed(out, a, b, R, C, K) {
    for (let first = 0; first < R; first += ROWS) {
      addRows(out, a, b, first, Math.min(R, first + ROWS), C, K);
    }
  }

  function addRows(out, a, b, first, last, C, K) {
    const fullC = C - (C % 4), fullK = K - (K % 2);
    for (let c = 0; c < fullC; c += 4) {
      for (let k = 0; k < fullK; k += 2) {
        let s00 = 0, s01 = 0, s10 = 0, s11 = 0, s20 = 0, s21 = 0, s30 = 0, s31 = 0;
        for (let r = first, i = first * C + c, j = first * K + k; r < last; r++, i += C, j += K) {
          const p = b[j], q = b[j + 1];
          const u = a[i], v = a[i + 1], w = a[i + 2], z = a[i + 3];
          s00 += u * p; s01 += u * q; s10 += v * p; s11 += v * q;
          s20 += w * p; s21 += w * q; s30 += z * p; s31 += z * q;
        }
        const o0 = c * K + k, o1 = o0 + K, o2 = o1 + K, o3 = o2 + K;
        out[o0] += s00; out[o0 + 1] += s01; out[o1] += s10; out[o1 + 1] += s11;
        out[o2] += s20; out[o2 + 1] += s21; out[o3] += s30; out[o3 + 1] += s31;
      }
    }
    for (let c = 0; c < C; c++) {
      for (let k = c < fullC ? fullK : 0; k < K; k++) {
        let sum = 0;
        for (let r = first; r < last; r++) sum += a[r * C + c] * b[r * K + k];
        out[c * K + k] += sum;
      }
    }
  }

  /** Return weights (R, C) transposed, (C, R), in an array that may be given. */
  function transpose(weights, R, C, out = new Float64Array(R * C)) {
    for (let r = 0; r < R; r++) for (let c = 0; c < C; c++) out[c * R + r] = weights[r * C + c];
    return out;
  }

  /** out (B, G) = x (B, 1) @ weight_ih (G, 1).T + bias (G,): what the input gives to each gate. */
  function readInput(out, outAt, x, xAt, weight_ih, bias, B, G) {
    for (let b = 0, at = outAt; b < B; b++) {
      const value = x[xAt + b];
      for (let g = 0; g < G; g++) out[at++] = value * weight_ih[g] + bias[g];
    }
  }

  /** d_weight_ih (G,) += d_gates (R, G).T @ x (R, 1), and d_bias (G,) += the sum of its rows. */
  function addInputGradients(d_weight_ih, d_bias, d_gates, x, R, G) {
    for (let r = 0, at = 0; r < R; r++) {
      const value = x[r];
      for (let g = 0; g < G; g++, at++) {
        d_weight_ih[g] += d_gates[at] * value;
        d_bias[g] += d_gates[at];
      }
    }
  }

  /** sums (C,) += the sum of the rows of an array (R, C). */
  function addRowSums(sums, array, R, C) {
    for (let r = 0, at = 0; r < R; r++) for (let c = 0; c < C; c++) sums[c] += array[at++];
  }

  /** Return the Euclidean norm of a part of an array. */
  function norm(array, first = 0, last = array.length) {
    let sum = 0;
    for (let i = first; i < last; i++) sum += array[i] * array[i];
    return Math.sqrt(sum);
  }

  Object.assign(page, {
    multiply, multiplyTransposed, transpose, readInput, addInputGradients, addRowSums, norm,
  });
})((globalThis.rnnlabPage = globalThis.rnnlabPage || {}));
