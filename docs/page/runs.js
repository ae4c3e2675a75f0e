// A run and all that is kept of it: its losses, its gradient norms, and its weights at every epoch.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});

  const SAID = ["task", "cell", "learning_rate", "epochs", "clip", "optimizer", "hidden_size", "seed"];

  class RecordedRun {
    /** `number`: by which a reader calls it; `settings`: as in settings.js. */
    constructor(number, settings) {
      Object.assign(this, { number, settings: { ...settings }, outcome: "" });
      this.engine = page.createRun({
        task: settings.task, cell: settings.cell, hiddenSize: settings.hidden_size,
        learningRate: settings.learning_rate, clipNorm: settings.clip,
        optimizer: settings.optimizer, seed: settings.seed,
        epochs: settings.epochs + 1, // one more, of which phases.js takes a batch
      });
      this.perEpoch = this.engine.stepsPerEpoch;
      this.steps = this.perEpoch * settings.epochs;
      Object.assign(this, { losses: [], norms: [], clipped: [], train: [], validation: [] });
      this.weights = [this.engine.weights()]; // by epoch; at 0 the first ones
      this.forecasts = new Map(); // by epoch, those that were looked at
      Object.assign(this, { over: false, seconds: 0 });
    }

    /** Make one update; false when there is none left to make. */
    step() {
      const step = this.over ? null : this.engine.step();
      if (step === null) {
        this.over = true;
        return false;
      }
      this.losses.push(step.loss);
      this.norms.push(step.gradNorm);
      if (step.clipped) this.clipped.push(this.losses.length - 1);
      if (step.diverged) {
        this.over = true;
        this.outcome = `diverged at step ${this.losses.length}`;
        return false;
      }
      if (step.trainLoss !== null) {
        this.train.push(step.trainLoss);
        this.validation.push(step.validationLoss);
        this.weights.push(this.engine.weights());
      }
      if (this.losses.length >= this.steps) this.over = true;
      return true;
    }

    /** The last epoch that is complete. */
    get epoch() {
      return this.train.length;
    }

    /** The forecast with the weights after an epoch; null: with those of this moment. */
    forecastAt(epoch) {
      if (epoch === null && this.losses.length === this.epoch * this.perEpoch) epoch = this.epoch;
      if (epoch === null) {
        const at = this.losses.length;
        if (this.live?.at !== at) this.live = { at, forecast: shaped(this.engine.forecast()) };
        return this.live.forecast;
      }
      if (!this.forecasts.has(epoch)) {
        this.forecasts.set(epoch, shaped(this.engine.forecast(this.weights[epoch])));
      }
      return this.forecasts.get(epoch);
    }

    /** What it has come to, in a few words. */
    get result() {
      if (this.outcome) return this.outcome;
      return this.epoch ? `typically off by ${page.short(this.forecastAt(this.epoch).error)}` : "not finished";
    }

    /** How far it is: "epoch 3 of 40, 21 steps". */
    get where() {
      const at = this.losses.length, epoch = Math.ceil(at / this.perEpoch);
      return `epoch ${epoch} of ${this.settings.epochs}, ${at} step${at === 1 ? "" : "s"}`;
    }
  }

  /** The engine's forecast; `split` is the index of the first held-out value, where `predicted` begins. */
  function shaped(forecast) {
    const split = forecast.firstValidation;
    return { ...forecast, split, predicted: forecast.predicted.slice(split) };
  }

  /** Whether two runs would be the same. */
  page.sameRun = (one, other) => SAID.every((name) => one[name] === other[name]);

  /** A setting in a word or two. */
  function saySetting(name, value) {
    const words = {
      learning_rate: () => `rate ${page.short(value)}`,
      epochs: () => `${value} epoch${value === 1 ? "" : "s"}`,
      hidden_size: () => `${value} unit${value === 1 ? "" : "s"}`,
      clip: () => (value === null ? "not clipped" : `clipped above ${page.short(value)}`),
      seed: () => `seed ${value}`,
    };
    return words[name]?.() ?? String(value);
  }

  /** What is to be said of a run among these: cell and rate, and whatever is not the same in all. */
  page.labelOf = (run, runs) => SAID
    .filter((name) => ["cell", "learning_rate"].includes(name)
      || runs.some((other) => other.settings[name] !== run.settings[name]))
    .map((name) => saySetting(name, run.settings[name])).join(", ");

  /** The first sentence, for a beginner. */
  page.headline = (run, epoch) => {
    const { error, persistence } = run.forecastAt(epoch), { task } = run.settings;
    const { title, timeUnit } = page.tasks[task];
    const beside = `saying “as the ${timeUnit} before” is off by ${page.short(persistence)}`;
    if (!Number.isFinite(error)) return `${title}: no forecast, the weights are no numbers any more`;
    if (!run.losses.length) return `Untrained: off by ${page.short(error)}; ${beside}`;
    return `${title}: typically off by ${page.short(error)}; ${beside}`;
  };

  /** What the pictures show, in sentences. */
  page.wordsOf = (run, epoch) => {
    const { error, persistence, unit, predicted } = run.forecastAt(epoch), { short } = page;
    const time = page.tasks[run.settings.task].timeUnit, percent = Math.round(100 * Math.abs(1 - error / persistence));
    const verdict = error > 2 * persistence ? "far more" : `${percent}% ${error < persistence ? "less" : "more"}`;
    const said = [];
    if (Number.isFinite(error)) {
      said.push(`The network is typically off by ${short(error)}${unit ? ` ${unit}` : ""} on the `
        + `${predicted.length} ${time}s that it has never seen: ${verdict} than saying “as the ${time} before”.`);
    }
    if (run.epoch) {
      const end = run.epoch - 1;
      said.push(`Loss: train ${short(run.train[0])} after epoch 1, ${short(run.train[end])} after epoch `
        + `${run.epoch}; held out ${short(run.validation[end])}.`);
    }
    if (run.norms.length) {
      const finite = run.norms.filter(Number.isFinite);
      said.push(`Gradient norm: ${short(run.norms[run.norms.length - 1])} at the last step, at most `
        + `${short(Math.max(...finite))}; clipped in ${run.clipped.length} of ${run.norms.length} steps.`);
    }
    return said;
  };

  Object.assign(page, { RecordedRun });
})();
