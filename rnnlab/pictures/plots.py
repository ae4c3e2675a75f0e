"""From a history or tensors to matplotlib Axes: no pyplot, no widgets.

Each panel draws one picture on the Axes it is given. `update` sets the data, and says whether
the background (limits, ticks, fixed text) has changed; `moving` are the artists on top of it, so
that a live picture can redraw these alone. `Figure.draw` on the whole shows the same picture.
`alt` says what kind of picture it is, for a reader who does not see it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from torch import Tensor

from rnnlab.base.say import short
from rnnlab.loop.batch import PHASES
from rnnlab.tasks.forecast import SeriesTask

# On white, and on the dark page that the labs make of it, text has a contrast of at least 4.5 and
# lines of at least 3 (WCAG 2.2, 1.4.3 and 1.4.11).
BLUE, ORANGE = "#0072B2", "#A86400"  # told apart by colour-blind readers, and by line style
INK, MUTED, PALE, GRID = "#1A1A1A", "#5F5F5F", "#8C8C8C", "#ECECEC"
NAMES = tuple(phase.__name__ for phase in PHASES)
History = Any  # a rnnlab.History: losses, norms, steps and epochs
LABEL_GAP = 13.0  # points between two labels at line ends


def make_figure(width: int, height: int, left: int = 44, right: int = 70) -> tuple[Figure, Axes]:
    """Return a figure of width x height pixels at 100 dots an inch, known to no pyplot."""
    figure, (axes,) = make_row([(width, left, right)], height)
    return figure, axes


def make_row(places: Sequence[tuple[int, int, int]], height: int) -> tuple[Figure, list[Axes]]:
    """Return one figure with Axes side by side, each given by its (width, left, right)."""
    whole, start, axes = sum(width for width, _, _ in places), 0, []
    figure = Figure(figsize=(whole / 100, height / 100), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    for width, left, right in places:
        across = (start + left) / whole, (width - left - right) / whole
        axes.append(figure.add_axes((across[0], 54 / height, across[1], 1 - 96 / height)))
        start += width
    return figure, axes


def style(axes: Axes, title: str, xlabel: str) -> None:
    """Give an Axes the look of all pictures: no frame, a pale grid, a bold title on the left."""
    # y is where it is anyway; told so, matplotlib does not search, a sixth of a whole drawing
    axes.set_title(title, loc="left", fontsize=10, fontweight="bold", color=INK, pad=10, y=1.0)
    axes.set_xlabel(xlabel, fontsize=8.5, color=MUTED)
    axes.tick_params(colors=MUTED, labelsize=8.5, length=0, pad=6)
    axes.tick_params(which="minor", length=0)
    axes.grid(True, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def log_scale(axes: Axes, subs: Sequence[float] = (1.0, 2.0, 5.0)) -> None:
    """Make the y axis logarithmic, with plain numbers at these multiples of powers of ten."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


class Panel(Protocol):
    """What a live picture needs of a picture."""

    axes: Axes
    alt: str
    moving: list[Artist]
    update: Any  # each panel has its own arguments


