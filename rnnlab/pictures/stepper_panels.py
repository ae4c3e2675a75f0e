"""The pictures of one batch: its phases, its first sequence, bars by time step, lengths."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from rnnlab.base.say import short
from rnnlab.base.showable import showable
from rnnlab.loop.losses import IGNORED
from rnnlab.pictures import plots
from rnnlab.pictures.look import own_look
from rnnlab.pictures.plots import BLUE, DASHED, INK, ORANGE, RED
from rnnlab.pictures.unrolled import BOTTOM, TOP

NAMES, LONGEST = 82, 20  # of lengths: points from the title's start to the bars, and letters


class RingPanel:
    """The phases of a batch as a ring, the last one lit."""

    alt = "The phases of one batch as a ring; the last that has run is lit."

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        axes.set_position((0.0, 0.0, 1.0, 1.0))
        self.moving: list[Artist] = []
        self._drawn: Any = None

    @own_look()
    def update(self, phase: str | None, phases: Sequence[str], failed: str | None = None) -> bool:
        """Light a phase, and one that has failed in red; `phases` are all but "batch", in order."""
        new = self._drawn != (phases, self.axes.bbox.width)
        if new:
            self._drawn = phases, self.axes.bbox.width
            self.axes.clear()
            boxes = plots.draw_loop(self.axes, phases=phases)
            self._lit, self._failed = plots.Lit(boxes, BLUE), plots.Lit(boxes, RED)
            self.moving[:] = [*self._lit.artists, *self._failed.artists]
            for artist in self.moving:
                artist.set_animated(True)
        self._lit.show(phase)
        self._failed.show(failed)
        return new


class FirstSequencePanel:
    """Targets and predictions of a batch's first sequence, or how likely the right class is."""

    alt = (
        "Line chart of the first sequence of the batch by time step: target, prediction, and the "
        "prediction after the optimizer's step."
    )

    def __init__(self, axes: Axes) -> None:
        plots.style(axes, "First sequence of the batch", "time step")
        plots.set_room(axes, BOTTOM, TOP)
        self.axes = axes
        axes.set(xlim=(0.5, 2.5), ylim=(-1, 1))
        plots.integer_ticks(axes.xaxis)
        (self.target,) = axes.plot([], [], color=INK, lw=1.3, marker="o", ms=3)
        (self.predicted,) = axes.plot([], [], color=BLUE, lw=1.8, ls=DASHED)
        (self.later,) = axes.plot([], [], color=ORANGE, lw=1.8)
        self.lines = lines = (self.target, self.predicted, self.later)
        self.labels = plots.EndLabels(axes, ("target", "prediction", "after the\nstep"), lines)
        self.waiting = _waiting(axes)
        self.moving: list[Artist] = [*lines, *self.labels.texts, self.waiting]

    def update(
        self, targets: Tensor | None, predictions: Tensor | None, again: Tensor | None = None
    ) -> bool:
        """Show targets and predictions of a batch, as far as they are there.

        `again` are those with the weights after the step.
        """
        truth, answers, names = first_sequence(targets, predictions)
        later = first_sequence(targets, again)[1]
        for line, values in zip(self.lines, (truth, answers, later), strict=True):
            line.set_data(np.arange(1, len(values) + 1), values)
        if len(truth) == 1 < len(answers):  # one target for the whole sequence
            self.target.set_data([len(answers)], truth)
        for text, name in zip(self.labels.texts, names, strict=False):
            text.set_text(name)
        bottom, top = self.axes.get_ylim()
        shown = np.concatenate([v[np.isfinite(v)] for v in (truth, answers, later)])
        if len(shown):
            low, high = float(shown.min()), float(shown.max())
            if low < bottom or high > top or high - low < 0.4 * (top - bottom):
                room = 0.1 * (high - low) or 0.5
                bottom, top = low - room, high + room
        across = (0.5, max(len(truth), len(answers), 2) + 0.5)
        changed = plots.set_limits(self.axes, x=across, y=(bottom, top))
        self.waiting.set_text("" if len(truth) else "comes with batch")
        self.labels.place()
        return changed


class BarsPanel:
    """A bar for each time step.

    Args:
        axes: whose x axis is that of the other pictures of the batch.
        title: what the bars are.
        color: theirs.
    """

    def __init__(self, axes: Axes, title: str, color: str) -> None:
        plots.style(axes, title)
        plots.set_room(axes, BOTTOM / 2, TOP)
        axes.grid(False, axis="x")
        axes.set(xlim=(0.5, 2.5), ylim=(0, 1))
        plots.integer_ticks(axes.xaxis)
        axes.yaxis.set_major_locator(MaxNLocator(3))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_visible(False)  # no numbers where there has been nothing yet
        axes.yaxis.set_major_formatter(lambda value, _: short(value))
        self.axes, self.alt = axes, f"Bar chart by time step: {title}."
        self.bars = PolyCollection([], facecolors=color, edgecolors="none")
        axes.add_collection(self.bars, autolim=False)
        self.waiting = _waiting(axes)
        self.moving: list[Artist] = [self.bars, self.waiting]

    def update(self, values: Tensor | None, waiting: str) -> bool:
        """Show values (T,), or what they are waiting for."""
        shown = [] if values is None else values.double().nan_to_num(posinf=0).tolist()
        self.bars.set_verts([
            [(t - 0.36, 0.0), (t - 0.36, v), (t + 0.36, v), (t + 0.36, 0.0)]
            for t, v in enumerate(shown, start=1)
        ])  # fmt: skip
        self.waiting.set_text("" if shown else waiting)
        if not shown:
            return False
        new = not self.axes.xaxis.get_visible()
        for axis in (self.axes.xaxis, self.axes.yaxis):
            axis.set_visible(True)
        most, top = max(shown) or 1.0, self.axes.get_ylim()[1]
        if not 0.25 * top <= most <= top:
            top = plots.nice_ceiling(most)
        return plots.set_limits(self.axes, x=(0.5, max(len(shown), 2) + 0.5), y=(0, top)) or new


