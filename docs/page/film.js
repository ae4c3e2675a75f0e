// The film of a run: the slider of its epochs, and play.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});
  const { say } = page;

  const LASTS = 5000; // milliseconds of a film, if its epochs are neither few nor many
  const CALM = 1000; // of an epoch, where the reader's system asks for less motion
  const ICONS = {
    play: '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 3l12 7-12 7z"/></svg>', // not said
    pause: '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 3h4v14H4zM12 3h4v14h-4z"/></svg>', // not said
  };

  page.lessMotion = matchMedia("(prefers-reduced-motion: reduce)"); // not said

  /** Make the film; `look(epoch)` is called with what is to be shown, `wake` when it shall go on. */
  page.makeFilm = ({ look, wake }) => {
    const play = document.getElementById("play"), slider = document.getElementById("epoch");
    const output = document.getElementById("epoch_out");
    const film = { playing: false };
    let run = null, since = 0, at = 0;

    function set(playing) {
      film.playing = playing;
      play.innerHTML = ICONS[playing ? "pause" : "play"];
      play.setAttribute("aria-label", playing ? say("Pause the film") : say("Play the run as a film"));
    }

    play.addEventListener("click", () => {
      if (!film.playing && run.epoch) {
        at = Number(slider.value) >= run.epoch ? 0 : Number(slider.value);
        since = 0;
        set(true);
        look(at);
        wake();
      } else set(false);
    });
    slider.addEventListener("input", () => {
      set(false);
      look(Math.min(Number(slider.value), run.epoch));
    });

    /** Show the next epoch when it is time. */
    film.advance = (now) => {
      const lasts = page.lessMotion.matches ? CALM : Math.max(40, Math.min(300, LASTS / run.epoch));
      since ||= now;
      const due = Math.floor((now - since) / lasts);
      if (!due) return;
      since += due * lasts;
      at = Math.min(run.epoch, at + due);
      if (at >= run.epoch) set(false);
      look(at);
    };

    /** Show where it is: the epoch of a run, and in words what is to be seen there. */
    film.show = (shown, epoch, words) => {
      if (run !== shown) set(false);
      run = shown;
      Object.assign(slider, { max: run.settings.epochs, value: epoch, disabled: run.epoch === 0 });
      play.setAttribute("aria-disabled", String(run.epoch === 0));
      page.fill(slider);
      const place = { epoch, epochs: run.settings.epochs, words };
      output.textContent = say("{epoch} of {epochs}", place);
      slider.setAttribute("aria-valuetext", say("epoch {epoch} of {epochs}: {words}", place));
    };
    film.stop = () => set(false);
    set(false);
    return film;
  };
})();
