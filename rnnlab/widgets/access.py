"""What ipywidgets lacks: accessible names, keys, a voice, contrast, less motion, a lab's end.

The controls are ipywidgets' own. This invisible part of each lab adds what they lack for a
reader who uses a keyboard, a screen reader or a system setting for less motion. ipywidgets knows
no key events; anywidget lets a widget bring the few lines of JavaScript along.
"""

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from rnnlab.base.say import language, say, translated
from rnnlab.base.showable import showable_lines

# White turns into #111111, JupyterLab's dark background, and the hues stay what they are.
STYLE = """
.rnnlab { --edge: rgba(0, 0, 0, .56); --jp-widgets-input-border-color: var(--edge);
  --jp-widgets-slider-handle-border-color: var(--edge) }
body[data-jp-theme-light="false"] .rnnlab { --edge: rgba(255, 255, 255, .56);
  --jp-widgets-dropdown-arrow: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' \
viewBox='0 0 18 18'%3E%3Cpath d='M5 7l4 4 4-4z' fill='%23bbb'/%3E%3C/svg%3E") }
.rnnlab, .rnnlab .widget-box { overflow: visible }
.rnnlab .rnnlab-picture { border: 0; margin: 2px 0 }
body[data-jp-theme-light="false"] .rnnlab-picture { filter: invert(.9334) hue-rotate(180deg) }
.rnnlab:focus-visible, .rnnlab :focus-visible:focus-visible { /* twice: outweighs ipywidgets */
  outline: 2px solid var(--jp-brand-color1, #1976d2) !important; outline-offset: 2px }
.rnnlab .widget-toggle-buttons { display: flex; align-items: center }
.rnnlab .widget-toggle-buttons > .widget-label { flex: none; margin-right: 8px }
.rnnlab-number > .widget-slider .widget-readout { display: none } /* beside it is a field */
.rnnlab-number { align-items: center; flex-wrap: nowrap; margin-right: 8px }
.rnnlab .rnnlab-clicks { cursor: pointer }
.rnnlab .rnnlab-run { height: auto; padding: 4px 10px; line-height: 1.4; text-align: left;
  white-space: pre; font-variant-numeric: tabular-nums }
.rnnlab .rnnlab-shown { box-shadow: inset 0 -3px var(--jp-brand-color1, #1976d2) }
.rnnlab-heading { font-weight: 600; color: var(--jp-ui-font-color1, #333) }
.rnnlab-legend { color: var(--jp-ui-font-color2, #5f5f5f); line-height: 1.4; font-size: 12px }
.rnnlab-twin abbr { cursor: help }
.rnnlab-twin { color: var(--jp-ui-font-color1, #333); line-height: 1.45; max-width: 60em }
.rnnlab-twin p { margin: 2px 0 }
.rnnlab-twin summary { display: list-item } /* the classic notebook takes its mark away */
.rnnlab-twin > details > div { overflow-x: auto }
.rnnlab-twin :is(th, td) { text-align: right; padding: 0 8px 0 0 }
.rnnlab-twin caption { text-align: left }
.rnnlab-message { color: var(--jp-error-color1, #b00020); white-space: pre-wrap }
.rnnlab-message, .rnnlab [role=status] { line-height: 1.45 }
.rnnlab-message[role=alert]::before { content: "\\26A0\\00A0" }
.rnnlab .widget-toggle-button.mod-active {
  text-decoration: underline; box-shadow: inset 0 -3px var(--jp-brand-color1, #1976d2) }
.rnnlab .jp-RenderedText pre { white-space: break-spaces } /* else spaces at an end stick out */
.rnnlab-voice { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap }
/* each part would have a sign of its own; the lab says it in a sentence */
.rnnlab.jupyter-widgets-disconnected::before, .rnnlab .jupyter-widgets-disconnected::before {
  content: none }
@media (prefers-reduced-motion: reduce) {
  .rnnlab, .rnnlab * { transition: none !important; animation: none !important }
}
"""  # not said

