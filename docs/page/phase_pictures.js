// The pictures of the phases: the state by time step, bars by time step, lengths by parameter.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});
  const { Chart, short, say, sayCount } = page;

  const WIDE = { left: 64, right: 84, top: 12, bottom: 30 };
  const room = ({ width }) => (width < 560 ? { left: 52, right: 74 } : {}); // on a narrow page
  const scenes = new Map(); // by phase: its charts, made when it is first shown

  function figure(host, title) {
    const place = document.createElement("div");
    place.append(Object.assign(document.createElement("h3"), { textContent: title }));
    const chart = Object.assign(document.createElement("figure"), { className: "chart" });
    place.append(chart);
    host.append(place);
    return chart;
  }

  /** Bars by time step. */
  function bars(host, title, values, look) {
    const chart = new Chart(figure(host, title), () => 190, { ...WIDE, bottom: 44 });
    return (found) => {
      const ys = Array.from(values(found)), top = Math.max(...ys.filter(Number.isFinite), 0);
      const xs = ys.map((_, k) => k + 1);
      chart.draw((self) => ({
        room: room(self),
        alt: say("Bar chart by time step: {title}; {first} at the first, {last} at the last.",
          { title: title.toLowerCase(), first: short(ys[0]), last: short(ys[ys.length - 1]) }),
        x: { limits: [0.5, ys.length + 0.5], label: say("time step"), ticks: 6, bare: true },
        y: { limits: [0, (top || 1) * 1.04] },
        layers: [{ kind: "bars", look, xs, ys, wide: 0.72 }],
        hover: at(ys.length, (step) => say("time step {step}: {value}", { step, value: short(ys[step - 1]) })),
      }));
    };
  }

  /** What `Chart` asks of a hover over T time steps. */
  const at = (length, textAt) => (x) => {
    const t = Math.max(1, Math.min(length, Math.round(x)));
    return { x: t, text: textAt(t) };
  };

  /** The state of the first sequence: a column for each time step, a row for each unit. */
  function states(host) {
    const place = figure(host, say("The state of the first sequence")), canvas = document.createElement("canvas");
    const chart = new Chart(place, () => 210, { ...WIDE, bottom: 8 });
    canvas.setAttribute("aria-hidden", "true");
    place.prepend(canvas);
    return ({ forward: { states: found } }) => {
      const T = found.length, H = found[0].length;
      paint(canvas, found);
      chart.draw((self) => ({
        room: room(self),
        alt: say("Heat map of the state: {units} units by {steps} time steps, from minus one (blue) to one (orange).",
          { units: H, steps: T }),
        x: { limits: [0.5, T + 0.5], ticks: 0 },
        y: { limits: [0, H], ticks: 0 },
        layers: [],
        notes: [
          { text: sayCount("{n}\nunit", "{n}\nunits", H), x: ({ box }) => box.left - 8, y: ({ box }) => (box.top + box.bottom) / 2 - 3, look: "muted", anchor: "end" },
          ...[[say("orange: 1"), "orange", 8], [say("blue: −1"), "blue", 26]].map(([text, look, down]) => (
            { text, look, x: ({ box }) => box.right + 8, y: ({ box }) => box.top + down })),
        ],
        hover: at(T, (t) => {
          const size = Math.sqrt(found[t - 1].reduce((sum, v) => sum + v * v, 0) / H);
          return say("time step {step}: typically {size} from zero", { step: t, size: short(size) });
        }),
      }));
      const { left, right, top, bottom } = chart.box ?? { left: 0, right: 0, top: 0, bottom: 0 };
      Object.assign(canvas.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    };
  }

  /** Paint values from -1 to 1, (T, H), one pixel each; the style sheet makes them large and sharp. */
  function paint(canvas, found) {
    const style = getComputedStyle(canvas), color = (name) => rgb(style.getPropertyValue(name));
    const [low, middle, high] = ["--blue", "--zero", "--orange"].map(color);
    const [T, H] = [found.length, found[0].length];
    Object.assign(canvas, { width: T, height: H });
    const context = canvas.getContext("2d"), image = context.createImageData(T, H);
    for (let t = 0; t < T; t += 1) {
      for (let h = 0; h < H; h += 1) {
        const value = Math.max(-1, Math.min(1, found[t][h])), end = value < 0 ? low : high;
        for (let c = 0; c < 3; c += 1) {
          image.data[4 * (h * T + t) + c] = middle[c] + (end[c] - middle[c]) * Math.abs(value);
        }
        image.data[4 * (h * T + t) + 3] = 255;
      }
    }
    context.putImageData(image, 0, 0);
  }

  const rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.trim().slice(k, k + 2), 16));

  /** Predictions and targets of the first sequence. */
  function sequence(host) {
    const chart = new Chart(figure(host, say("Its predictions (scaled)")), () => 190, { ...WIDE, bottom: 44 });
    return ({ forward: { predictions, targets } }) => {
      const xs = targets.map((_, k) => k + 1), all = [...predictions, ...targets].filter(Number.isFinite);
      const low = Math.min(...all), high = Math.max(...all), end = targets.length, pad = 0.1 * (high - low);
      chart.draw((self) => ({
        room: room(self),
        alt: say("Line chart of the first sequence by time step: prediction and target."),
        x: { limits: [0.5, end + 0.5], label: say("time step"), ticks: 6 },
        y: { limits: [low - pad, high + pad] },
        layers: [
          { kind: "strokes", look: "misses", xs, from: targets, to: predictions },
          { kind: "line", look: "measured", xs, ys: targets },
          { kind: "line", look: "predicted", xs, ys: predictions },
        ],
        labels: [
          { text: say("prediction"), x: end, y: predictions[end - 1], look: "blue" },
          { text: say("target"), x: end, y: targets[end - 1], look: "ink" },
        ],
        hover: at(end, (step) => say("time step {step}: target {target}, prediction {prediction}",
          { step, target: short(targets[step - 1]), prediction: short(predictions[step - 1]) })),
      }));
    };
  }

  /** Named lengths as bars in HTML, each with its number; `bound` is an upright line over them. */
  function lengths(host, title, rows, bound = () => null) {
    const place = figure(host, title);
    place.classList.add("lengths");
    return (found) => {
      const parts = rows(found), limit = bound(found);
      const longest = Math.max(...parts.map(({ size }) => size).filter(Number.isFinite), limit ?? 0) || 1;
      place.replaceChildren(...parts.map(({ name, size, look, says }) => {
        const row = document.createElement("div");
        for (const [className, text] of [["name", name], ["track", ""], ["value", says ?? short(size)]]) {
          row.append(Object.assign(document.createElement("span"), { className, textContent: text }));
        }
        const bar = Object.assign(document.createElement("i"), { className: look });
        bar.style.width = `${100 * Math.min(1, size / longest)}%`;
        row.children[1].append(bar);
        if (limit !== null) {
          const line = Object.assign(document.createElement("b"), { className: "limit" });
          line.style.left = `${(100 * limit) / longest}%`;
          row.children[1].append(line);
        }
        return row;
      }));
    };
  }

  const byParameter = (look) => ({ name, norm }) => ({ name, size: norm, look });

  const SCENES = {
    zero_grad: (host) => [lengths(host, say("Gradient norm of each parameter"),
      ({ left }) => left.map(({ name, norm }) => ({ name, size: norm, look: "pale", says: norm ? `${short(norm)} → 0` : "0" })))],
    forward: (host) => [states(host), sequence(host)],
    loss: (host) => [bars(host, say("Mean squared error at each time step"), ({ loss }) => loss.lossByTime, "blue")],
    backward: (host) => [
      bars(host, say("Norm of the gradient that arrives at each time step"), ({ backward }) => backward.gradientByTime, "orange"),
      lengths(host, say("Gradient norm of each parameter"), ({ backward }) => backward.parameters.map(byParameter("orange"))),
    ],
    clip: (host) => [lengths(host, say("Norm of all gradients together"), ({ clip: { before, after, bound } }) => [
      { name: say("before"), size: before, look: "pale" }, { name: say("after"), size: after, look: "orange" },
      ...(bound === null ? [] : [{ name: say("bound"), size: 0, look: "", says: short(bound) }]),
    ], ({ clip }) => clip.bound)],
    step: (host) => [
      lengths(host, say("How far each parameter moves"), ({ step }) => step.parameters.map(byParameter("blue"))),
      lengths(host, say("Loss of this batch"), ({ step: { lossBefore, lossAfter } }) => [
        { name: say("before"), size: lossBefore, look: "pale", says: short(lossBefore, 4) },
        { name: say("after"), size: lossAfter, look: "blue", says: short(lossAfter, 4) },
      ]),
    ],
  };

  /** Show the pictures of a phase; `found` is what all phases have left, null where there is nothing. */
  page.drawPhase = (host, name, found) => {
    for (const [other, { place }] of scenes) place.hidden = other !== name || !found;
    if (!found) return;
    if (!scenes.has(name)) {
      const place = host.appendChild(document.createElement("div"));
      scenes.set(name, { place, draws: SCENES[name](place) });
    }
    scenes.get(name).draws.forEach((draw) => draw(found));
    scenes.get(name).again = () => scenes.get(name).draws.forEach((draw) => draw(found));
  };

  /** Draw again in the colours of another theme, or at another width. */
  page.redrawPhases = () => scenes.forEach(({ place, again }) => place.hidden || again());
})();
