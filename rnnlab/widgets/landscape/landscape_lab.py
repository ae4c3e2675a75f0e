"""LandscapeLab: the loss by learning rate and clipping bound, a map that fills in as it trains."""

import time
from functools import partial
from typing import Any

import ipywidgets as w

from rnnlab.base.say import say
from rnnlab.base.showable import as_html, said
from rnnlab.pictures.landscape import landscape_words, named, spot_words
from rnnlab.runs.stacks.landscape import Landscape, Place, Spot
from rnnlab.tasks.catalogue import Task
from rnnlab.widgets.base import WARM_UP, Lab, Setting
from rnnlab.widgets.controls import as_task, row
from rnnlab.widgets.lab import TrainingLab
from rnnlab.widgets.landscape.landscape_page import (
    AXES,
    check_map_setting,
    make_curves,
    make_map,
    make_map_controls,
    sizes,
    status_words,
    table_html,
    table_words,
)
from rnnlab.widgets.live import Pace, warm_up
from rnnlab.widgets.picture import DEFAULT_WIDTH, LivePicture

SLICE = 0.02  # seconds; a click goes through some slices until it is answered
DRAWING = 0.15  # of the time at most: a map is some 30 texts
OPEN = "Open in a training lab"  # not said: a name, which is said where it is shown
MOVES = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, -1), "ArrowDown": (0, 1)}