# A region that speaks must be there before its words are: so each is added to one that stays.
# JupyterLab would take a plain key for its own: an arrow for the next cell, Enter for the editor.
# Sliders, lists and text fields keep their keys, and Enter presses the button that has the focus.
CODE = """
const set = (node, name, value) => {
  if (node && node.getAttribute(name) !== value) node.setAttribute(name, value);
};
const text = node => node?.textContent.trim() ?? "";
const modified = event => event.ctrlKey || event.altKey || event.metaKey;
// A lab may have another one in it, which sees to its own pictures and keys.
const within = (lab, node) => node.closest(".rnnlab") === lab;
const images = lab => [...lab.querySelectorAll("img.rnnlab-picture")].filter(i => within(lab, i));
function name(lab, pictures, words) {
  images(lab).forEach((image, k) => set(image, "alt", pictures[k] ?? ""));
  for (const slider of lab.querySelectorAll(".widget-slider")) {
    const plain = slider.querySelector(".ui-slider-handle");  // of ipywidgets 7, which has no role
    const handle = plain ?? slider.querySelector("[role=slider]");
    const readout = slider.querySelector(".widget-readout");
    set(plain, "role", "slider");
    set(plain, "aria-valuenow", String(parseFloat(text(readout)) || 0));
    set(handle, "aria-label", text(slider.querySelector(".widget-label")));
    set(handle, "aria-valuetext", text(readout));
    set(readout, "contenteditable", "false");
    set(slider.closest(".rnnlab-number")?.querySelector("input"), "aria-label",
      words.number.replace("{name}", text(slider.querySelector(".widget-label"))));
  }
  for (const button of lab.querySelectorAll("button[title]:has(i.fa)"))
    if (!text(button)) set(button, "aria-label", button.title);
  for (const fold of lab.querySelectorAll(".rnnlab-fold"))
    set(fold, "aria-expanded", String(fold.classList.contains("rnnlab-open")));
  for (const run of lab.querySelectorAll(".rnnlab-run"))
    set(run, "aria-pressed", String(run.classList.contains("rnnlab-shown")));
  for (const choice of lab.querySelectorAll(".widget-toggle-buttons")) {
    set(choice, "role", "group");
    set(choice, "aria-label", text(choice.querySelector(".widget-label")));
    for (const button of choice.querySelectorAll("button"))
      set(button, "aria-pressed", String(button.classList.contains("mod-active")));
  }
  for (const bar of lab.querySelectorAll(".widget-hprogress")) {
    set(bar, "role", "progressbar");
    set(bar, "aria-label", words.progress);
    set(bar, "aria-valuenow", String(parseInt(bar.querySelector(".progress-bar").style.width)));
  }
}
export default {
  render({ model, el }) {
    const end = new AbortController();  // takes all listeners off at once
    const until = { signal: end.signal }, before = { capture: true, ...until };
    const voice = document.createElement("div");
    voice.className = "rnnlab-voice";
    voice.setAttribute("role", "log");
    el.append(voice);
    const hide = document.createElement("style"); // what is kept for where the lab is not
    const kept = `[data-rnnlab="${model.get("kept")}"]`;
    hide.textContent = `${kept}, .jp-OutputArea-child:has(${kept}) { display: none }`;
    el.append(hide);
    const speak = ({ say }) => {
      const words = document.createElement("p");
      words.textContent = say;
      voice.append(words);
      setTimeout(() => words.remove(), 10_000);
    };
    model.on("msg:custom", speak);
    const less = matchMedia("(prefers-reduced-motion: reduce)");
    const tell = () => {
      if (model.get("less_motion") === less.matches) return;
      model.set("less_motion", less.matches);
      model.save_changes();
    };
    less.addEventListener("change", tell, until);
    tell();
    let lab, waiting;
    const measure = () => {
      // clientWidth would round up; 0 while the notebook is not in sight
      const width = Math.floor(lab.getBoundingClientRect().width);
      if (width < 200 || Math.abs(width - model.get("width")) < 4) return;
      model.set("width", width);
      model.save_changes();
    };
    const room = new ResizeObserver(() => {
      clearTimeout(waiting);
      waiting = setTimeout(measure, 150);  // not at each pixel while a border is dragged
    });
    const keep = event => { if (!modified(event)) event.stopPropagation(); };
    const mine = event => {
      const at = event.target;
      return lab?.contains(at) && within(lab, at) && !modified(event)
        && model.get("taken").includes(event.key)
        && !at.matches("input, select, textarea, [role=slider], a")
        && !(event.key === "Enter" && at.matches("button"));
    };
    const press = event => {
      if (!mine(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) model.send({ key: event.key });
    };
    const release = event => { if (mine(event)) event.preventDefault(); };
    const click = ({ target, clientX, clientY }) => {
      if (!target.matches(".rnnlab-clicks") || !within(lab, target)) return;
      const { left, top, width, height } = target.getBoundingClientRect();
      model.send({ picture: images(lab).indexOf(target), x: (clientX - left) / width,
        y: (clientY - top) / height });
    };
    document.addEventListener("keydown", press, before);
    document.addEventListener("keyup", release, before);
    const notice = document.createElement("p");
    notice.className = "rnnlab-message";
    notice.setAttribute("role", "alert");
    notice.hidden = true;
    el.append(notice);
    const rename = () => {
      name(lab, model.get("pictures"), model.get("words"));
      const gone = lab.classList.contains("jupyter-widgets-disconnected");
      if (gone === !notice.hidden) return;
      notice.hidden = !gone;
      notice.textContent = gone ? model.get("words").gone : "";
    };
    const watch = new MutationObserver(rename);
    const begin = () => {
      lab = el.closest(".rnnlab");
      if (!lab) return requestAnimationFrame(begin);
      set(lab, "role", "group");
      set(lab, "aria-label", model.get("label"));
      set(lab, "lang", model.get("language"));
      lab.addEventListener("keydown", keep, until);
      lab.addEventListener("click", click, until);
      if (model.get("taken").length) lab.tabIndex = 0;
      watch.observe(lab, { subtree: true, childList: true, characterData: true,
        attributeFilter: ["aria-valuetext", "class", "style"] });
      model.on("change:pictures", rename);
      rename();
      measure();
      room.observe(lab);
    };
    begin();
    return () => {
      model.off("msg:custom", speak);
      model.off("change:pictures", rename);
      watch.disconnect();
      room.disconnect();
      end.abort();
    };
  },
};
"""  # not said


