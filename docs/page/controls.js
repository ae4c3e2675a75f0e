// The controls: each shows its setting, and tells what a reader wants it to be.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});
  const { SETTINGS, typed, say, sayCount } = page;

  const NAMES = {
    learning_rate: say("Learning rate"), epochs: say("Epochs"), clip: say("Clip above"),
    hidden_size: say("Hidden size"), seed: say("Seed"),
  };
  const CHOICES = {
    task: (name) => page.tasks[name].title,
    optimizer: (name) => ({ adam: "Adam", sgd: "SGD", rmsprop: "RMSprop" })[name] ?? name,
    speed: (speed) => (speed === "full" ? say("full")
      : sayCount("{n} epoch a second", "{n} epochs a second", Number(speed))),
  };

  /** The part of a slider's track that is left of its thumb, for the style sheet. */
  page.fill = (slider) => {
    const share = (slider.value - slider.min) / (slider.max - slider.min || 1);
    slider.style.setProperty("--share", share.toFixed(4));
  };

  /** The place of a slider that is nearest to a value, on a logarithmic scale. */
  function nearest(values, value) {
    const away = (other) => Math.abs(Math.log(other / value));
    return values.reduce((best, other, k) => (away(other) < away(values[best]) ? k : best), 0);
  }

  /**
   * Make the controls of the page work.
   *
   * `want(name, value)` is told a value that can work; `refuse(name, text)` one that cannot. Returns
   * the function that shows settings in the controls.
   */
  page.makeControls = ({ want, refuse }) => {
    const showing = Object.keys(SETTINGS).map((name) => {
      const place = document.querySelector(`[data-setting="${name}"]`);
      if (place.matches(".cells")) return radios(place, name, want);
      if (place.matches(".number")) return slider(place, name, want, refuse);
      return place.querySelector("select") ? menu(place, name, want) : field(place, name, want, refuse);
    });
    document.getElementById("more").addEventListener("click", fold);
    return (settings) => showing.forEach((show) => show(settings));
  };

  /** Show or hide what a first lesson does not need. */
  function fold({ currentTarget: button }) {
    const folded = document.getElementById("folded"), opens = folded.hidden;
    folded.hidden = !opens;
    button.setAttribute("aria-expanded", String(opens));
    button.textContent = opens ? say("Fewer settings") : say("More settings");
  }

  function radios(place, name, want) {
    const inputs = [...place.querySelectorAll("input")];
    inputs.forEach((input) => input.addEventListener("change", () => want(name, input.value)));
    return (settings) => inputs.forEach((input) => { input.checked = input.value === settings[name]; });
  }

  function menu(place, name, want) {
    const select = place.querySelector("select");
    for (const value of SETTINGS[name].values()) select.add(new Option(CHOICES[name](value), value));
    select.addEventListener("change", () => want(name, select.value));
    return (settings) => { select.value = settings[name]; };
  }

  /** A field to type in: what is no value is told, and the value before comes back. */
  function field(place, name, want, refuse, read = SETTINGS[name].read) {
    const input = place.querySelector("input[type=text]");
    let last = "";
    input.addEventListener("change", () => {
      const value = read(input.value);
      if (value === undefined) {
        refuse(NAMES[name], name, input.value);
        input.value = last;
      } else want(name, value);
    });
    input.addEventListener("focus", () => input.select());
    return (settings) => {
      if (settings[name] !== null) last = typed(settings[name]);
      if (input.value !== last) input.value = last;
    };
  }

  /** A slider over some values and a field for any other; for the clipping a switch, too. */
  function slider(place, name, want, refuse) {
    const range = place.querySelector("input[type=range]"), on = place.querySelector("input[type=checkbox]");
    const values = SETTINGS[name].values();
    Object.assign(range, { min: 0, max: values.length - 1, step: 1 });
    range.addEventListener("input", () => want(name, values[range.value]));
    let bound = SETTINGS[name].standard; // that comes back when the clipping does
    on?.addEventListener("change", () => want(name, on.checked ? bound : null));
    const showField = field(place, name, want, refuse);
    return (settings) => {
      const value = settings[name];
      if (on) on.checked = value !== null;
      place.classList.toggle("off", value === null);
      for (const input of place.querySelectorAll("input:not([type=checkbox])")) input.disabled = value === null;
      if (value !== null) bound = value;
      range.value = nearest(values, bound);
      range.setAttribute("aria-valuetext", value === null ? say("off") : said(name, value));
      page.fill(range);
      showField(settings);
    };
  }

  function said(name, value) {
    if (name === "epochs") return sayCount("{n} epoch", "{n} epochs", value);
    if (name === "hidden_size") return sayCount("{n} unit", "{n} units", value);
    return typed(value);
  }
})();