class LandscapeLab(Lab):
    """A live lab: the map of learning rate and clipping bound, with a few seeds in each cell.

    Train trains all cells side by side, one epoch after the other, in stacks as `train_stacked`
    does. A colour is the median of the seeds' validation losses so far. The curves are those of
    the cell with the lowest loss until another one is chosen: by a click, or by arrow keys and
    Enter. With a button, or `open_chosen`, a training lab goes on with the settings of that cell.

    Every setting is a trait of the same name; one that is changed begins the training anew.

    Attributes:
        landscape: the cells and their runs, a `rnnlab.runs.stacks.landscape.Landscape`.
        opened: the `TrainingLab` that was opened last, or None.

    Args:
        task: a name, or a task of your own, as for `TrainingLab`.
        settings: any of `learning_rates` (1 to 12 numbers), `clip_norms` (the same, or None for no
            clipping), `seeds` (runs of a cell, from the seeds 0, 1, ...), `epochs`, `cell` ("rnn"
            or "gru"), `hidden_size` and `optimizer`. Under "adam" the map is nearly flat.

    Raises:
        ValueError: for a value that cannot work.
    """

    _label = "Landscape lab. Arrow keys move over the map, Enter chooses a cell."
    task = Setting("sunspots")
    cell = Setting("rnn")
    optimizer = Setting("sgd")
    hidden_size = Setting(32)
    seeds = Setting(3)
    epochs = Setting(20)
    learning_rates = Setting((0.01, 0.03, 0.1, 0.3, 1.0))
    clip_norms = Setting((0.01, 0.1, 1.0, 10.0, None))
    opened: TrainingLab | None = None
    _warms_up = False  # its runs have no optimizer of torch's

    def __init__(self, task: str | Task = "sunspots", **settings: Any) -> None:
        super().__init__()
        self._pace, self._runner.slice = Pace(DRAWING), SLICE
        self._set({"task": task, **settings})
        self._forget()
        self._lay_out()
        self._follow()
        self.observe(self._on_axis, names=[*AXES])
        text = "Not trained yet: {count} cells. Press Train."
        self._show(say(text, count=len(self.landscape.spots)))
        self._show_twin()

    # ---- what a learner or a script calls ------------------------------------------------

    def run(self) -> Landscape:
        """Train all cells in the calling cell and return them."""
        self._check_open()
        self._runner.drain(self._begin_here)
        return self.landscape

    def _begin_here(self) -> None:
        self._apply_all()
        self._start(paused=True)

    @property
    def chosen(self) -> Place:
        """Learning rate and clipping bound of the cell whose curves are shown."""
        return self._shown.place

    def choose(self, learning_rate: float, clip_norm: float | None) -> None:
        """Show the curves of a cell.

        Raises:
            ValueError: if the map has no such cell.
        """
        self._check_open()
        self._apply_all()
        place = learning_rate, clip_norm
        if place not in self.landscape.spots:
            text = (
                "the map has no cell {place}; its learning rates are {rates}, its bounds {bounds}"
            )
            rates, bounds = self.landscape.learning_rates, self.landscape.clip_norms
            raise ValueError(say(text, place=place, rates=rates, bounds=bounds))
        self._choose(self.landscape.spots[place])

    def open_chosen(self) -> TrainingLab:
        """Show a training lab with the settings of the chosen cell below, and return it."""
        self._check_open()
        self._apply_all()
        rate, bound = self.chosen
        clip = {"clip": False} if bound is None else {"clip_norm": bound}
        same = {name: getattr(self, name) for name in ("cell", "hidden_size", "epochs")}
        self._close_opened()
        self.opened = TrainingLab(
            self.task, learning_rate=rate, optimizer=self.optimizer, **clip, **same
        )
        cell = named(self._shown)
        heading = as_html(say("A training lab with {cell}", cell=cell))
        self._heading.value = f'<div class="rnnlab-heading">{heading}</div>'  # not said
        self._below.children = [self.opened]
        self._speak("opened", say("A training lab with {cell} stands below.", cell=cell))
        return self.opened

    def describe(self) -> str:
        """Return what the pictures show in words: the lowest, the chosen cell, and each row."""
        return "\n".join([*self._sentences(), *table_words(self.landscape)])

    def close(self) -> None:
        """End the run and remove the lab, with all its parts, from the page and from memory."""
        if "_below" in vars(self) and not self.closed:
            self._close_opened()
        super().close()

    # ---- settings ------------------------------------------------------------------------

    def _check_setting(self, name: str, value: Any) -> None:
        check_map_setting(name, value)

    def _on_axis(self, change: Any) -> None:
        self._check_open()
        self._changed.add(change["name"])
        self._runner.call(self._apply_all)

    def _apply(self, changed: set[str]) -> None:
        self._start()

    # ---- the run -------------------------------------------------------------------------

    def _forget(self) -> None:
        """Make all cells anew, with nothing trained."""
        settings = {n: getattr(self, n) for n in ("cell", "hidden_size", "epochs", "optimizer")}
        before = self.__dict__.get("landscape")
        self.landscape = Landscape(
            as_task(self.task), self.learning_rates, self.clip_norms, self.seeds, **settings
        )
        self._cursor: Spot | None = None
        self._chosen: Spot | None = None
        if before is not None and [*before.spots] != [*self.landscape.spots]:
            self.pictures[0].show(*make_map(self.landscape))

    def _start(self, paused: bool = False) -> None:
        chosen = self._chosen and self.chosen
        self._forget()
        self._chosen = self.landscape.spots.get(chosen) if chosen else None
        self._resize(self._access.width or DEFAULT_WIDTH)
        self._errors.clear()
        self._started = time.perf_counter()
        self._runner.start(self.landscape.train(), paused)
        self._show(status_words(self.landscape))

    def _on_slice(self, done: bool) -> None:
        if done:
            self._show(status_words(self.landscape, time.perf_counter() - self._started))
            self._show_twin()
            self._crisp_later()
            self._runner.later(WARM_UP, warm_up)  # a training lab may be opened now
        elif self._runner.paused:  # interrupted; no button would have it go on
            self._on_stop()
        elif self._pace.due():
            self._show(status_words(self.landscape))

    def _on_error(self, error: Exception) -> None:
        self._say(say("The training has ended: {error}", error=said(error)))

    # ---- what is shown -------------------------------------------------------------------

    @property
    def _shown(self) -> Spot:
        """The cell whose curves are shown: the chosen one, else the best, else the one amid all."""
        spots = [*self.landscape.spots.values()]
        return self._chosen or self.landscape.best() or spots[len(spots) // 2]

    def _show(self, words: str = "") -> None:
        """Draw the present state, and say these words in the status line."""
        landscape, (map_, curves) = self.landscape, self.pictures
        spots, best = [*landscape.spots.values()], landscape.best()
        of_seeds = "median of {count} seeds" if self.seeds > 1 else "one seed"
        what = say(of_seeds, count=self.seeds)
        with self._pace.drawing():
            map_.draw(map_.panel.update(spots, what, best, self._shown, self._cursor))
            curves.draw(curves.panel.update(self._shown, self.epochs, self._runner.busy))
            self._write_twin("\n".join(self._sentences()))
            self._access.pictures = [picture.panel.alt for picture in self.pictures]
            self._progress.value = round(100 * landscape.epoch / self.epochs)
        if words:
            self._say(words)

    def _sentences(self) -> list[str]:
        trained = landscape_words(self.landscape) if self.landscape.best() else ""
        curves = say("The curves: {cell}", cell=spot_words(self._shown))
        return [*filter(None, [trained]), curves]

    def _show_twin(self) -> None:
        """Write the table, which would fold itself at each picture, and speak the sentences."""
        self._table.value = table_html(self.landscape)
        self._speak("twin", "\n".join(self._sentences()))

    def _choose(self, spot: Spot) -> None:
        self._chosen = spot
        self._show()
        self._speak("chosen", self._sentences()[-1])
        if self._runner.steps is None:
            self._crisp_later()

    def _move(self, across: int, down: int) -> None:
        """Move the arrow keys' frame by so many cells, and say where it stands."""
        self._cursor = self.landscape.beside(self._cursor or self._shown, across, down)
        self._show()
        self._speak("cursor", spot_words(self._cursor))

    def _on_click(self, picture: int, x: float, y: float) -> None:
        panel: Any = self.pictures[0].panel
        number = panel.at(x, y) if picture == 0 else None
        if number is not None:
            self._cursor = None
            self._choose([*self.landscape.spots.values()][number])

    def _fit(self, width: int) -> None:
        self._resize(width)
        self._show()
        if self._runner.steps is None:
            self._crisp_later()

    def _resize(self, width: int) -> None:
        measures = sizes(width, len(self.landscape.clip_norms))
        for picture, size in zip(self.pictures, measures, strict=True):
            picture.resize(*size)

    # ---- how it is put together ----------------------------------------------------------

    def _lay_out(self) -> None:
        self.pictures = LivePicture(*make_map(self.landscape)), LivePicture(*make_curves())
        self.pictures[0].widget.add_class("rnnlab-clicks")
        self._resize(DEFAULT_WIDTH)
        self.controls = make_map_controls(self.task)
        self.buttons = self._make_buttons(
            {"Train": self._on_train, "Stop": self._on_stop, OPEN: self._on_open}
        )
        keys: dict[str, Any] = {key: partial(self._move, *by) for key, by in MOVES.items()}
        keys["Enter"] = lambda: self._choose(self._cursor or self._shown)
        self._access.listen({key: partial(self._runner.call, act) for key, act in keys.items()})
        self._access.on_click(lambda *at: self._runner.call(partial(self._on_click, *at)))
        self._progress = w.IntProgress(0, 0, 100, layout=w.Layout(width="160px"))
        self._table = w.HTML(layout=w.Layout(max_width="100%"))
        self._heading, self._below = w.HTML(), w.VBox()
        first = [*self.buttons.values(), *(self.controls[n] for n in ("cell", "task", "optimizer"))]
        second = [self.controls[n] for n in ("seeds", "epochs", "hidden_size")]
        self.children = [
            self._access, row(first), row(second), row([self._progress, self._status]),
            self._message, row(picture.widget for picture in self.pictures), self._twin,
            self._table, self._heading, self._below, self._errors,
        ]  # fmt: skip

    def _on_train(self) -> None:
        self._complain("")
        self._start()

    def _on_stop(self) -> None:
        if self._runner.steps is not None:
            self._runner.stop()
            text = "Stopped after epoch {epoch} of {epochs}. Train begins anew."
            self._show(say(text, epoch=self.landscape.epoch, epochs=self.epochs))
            self._show_twin()

    def _on_open(self) -> None:
        self.open_chosen()

    def _close_opened(self) -> None:
        self._below.children = []
        if self.opened is not None:
            self.opened.close()
            self.opened = None
