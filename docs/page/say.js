// What the page says: whole sentences with named fields, in the reader's language, as rnnlab/base/say.py.
//
// The language is the one that the address asks for, as "#lang=zh"; else that in which `rnnlab page`
// was run, if it was not English; else the browser's, if there are translations into it; else English.
"use strict";
(function (page) {
  const { translations = {}, preset } = page; // `rnnlab page` sets them; by language and English text
  const NAMES = { en: "English", zh: "中文" }; // as each is called in itself
  const languages = ["en", ...Object.keys(translations)];
  const { location, document, navigator } = globalThis; // none of them in node

  /** The language that an address asks for; undefined if it asks for none that is here. */
  page.askedLanguage = (fragment) => languages.find((one) => fragment.slice(1).split("&").includes(`lang=${one}`));

  page.languageOf = (fragment) => page.askedLanguage(fragment) ?? preset
    ?? languages.find((one) => document && navigator.language.split("-")[0] === one) ?? "en";

  const language = page.languageOf(location?.hash ?? "");
  const forms = (text) => translations[language]?.[text] ?? [text];
  const filled = (text, fields) => text.replace(/\{(\w+)\}/g, (_, name) => fields[name]);

  /** Return a sentence such as "Run {run} is finished." with its fields filled in. */
  page.say = (text, fields = {}) => filled(forms(text)[0], fields);

  /** Return a sentence about `n` things; a translation has one form for all numbers, or two as English has. */
  page.sayCount = (one, many, n, fields = {}) => {
    const found = translations[language]?.[one] ?? [one, many];
    return filled(n === 1 ? found[0] : found.at(-1), { n, ...fields });
  };

  /** Return sentences one behind the other; empty ones are left out. */
  page.sentences = (parts) => {
    const [first = "", ...rest] = parts.filter(Boolean);
    return rest.reduce((one, other) => page.say("{one} {other}", { one, other }), first);
  };

  /** Return phrases as a list, as "rnn, rate 0.003". */
  page.listed = (parts) => parts.reduce((one, other) => page.say("{one}, {other}", { one, other }));

  /** Put what stands in page.html into the reader's language: texts, titles and labels. */
  function translate() {
    document.documentElement.lang = language;
    const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    const unseen = "script, style, noscript"; // not said
    for (let node; (node = texts.nextNode()); ) {
      if (node.data.trim() && !node.parentElement.matches(unseen)) node.data = said(node.data);
    }
    for (const name of ["title", "aria-label"]) {
      for (const element of document.querySelectorAll(`[${name}]`)) element.setAttribute(name, said(element.getAttribute(name)));
    }
  }

  const said = (text) => page.say(text.trim().replace(/\s+/g, " ")); // found in page.html

  Object.assign(page, { language, languages, languageNames: NAMES });
  if (document && language !== "en") translate();
})((globalThis.rnnlabPage = globalThis.rnnlabPage || {}));
