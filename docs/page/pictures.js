// Line charts and bars in SVG: sharp at any width and density, and in the colours of the theme.
//
// A chart is told all that it shows by `draw`, again and again. It touches only what has changed:
// the grid when limits or size do, else the paths of its layers and a few texts.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});
  const { say } = page;
  const SVG = "http://www.w3.org/2000/svg";
  const LINE = 15; // pixels of a line of text

  function add(parent, tag, attributes = {}, text = "") {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text) element.textContent = text;
    parent.append(element);
    return element;
  }

  /** Write lines of text at a point; `anchor` is SVG's text-anchor. */
  function write(parent, text, x, y, className, anchor = "start") {
    const element = add(parent, "text", { x, y, class: className, "text-anchor": anchor });
    text.split("\n").forEach((line, k) => {
      add(element, "tspan", { x, dy: k ? LINE : 0 }, line);
    });
    return element;
  }

  /** Return the function that takes values between two limits to pixels between two others. */
  function scale([low, high], [from, to], log = false) {
    const of = log ? Math.log10 : (value) => value;
    const slope = (to - from) / (of(high) - of(low) || 1);
    const far = 1e5; // pixels: further out a browser need not draw
    return (value) => {
      const at = from + (of(value) - of(low)) * slope;
      return Math.max(-far, Math.min(far, at));
    };
  }

  const decade = (value) => 10 ** Math.floor(Math.log10(value) + 1e-12);

  /** The largest of ..., 0.1, 0.2, 0.5, 1, 2, 5, ... that is not above a value. */
  function niceFloor(value) {
    const ten = decade(value);
    return Math.max(...[1, 2, 5].map((d) => d * ten).filter((v) => v <= value * (1 + 1e-9)));
  }

  /** The smallest of ..., 0.1, 0.2, 0.5, 1, 2, 5, ... that is not below a value. */
  function niceCeiling(value) {
    const ten = decade(value);
    return Math.min(...[1, 2, 5, 10].map((d) => d * ten).filter((v) => v >= value * (1 - 1e-9)));
  }

  /** Limits of a logarithmic axis around these values, as far as it can show them. */
  function logLimits(values) {
    let [low, high] = [Infinity, 0];
    for (const value of values) {
      if (value > 0 && value < Infinity) [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
    if (!high) return [0.1, 1];
    [low, high] = [niceFloor(low), niceCeiling(high)];
    return high > low ? [low, high] : [low, 2 * low];
  }

  /** About `most` ticks at round numbers between two limits. */
  function ticks([low, high], most, integer = false) {
    let step = niceCeiling((high - low) / most);
    if (integer) step = Math.max(1, Math.round(step));
    const found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k += 1) {
      found.push(Number((k * step).toPrecision(12)));
    }
    return found;
  }

  /** Ticks of a logarithmic axis: at 1, 2, 5, 10, ..., or at fewer where there is no room. */
  function logTicks([low, high], most) {
    const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
    for (const digits of [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
      const found = [];
      for (let ten = first; ten <= last; ten += 1) {
        found.push(...digits.map((digit) => Number((digit * 10 ** ten).toPrecision(12))));
      }
      const inside = found.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
      if (inside.length <= most) return inside;
      if (digits.length === 1) {
        const stride = Math.ceil(inside.length / most);
        return inside.filter((tick) => Math.round(Math.log10(tick)) % stride === 0);
      }
    }
    return [];
  }

  function tickText(tick) {
    const plain = tick === 0 || (Math.abs(tick) >= 1e-4 && Math.abs(tick) < 1e6);
    return plain ? String(Number(tick.toPrecision(6))) : short(tick);
  }

  const p = (value) => value.toFixed(1); // a tenth of a pixel is enough

  /** What each kind of layer draws, as the path of an SVG; x and y are the chart's scales. */
  const PATHS = {
    line({ xs, ys }, x, y) {
      let path = "", pen = "M";
      for (let k = 0; k < ys.length; k += 1) {
        if (ys[k] === null || !Number.isFinite(ys[k])) {
          pen = "M";
          continue;
        }
        path += `${pen}${p(x(xs[k]))} ${p(y(ys[k]))}`;
        pen = "L";
      }
      return path;
    },
    strokes({ xs, from, to }, x, y) {
      return xs.map((at, k) => (to[k] !== null && Number.isFinite(to[k])
        ? `M${p(x(at))} ${p(y(from[k]))}V${p(y(to[k]))}` : "")).join("");
    },
    dots({ xs, ys }, x, y) { // a line of no length with round ends
      return xs.map((at, k) => `M${p(x(at))} ${p(y(ys[k]))}h.01`).join("");
    },
    upright({ at }, x, y, box) {
      return `M${p(x(at))} ${box.top}V${box.bottom}`;
    },
    level({ at }, x, y, box) {
      return `M${box.left} ${p(y(at))}H${box.right}`;
    },
    bars({ xs, ys, wide }, x, y, box) {
      return xs.map((at, k) => `M${p(x(at - wide / 2))} ${box.bottom}V${p(y(ys[k]))}`
        + `H${p(x(at + wide / 2))}V${box.bottom}Z`).join("");
    },
  };

  let charts = 0;

  /** A chart in a <figure>: `height` is a function of its width, `room` pixels around the axes. */
  class Chart {
    constructor(figure, height, room) {
      Object.assign(this, { figure, heightOf: height, room, make: null, key: "", paths: [] });
      const id = `chart${charts += 1}`;
      this.svg = add(figure, "svg", { role: "img", "aria-label": "" });
      this.clip = add(add(add(this.svg, "defs"), "clipPath", { id }), "rect");
      this.grid = add(this.svg, "g", { "aria-hidden": "true" }); // the label of the whole says it
      this.data = add(this.svg, "g", { "clip-path": `url(#${id})` });
      this.texts = add(this.svg, "g", { "aria-hidden": "true" });
      this.cross = add(this.svg, "path", { class: "cross" });
      this.tip = document.createElement("div");
      this.tip.className = "tip";
      this.tip.setAttribute("aria-hidden", "true"); // the page says the same in words
      figure.append(this.tip);
      this.fit();
      new ResizeObserver(() => this.fit()).observe(figure);
      for (const kind of ["pointermove", "pointerdown"]) {
        this.svg.addEventListener(kind, (event) => this.hover(event.clientX));
      }
      this.svg.addEventListener("pointerleave", ({ pointerType }) => {
        if (pointerType !== "touch") this.hover(null); // a finger was lifted: its values stay
      });
      document.addEventListener("pointerdown", ({ target }) => {
        if (this.pointer !== undefined && !this.svg.contains(target)) this.hover(null);
      });
    }

    /** Take the width that there is now. */
    fit() {
      const width = Math.floor(this.figure.clientWidth);
      if (!width || (width === this.width && this.height === this.heightOf(width))) return;
      [this.width, this.height] = [width, this.heightOf(width)];
      for (const [name, value] of [["width", width], ["height", this.height]]) {
        this.svg.setAttribute(name, value);
      }
      if (this.make) this.draw(this.make);
    }

    /**
     * Show what `make` returns, called again when the width changes, with the chart: `alt`, the text for who does not see it; `x` and `y`: limits, label, ticks (a
     * number of them), format, log, integer; `layers`: {kind, look, ...} as in PATHS; `labels`:
     * {text, x, y, look} at line ends; `notes`: {text, x, y, look, anchor} in pixels of the axes;
     * `hover`: from an x to {x, text}, or null.
     */
    draw(make) {
      this.make = make;
      if (!this.width) this.fit();
      if (!this.width) return;
      const spec = this.spec = make(this);
      const { width, height } = this, room = { ...this.room, ...spec.room };
      this.box = { left: room.left, right: width - room.right, top: room.top, bottom: height - room.bottom };
      const { left, right, top, bottom } = this.box;
      this.x = scale(spec.x.limits, [left, right]);
      this.y = scale(spec.y.limits, [bottom, top], spec.y.log);
      this.drawGrid(spec);
      this.drawLayers(spec.layers);
      this.texts.replaceChildren();
      this.placeLabels(spec.labels ?? []);
      for (const { text, x, y, look, anchor } of spec.notes ?? []) {
        write(this.texts, text, x(this), y(this), look, anchor);
      }
      if (this.alt !== spec.alt) this.svg.setAttribute("aria-label", this.alt = spec.alt);
      if (this.pointer !== undefined) this.hover(this.pointer);
    }

    drawGrid({ x, y, room }) {
      const { left, right, top, bottom } = this.box;
      const key = JSON.stringify([x, y, room, this.width, this.height]);
      if (key === this.key) return;
      this.key = key;
      const box = { x: left, y: top - 3, width: Math.max(0, right - left), height: bottom - top + 6 };
      for (const [name, value] of Object.entries(box)) this.clip.setAttribute(name, value);
      this.grid.replaceChildren();
      const across = x.ticks === 0 ? [] : ticks(x.limits, Math.min(x.ticks ?? 6, (right - left) / 48), true);
      const most = Math.max(2, Math.floor((bottom - top) / 26));
      const up = y.ticks === 0 ? [] : y.log ? logTicks(y.limits, most) : ticks(y.limits, Math.min(6, most));
      for (const tick of across) {
        if (!x.bare) add(this.grid, "path", { class: "grid", d: `M${p(this.x(tick))} ${top}V${bottom}` });
        write(this.grid, String(tick), this.x(tick), bottom + 18, "tick", "middle");
      }
      for (const tick of up) {
        add(this.grid, "path", { class: "grid", d: `M${left} ${p(this.y(tick))}H${right}` });
        write(this.grid, tickText(tick), left - 8, this.y(tick) + 4, "tick", "end");
      }
      if (x.label) write(this.grid, x.label, (left + right) / 2, bottom + 36, "tick", "middle");
    }

    drawLayers(layers) {
      while (this.paths.length < layers.length) this.paths.push(add(this.data, "path"));
      this.paths.forEach((path, k) => {
        const layer = layers[k];
        const d = layer ? PATHS[layer.kind](layer, this.x, this.y, this.box) : "";
        path.setAttribute("d", d);
        path.setAttribute("class", layer ? `${layer.kind} ${layer.look}` : "");
      });
    }

    /** Write each label where its line ends, pushed apart where they would touch. */
    placeLabels(labels) {
      const { top, bottom } = this.box;
      const ends = labels.filter(({ y }) => y !== null && Number.isFinite(y)).map((label) => ({
        ...label, tall: LINE * label.text.split("\n").length,
        at: Math.max(top, Math.min(bottom, this.y(label.y))),
      })).sort((one, other) => one.at - other.at);
      let floor = top - LINE;
      for (const end of ends) {
        end.at = Math.max(end.at, floor + end.tall / 2);
        floor = end.at + end.tall / 2;
      }
      let ceiling = bottom + LINE / 2;
      for (const end of ends.reverse()) {
        end.at = Math.min(end.at, ceiling - end.tall / 2);
        ceiling = end.at - end.tall / 2;
        const first = end.at - end.tall / 2 + LINE - 4;
        write(this.texts, end.text, this.x(end.x) + 7, first, end.look);
      }
    }

    /** Show the values nearest to a place on the screen; null: none. */
    hover(clientX) {
      this.pointer = clientX ?? undefined;
      const found = clientX === null ? null : this.valuesAt(clientX);
      this.tip.classList.toggle("shown", Boolean(found));
      this.cross.setAttribute("d", found ? `M${p(found.at)} ${this.box.top}V${this.box.bottom}` : "");
      if (!found) return;
      this.tip.textContent = found.text;
      const half = this.tip.offsetWidth / 2;
      const at = Math.max(half, Math.min(this.width - half, found.at));
      this.tip.style.transform = `translate(${Math.round(at - half)}px, 0)`;
    }

    valuesAt(clientX) {
      if (!this.spec?.hover || !this.box) return null;
      const { left, right } = this.box, [low, high] = this.spec.x.limits;
      const pixel = clientX - this.svg.getBoundingClientRect().left;
      if (pixel < left - 12 || pixel > right + 12) return null;
      const x = low + ((pixel - left) / (right - left)) * (high - low);
      const found = this.spec.hover(x);
      return found && { at: this.x(found.x), text: found.text };
    }
  }

  /** A number with three significant digits, or so many: 0.00123, 20.8, 1230. */
  function short(value, digits = 3) {
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (!Number.isFinite(value)) return Number.isNaN(value) ? say("not a number") : say("infinite");
    if (digits === 3 && size >= 999.5 && size < 10000) return String(Math.round(value / 10) * 10);
    if (size < 1e-4 || size >= 1e6) {
      const [front, power] = value.toExponential(digits - 1).split("e");
      const raised = String(Number(power)).replace(/[-\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
      return Number(front) === 1 ? `10${raised}` : `${Number(front)}·10${raised}`;
    }
    return String(Number(value.toPrecision(size >= 10000 ? 6 : digits)));
  }

  Object.assign(page, { Chart, add, write, short, logLimits, niceCeiling, niceFloor });
})();
