// A run and all that is kept of it: its losses, its gradient norms, and its weights at every epoch.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});
  const { say, sayCount } = page;

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
        this.outcome = say("diverged at step {step}", { step: this.losses.length });
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
      return this.epoch ? page.sayError(this, this.epoch) : say("not finished");
    }

    /** How far it is: "epoch 3 of 40, 21 steps". */
    get where() {
      const at = this.losses.length, epoch = Math.ceil(at / this.perEpoch);
      return sayCount("epoch {epoch} of {epochs}, {n} step", "epoch {epoch} of {epochs}, {n} steps", at,
        { epoch, epochs: this.settings.epochs });
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
      task: () => say(value), // found in data.js, as its unit
      learning_rate: () => say("rate {rate}", { rate: page.short(value) }),
      epochs: () => sayCount("{n} epoch", "{n} epochs", value),
      hidden_size: () => sayCount("{n} unit", "{n} units", value),
      clip: () => (value === null ? say("not clipped") : say("clipped above {bound}", { bound: page.short(value) })),
      seed: () => say("seed {seed}", { seed: value }),
    };
    return words[name]?.() ?? String(value);
  }

  /** What is to be said of a run among these: cell and rate, and whatever is not the same in all. */
  page.labelOf = (run, runs) => page.listed(SAID
    .filter((name) => ["cell", "learning_rate"].includes(name)
      || runs.some((other) => other.settings[name] !== run.settings[name]))
    .map((name) => saySetting(name, run.settings[name])));

  /** How wrong a run is after an epoch, in a few words. */
  page.sayError = (run, epoch) => say("typically off by {error}", { error: page.short(run.forecastAt(epoch).error) });

  /** How a run has ended. */
  page.sayEnd = ({ number: run, outcome, settings, losses, seconds }) => {
    const values = { run, steps: losses.length, epochs: settings.epochs, seconds: seconds.toFixed(1) };
    if (!outcome) {
      return say("Run {run} is finished: {epochs} epochs, {steps} steps in {seconds} s. Press play, or move the epoch "
        + "slider, to see it learn.", values);
    }
    return settings.clip === null
      ? say("Run {run} has diverged at step {steps}: the numbers have left what a computer can hold. Choose a lower "
        + "learning rate, or clip the gradient.", values)
      : say("Run {run} has diverged at step {steps}: the numbers have left what a computer can hold. Choose a lower "
        + "learning rate.", values);
  };

  /** That a run waits, and what the buttons do, if these are not its settings any more. */
  page.sayPaused = ({ number: run, where, settings: its }, settings) => page.sentences([
    say("Run {run} is paused at {where}.", { run, where }),
    page.sameRun(its, settings) ? "" : say("Train begins a new run with these settings; Resume goes on with the old."),
  ]);

  /** How far a run is, or how it ended early. */
  page.sayWhere = ({ number: run, outcome, where }) => (outcome ? say("Run {run} {outcome}.", { run, outcome })
    : say("Run {run}: {where}.", { run, where }));

  /** What the lines of the forecast are. */
  page.sayLegend = ({ about, timeUnit: unit }) => say("{about}. Bold: what the network predicted, one {unit} ahead. Thin: "
    + "what was measured, and how far off each prediction is. Grey: {unit}s that it learnt from.",
  { about: `${about[0].toUpperCase()}${about.slice(1)}`, unit });

  /** The first sentence, for a beginner. */
  page.headline = (run, epoch) => {
    const { error, persistence } = run.forecastAt(epoch), { task } = run.settings;
    const { title, timeUnit: unit } = page.tasks[task];
    const values = { title, unit, error: page.short(error), persistence: page.short(persistence) };
    if (!Number.isFinite(error)) return say("{title}: no forecast, the weights are no numbers any more.", values);
    if (!run.losses.length) return say("Untrained: off by {error}; saying “as the {unit} before” is off by {persistence}.", values);
    return say("{title}: typically off by {error}; saying “as the {unit} before” is off by {persistence}.", values);
  };

  /** What the pictures show, in sentences. */
  page.wordsOf = (run, epoch) => {
    const { error } = run.forecastAt(epoch), { short } = page, said = [];
    if (Number.isFinite(error)) said.push(compared(run, epoch));
    if (run.epoch) {
      const end = run.epoch - 1;
      said.push(say("Loss: train {first} after epoch 1, {last} after epoch {epoch}; held out {validation}.", {
        first: short(run.train[0]), last: short(run.train[end]), epoch: run.epoch, validation: short(run.validation[end]),
      }));
    }
    if (run.norms.length) {
      const finite = run.norms.filter(Number.isFinite);
      said.push(say("Gradient norm: {last} at the last step, at most {most}; clipped in {clipped} of {steps} steps.", {
        last: short(run.norms[run.norms.length - 1]), most: short(Math.max(...finite)),
        clipped: run.clipped.length, steps: run.norms.length,
      }));
    }
    return said;
  };

  /** How far off a run is, beside the simplest forecast. */
  function compared(run, epoch) {
    const { error, persistence, unit, predicted } = run.forecastAt(epoch);
    const values = {
      error: page.short(error), unit, count: predicted.length, time: page.tasks[run.settings.task].timeUnit,
      percent: Math.round(100 * Math.abs(1 - error / persistence)),
    };
    if (error > 2 * persistence) {
      return say("The network is typically off by {error} {unit} on the {count} {time}s that it has never seen: far more "
        + "than saying “as the {time} before”.", values);
    }
    if (error < persistence) {
      return say("The network is typically off by {error} {unit} on the {count} {time}s that it has never seen: {percent}% "
        + "less than saying “as the {time} before”.", values);
    }
    return say("The network is typically off by {error} {unit} on the {count} {time}s that it has never seen: {percent}% "
      + "more than saying “as the {time} before”.", values);
  }

  Object.assign(page, { RecordedRun });
})();
