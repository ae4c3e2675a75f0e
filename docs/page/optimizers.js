"use strict";
/* The optimizers, as torch's with its defaults: each makes a function that updates parameters in place. */
(function (page) {
  const EPS = 1e-8;

  /** `torch.optim.Adam`: betas 0.9 and 0.999. */
  function adam(size, learningRate) {
    const mean = new Float64Array(size), square = new Float64Array(size);
    let steps = 0;
    return (parameters, gradient) => {
      steps += 1;
      const rate = learningRate / (1 - 0.9 ** steps); // both averages began with zeros:
      const correction = Math.sqrt(1 - 0.999 ** steps); // this makes up for it
      for (let i = 0; i < size; i++) {
        const g = gradient[i];
        mean[i] = 0.9 * mean[i] + 0.1 * g;
        square[i] = 0.999 * square[i] + 0.001 * g * g;
        parameters[i] -= (rate * mean[i]) / (Math.sqrt(square[i]) / correction + EPS);
      }
    };
  }

  /** `torch.optim.SGD`, without momentum. */
  function sgd(size, learningRate) {
    return (parameters, gradient) => {
      for (let i = 0; i < size; i++) parameters[i] -= learningRate * gradient[i];
    };
  }

  /** `torch.optim.RMSprop`: alpha 0.99. */
  function rmsprop(size, learningRate) {
    const square = new Float64Array(size);
    return (parameters, gradient) => {
      for (let i = 0; i < size; i++) {
        const g = gradient[i];
        square[i] = 0.99 * square[i] + 0.01 * g * g;
        parameters[i] -= (learningRate * g) / (Math.sqrt(square[i]) + EPS);
      }
    };
  }

  page.optimizers = { adam, sgd, rmsprop };
})((globalThis.rnnlabPage = globalThis.rnnlabPage || {}));