class LengthsPanel:
    """Named lengths as bars to the right, each with its number; a bound as an upright line.

    Args:
        axes: with 170 pixels for the names on their left.
        title: what the lengths are.
        rows: how many there are at most.
        alt: what kind of picture it is.
    """

    def __init__(self, axes: Axes, title: str, rows: int, alt: str) -> None:
        plots.style(axes, "")
        plots.set_room(axes, BOTTOM / 2, TOP)
        plots.write(axes, title, (0, 1), (-NAMES, 14), INK, size=10, fontweight="bold")
        axes.grid(False)
        axes.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(rows - 0.5, -0.5))
        self.axes, self.alt = axes, alt
        self.bars = PolyCollection([], facecolors=BLUE, edgecolors="none")
        axes.add_collection(self.bars, autolim=False)
        self.bound = axes.axvline(0, color=ORANGE, lw=1.4, ls=DASHED)
        up = axes.get_xaxis_transform()
        self.note = plots.write(axes, "", (0, 0), (0, -7), ORANGE, "center", coords=up)
        self.names = [
            plots.write(axes, "", (0, row), (-5, 0), ha="right", coords="data")
            for row in range(rows)
        ]
        self.numbers = [
            plots.write(axes, "", (0, row), (5, 0), INK, coords="data") for row in range(rows)
        ]
        self.waiting = _waiting(axes)
        self.moving: list[Artist] = [
            self.bars, self.bound, self.note, *self.names, *self.numbers, self.waiting
        ]  # fmt: skip

    def update(
        self, lengths: Mapping[str, float], waiting: str, bound: float | None = None
    ) -> bool:
        """Show lengths by name, or what they are waiting for, and the bound where there is one.

        The longest of them takes the whole width: the background never changes.
        """
        finite = [value for value in lengths.values() if math.isfinite(value)]
        longest = max([*finite, bound or 0]) or 1.0
        wide = [value / longest if math.isfinite(value) else 1.0 for value in lengths.values()]
        self.bars.set_verts([
            [(0, row - 0.31), (0, row + 0.31), (x, row + 0.31), (x, row - 0.31)]
            for row, x in enumerate(wide)
        ])  # fmt: skip
        for text in (*self.names, *self.numbers):
            text.set_text("")
        for row, (name, value) in enumerate(lengths.items()):
            name = showable(name)
            self.names[row].set_text(name if len(name) <= LONGEST else f"\u2026{name[-LONGEST:]}")
            self.numbers[row].set_text(short(value))
            self.numbers[row].xy = (wide[row], row)
        there = bound is not None and bool(lengths)
        self.bound.set_visible(there)
        self.note.set_text(f"bound {short(bound)}" if bound is not None and there else "")
        if bound is not None:
            self.bound.set_xdata([bound / longest] * 2)
            self.note.xy = (bound / longest, 0)
        self.waiting.set_text("" if lengths else waiting)
        return False


def first_sequence(
    targets: Tensor | None, predictions: Tensor | None
) -> tuple[Any, Any, tuple[str, str]]:
    """Return what to draw of a batch's first sequence: targets, predictions, and their names.

    Numbers are drawn as they are (the first feature); for class targets it is the probability
    that the model gives to the right class, up to where padding begins.
    """
    truth = None if targets is None else targets[0].detach().cpu()  # (T, D), (T,) or fewer axes
    answers = None if predictions is None else predictions[0].detach().cpu()  # the same, or (T, C)
    if truth is None or truth.is_floating_point():
        return _line(truth), _line(answers), ("target", "prediction")
    right, real = None, truth != IGNORED
    if answers is not None and answers.dim() == truth.dim() + 1:
        answers, truth = answers[real], truth[real]
        right = answers.softmax(-1).gather(-1, truth.unsqueeze(-1).long()).flatten()  # (T, C), (T,)
    names = ("certain", "probability\nof the right\nclass")
    return np.ones(int(real.sum())), _line(right), names


def _line(values: Tensor | None) -> Any:
    """Return one number per time step: the first feature, if there are several."""
    if values is None:
        return np.zeros(0)
    while values.dim() > 1:
        values = values[..., 0]  # (T, D) -> (T,)
    return values.reshape(-1).float().numpy()


def _waiting(axes: Axes) -> Any:
    return plots.write(axes, "", (0.5, 0.5), ha="center", size=9)
