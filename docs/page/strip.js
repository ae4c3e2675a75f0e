// The strip of the last runs: what is different about each, and how it ended.
"use strict";
(() => {
  const page = (globalThis.rnnlabPage ??= {});
  const { say } = page;

  /** Make the strip; `choose(run)` is called with the run whose button is pressed. */
  page.makeStrip = ({ choose }) => {
    const place = document.getElementById("strip");
    let runs = [];

    function addButton() {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.addEventListener("click", () => choose(runs[[...place.children].indexOf(button)]));
      return place.appendChild(button);
    }

    function write(button, lines) {
      if (button.textContent === lines.join("")) return; // else it would lose a reader's selection
      button.replaceChildren(...["strong", "span"].map((tag, k) => (
        Object.assign(document.createElement(tag), { textContent: lines[k] }))));
    }

    return {
      /** Show runs, `shown` among them as the one in the pictures; `training` is not finished. */
      show(all, shown, training, waits) {
        runs = all;
        document.getElementById("runs").hidden = !runs.length;
        while (place.children.length > runs.length) place.lastChild.remove();
        runs.forEach((run, k) => {
          const button = place.children[k] ?? addButton();
          const going = waits ? say("paused at epoch {epoch}", { epoch: run.epoch }) : say("training …");
          write(button, [`${run.number}  ${page.labelOf(run, runs)}`, run === training ? going : run.result]);
          button.setAttribute("aria-pressed", String(run === shown));
        });
      },
    };
  };
})();
