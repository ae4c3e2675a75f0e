"""The strip of the last runs: what is different about each, and how it ended."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import ipywidgets as w

from rnnlab.base.say import say, say_count
from rnnlab.base.showable import NAME, showable
from rnnlab.widgets.controls import say_epochs, say_units
from rnnlab.widgets.viewer.recorded_run import RecordedRun

MOST = 6  # runs in the strip; with them go their weights
ALWAYS = ("cell", "learning_rate")  # settings that are named even if all runs have the same


class RunStrip(w.VBox):
    """A button for each of the last runs; pressing one shows it.

    Args:
        on_choose: called with the run whose button is pressed.
    """

    def __init__(self, on_choose: Callable[[RecordedRun], None]) -> None:
        words = say("Runs (the last {most})", most=MOST)
        heading = w.HTML(f'<div class="rnnlab-heading">{words}</div>')  # not said
        self._runs: list[RecordedRun] = []
        self._buttons = [w.Button(layout=w.Layout(width="auto")) for _ in range(MOST)]
        for k, button in enumerate(self._buttons):
            button.add_class("rnnlab-run")
            button.on_click(lambda _, k=k: on_choose(self._runs[k]))
        row = w.Box(self._buttons, layout=w.Layout(flex_flow="row wrap"))  # not said
        super().__init__([heading, row])
        self.show([], None)

    def show(self, runs: Sequence[RecordedRun], shown: RecordedRun | None) -> None:
        """Show these runs, one of them as the one that the pictures show."""
        self._runs = [*runs]
        self.layout.display = "" if runs else "none"
        varying = {
            name for run in runs for name, value in run.settings.items()
            if value != runs[0].settings[name]
        }  # fmt: skip
        for k, button in enumerate(self._buttons):
            run = runs[k] if k < len(runs) else None
            button.layout.display = "" if run else "none"
            button.description = label(run, varying) if run else ""
            change = button.add_class if run and run is shown else button.remove_class
            change("rnnlab-shown")


def label(run: RecordedRun, varying: set[str]) -> str:
    """Return two lines on a run: its settings that vary, and how it ended."""
    named = {*ALWAYS, *varying, *(["clip_norm"] if "clip" in varying else [])}
    named -= {"clip" if run.settings["clip"] else "clip_norm"}
    names = [name for name in run.settings if name in named]
    words = reduce(
        lambda one, other: say("{one}, {other}", one=one, other=other),
        (say_setting(name, run.settings) for name in names),
    )
    ended = showable(run.outcome or run.result, NAME) or say("not finished")
    return f"{run.number}  {words}\n{ended}"


def say_setting(name: str, settings: Mapping[str, Any]) -> str:
    """Return a setting in a word or two."""
    value = settings[name]
    words = {
        "learning_rate": lambda: say("rate {rate:g}", rate=value),
        "epochs": lambda: say_epochs(value),
        "hidden_size": lambda: say_units(value),
        "clip": lambda: say("not clipped"),
        "clip_norm": lambda: say("clipped above {bound:g}", bound=value),
        "seed": lambda: say("seed {seed}", seed=value),
        "seeds": lambda: say_count("{n} seed", "{n} seeds", n=value),
    }
    return words[name]() if name in words else showable(getattr(value, "name", value), NAME)
