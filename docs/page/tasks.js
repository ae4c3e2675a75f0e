"use strict";
/* The tasks: predict the next value of a series, at every time step, as `rnnlab.tasks.forecast.SeriesTask`. */
(function (page) {
  const { say } = page;
  const HELD_OUT = 0.2; // of the values, at the end: never trained on
  const WINDOW = 24; // time steps of an example
  const BATCH_SIZE = 32;

  class SeriesTask {
    /** A task of a series of rnnlabPage.series; with `changes` the network reads and predicts changes.

        name, title, unit ("sunspots"), timeUnit ("year"), note, about: words.
        times, values (N,): the series; split: the index of the first held-out value.
        mean, std: of the training part; scaled: what the network reads, (N,), with changes (N - 1,).
        first: the index in `scaled` of the first held-out target; examples: how many windows there are. */
    constructor(name, series, changes) {
      Object.assign(this, { name, changes, window: WINDOW, batchSize: BATCH_SIZE }, series);
      for (const word of ["title", "unit", "timeUnit", "note"]) this[word] = say(series[word]); // found in data.js
      this.values = Float32Array.from(series.values);
      this.split = this.values.length - Math.trunc(HELD_OUT * this.values.length);
      this.about = say("a number for each {unit} since {first}", { unit: this.timeUnit, first: Math.trunc(this.times[0]) });
      const signal = changes ? this.values.slice(1).map((value, i) => value - this.values[i]) : this.values;
      this.first = this.split - (changes ? 1 : 0);
      const training = signal.subarray(0, this.first);
      const mean = training.reduce((sum, value) => sum + value, 0) / training.length;
      const squares = training.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      this.mean = Math.fround(mean);
      this.std = Math.fround(Math.sqrt(squares / (training.length - 1)));
      this.scaled = signal.map((value) => Math.fround(value - this.mean) / this.std); // float32, as torch's
      this.examples = this.first - WINDOW;
    }

    /** Write the windows of these numbers into x and targets, (T, B) each: targets[t] is x[t + 1]. */
    fillBatch(examples, x, targets) {
      const B = examples.length;
      for (let t = 0; t < WINDOW; t++) {
        for (let b = 0; b < B; b++) {
          x[t * B + b] = this.scaled[examples[b] + t];
          targets[t * B + b] = this.scaled[examples[b] + t + 1];
        }
      }
    }

    /** Return the numbers of the examples of each batch of an epoch (from 1), as `rnnlab.Batches` orders them. */
    batches(seed, epoch) {
      const order = new page.Generator(BigInt(seed) * 1000003n + BigInt(epoch)).randperm(this.examples);
      const count = Math.ceil(this.examples / BATCH_SIZE);
      return Array.from({ length: count }, (_, k) => order.subarray(k * BATCH_SIZE, (k + 1) * BATCH_SIZE));
    }

    /** Return the mean squared error of predictions (N - 1,) of scaled[1:] on the held-out part, scaled. */
    validationLoss(predictions) {
      let sum = 0;
      for (let i = this.first; i < this.scaled.length; i++) sum += (predictions[i - 1] - this.scaled[i]) ** 2;
      return sum / (this.scaled.length - this.first);
    }

    /** Return a scaled prediction of values[i] in the series' unit. */
    inUnit(prediction, i) {
      const value = prediction * this.std + this.mean;
      return this.changes ? value + this.values[i - 1] : value;
    }

    /** Return the root mean squared error of `predict(i)` for each held-out values[i]. */
    rmse(predict) {
      let sum = 0;
      for (let i = this.split; i < this.values.length; i++) sum += (predict(i) - this.values[i]) ** 2;
      return Math.sqrt(sum / (this.values.length - this.split));
    }
  }

  page.tasks = {
    sunspots: new SeriesTask("sunspots", page.series.sunspots, false),
    co2: new SeriesTask("co2", page.series.co2, true),
  };
})((globalThis.rnnlabPage = globalThis.rnnlabPage || {}));
