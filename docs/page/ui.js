// The page: a run goes on in slices between two frames, and is shown; earlier ones can be chosen.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});
  const { short, say, sentences } = page;

  const MOST = 6; // runs in the strip; with them go their weights
  const SLICE = 11; // milliseconds of training in a frame: what is left of 16 draws and listens
  const byId = (id) => document.getElementById(id);

  const lab = {
    settings: page.defaults(),
    runs: [], // of the strip
    number: 0, // of the last one
    training: null, // the run that is not finished
    waits: false, // it is paused
    shown: null, // the run that the pictures show
    epoch: null, // that is looked at; null: the present moment
    restart: false, // a setting was changed: a new run begins with the next frame
  };

  const charts = {
    forecast: new page.Chart(byId("forecast"), (width) => Math.round(Math.max(250, Math.min(430, 0.5 * width))),
      { left: 44, right: 86, top: 8, bottom: 28 }),
    loss: new page.Chart(byId("loss"), (width) => (width < 480 ? 214 : 226), { left: 48, right: 78, top: 8, bottom: 44 }),
    norm: new page.Chart(byId("norm"), (width) => (width < 480 ? 214 : 226), { left: 48, right: 78, top: 8, bottom: 44 }),
  };

  // ---- frames -------------------------------------------------------------------------------

  let sliceTook = 0, readerUntil = 0; // where one step fills a frame, training waits for who acts
  for (const kind of ["keydown", "pointerdown", "input"]) {
    addEventListener(kind, () => {
      if (sliceTook > 2 * SLICE) readerUntil = performance.now() + 100;
    }, { capture: true, passive: true });
  }

  let frame = 0, dirty = true, urgent = false, drawnAt = 0, drawingTakes = 5, slicedAt = 0, owed = 0;

  const going = () => Boolean(lab.training) && !lab.waits;

  function wake() {
    frame ||= requestAnimationFrame(onFrame);
  }

  function show() {
    dirty = true;
    wake();
  }

  function onFrame(now) {
    frame = 0;
    let more = false;
    try {
      if (lab.restart) start(false);
      if (going() && now >= readerUntil && !navigator.scheduling?.isInputPending?.()) slice(now);
      if (film.playing) film.advance(now);
      more = !going() && phases.advance(performance.now() + SLICE);
      const rest = page.lessMotion.matches ? 1000 : Math.min(200, 2 * drawingTakes); // leave time to train
      if (dirty && (urgent || !going() || now - drawnAt >= rest)) draw(now);
    } catch (error) { // it would vanish, and the page stand still
      lab.training = null;
      complain(say("Something in this page has failed: {why}. Load it again.", { why: error.message }));
      throw error;
    }
    if (going() || film.playing || dirty || more) wake();
  }

  /** Train for a few milliseconds, or for as many steps as the speed asks for. */
  function slice(now) {
    const run = lab.training, began = performance.now();
    const passed = Math.min(250, slicedAt ? now - slicedAt : 16);
    slicedAt = now;
    run.seconds += passed / 1000;
    const { speed } = lab.settings, paced = speed !== "full";
    owed = paced ? Math.min(owed + (passed / 1000) * Number(speed) * run.perEpoch, 2 * run.perEpoch) : 0;
    while (!paced || owed >= 1) {
      owed -= 1;
      if (!run.step() || run.over) return finish(run);
      dirty = true;
      sliceTook = performance.now() - began;
      if (sliceTook >= SLICE) break;
    }
    return undefined;
  }

  // ---- the run ------------------------------------------------------------------------------

  /** Begin a run with the settings; one that was not finished ends, and is forgotten if it was going. */
  function start(waits) {
    lab.restart = false;
    leave();
    const run = new page.RecordedRun(lab.number += 1, lab.settings);
    lab.runs = [...lab.runs, run].slice(-MOST);
    Object.assign(lab, { training: run, waits, shown: run, epoch: null });
    [slicedAt, owed] = [0, 1];
    tell(say("Run {run} begins, with these settings.", { run: run.number }));
    speak();
    tellWords();
    show();
  }

  function leave() {
    const run = lab.training;
    if (!run) return;
    if (lab.waits) run.outcome ||= say("stopped at epoch {epoch}", { epoch: run.epoch });
    else { // a moving slider would fill the strip with these
      lab.runs = lab.runs.filter((other) => other !== run);
      lab.number -= 1;
    }
    lab.training = null;
  }

  function finish(run) {
    lab.training = null;
    show();
    tell(page.sayEnd(run));
    tellWords();
    speak(true);
  }

  function onTrain() {
    const run = lab.training;
    complain("");
    film.stop();
    if (!run || !page.sameRun(run.settings, lab.settings)) start(false);
    else if (lab.waits) resume();
    else look(null);
  }

  function resume() {
    choose(lab.training);
    lab.waits = false;
    slicedAt = 0;
    tell(say("Run {run} goes on at {where}.", { run: lab.training.number, where: lab.training.where }));
    speak();
    show();
  }

  function onPause() {
    if (!lab.training) return;
    if (lab.waits) resume();
    else pause();
  }

  function pause() {
    lab.waits = true;
    tellPaused();
    speak(true);
    show();
  }

  function tellPaused() {
    tell(page.sayPaused(lab.training, lab.settings));
    tellWords();
  }

  function onStep() {
    complain("");
    if (!lab.training) start(true);
    else if (lab.shown !== lab.training) choose(lab.training);
    const run = lab.training;
    Object.assign(lab, { waits: true, epoch: null });
    if (!run.step() || run.over) return finish(run);
    tellPaused();
    const loss = short(run.losses[run.losses.length - 1]);
    tell(sentences([byId("status").textContent, say("Its loss was {loss}.", { loss })]));
    speak();
    return show();
  }

  /** Show a run, and its settings in the controls; nothing is trained for it. */
  function choose(run) {
    if (going()) pause();
    complain("");
    Object.assign(lab.settings, run.settings, { speed: lab.settings.speed });
    Object.assign(lab, { shown: run, epoch: null });
    showSettings();
    if (run !== lab.training) {
      tell(page.sayWhere(run));
    } else if (lab.waits) tellPaused();
    tellWords();
    show();
  }

  /** Look at an epoch of the run that is shown; null: at the present moment. */
  function look(epoch) {
    lab.epoch = going() && epoch === lab.shown.epoch ? null : epoch;
    if (!film.playing) tellWords();
    urgent = true; // a reader waits for it, before any more training
    show();
  }

  // ---- what is shown ------------------------------------------------------------------------

  let drawn = ""; // the forecast that was drawn last

  function draw(now) {
    const began = performance.now(), run = lab.shown, { epoch } = lab;
    const one = lab.runs[lab.runs.indexOf(run) - 1];
    const before = one?.settings.task === run.settings.task ? one : undefined;
    const key = `${run.number} ${epoch ?? run.losses.length} ${epoch === null} ${JSON.stringify(run.settings)}`;
    if (key !== drawn) {
      drawn = key;
      byId("headline").textContent = page.headline(run, epoch);
      page.drawForecast(charts.forecast, { task: run.settings.task, forecast: run.forecastAt(epoch) });
    }
    page.drawLoss(charts.loss, { run, before, epoch });
    page.drawNorm(charts.norm, { run, before, epoch });
    const at = epoch ?? run.epoch;
    film.show(run, at, page.sayError(run, at));
    byId("pause").setAttribute("aria-disabled", String(!lab.training));
    byId("pause").textContent = lab.training && lab.waits ? say("Resume") : say("Pause");
    strip.show(lab.runs, run, lab.training, lab.waits);
    if (going() && run.losses.length) {
      tell(page.sayWhere(lab.training));
      if (epoch === null && run === lab.training) tellWords();
    }
    if (!going() && !film.playing) phases.look(run, at);
    [dirty, urgent, drawnAt, drawingTakes] = [false, false, now, performance.now() - began];
  }

  const phases = page.makePhases({ wake });
  const strip = page.makeStrip({ choose });

  // ---- what is said -------------------------------------------------------------------------

  function tell(text) {
    byId("status").textContent = text;
  }

  function tellWords() {
    const { shown, epoch } = lab, task = page.tasks[shown.settings.task];
    const looked = epoch === null ? "" : say("You are looking at epoch {epoch}.", { epoch });
    byId("words").textContent = sentences([looked, ...page.wordsOf(shown, epoch), task.note]);
    byId("legend").textContent = page.sayLegend(task);
  }

  /** Have a screen reader say the status, and maybe the words; while it runs nothing is said. */
  function speak(wordsToo = false) {
    const said = sentences(["status", ...(wordsToo ? ["words"] : [])].map((id) => byId(id).textContent));
    byId("voice").append(Object.assign(document.createElement("p"), { textContent: said }));
    while (byId("voice").children.length > 4) byId("voice").firstChild.remove();
  }

  function complain(text) {
    byId("message").textContent = text;
  }

  // ---- settings -----------------------------------------------------------------------------

  function showSettings() {
    showControls(lab.settings);
    const address = page.addressOf(lab.settings, page.askedLanguage(location.hash));
    if (address !== location.hash) history.replaceState(null, "", address || location.href.split("#")[0]);
    offerLanguage();
  }

  /** The other language, as a link to this page with the same settings: reading it loads the page anew. */
  function offerLanguage() {
    const link = byId("language"), other = page.languages.find((language) => language !== page.language);
    link.hidden = !other;
    if (other) Object.assign(link, {
      href: page.addressOf(lab.settings, other), textContent: page.languageNames[other], lang: other, hreflang: other,
    });
  }

  const showControls = page.makeControls({
    want(name, value) {
      if (lab.settings[name] === value) return;
      lab.settings[name] = value;
      complain("");
      showSettings();
      if (name === "speed") return;
      film.stop();
      if (lab.training && lab.waits) tellPaused(); // it is not thrown away: Train begins the new one
      else lab.restart = true;
      wake();
    },
    refuse(label, name, text) {
      complain(page.refusal(label, name, text, lab.settings[name]));
      showControls(lab.settings);
    },
  });

  function untrained() {
    leave();
    lab.shown = new page.RecordedRun(0, lab.settings);
    lab.epoch = null;
    tell(say("Press Train. Then change a setting, and see what becomes of it."));
    tellWords();
    show();
  }

  function readAddress() {
    if (page.languageOf(location.hash) !== page.language) {
      location.reload();
      return;
    }
    const { settings, refused } = page.readAddress(location.hash);
    lab.settings = settings;
    showSettings();
    complain(sentences(refused));
    untrained();
  }

  const film = page.makeFilm({ look, wake });
  for (const [id, act] of Object.entries({ train: onTrain, pause: onPause, step: onStep })) byId(id).addEventListener("click", act);
  byId("defaults").addEventListener("click", () => {
    for (const [name, value] of Object.entries(page.defaults())) lab.settings[name] = value;
    complain("");
    showSettings();
    lab.restart = !(lab.training && lab.waits);
    wake();
  });
  addEventListener("hashchange", readAddress);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => page.redrawPhases()); // not said
  readAddress();
})();