class LossPanel:
    """Training and validation loss by epoch, on a log scale; the run before as a pale line."""

    alt = "Line chart of the loss by epoch: train, held out, and train in the run before."

    def __init__(self, axes: Axes) -> None:
        style(axes, "Loss", "epoch")
        log_scale(axes)
        axes.set(xlim=(0, 1), ylim=(0.1, 1))
        self.axes, self._drawn = axes, 0
        (self.before,) = axes.plot([], [], color=PALE, lw=1.1)
        (self.train,) = axes.plot([], [], color=BLUE, lw=2)
        (self.held_out,) = axes.plot([], [], color=ORANGE, lw=1.8, ls=(0, (4, 1.5)))
        lines = (self.before, self.train, self.held_out)
        self.labels = EndLabels(axes, ("run before", "train", "held out"), lines)
        self.moving: list[Artist] = [*lines, *self.labels.texts]

    def update(self, history: History, before: History | None = None, epochs: int = 1) -> bool:
        """Show a history, and the run before it; `epochs` is where the axis ends."""
        runs = [history.train_loss, history.validation_loss, before.train_loss if before else []]
        for line, losses in zip((self.train, self.held_out, self.before), runs, strict=True):
            line.set_data(range(1, len(losses) + 1), losses)
        values = [v for losses in runs for v in losses if 0 < v < math.inf]
        changed = set_limits(self.axes, "x", (0, max(epochs, len(runs[0]), len(runs[2]))))
        if values:
            low, high = nice_floor(min(values)), -nice_floor(-max(values))
            if 0 < self._drawn <= len(runs[0]):  # within a run it only grows: it does not jump
                old = self.axes.get_ylim()
                # with room below: each change of the limits is a whole drawing
                low = old[0] if low >= old[0] else nice_floor(0.6 * low)
                high = max(high, old[1])
            changed |= set_limits(self.axes, "y", (low, high))
        self._drawn = len(runs[0])
        self.labels.place()
        return changed


class GradientPanel:
    """Gradient norm by step, the clipping bound, and a dot on it for each step that was clipped."""

    alt = "Line chart of the gradient norm by step, with the bound above which it is clipped."

    def __init__(self, axes: Axes) -> None:
        style(axes, "Gradient norm", "step")
        axes.set(xlim=(0, 1), ylim=(0, 2))
        self.axes = axes
        (self.before,) = axes.plot([], [], color=PALE, lw=0.8)
        (self.norm,) = axes.plot([], [], color=BLUE, lw=1.3)
        self.bound = axes.axhline(1, color=ORANGE, lw=1.4, ls=(0, (4, 1.5)))
        (self.clipped,) = axes.plot([], [], "o", color=ORANGE, ms=3.5, ls="none")
        self.note = axes.text(
            1, 1, "", transform=axes.get_yaxis_transform(), ha="right", va="bottom",
            fontsize=8.5, color=ORANGE,
        )  # fmt: skip
        self.moving: list[Artist] = [self.before, self.norm, self.bound, self.clipped, self.note]

    def update(
        self,
        history: History,
        before: History | None = None,
        steps: int = 1,
        clip_norm: float | None = None,
    ) -> bool:
        """Show a history, and the run before it; `steps` is where the axis ends."""
        norms, old = history.grad_norm, before.grad_norm if before else []
        self.norm.set_data(*outline(norms))
        self.before.set_data(*outline(old))
        self.bound.set_visible(clip_norm is not None)
        self.note.set_visible(clip_norm is not None)
        hit = [step.index for step in history.steps if step.clipped]
        self.clipped.set_data(hit, [clip_norm or 0] * len(hit))
        if clip_norm is not None:
            self.bound.set_ydata([clip_norm, clip_norm])
            self.note.set_position((1, clip_norm))
            self.note.set_text(f"clipped above {clip_norm:g}")
        top = max((n for n in norms if n < math.inf), default=1.0)
        top = -nice_floor(-max(top, 1.2 * (clip_norm or 0)))
        if len(norms) > 1:
            top = max(top, self.axes.get_ylim()[1])
        changed = set_limits(self.axes, "x", (0, max(steps, len(norms), len(old), 2)))
        return set_limits(self.axes, "y", (0, top)) or changed


