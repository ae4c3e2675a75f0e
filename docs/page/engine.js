"use strict";
/* A training run, as `rnnlab.TrainingLab` makes it: read `loop` first, then the six phases of a batch.

   rnnlabPage.createRun({ task, cell, hiddenSize, learningRate, clipNorm, optimizer, seed, epochs }) -> Run;
   what is left out is as in DEFAULTS, and a clipNorm of null means no clipping.

     const run = rnnlabPage.createRun({ cell: "lstm", learningRate: 0.01 });
     for (let step; (step = run.step()); ) console.log(step.epoch, step.loss, step.gradNorm);

   Data, first weights and the order of the batches are the notebook's bit for bit. From there on it computes
   in float64, where the notebook rounds to float32: the losses differ in the seventh digit, but where training
   is chaotic, in which every difference grows. */
(function (page) {
  const DEFAULTS = {
    task: "sunspots", cell: "rnn", hiddenSize: 32, learningRate: 0.003, clipNorm: 1.0, optimizer: "adam",
    seed: 0, epochs: 40,
  };

  // ---- the six phases of a batch, as in rnnlab/loop/batch.py -------------------------------------------
  // batch: { network, work (x, targets, predictions, ...), update, clipNorm, loss, gradNorm }

  /** Clear the gradients of the step before: backward adds to what it finds. */
  function zero_grad(batch) {
    batch.network.gradient.fill(0);
  }

  /** Predict, from the inputs and a hidden state of zeros. */
  function forward(batch) {
    batch.network.forward(batch.work);
  }

  /** Compare the predictions with the targets: the mean squared error. */
  function loss(batch) {
    batch.loss = meanSquare(batch.work);
  }

  /** Backpropagate through time, and measure how long the gradient is. */
  function backward(batch) {
    const { predictions, targets, d_predictions } = batch.work, count = targets.length;
    for (let i = 0; i < count; i++) d_predictions[i] = (2 * (predictions[i] - targets[i])) / count;
    batch.network.backward(batch.work);
    batch.gradNorm = page.norm(batch.network.gradient);
  }

  /** Scale the gradient down if it is longer than the bound. */
  function clip(batch) {
    if (batch.clipNorm === null) return;
    const scale = Math.min(1, batch.clipNorm / (batch.gradNorm + 1e-6)); // as torch's clip_grad_norm_
    const { gradient } = batch.network;
    if (scale < 1) for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
  }

  /** Update the weights. */
  function step(batch) {
    batch.update(batch.network.parameters, batch.network.gradient);
  }

  const PHASES = [zero_grad, forward, loss, backward, clip, step];

  function meanSquare({ predictions, targets }) {
    let sum = 0;
    for (let i = 0; i < targets.length; i++) sum += (predictions[i] - targets[i]) ** 2;
    return sum / targets.length;
  }

  // ---- the run ------------------------------------------------------------------------------------------

  class Run {
    constructor(settings) {
      const { task, cell, hiddenSize, learningRate, optimizer, seed } = settings;
      this.settings = Object.freeze({ ...settings });
      this.task = page.tasks[task];
      this.network = new page.Network(cell, hiddenSize);
      this.network.draw(seed);
      this.parameters = this.network.parts; // { name, shape, first, last } of each, in weights()
      this.update = page.optimizers[optimizer](this.network.parameters.length, learningRate);
      this.stepsPerEpoch = Math.ceil(this.task.examples / this.task.batchSize);
      this.epoch = this.index = 0; // how many epochs and steps are done
      this.batch = null; // the one under way
      this._workspaces = new Map();
      this._looker = null; // a second network, for weights that are only looked at
      this._phases = this.loop();
    }

    /** The epochs, batches and phases, one phase each time that the next is asked for. */
    *loop() {
      const { seed, epochs } = this.settings;
      for (let epoch = 1; epoch <= epochs; epoch++) {
        let total = 0, count = 0, record = null;
        for (const examples of this.task.batches(seed, epoch)) {
          this.batch = this._take(examples);
          for (const phase of PHASES) {
            phase(this.batch);
            if (phase === backward) {
              record = this._record(epoch);
              if (record.diverged) return yield [phase.name, record]; // before the update
            }
            if (phase !== step) yield [phase.name, null];
          }
          total += record.loss * this.batch.work.targets.length;
          count += this.batch.work.targets.length;
          this.index += 1;
          if (this.index === epoch * this.stepsPerEpoch) {
            this.epoch = epoch;
            record.trainLoss = total / count; // each batch counts by its target values
            record.validationLoss = this.task.validationLoss(this._predictSeries());
          }
          yield ["step", record];
        }
      }
    }

    /** Make one update, or what is left of the one under way, and return its record; null when it is over.

        { epoch, index, loss, gradNorm, clipped, diverged }, with trainLoss and validationLoss at the last
        step of an epoch, else null. Where loss or gradient are not finite, `diverged` is true, the weights
        stay as before this step, and the run is over. */
    step() {
      for (const [, record] of this._rest()) if (record) return record;
      return null;
    }

    /** Make one update, or what is left of the one under way, phase by phase: see looks.js. */
    *phases() {
      for (const [name, record] of this._rest()) {
        yield { name, ...page.looks[name](this.batch, this), record };
        if (record) return;
      }
    }

    /** Return a copy of the parameters, in torch's order, rounded to float32: Float32Array. */
    weights() {
      return Float32Array.from(this.network.parameters);
    }

    /** Put parameters in place; the optimizer's averages stay. */
    setWeights(weights) {
      this._put(this.network, weights);
    }

    /** Return the forecast one step ahead, of the network as it is or with other weights, in the unit.

        { times, observed, predicted }: the held-out part, and half as many values before it, as the lab
        shows them, in which `predicted` is null; firstValidation: the index in these of the first held-out
        value; error: root mean squared, of the held-out part; persistence: that of "as the one before". */
    forecast(weights = null) {
      const { task } = this, { split } = task, last = task.values.length;
      const ahead = this._predictSeries(weights), offset = task.values.length - ahead.length;
      const predict = (i) => task.inUnit(ahead[i - offset], i);
      const start = Math.max(0, split - Math.trunc((last - split) / 2));
      const indices = Array.from({ length: last - start }, (_, k) => start + k);
      return {
        times: task.times.slice(start), observed: Array.from(task.values.subarray(start)),
        predicted: indices.map((i) => (i < split ? null : predict(i))), firstValidation: split - start,
        error: task.rmse(predict), persistence: task.rmse((i) => task.values[i - 1]), unit: task.unit,
      };
    }

    /** Return the forecast that reads its own predictions, { times, predicted } of the held-out part. */
    freeRunning(weights = null) {
      const { task } = this, network = this._network(weights);
      const warmUp = this._workspace(task.first, 1), one = network.workspace(1, 1);
      warmUp.x.set(task.scaled.subarray(0, task.first));
      network.forward(warmUp);
      for (const name of ["h", ...network.cell.state]) one[name].set(warmUp[name].subarray(-network.H));
      one.predictions[0] = warmUp.predictions.at(-1);
      const times = task.times.slice(task.split), scaled = [];
      for (let i = 0; i < times.length; i++) {
        if (i > 0) {
          network.forward(one);
          network.carry(one);
        }
        one.x[0] = one.predictions[0]; // what it reads next
        scaled.push(one.x[0]);
      }
      let value = task.values[task.split - 1]; // to which changes are added up
      const predicted = scaled.map((z) => {
        const inUnit = z * task.std + task.mean;
        return task.changes ? (value += inUnit) : inUnit;
      });
      return { times, predicted };
    }

    /** The phases that are still to come; to leave them early ends nothing. */
    *_rest() {
      for (let next = this._phases.next(); !next.done; next = this._phases.next()) yield next.value;
    }

    _take(examples) {
      const work = this._workspace(this.task.window, examples.length);
      this.task.fillBatch(examples, work.x, work.targets);
      const { network, update } = this, { clipNorm } = this.settings;
      const before = network.parameters.slice(); // to say how far they moved
      return { network, update, clipNorm, work, before, loss: null, gradNorm: null };
    }

    _record(epoch) {
      const { loss, gradNorm, clipNorm } = this.batch;
      const squared = Math.fround(gradNorm * gradNorm); // torch's float32 sums up squares: inf from 3.4e38 on
      return {
        epoch, index: this.index, loss, gradNorm, clipped: clipNorm !== null && gradNorm > clipNorm,
        trainLoss: null, validationLoss: null,
        diverged: !Number.isFinite(Math.fround(loss)) || !Number.isFinite(squared),
      };
    }

    /** Return the scaled predictions of task.scaled[1:], each from all values before it. */
    _predictSeries(weights = null) {
      const { scaled } = this.task, work = this._workspace(scaled.length - 1, 1);
      work.x.set(scaled.subarray(0, scaled.length - 1));
      this._network(weights).forward(work);
      return work.predictions;
    }

    _network(weights) {
      if (weights === null) return this.network;
      this._looker ??= new page.Network(this.settings.cell, this.settings.hiddenSize);
      this._put(this._looker, weights);
      return this._looker;
    }

    _put(network, weights) {
      const expected = network.parameters.length;
      if (weights.length !== expected) {
        throw new RangeError(`there are ${weights.length} weights; expected ${expected}, as weights() returns`);
      }
      network.parameters.set(weights);
    }

    _workspace(T, B) {
      const key = `${T} ${B}`;
      if (!this._workspaces.has(key)) this._workspaces.set(key, this.network.workspace(T, B));
      return this._workspaces.get(key);
    }
  }

  // ---- settings -----------------------------------------------------------------------------------------

  const isCount = (value) => Number.isSafeInteger(value) && value >= 1;
  const isPositive = (value) => Number.isFinite(value) && value > 0;
  const oneOf = (table) => [(value) => Object.hasOwn(page[table], value), () => Object.keys(page[table]).join(", ")];
  const CHECKS = { // whether a value can work, and what is expected
    task: oneOf("tasks"), cell: oneOf("cells"), optimizer: oneOf("optimizers"),
    hiddenSize: [isCount, () => "a whole number from 1"],
    epochs: [isCount, () => "a whole number from 1"],
    learningRate: [isPositive, () => "a number above 0"],
    clipNorm: [(value) => value === null || isPositive(value), () => "a number above 0, or null for no clipping"],
    seed: [(value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32, () => "a whole number from 0 to 4294967295"],
  };

  /** Return a new run; a RangeError names a setting that is not known or cannot work, and what is expected. */
  function createRun(given = {}) {
    const settings = { ...DEFAULTS, ...given };
    for (const [name, value] of Object.entries(settings)) {
      if (!Object.hasOwn(CHECKS, name)) {
        throw new RangeError(`${name} is not a setting; expected one of ${Object.keys(CHECKS).join(", ")}`);
      }
      const [works, expected] = CHECKS[name];
      if (!works(value)) throw new RangeError(`${name} is ${value}; expected ${expected()}`);
    }
    return new Run(settings);
  }

  Object.assign(page, { createRun, DEFAULTS, PHASES: PHASES.map((phase) => phase.name), meanSquare });
})((globalThis.rnnlabPage = globalThis.rnnlabPage || {}));