class Access(anywidget.AnyWidget):
    """An invisible part of a lab that a screen reader, a keyboard and less motion need.

    Args:
        label: what a screen reader says of the lab.

    Attributes:
        language: of all that the lab says, such as "en".
        words: what the page itself says, by what it is about.
        pictures: what a screen reader says of each picture, in their order on the page.
        kept: the name of the output that is kept for where the lab is not; it is hidden.
        taken: the names of the keys that `listen` has taken, such as "Enter" or " ".
        less_motion: whether the reader's system asks for less motion; the page reports it.
        width: pixels that the lab has on the page; 0 until the page has reported it.
    """

    _esm, _css = CODE, STYLE
    label = traitlets.Unicode().tag(sync=True)
    language = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    kept = traitlets.Unicode().tag(sync=True)
    pictures = traitlets.List(traitlets.Unicode()).tag(sync=True)
    taken = traitlets.List(traitlets.Unicode()).tag(sync=True)
    less_motion = traitlets.Bool(False).tag(sync=True)
    width = traitlets.Int(0).tag(sync=True)

    def __init__(self, **parts: Any) -> None:
        gone = "This lab shows what was: its kernel is gone or was restarted. Run its cell again."
        words = {
            "gone": say(gone),
            "number": translated("{name}, as a number"),  # the page puts the name of a slider in
            "progress": say("Progress of the run"),
        }
        super().__init__(language=language(), words=words, **parts)

    def say(self, words: str) -> None:
        """Have a screen reader say this once it has finished what it is saying."""
        self.send({"say": showable_lines(words)})

    def listen(self, actions: Mapping[str, Callable[[], None]]) -> None:
        """Call a function for each of these keys, pressed anywhere in the lab."""
        self._actions, self.taken = dict(actions), [*actions]
        self.on_msg(self._on_key)

    def _on_key(self, widget: Any, content: Any, buffers: Any) -> None:
        action = self._actions.get(content.get("key"))
        if action is not None:
            action()

    def on_click(self, action: Callable[[int, float, float], None]) -> None:
        """Call a function for each click on a picture with the class rnnlab-clicks.

        It is given the number of the picture, and where: x and y from 0 to 1, from its upper left.
        """

        def act(widget: Any, content: Any, buffers: Any) -> None:
            if "picture" in content:
                action(content["picture"], content["x"], content["y"])

        self.on_msg(act)
