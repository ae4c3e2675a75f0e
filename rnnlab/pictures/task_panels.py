"""The picture that suits each kind of task: forecast, text, grammar, sequence or scatter.

A kind of picture is a subclass of `TaskPanel`, found by its `kind`, which `Task.picture` names.
All are panels as in `plots`, made for a task and updated with what `task.answers(model)` returns;
`scores` says that training stands still, so that what is slow to draw may be drawn.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any, ClassVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from rnnlab.base.showable import NAME, UNIT, showable, showable_lines
from rnnlab.pictures import plots
from rnnlab.pictures.bands import ONE_RUN, Spread, add_band, set_band
from rnnlab.pictures.look import own_look
from rnnlab.pictures.plots import BLUE, DASHED, DOTTED, INK, MUTED, PALE
from rnnlab.tasks.forecast import SeriesTask
from rnnlab.tasks.names import END

SHORT = 10  # characters of a unit beside a line
PANELS: dict[str, type["TaskPanel"]] = {}  # by `Task.picture`


class TaskPanel:
    """A panel as in `plots` for one kind of task.

    Attributes:
        kind: the name by which a task asks for it.
        left, right: pixels beside the axes.
        legend: what is drawn, for somebody who sees it for the first time.
        spread: how far other runs lie from the one that is shown.
        free_running: whether a forecast that reads its own predictions is shown, too.
        result: how good the answers are, in a few words; empty if the task does not say.

    Args:
        axes: to draw on.
        task: whose answers are shown.
    """

    kind: ClassVar[str]
    left, right = 44, 76
    alt: str
    legend: str
    result = ""
    free_running = False
    spread: Spread = ONE_RUN
    moving: list[Artist]
    update: Callable[..., bool]  # takes the task's answers, and `scores`

    def __init_subclass__(cls) -> None:
        """Make the panel known by its kind."""
        PANELS[cls.kind] = cls

    def __init__(self, axes: Axes, task: Any) -> None:
        self.axes, self.task = axes, task

    def answers(self, model: Any) -> tuple[Any, ...]:
        """Return what `update` shows of a model."""
        answers: tuple[Any, ...] = self.task.answers(model)
        return answers

    def add_title(self) -> None:
        """Write a title that says, after `set_title`, how good the answers are."""
        self.title = plots.write(
            self.axes, self.task.title, (0, 1), (0, 10), INK, va="baseline", size=10
        )
        self.title.set_fontweight("bold")

    def set_title(self, *answers: Any) -> None:
        """Say how good these answers are, as far as there is room for it."""
        name, result, beside = showable(self.task.title, NAME), "", ""
        if hasattr(self.task, "result"):  # a task of the user's own need not have it
            result, beside = (showable(words) for words in self.task.result(*answers))
        self.result = result
        beside = self.spread.title or beside
        longest = f"{name}: {result} ({beside})" if beside else f"{name}: {result}"
        choices = [longest, f"{name}: {result}", result, name] if result else [name]
        if result and self.spread.title:  # before what the title would leave out
            choices.insert(1, f"{result} ({beside})")
        room = self.axes.figure.bbox.width - self.axes.get_window_extent().x0 - 2
        plots.fit_words(self.title, choices, room)


def make_panel(task: Any) -> tuple[Figure, TaskPanel]:
    """Return a figure of 420 x 270 pixels with the panel that suits a task."""
    panel = PANELS[task.picture]
    return plots.on_axes(panel, 420, panel.left, panel.right, task)


class ForecastPanel(TaskPanel):
    """Predictions of the held-out part against what was measured, in the series' own unit."""

    kind, right = "forecast", 90

    def __init__(self, axes: Axes, task: SeriesTask) -> None:
        super().__init__(axes, task)
        series, times, unit = task.series, task.held_out_times, task.time_unit
        plots.style(axes, "")
        plots.integer_ticks(axes.xaxis, 5)
        box, less = axes.get_position(), 22 / axes.figure.bbox.height  # no label below the ticks
        axes.set_position((box.x0, box.y0 - less, box.width, box.height + less))
        self.alt = self.alone_alt = (
            f"Line chart of {task.title}, the held-out {unit}s: as measured, as "
            f"predicted one {unit} ahead, and the distance between the two."
        )
        self.legend = (
            f"Bold blue: what the network predicted, one {unit} ahead. Thin: "
            "what was measured; the pale strokes between the two are how far off it was. Grey: "
            f"{unit}s that it learnt from."
        )
        start = max(0, task.split - len(times) // 2)
        known = slice(start, task.split + 1)
        axes.plot(series.times[known], task.values[known], color=PALE, lw=1.3)
        axes.axvline(times[0], color=MUTED, lw=0.9)
        axes.plot(times, task.held_out_values, color=INK, lw=1.3)
        axes.set(xlim=(series.times[start], times[-1]), ylim=around(task.values[start:], 0.18))
        up = axes.get_xaxis_transform()
        self.never_seen = plots.write(axes, "", (times[0], 0.99), va="top", coords=up)
        self.band, self.misses = add_band(axes, BLUE), add_misses(axes)
        (self.alone,) = axes.plot([], [], color=BLUE, lw=1.4, ls=DOTTED)
        (self.ahead,) = axes.plot([], [], color=BLUE, lw=2)
        (measured,) = axes.plot(times[-1:], task.held_out_values[-1:], color=INK, lw=1.3)
        one = unit if len(unit) <= SHORT else "step"  # for which there is room
        names = ("on its own", f"predicted,\none {one}\nahead", "measured")
        self.labels = plots.EndLabels(axes, names, (self.alone, self.ahead, measured))
        self.add_title()
        self.outside = plots.write(axes, "", (0.5, 0.06), color=BLUE, ha="center")
        self.moving = [
            self.band, self.misses, self.alone, self.ahead, self.title, self.outside,
            *self.labels.texts,
        ]  # fmt: skip

    def answers(self, model: Any) -> tuple[Any, ...]:
        """Return the forecasts that `update` shows: the free-running one if asked for and there.

        It takes a call of the model for each value, twenty times as long as all else.
        """
        wanted = self.free_running and self.task.runs_free
        alone = (self.task.free_running(model),) if wanted else ()
        return (*super().answers(model), *alone)

    def update(
        self, one_step_ahead: Tensor, free_running: Tensor | None = None, scores: bool = True
    ) -> bool:
        """Show predictions (held out,) of one or both kinds, and how good the first are."""
        times, limits = np.asarray(self.task.held_out_times), self.axes.get_ylim()
        ahead = drawable(one_step_ahead, *limits)
        set_misses(self.misses, times, self.task.held_out_values.numpy(), ahead)
        self.ahead.set_data(times, ahead)
        edges = [drawable(edge, *limits) for edge in self.spread.band or ()]
        set_band(self.band, times if edges else [], *(edges or ([], [])))
        self.alt = self.alone_alt + " The band: the predictions of all seeds." * bool(edges)
        alone = [] if free_running is None else drawable(free_running, *limits)
        self.alone.set_data(times[: len(alone)], alone)
        self.labels.place()
        away = float(np.mean((ahead < limits[0]) | (ahead > limits[1])))
        self.outside.set_text("the prediction lies far outside of this picture" * (away > 0.5))
        self.set_title(one_step_ahead)
        unit = self.task.time_unit
        choices = [f"  the network has never seen these {unit}s", "  never seen", ""]
        room = self.axes.figure.bbox.width - self.axes.transData.transform((times[0], 0))[0]
        return plots.fit_words(self.never_seen, choices, room - self.right)


class TextPanel(TaskPanel):
    """The likeliest next characters of a held-out name, and names that the model makes up.

    A column for each character of the name: the true one with its probability, then the three
    likeliest. Where the true one is among these, a box marks it. Room for the made-up names is
    taken from the height of the axes. The task is a `NamesTask`, or one with its `encode`,
    `decode` and `answers`.
    """

    kind, left, right = "text", 64, 12
    alt = "Table of the likeliest letters at each place of a held-out name; below, made-up names."
    legend = (
        "Above: a name that the network has never seen. Below each letter: the three that it held "
        "for likeliest, in percent; a box marks the true one. Made up: names of its own."
    )
    boxed = "the true letter"
    LIKELIEST, MADE, EVERY = 3, 8, 4

    def __init__(self, axes: Axes, task: Any) -> None:
        super().__init__(axes, task)
        plots.style(axes, "")
        self.add_title()
        self.name, self._updates = "", 0
        self.end = getattr(task, "end", END)  # the character that a name or string ends with
        box, room = axes.get_position(), 34 / axes.figure.bbox.height
        axes.set_position((box.x0, box.y0 + room, box.width, box.height - room))
        axes.grid(False)
        axes.set(xticks=[], ylim=(self.LIKELIEST + 1, 0))
        rows = ["it is", "likeliest", "second", "third"]
        axes.set_yticks([row + 0.5 for row in range(len(rows))], rows)
        plots.write(axes, f"in percent; a box marks {self.boxed}", (0, 0), (0, -7), va="top")
        plots.write(axes, "made up", (0, 0), (-5, -23), ha="right", va="top")
        self.made = [
            plots.write(axes, "", (k % 4 / 4, 0), (0, -23 - k // 4 * 14), INK, va="top")
            for k in range(self.MADE)
        ]
        self.bars = PolyCollection([], facecolors=BLUE, alpha=0.2)  # text stands on it
        self.boxes = PolyCollection([], facecolors="none", edgecolors=INK, linewidths=1.5)
        for shapes in (self.bars, self.boxes):
            axes.add_collection(shapes, autolim=False)
        self.true: list[Any] = []
        self.letters: list[list[Any]] = []  # by column, then by row
        self.percents: list[list[Any]] = []  # the first of a column is the true letter's
        self.moving = [self.bars, self.boxes, self.title]

    def update(
        self, name: str, probabilities: Tensor, made: list[str], scores: bool = True
    ) -> bool:
        """Show a name, probabilities (len(name) + 1, C) of what follows, and made-up names.

        While training, made-up names are part of the background and change at every fourth update.
        """
        changed = name != self.name
        if changed:
            self._set_name(name)
        self._set_cells(probabilities, self.task.encode(name + self.end))
        self.set_title(name, probabilities, made)
        self._updates += 1
        if scores or changed or self._updates % self.EVERY == 0:
            changed |= self._set_made(made)
        return changed

    def _set_cells(self, probabilities: Tensor, true: Tensor) -> None:
        """Write the likeliest letters of each column, as bars too, and box the true ones."""
        chances, likeliest = probabilities.topk(self.LIKELIEST)  # (N, C) -> (N, 3) of each
        bars, boxes, right = [], [], self._right(true)
        for k, number in enumerate(true):
            fractions = [probabilities[k, number].item(), *chances[k].tolist()]
            for percent, fraction in zip(self.percents[k], fractions, strict=True):
                percent.set_text(f"{100 * fraction:.0f}")  # of 101 texts, each kept as a stamp
            for row, letter in enumerate(self.letters[k]):
                letter.set_text(show(self.task.decode(likeliest[k, row : row + 1])))
                bars.append(rectangle(k, row + 1, fractions[row + 1]))
                if int(likeliest[k, row]) in right[k]:
                    boxes.append(rectangle(k, row + 1))
        self.bars.set_verts(bars)
        self.boxes.set_verts(boxes)

    def _right(self, true: Tensor) -> list[set[int]]:
        """Return the characters of each column that get a box."""
        return [{number} for number in true.tolist()]

    @own_look()
    def _set_name(self, name: str) -> None:
        """Make a column for each character of the name and for its end."""
        for text in self.moving[3:] + self.true:
            text.remove()
        self.name, columns = name, range(len(name) + 1)
        self.axes.set_xlim(0, len(columns))
        self.true = [
            self._write(k, 0, 0.34, 9, INK, show(character), fontweight="bold")
            for k, character in enumerate(name + self.end)
        ]
        rows = range(1, self.LIKELIEST + 1)
        self.letters = [[self._write(k, row, 0.34, 9, INK) for row in rows] for k in columns]
        self.percents = [[self._write(k, r, 0.76, 8, MUTED) for r in (0, *rows)] for k in columns]
        self.moving[3:] = chain(*self.letters, *self.percents)
        for text in self.moving[3:]:  # a live picture animates what moves, before the first name
            text.set_animated(self.bars.get_animated())

    def _set_made(self, made: list[str]) -> bool:
        names = [name or "(empty)" for name in made[: self.MADE]]
        names += [""] * (self.MADE - len(names))
        room = self.axes.bbox.width / 4 - 4  # there are four in a row
        changed = [plots.fit_words(t, [n], room) for t, n in zip(self.made, names, strict=True)]
        return any(changed)

    def _write(
        self, k: int, row: int, down: float, size: float, color: str, text: str = "", **font: Any
    ) -> Any:
        font |= {"ha": "center", "va": "center_baseline", "fontsize": size, "color": color}
        return self.axes.text(k + 0.5, row + down, text, parse_math=False, **font)


class GrammarPanel(TextPanel):
    """As `TextPanel`, for the strings of a grammar: a box marks each symbol that it allows.

    The task is a `ReberTask`, or one with its `encode`, `decode`, `end`, `allowed` and `answers`.
    """

    kind = "grammar"
    alt = "Table of the likeliest symbols at each place of a held-out string; below, made-up ones."
    legend = (
        "Above: a string that the network has never seen, after its first B. Below each symbol: "
        "the three that it held for likeliest, in percent; a box marks what the grammar allows. "
        "Made up: strings of its own."
    )
    boxed = "what may come"

    def _right(self, true: Tensor) -> list[set[int]]:
        allowed = self.task.allowed("B" + self.task.decode(true))[:-1]
        return [{*self.task.encode(may).tolist()} for may in allowed]


class SequencePanel(TaskPanel):
    """Held-out targets as steps, predictions as a line, and the distances between them.

    The task is a `RecallTask`, or one whose `answers` are targets and predictions, both (T,).
    """

    kind = "sequence"
    alt = "Line chart of a held-out sequence: target and prediction by step."
    legend = "Steps: what the network should answer. Dots: what it answers. Between: how far off."

    def __init__(self, axes: Axes, task: Any) -> None:
        super().__init__(axes, task)
        plots.style(axes, "")
        self.add_title()
        plain_ticks(axes)
        self.misses = add_misses(axes)
        (self.target,) = axes.plot([], [], color=INK, lw=1.3, drawstyle="steps-mid")
        (self.predicted,) = axes.plot([], [], color=BLUE, lw=1.8, marker="o", ms=3)
        self.labels = plots.EndLabels(axes, ("target", "prediction"), (self.target, self.predicted))
        plots.write(axes, "step", (1, 0), (0, -25), ha="right", va="top")
        self.moving = [self.misses, self.target, self.predicted, self.title, *self.labels.texts]

    def update(self, targets: Tensor, predictions: Tensor, scores: bool = True) -> bool:
        """Show targets and predictions, both (T,), and how good they are."""
        limits = around(targets, 0.25)
        steps, drawn = np.arange(len(targets)), drawable(predictions, *limits)
        changed = plots.set_limits(self.axes, x=(-0.5, len(targets) - 0.5), y=limits)
        set_misses(self.misses, steps, targets.numpy(), drawn)
        self.target.set_data(steps, targets.numpy())
        self.predicted.set_data(steps, drawn)
        self.labels.place()
        self.set_title(targets, predictions)
        return changed


class ScatterPanel(TaskPanel):
    """True answers across, predicted ones up, a dot each; exact ones lie on the diagonal.

    The task is an `AddingTask`, or one whose `answers` are targets and predictions, both (N,).
    """

    kind, left, right = "scatter", 60, 48
    alt = "Scatter plot of held-out examples: the predicted by the true answer, a dot for each."
    legend = "A dot is an example: to the right its true answer, upward the network's. On the "
    legend += "dashed line it is exact."

    def __init__(self, axes: Axes, task: Any) -> None:
        super().__init__(axes, task)
        plots.style(axes, "", ylabel="predicted", loc="top")
        self.add_title()
        plain_ticks(axes)
        (self.diagonal,) = axes.plot([], [], color=INK, lw=1.2, ls=DASHED)
        self.labels = plots.EndLabels(axes, ("exact",), (self.diagonal,))
        (self.dots,) = axes.plot([], [], "o", color=BLUE, ms=3.2, mew=0, alpha=0.7)
        plots.write(axes, "true", (1, 0), (0, -25), ha="right", va="top")
        self.moving = [self.dots, self.title]

    def update(self, targets: Tensor, predictions: Tensor, scores: bool = True) -> bool:
        """Show predictions (N,) by their targets (N,), and how good they are."""
        limits = around(targets, 0.05)
        changed = plots.set_limits(self.axes, x=limits, y=limits)
        if changed:
            self.diagonal.set_data(limits, limits)
            self.labels.place()
        self.dots.set_data(targets.numpy(), drawable(predictions, *limits))
        self.set_title(targets, predictions)
        return changed


def show(character: str) -> str:
    """Return how a character is written in a cell: the end of a name would be a lonely dot."""
    return "end" if character == END else showable_lines(character, UNIT).replace("\n", "\\n")


def rectangle(column: int, row: int, fraction: float = 1.0) -> list[tuple[float, float]]:
    """Return the corners of a cell, or of a fraction of it, from the left."""
    left, top, bottom = column + 0.05, row + 0.05, row + 0.95
    right = left + 0.9 * fraction
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def add_misses(axes: Axes) -> LineCollection:
    """Add the lines from each target to its prediction; `set_misses` moves them."""
    return axes.vlines([], [], [], colors=BLUE, linewidths=0.7, alpha=0.45)


def set_misses(misses: LineCollection, x: Any, targets: Any, predictions: Any) -> None:
    """Draw a line at each x (N,) from the target to the prediction, (N,) both."""
    ends = np.array([[x, targets], [x, predictions]])  # (2 ends, 2 coordinates, N)
    misses.set_segments([*ends.transpose(2, 0, 1)])  # N of (2 ends, 2 coordinates)


def around(values: Any, room: float) -> tuple[float, float]:
    """Return the range of values with a fraction of it as room on both sides."""
    low, high = values.min().item(), values.max().item()
    room *= (high - low) or 1.0
    return low - room, high + room


def drawable(values: Tensor, low: float, high: float) -> Any:
    """Return values that end a little outside the limits: a diverged model's do not fit Agg."""
    return values.clamp(2 * low - high, 2 * high - low).numpy()


def plain_ticks(axes: Axes) -> None:
    """Have a few ticks on both axes, at multiples of 1, 2 or 5."""
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
