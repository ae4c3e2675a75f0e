"use strict";
/* What the tests ask the page's engine, in node and in a browser alike: each answer can be written as JSON. */
(function () {
  const page = globalThis.rnnlabPage;
  const list = (values) => Array.from(values, (value) => (ArrayBuffer.isView(value) ? list(value) : value));
  const plain = (value) => {
    if (ArrayBuffer.isView(value)) return list(value);
    if (Array.isArray(value)) return value.map(plain);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
  };

  const questions = {
    steps({ settings, count }) {
      const run = page.createRun(settings), start = run.weights();
      const steps = [];
      for (let step; steps.length < count && (step = run.step()); ) steps.push(step);
      return {
        start, steps, weights: run.weights(), epoch: run.epoch, stepsPerEpoch: run.stepsPerEpoch,
        parts: run.parameters, forecast: run.forecast(), free: run.freeRunning(),
        atStart: run.forecast(start), again: run.forecast(), over: run.step() === null,
      };
    },
    phases({ settings, before: count }) {
      const run = page.createRun(settings), plainly = page.createRun(settings);
      for (let i = 0; i < count; i++) run.step();
      const before = run.weights(), phases = [...run.phases()], after = run.weights(), next = run.step();
      const steps = Array.from({ length: count + 2 }, () => plainly.step());
      return { before, phases, after, next, steps };
    },
    order: ({ task, seed, epoch }) => page.tasks[task].batches(seed, epoch),
    task: ({ task }) => page.tasks[task],
    refusal({ settings }) {
      try { page.createRun(settings); } catch (error) { return `${error.name}: ${error.message}`; }
      return "";
    },
    milliseconds({ settings, count }) {
      const run = page.createRun(settings), start = performance.now();
      for (let i = 0; i < count; i++) run.step();
      return performance.now() - start;
    },
  };

  globalThis.ask = (name, question) => plain(questions[name](question));
})();
