// The settings of a run: what each may be, and how the address of the page says them.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});
  const { say } = page;

  const digits = (powers) => powers.flatMap((e) => [1, 1.5, 2, 3, 5, 7].map((d) => Number((d * 10 ** e).toPrecision(2))));
  const MOST = { epochs: 500, hidden_size: 64 }; // weights of every epoch are kept, on a phone too

  const words = (values) => (values.length < 2 ? values[0]
    : say("{values} or {last}", { values: values.slice(0, -1).join(", "), last: values.at(-1) }));

  function choice(values, standard) {
    return { values, standard, expected: () => words(values()), read: (text) => (values().includes(text) ? text : undefined) };
  }

  /** A number above 0; `values` are those of its slider. */
  function number(values, standard, expected) {
    const read = (text) => {
      const value = text.trim() === "" ? NaN : Number(text.trim().replace(",", "."));
      return Number.isFinite(value) && value > 0 ? value : undefined;
    };
    return { values: () => values, standard, expected: () => expected, read };
  }

  function integer(values, standard, least, most) {
    const read = (text) => {
      const value = /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : NaN;
      return value >= least && value <= most ? value : undefined;
    };
    return { values: () => values, standard, expected: () => say("an integer from {least} to {most}", { least, most }), read };
  }

  const clip = number([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10], 1, say("a number above 0, or off"));

  /** By name: `standard`, the default; `read`, from a text to a value, or undefined; what is `expected`. */
  const SETTINGS = {
    task: choice(() => Object.keys(page.tasks), "sunspots"),
    cell: choice(() => ["rnn", "gru", "lstm"], "rnn"),
    learning_rate: number([...digits([-4, -3, -2, -1]), 1], 0.003, say("a number above 0")),
    epochs: integer([1, 2, 5, 10, 20, 40, 60, 100, 200, 500], 40, 1, MOST.epochs),
    clip: { ...clip, read: (text) => (text.trim().toLowerCase() === "off" ? null : clip.read(text)) },
    optimizer: choice(() => ["adam", "sgd", "rmsprop"], "adam"),
    hidden_size: integer([1, 2, 4, 8, 16, 32, 64], 32, 1, MOST.hidden_size),
    seed: integer([], 0, 0, 4294967295),
    speed: choice(() => ["full", "10", "3", "1"], "full"),
  };

  page.defaults = () => Object.fromEntries(Object.entries(SETTINGS).map(([name, { standard }]) => [name, standard]));

  /** A value as it is typed, and as it stands in the address. */
  page.typed = (value) => {
    if (value === null) return "off";
    return value >= 1e6 ? value.toExponential().replace("+", "") : String(value);
  };

  /** What is wrong with a text that was typed, and that the value before stays; whole sentences. */
  page.refusal = (label, name, text, stays) =>
    say("{label} is “{text}”; expected {expected}. It stays {value}.",
      { label, text: shown(text), expected: SETTINGS[name].expected(), value: page.typed(stays) });

  /**
   * Read the fragment of an address, as "#task=co2&cell=gru".
   *
   * Returns `settings`, all of them, and `refused`, a sentence for each part that means nothing:
   * the default stands in its place.
   */
  page.readAddress = (fragment) => {
    const settings = page.defaults(), refused = [], known = [...Object.keys(SETTINGS), "lang"];
    for (const part of fragment.replace(/^#/, "").split("&").filter(Boolean)) {
      const [name, ...rest] = part.split("=").map(decoded), text = rest.join("=");
      if (!known.includes(name)) {
        refused.push(say("The address asks for “{name}”, which is no setting: expected {known}.",
          { name: shown(name), known: words(known) }));
        continue;
      }
      const value = name === "lang" ? page.askedLanguage(`#${part}`) : SETTINGS[name].read(text);
      if (value === undefined) refused.push(refusedPart(name, text, settings[name]));
      else if (name !== "lang") settings[name] = value;
    }
    return { settings, refused };
  };

  function refusedPart(name, text, standard) {
    const asked = `${name}=${shown(text)}`;
    if (name === "lang") return say("The address has {asked}; expected {expected}.", { asked, expected: words(page.languages) });
    return say("The address has {asked}; expected {expected}: the default, {standard}, stands in its place.",
      { asked, expected: SETTINGS[name].expected(), standard: page.typed(standard) });
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text.replaceAll("+", " "));
    } catch { // a % that begins nothing
      return text;
    }
  }

  const shown = (text) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

  /** The fragment that says these settings, those that are not the defaults, and a language. */
  page.addressOf = (settings, language) => {
    const standard = page.defaults();
    const parts = Object.keys(SETTINGS).filter((name) => settings[name] !== standard[name])
      .map((name) => `${name}=${encodeURIComponent(page.typed(settings[name]))}`);
    if (language) parts.push(`lang=${language}`);
    return parts.length ? `#${parts.join("&")}` : "";
  };

  Object.assign(page, { SETTINGS });
})();