class ForecastPanel:
    """Predictions of the held-out part against what was measured, in the series' own unit."""

    def __init__(self, axes: Axes, task: SeriesTask) -> None:
        series, times = task.series, task.held_out_times
        style(axes, f"{series.name}, held-out {series.time_unit}s", "")
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        self.axes, self.task = axes, task
        self.alt = (
            f"Line chart of {series.name}, the held-out {series.time_unit}s: as measured, as "
            f"predicted one {series.time_unit} ahead, and as the model goes on on its own."
        )
        start = max(0, task.split - len(times) // 2)
        known = slice(start, task.split + 1)
        axes.plot(series.times[known], series.values[known], color=PALE, lw=1.3)
        axes.axvline(times[0], color=MUTED, lw=0.9)
        axes.plot(times, task.held_out_values, color=INK, lw=1.3)
        values = series.values[start:]
        low, high = float(values.min()), float(values.max())
        room = 0.18 * (high - low)
        axes.set(xlim=(series.times[start], times[-1]), ylim=(low - room, high + room))
        axes.text(
            times[0], 0.99, "  never trained on", transform=axes.get_xaxis_transform(), va="top",
            fontsize=8.5, color=MUTED,
        )  # fmt: skip
        self.misses = LineCollection([], colors=BLUE, linewidths=0.7, alpha=0.45)
        axes.add_collection(self.misses, autolim=False)
        (self.alone,) = axes.plot([], [], color=BLUE, lw=1.4, ls=(0, (1, 1.2)))
        (self.ahead,) = axes.plot([], [], color=BLUE, lw=2)
        (measured,) = axes.plot(times[-1:], task.held_out_values[-1:], color=INK, lw=1.3)
        names = ("on its own", f"one {series.time_unit}\nahead", "measured")
        self.labels = EndLabels(axes, names, (self.alone, self.ahead, measured))
        self.score = axes.annotate(
            "", (0, 0), (0, -25), xycoords="axes fraction", textcoords="offset points",
            va="top", fontsize=8.5, color=INK,
        )  # fmt: skip
        self.moving: list[Artist] = [self.misses, self.alone, self.ahead, *self.labels.texts]
        self.baselines = task.baselines()

    def update(self, one_step_ahead: Tensor, free_running: Tensor, scores: bool = True) -> bool:
        """Show predictions (held out,) of both kinds, and their scores if asked."""
        times = np.asarray(self.task.held_out_times)
        target = self.task.held_out_values.numpy()
        ahead, alone = self._drawable(one_step_ahead), self._drawable(free_running)
        pairs = np.stack([np.stack([times, target], 1), np.stack([times, ahead], 1)], 1)
        self.misses.set_segments(list(pairs))
        self.ahead.set_data(times, ahead)
        self.alone.set_data(times, alone)
        self.labels.place()
        before, score = self.score.get_text(), ""
        if scores:
            errors = {"RMSE": self.task.rmse(one_step_ahead), **self.baselines}
            score = "   ".join(f"{name} {short(error)}" for name, error in errors.items())
        self.score.set_text(score)
        return score != before

    def _drawable(self, predictions: Tensor) -> Any:
        """Return values that end a little outside the axes: a diverged model's do not fit Agg."""
        low, high = self.axes.get_ylim()
        return predictions.clamp(2 * low - high, 2 * high - low).numpy()


class EndLabels:
    """Names of lines, each written where its line ends, pushed apart where they would touch."""

    def __init__(self, axes: Axes, names: Sequence[str], lines: Sequence[Artist]) -> None:
        self.axes, self.lines = axes, lines
        self.texts = [
            axes.annotate(
                name, (0, 0), xytext=(5, 0), textcoords="offset points", va="center",
                fontsize=8.5, color=line.get_color(), annotation_clip=False,  # type: ignore[attr-defined]  # a line
            )
            for name, line in zip(names, lines, strict=True)
        ]  # fmt: skip
        for text, line in zip(self.texts, lines, strict=True):
            if line.get_color() == PALE:  # type: ignore[attr-defined]  # a line
                text.set_color(MUTED)

    def place(self) -> None:
        """Move each label to the last point of its line."""
        scale = 72 / self.axes.figure.get_dpi()
        box = self.axes.get_window_extent()
        bottom, top = box.y0 * scale, box.y1 * scale
        ends = []
        for text, line in zip(self.texts, self.lines, strict=True):
            x, y = line.get_data()  # type: ignore[attr-defined]
            text.set_visible(len(x) > 0 and math.isfinite(y[-1]))
            if text.get_visible():
                text.xy = (x[-1], y[-1])
                pixel = self.axes.transData.transform(text.xy)[1] * scale
                ends.append((min(max(pixel, bottom), top), pixel, text))
        ends.sort(key=lambda end: end[0])
        floor = -math.inf
        for inside, pixel, text in ends:
            lines = text.get_text().count("\n") + 1
            wanted = min(max(inside, floor + LABEL_GAP * (lines + 1) / 2), top + LABEL_GAP)
            text.set_position((5, wanted - pixel))
            floor = wanted + LABEL_GAP * (lines - 1) / 2


def draw_loop(axes: Axes, current: str | None = None, phases: Sequence[str] = NAMES) -> None:
    """Draw the phases of one batch as a ring, clockwise from the top, one of them lit."""
    axes.set(xlim=(-1.75, 1.75), ylim=(-1.35, 1.35), aspect="equal")
    axes.axis("off")
    names = ["batch", *phases]
    for k, name in enumerate(names):
        angle = math.pi / 2 - 2 * math.pi * k / len(names)
        following = math.pi / 2 - 2 * math.pi * (k + 1) / len(names)
        x, y = 1.25 * math.cos(angle), math.sin(angle)
        lit = name == current
        axes.annotate(
            "",
            (1.25 * math.cos(following), math.sin(following)),
            (x, y),
            arrowprops={
                "arrowstyle": "-|>", "color": MUTED, "shrinkA": 24, "shrinkB": 32,
                "connectionstyle": "arc3,rad=-0.15",
            },
        )  # fmt: skip
        axes.text(
            x, y, name, ha="center", va="center", fontsize=9.5,
            color="white" if lit else INK, fontweight="bold" if lit else "normal",
            bbox={"boxstyle": "round,pad=0.45", "fc": BLUE if lit else "white", "ec": BLUE},
        )  # fmt: skip
    axes.text(0, 0, "one batch,\none update", ha="center", va="center", fontsize=9, color=MUTED)


def outline(values: Sequence[float], most: int = 250) -> tuple[Any, Any]:
    """Return x and y of a line through at most about twice `most` of many values.

    Of each stretch the least and the greatest value stay, so that it looks the same.
    """
    y = np.asarray(values, dtype=float)
    stretch = -(-len(y) // most)
    if stretch < 2:
        return np.arange(len(y)), y
    whole = len(y) // stretch * stretch
    rows = y[:whole].reshape(-1, stretch)
    starts = np.arange(0, whole, stretch)
    extremes = np.stack([starts + rows.argmin(1), starts + rows.argmax(1)], 1)
    x = np.concatenate([np.sort(extremes, axis=1).ravel(), np.arange(whole, len(y))])
    return x, y[x]


def set_limits(axes: Axes, which: str, limits: tuple[float, float]) -> bool:
    """Set the limits of one axis and return whether they were others before."""
    if tuple(getattr(axes, f"get_{which}lim")()) == limits:
        return False
    getattr(axes, f"set_{which}lim")(limits)
    return True


def nice_floor(value: float) -> float:
    """Return the largest of ..., 0.1, 0.2, 0.5, 1, 2, 5, 10, ... that is not above value.

    For a value below zero the mirror image: `-nice_floor(-x)` is the smallest not below x.
    """
    if value < 0:
        below = nice_floor(-value)
        if math.isclose(below, -value):
            return -below
        digit = round(below / 10 ** math.floor(math.log10(below) + 1e-9))
        return -below * {1: 2, 2: 2.5, 5: 2}[digit]
    decade = 10.0 ** math.floor(math.log10(value))
    return max(d * decade for d in (1, 2, 5) if d * decade <= value * (1 + 1e-12))
