"""Labs whose settings are traits, each with a control of the same name."""

from __future__ import annotations

from typing import Any

import traitlets

from rnnlab.widgets.base import Lab
from rnnlab.widgets.controls import offer, same


class Setting(traitlets.TraitType[Any, Any]):
    """A trait that the lab itself checks, by `SettingsLab._check_setting`."""

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the value, or the one before if the lab refuses it."""
        return obj._checked(self.name, value)


class SettingsLab(Lab):
    """A lab that follows its settings: the latest wins, a bad value is refused in words.

    A lab of its own has a `Setting` for each name in `controls`, and says what a value must be
    (`_check_setting`) and what a change does (`_apply`).
    """

    controls: dict[str, Any]
    _ready = False

    def _follow(self) -> None:
        """Begin to follow the controls and the traits; the last thing a lab's making does."""
        self._changed: set[str] = set()
        for name, control in self.controls.items():
            offer(control, getattr(self, name))
            control.observe(
                lambda change, name=name: setattr(self, name, change["new"]), names="value"
            )
        self.observe(self._on_setting, names=[*self.controls])
        self._ready = True

    def _check_setting(self, name: str, value: Any) -> None:
        """Raise ValueError or TypeError for a value that cannot work."""
        raise NotImplementedError  # each lab has its own settings

    def _apply(self, changed: set[str]) -> None:
        """Act on changed settings, on the thread of the kernel's loop."""
        raise NotImplementedError

    def _checked(self, name: str, value: Any) -> Any:
        try:
            self._check_setting(name, value)
        except Exception as error:  # a task of the learner's own may raise anything
            if not self._ready:  # while it is being made there is no lab to say it in
                if isinstance(error, TypeError | ValueError):
                    raise ValueError(str(error)) from None
                raise
            said = str(error) or type(error).__name__
            self._complain(f"{said}. {name} stays {getattr(self, name)!r}.")
            self.controls[name].value = getattr(self, name)
            return getattr(self, name)
        return value

    def _on_setting(self, change: Any) -> None:
        if same(change["old"], change["new"]):
            return
        self._check_open()
        name = change["name"]
        offer(self.controls[name], change["new"])
        self._changed.add(name)
        self._runner.call(self._apply_all)

    def _apply_all(self) -> None:
        changed, self._changed = self._changed, set()
        if changed:  # otherwise an earlier call took them all
            self._complain("")
            self._apply(changed)
