"""The keyboard of a lab: what is pressed anywhere in it, told to Python.

ipywidgets knows no key events; anywidget lets a widget bring the few lines of JavaScript along.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

# Sliders, lists and text fields keep their keys, and Enter presses the button that has the focus.
CODE = """
export default {
  render({ model, el }) {
    const lab = () => el.closest(".rnnlab");
    const prepare = () => {
      if (!lab()) return requestAnimationFrame(prepare);
      lab().tabIndex = 0;
    };
    prepare();
    const mine = event => {
      const at = event.target;
      return lab()?.contains(at) && model.get("taken").includes(event.key)
        && !(event.ctrlKey || event.altKey || event.metaKey)
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
    document.addEventListener("keydown", press, true);
    document.addEventListener("keyup", release, true);
    return () => {
      document.removeEventListener("keydown", press, true);
      document.removeEventListener("keyup", release, true);
    };
  },
};
"""


class Keys(anywidget.AnyWidget):
    """An invisible part of a lab that calls a function for each of some keys.

    Args:
        actions: what to call by the key's name, such as "Enter" or " ".
    """

    _esm = CODE
    taken = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, actions: Mapping[str, Callable[[], None]]) -> None:
        super().__init__(taken=[*actions])
        self._actions = dict(actions)
        self.on_msg(self._on_key)

    def _on_key(self, widget: Any, content: Any, buffers: Any) -> None:
        action = self._actions.get(content.get("key"))
        if action is not None:
            action()
