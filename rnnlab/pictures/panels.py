"""The picture that suits each kind of task: forecast, text, sequence or scatter.

All are panels as in `plots`, made for a task and updated with what `task.answers(model)` returns;
`scores` says that training stands still, so that what is dear to draw may be drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from rnnlab.pictures.plots import (
    BLUE,
    INK,
    MUTED,
    EndLabels,
    ForecastPanel,
    Panel,
    make_figure,
    set_limits,
    style,
)
from rnnlab.tasks.names import END

DASHED = (0, (4, 1.5))


class TextPanel:
    """The likeliest next characters of a held-out name, and names that the model makes up.

    A column for each character of the name: the true one with its probability, then the three
    likeliest. Where the true one is among these, a box marks it.

    Args:
        axes: to draw on; room for the made-up names is taken from its height.
        task: a `NamesTask`, or one with its `encode`, `decode` and `answers`.
    """

    alt = "Table of the likeliest letters at each place of a held-out name; below, made-up names."
    LIKELIEST, MADE, LONGEST, EVERY = 3, 8, 11, 4

    def __init__(self, axes: Axes, task: Any) -> None:
        style(axes, f"{task.title}: the next letter of a held-out name", "")
        self.axes, self.task, self.name = axes, task, ""
        box, room = axes.get_position(), 34 / axes.figure.bbox.height
        axes.set_position((box.x0, box.y0 + room, box.width, box.height - room))
        axes.grid(False)
        axes.set(xticks=[], ylim=(self.LIKELIEST + 1, 0))
        axes.set_yticks(
            [row + 0.5 for row in range(self.LIKELIEST + 1)],
            ["it is", "likeliest", "second", "third"],
        )
        write_below(axes, "in percent; a box marks the true letter", 0, -7, MUTED)
        write_below(axes, "made up", -0.02, -23, MUTED, "right")
        places = [(k % 4 / 4, -23 - k // 4 * 14) for k in range(self.MADE)]
        self.made = [write_below(axes, "", x, y, INK) for x, y in places]
        self.bars = PolyCollection([], facecolors=BLUE, alpha=0.2)  # text stands on it
        self.boxes = PolyCollection([], facecolors="none", edgecolors=INK, linewidths=1.5)
        for shapes in (self.bars, self.boxes):
            axes.add_collection(shapes, autolim=False)
        self.true: list[Any] = []
        self.letters: list[list[Any]] = []  # by column, then by row
        self.percents: list[list[Any]] = []  # the first of a column is the true letter's
        self.moving: list[Artist] = [self.bars, self.boxes]
        self._updates = 0

    def update(
        self, name: str, probabilities: Tensor, made: list[str], scores: bool = True
    ) -> bool:
        """Show a name, probabilities (len(name) + 1, C) of what follows, and made-up names.

        While training, made-up names are part of the background and change at every fourth update.
        """
        changed = name != self.name
        if changed:
            self._set_name(name)
        self._set_cells(probabilities, self.task.encode(name + END))
        self._updates += 1
        if scores or changed or self._updates % self.EVERY == 0:
            changed |= self._set_made(made)
        return changed

    def _set_cells(self, probabilities: Tensor, true: Tensor) -> None:
        """Write the likeliest letters of each column, as bars too, and box the true ones."""
        chances, likeliest = probabilities.topk(self.LIKELIEST)  # (N, C) -> (N, 3) of each
        bars, boxes = [], []
        for k, number in enumerate(true):
            shares = [probabilities[k, number].item(), *chances[k].tolist()]
            for percent, share in zip(self.percents[k], shares, strict=True):
                percent.set_text(f"{100 * share:.0f}")  # of 101 texts, each kept as a stamp
            for row, letter in enumerate(self.letters[k]):
                letter.set_text(show(self.task.decode(likeliest[k, row : row + 1])))
                bars.append(rectangle(k, row + 1, shares[row + 1]))
                if likeliest[k, row] == number:
                    boxes.append(rectangle(k, row + 1))
        self.bars.set_verts(bars)
        self.boxes.set_verts(boxes)

    def _set_name(self, name: str) -> None:
        """Make a column for each character of the name and for its end."""
        for text in self.moving[2:] + self.true:
            text.remove()
        self.name, columns = name, range(len(name) + 1)
        self.axes.set_xlim(0, len(columns))
        self.true = [
            self._write(k, 0, 0.34, 9, INK, show(character))
            for k, character in enumerate(name + END)
        ]
        for text in self.true:
            text.set_fontweight("bold")
        rows = range(1, self.LIKELIEST + 1)
        self.letters = [[self._write(k, row, 0.34, 9, INK) for row in rows] for k in columns]
        self.percents = [[self._write(k, r, 0.76, 8, MUTED) for r in (0, *rows)] for k in columns]
        columns_of_texts = [*self.letters, *self.percents]
        self.moving[2:] = [text for column in columns_of_texts for text in column]
        for text in self.moving[2:]:  # a live picture animates what moves, before the first name
            text.set_animated(self.bars.get_animated())

    def _set_made(self, made: list[str]) -> bool:
        names = [name or "(empty)" for name in made[: self.MADE]]
        names = [n if len(n) <= self.LONGEST else n[: self.LONGEST - 1] + "…" for n in names]
        names += [""] * (self.MADE - len(names))
        before = [text.get_text() for text in self.made]
        for text, name in zip(self.made, names, strict=True):
            text.set_text(name)
        return names != before

    def _write(self, k: int, row: int, down: float, size: float, color: str, text: str = "") -> Any:
        return self.axes.text(
            k + 0.5, row + down, text, ha="center", va="center_baseline", fontsize=size, color=color
        )


class SequencePanel:
    """Held-out targets as steps, predictions as a line, and the distances between them.

    Args:
        axes: to draw on.
        task: a `RecallTask`, or one whose `answers` are targets and predictions, both (T,).
    """

    alt = "Line chart of a held-out sequence: target and prediction by step."

    def __init__(self, axes: Axes, task: Any) -> None:
        style(axes, f"{task.title}, a held-out sequence", "")
        plain_ticks(axes)
        self.axes = axes
        self.misses = LineCollection([], colors=BLUE, linewidths=0.7, alpha=0.45)
        axes.add_collection(self.misses, autolim=False)
        (self.target,) = axes.plot([], [], color=INK, lw=1.3, drawstyle="steps-mid")
        (self.predicted,) = axes.plot([], [], color=BLUE, lw=1.8, marker="o", ms=3)
        self.labels = EndLabels(axes, ("target", "prediction"), (self.target, self.predicted))
        self.score = write_below(axes, "", 0, -25, INK)
        write_below(axes, "step", 1, -25, MUTED, "right")
        self.moving: list[Artist] = [
            self.misses, self.target, self.predicted, *self.labels.texts,
        ]  # fmt: skip

    def update(self, targets: Tensor, predictions: Tensor, scores: bool = True) -> bool:
        """Show targets and predictions, both (T,), and the error if asked."""
        low, high = around(targets, 0.25)
        steps, truth = np.arange(len(targets)), targets.numpy()
        changed = set_limits(self.axes, "x", (-0.5, len(targets) - 0.5))
        changed |= set_limits(self.axes, "y", (low, high))
        drawn = predictions.clamp(2 * low - high, 2 * high - low).numpy()  # fits Agg if diverged
        pairs = np.stack([np.stack([steps, truth], 1), np.stack([steps, drawn], 1)], 1)
        self.misses.set_segments(list(pairs))
        self.target.set_data(steps, truth)
        self.predicted.set_data(steps, drawn)
        self.labels.place()
        return set_score(self.score, targets, predictions, scores) or changed


class ScatterPanel:
    """True answers across, predicted ones up, a dot each; exact ones lie on the diagonal.

    Args:
        axes: to draw on.
        task: an `AddingTask`, or one whose `answers` are targets and predictions, both (N,).
    """

    alt = "Scatter plot of held-out examples: the predicted by the true answer, a dot for each."

    def __init__(self, axes: Axes, task: Any) -> None:
        style(axes, f"{task.title}, held out: predicted and true", "")
        axes.set_ylabel("predicted", fontsize=8.5, color=MUTED, loc="top")
        plain_ticks(axes)
        self.axes = axes
        (self.diagonal,) = axes.plot([], [], color=INK, lw=1.2, ls=DASHED)
        self.labels = EndLabels(axes, ("exact",), (self.diagonal,))
        (self.dots,) = axes.plot([], [], "o", color=BLUE, ms=3.2, mew=0, alpha=0.7)
        self.score = write_below(axes, "", 0, -25, INK)
        write_below(axes, "true", 1, -25, MUTED, "right")
        self.moving: list[Artist] = [self.dots]

    def update(self, targets: Tensor, predictions: Tensor, scores: bool = True) -> bool:
        """Show predictions (N,) by their targets (N,), and the error if asked."""
        low, high = around(targets, 0.05)
        changed = set_limits(self.axes, "x", (low, high))
        if set_limits(self.axes, "y", (low, high)) or changed:
            self.diagonal.set_data([low, high], [low, high])
            self.labels.place()
            changed = True
        drawn = predictions.clamp(2 * low - high, 2 * high - low).numpy()
        self.dots.set_data(targets.numpy(), drawn)
        return set_score(self.score, targets, predictions, scores) or changed


# By `Task.picture`: the panel, and the pixels left and right of it.
PANELS: dict[str, tuple[Callable[[Axes, Any], Any], int, int]] = {
    "forecast": (ForecastPanel, 44, 76),
    "text": (TextPanel, 64, 12),
    "sequence": (SequencePanel, 44, 76),
    "scatter": (ScatterPanel, 60, 48),
}


def make_panel(task: Any, width: int = 420, height: int = 270) -> tuple[Figure, Panel]:
    """Return a figure of width x height pixels with the panel that suits a task."""
    panel, left, right = PANELS[task.picture]
    figure, axes = make_figure(width, height, left, right)
    return figure, panel(axes, task)


def show(character: str) -> str:
    """Return how a character is written in a cell: the end of a name would be a lonely dot."""
    return "end" if character == END else character


def rectangle(column: int, row: int, share: float = 1.0) -> list[tuple[float, float]]:
    """Return the corners of a cell, or of the left share of it."""
    left, top, bottom = column + 0.05, row + 0.05, row + 0.95
    right = left + 0.9 * share
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def around(values: Tensor, room: float) -> tuple[float, float]:
    """Return the range of values with a share of it as room on both sides."""
    low, high = values.min().item(), values.max().item()
    room *= (high - low) or 1.0
    return low - room, high + room


def plain_ticks(axes: Axes) -> None:
    """Have a few ticks on both axes, at multiples of 1, 2 or 5."""
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))


def write_below(
    axes: Axes, text: str, x: float, points: float, color: str, ha: str = "left"
) -> Annotation:
    """Write a text so many points below the axes (as a negative number), x from 0 to 1 along."""
    return axes.annotate(
        text, (x, 0), (0, points), xycoords="axes fraction", textcoords="offset points",
        ha=ha, va="top", fontsize=8.5, color=color, annotation_clip=False,
    )  # fmt: skip


def set_score(text: Annotation, targets: Tensor, predictions: Tensor, scores: bool) -> bool:
    """Write the mean squared error, beside that of the targets' mean; return whether it changed."""
    before, score = text.get_text(), ""
    if scores:
        error = (predictions - targets).square().mean().item()
        mean = (targets - targets.mean()).square().mean().item()
        score = f"MSE {error:.2g}   always the mean {mean:.2g}"
    text.set_text(score)
    return score != before
