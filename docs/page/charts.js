// The three charts of a run: its forecast, its losses, its gradient norms. What each shows, for
// `Chart.draw`; a run is a `RecordedRun`.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});
  const { short, logLimits, say } = page;

  const MONTHS = [say("January"), say("February"), say("March"), say("April"), say("May"), say("June"), say("July"),
    say("August"), say("September"), say("October"), say("November"), say("December")];

  /** A time in words: 1957, or March 1958 where a month stands for its middle, 1958.208. */
  function sayTime(time, unit) {
    if (unit !== "month") return String(time);
    return say("{month} {year}", { month: MONTHS[Math.floor((time % 1) * 12)], year: Math.floor(time) });
  }

  /** Limits around values, with a fraction of their range as room. */
  function around(values, room) {
    const low = Math.min(...values), high = Math.max(...values);
    return [low - (room / 2) * (high - low), high + room * (high - low)];
  }

  /** The least and greatest of each stretch of many values: a line through them looks the same. */
  function outline(values, most = 250) {
    const stretch = Math.ceil(values.length / most);
    if (stretch < 2) return { xs: values.map((_, k) => k), ys: values };
    const xs = [];
    for (let start = 0; start < values.length; start += stretch) {
      let low = start, high = start;
      for (let k = start; k < Math.min(start + stretch, values.length); k += 1) {
        if (values[k] < values[low]) low = k;
        if (values[k] > values[high]) high = k;
      }
      xs.push(...new Set([Math.min(low, high), Math.max(low, high)]));
    }
    return { xs, ys: xs.map((k) => values[k]) };
  }

  const last = (values) => values[values.length - 1];

  /** The predictions of the held-out part against what was measured, in the data's own unit. */
  page.drawForecast = (chart, shown) => chart.draw(({ width }) => forecastOf(shown, width));

  function forecastOf({ task, forecast }, width) {
    const { times, observed, predicted, split } = forecast, unit = page.tasks[task].timeUnit;
    const held = times.slice(split), truth = observed.slice(split);
    const narrow = width < 560, room = narrow ? 66 : 86;
    const start = Math.max(0, split - Math.floor(held.length / (narrow ? 3 : 2)));
    const limits = around(observed.slice(start), 0.18);
    const outside = predicted.filter((v) => !(v >= limits[0] && v <= limits[1])).length > predicted.length / 2;
    const drawable = outside ? predicted.map(() => null) : predicted;
    const decimals = limits[1] - limits[0] > 60 ? 1 : 2;
    const plain = (value) => (Math.abs(value) < 1e5 ? value.toFixed(decimals) : short(value));
    return {
      alt: say("Line chart of {title}, the {count} {unit}s that were held out: as measured, as predicted one {unit} "
        + "ahead, and the distance between the two. Typically off by {error}.",
      { title: page.tasks[task].title, count: held.length, unit, error: short(forecast.error) }),
      room: { right: room },
      x: { limits: [times[start], last(times)], ticks: narrow ? 4 : 6, bare: false },
      y: { limits },
      layers: [
        { kind: "line", look: "known", xs: times.slice(start, split + 1), ys: observed.slice(start, split + 1) },
        { kind: "upright", look: "border", at: held[0] },
        { kind: "strokes", look: "misses", xs: held, from: truth, to: drawable },
        { kind: "line", look: "measured", xs: held, ys: truth },
        { kind: "line", look: "predicted", xs: held, ys: drawable },
      ],
      labels: [
        { text: narrow ? say("predicted") : say("predicted,\none {unit}\nahead", { unit }), x: last(times), y: last(drawable), look: "blue" },
        { text: say("measured"), x: last(times), y: last(truth), look: "ink" },
      ],
      notes: [
        { text: narrow ? say("never seen") : say("the network has never seen these {unit}s", { unit }),
          x: ({ x }) => x(held[0]) + 7, y: ({ box }) => box.top + 10, look: "muted" },
        { text: outside ? say("the prediction lies far outside of this picture") : "",
          x: ({ box }) => (box.left + box.right) / 2, y: ({ box }) => box.bottom - 10, look: "blue", anchor: "middle" },
      ],
      hover(x) {
        const at = nearest(times, x, start), values = { time: sayTime(times[at], unit), measured: plain(observed[at]) };
        if (at < split) return { x: times[at], text: say("{time}: measured {measured}", values) };
        const predicting = predicted[at - split], off = short(Math.abs(predicting - observed[at]));
        return { x: times[at], text: say("{time}: measured {measured}, predicted {predicted}, off by {off}",
          { ...values, predicted: plain(predicting), off }) };
      },
    };
  }

    function nearest(times, x, start) {
    let best = start;
    for (let k = start; k < times.length; k += 1) {
      if (Math.abs(times[k] - x) < Math.abs(times[best] - x)) best = k;
    }
    return best;
  }

  /** Training and held-out loss by epoch; the run before as a pale line; `epoch`: a cursor. */
  page.drawLoss = (chart, { run, before, epoch }) => {
    const { train, validation } = run, old = before?.train ?? [];
    const epochs = Math.max(run.settings.epochs, old.length);
    const line = (look, ys) => ({ kind: "line", look, xs: ys.map((_, k) => k + 1), ys });
    const label = (text, ys, look) => ({ text, x: ys.length, y: last(ys), look });
    chart.draw(() => ({
      alt: say("Line chart of the loss by epoch: train, held out, and train in the run before."),
      x: { limits: [0, Math.max(1, epochs)], label: say("epoch"), ticks: 5 },
      y: { limits: logLimits([...train, ...validation, ...old]), log: true },
      layers: [line("before", old), line("predicted", train), line("held", validation), ...cursor(epoch)],
      labels: [
        label(before ? say("run {run}", { run: before.number }) : "", old, "muted"),
        label(say("train"), train, "blue"), label(say("held out"), validation, "orange"),
      ],
      hover(x) {
        const at = Math.max(1, Math.min(train.length, Math.round(x)));
        if (!train.length) return null;
        return { x: at, text: say("epoch {epoch}: train {train}, held out {validation}",
          { epoch: at, train: short(train[at - 1]), validation: short(validation[at - 1]) }) };
      },
    }));
  };

  /** The gradient norm by step, the bound, and a dot on it for each step that was clipped. */
  page.drawNorm = (chart, { run, before, epoch }) => {
    const { norms, clipped } = run, old = before?.norms ?? [], bound = run.settings.clip;
    const steps = Math.max(run.steps, old.length, 2), there = bound !== null;
    const atEpoch = epoch === null ? null : epoch * run.perEpoch;
    chart.draw(() => ({
      alt: say("Line chart of the gradient norm by step, with the bound above which it is clipped."),
      x: { limits: [0, steps], label: say("step"), ticks: 4 },
      y: { limits: logLimits([...norms, ...old, ...(there ? [bound] : [])]), log: true },
      layers: [
        { kind: "line", look: "before", ...outline(old) },
        { kind: "line", look: "norm", ...outline(norms) },
        ...(there ? [
          { kind: "level", look: "bound", at: bound },
          { kind: "dots", look: "clipped", xs: clipped, ys: clipped.map(() => bound) },
        ] : []),
        ...cursor(atEpoch),
      ],
      labels: there ? [{ text: say("clipped\nabove {bound}", { bound: short(bound) }), x: steps, y: bound, look: "orange" }] : [],
      hover(x) {
        if (!norms.length) return null;
        const at = Math.max(0, Math.min(norms.length - 1, Math.round(x)));
        const values = { step: at + 1, norm: short(norms[at]), bound: there ? short(bound) : "" };
        const cut = there && norms[at] > bound;
        return { x: at, text: cut ? say("step {step}: {norm}, clipped to {bound}", values) : say("step {step}: {norm}", values) };
      },
    }));
  };

  const cursor = (at) => (at === null ? [] : [{ kind: "upright", look: "cursor", at }]);
})();
