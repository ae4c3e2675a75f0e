"""The pictures of one batch: its first sequence, its loss by time step, its hidden states."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from torch import Tensor

from rnnlab.pictures import plots
from rnnlab.pictures.plots import BLUE, DASHED, INK, ORANGE

BELOW_AND_ABOVE = LinearSegmentedColormap.from_list("below and above", [BLUE, "white", ORANGE])


class RingPanel:
    """The phases of a batch as a ring, the last one lit."""

    alt = "The phases of one batch as a ring; the last that has run is lit."

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self.moving: list[Artist] = []
        axes.set_position((0.0, 0.0, 1.0, 1.0))

    def update(self, phase: str | None, phases: Sequence[str]) -> bool:
        """Light a phase; `phases` are all but "batch", in order."""
        self.axes.clear()
        plots.draw_loop(self.axes, phase, phases)
        return True


class FirstSequencePanel:
    """Targets and predictions of a batch's first sequence, or how likely the right class is."""

    alt = "Line chart of the first sequence of the batch: target and prediction by time step."

    def __init__(self, axes: Axes) -> None:
        plots.style(axes, "First sequence of the batch", "time step")
        self.axes = axes
        axes.set(xlim=(0.5, 2.5), ylim=(-1, 1))
        plots.integer_ticks(axes.xaxis)
        (self.target,) = axes.plot([], [], color=INK, lw=1.3, marker="o", ms=3)
        (self.predicted,) = axes.plot([], [], color=BLUE, lw=1.8, ls=DASHED)
        self.labels = plots.EndLabels(axes, ("target", "prediction"), (self.target, self.predicted))
        self.waiting = _waiting(axes, "predictions come with forward")
        self.moving: list[Artist] = [self.target, self.predicted, *self.labels.texts, self.waiting]

    def update(self, targets: Tensor | None, predictions: Tensor | None) -> bool:
        """Show targets and predictions of a batch, as far as they are there."""
        truth, answers, names = first_sequence(targets, predictions)
        for line, values in ((self.target, truth), (self.predicted, answers)):
            line.set_data(np.arange(1, len(values) + 1), values)
        if len(truth) == 1 < len(answers):  # one target for the whole sequence
            self.target.set_data([len(answers)], truth)
        for text, name in zip(self.labels.texts, names, strict=True):
            text.set_text(name)
        bottom, top = self.axes.get_ylim()
        shown = np.concatenate([truth, answers[np.isfinite(answers)]])
        if len(shown):
            low, high = float(shown.min()), float(shown.max())
            if low < bottom or high > top or high - low < 0.4 * (top - bottom):
                room = 0.1 * (high - low) or 0.5
                bottom, top = low - room, high + room
        across = (0.5, max(len(truth), len(answers), 2) + 0.5)
        changed = plots.set_limits(self.axes, x=across, y=(bottom, top))
        self.waiting.set_visible(not len(answers))
        self.labels.place()
        return changed


class SharePanel:
    """How much each time step adds to the loss of a batch, a bar for each."""

    alt = "Bar chart of what each time step adds to the loss."

    def __init__(self, axes: Axes) -> None:
        plots.style(axes, "Loss by time step", "time step")
        axes.grid(False, axis="x")
        axes.set(xlim=(0.5, 2.5), ylim=(0, 1))
        plots.integer_ticks(axes.xaxis)
        self.axes = axes
        self.bars = PolyCollection([], facecolors=BLUE, edgecolors="none")
        axes.add_collection(self.bars, autolim=False)
        self.waiting = _waiting(axes, "")
        self.moving: list[Artist] = [self.bars, self.waiting]

    def update(self, shares: Tensor | None, there: bool) -> bool:
        """Show shares (T,) of the loss; None if it is not `there`, or not a sum over time."""
        values = [] if shares is None else shares.double().nan_to_num().tolist()
        self.bars.set_verts([
            [(t - 0.36, 0.0), (t - 0.36, v), (t + 0.36, v), (t + 0.36, 0.0)]
            for t, v in enumerate(values, start=1)
        ])  # fmt: skip
        self.waiting.set_text("this loss is no sum over time" if there else "comes with loss")
        self.waiting.set_visible(not len(values))
        if not len(values):
            return False
        most, top = max(values) or 1.0, self.axes.get_ylim()[1]
        if not 0.25 * top <= most <= top:
            top = plots.nice_ceiling(most)
        return plots.set_limits(self.axes, x=(0.5, max(len(values), 2) + 0.5), y=(0, top))


class HiddenStatePanel:
    """The hidden state of a batch's first sequence: blue below 0, orange and dotted above.

    A dot stands in each cell, or in every second, third and so on where the cells are small.
    """

    DOTS = 24  # across and down at most
    alt = "Heat map of the hidden state of the first sequence, a row for each unit."

    def __init__(self, axes: Axes) -> None:
        plots.style(axes, "Hidden state, first sequence", ylabel="unit")
        axes.grid(False)
        axes.set(xlim=(0.5, 2.5), ylim=(0.5, 2.5))
        plots.integer_ticks(axes.xaxis)
        plots.integer_ticks(axes.yaxis)
        self.axes = axes
        plots.write(axes, "time step", (1, -0.24), ha="right", va="top")
        self.heat = axes.imshow(
            np.zeros((1, 1)), cmap=BELOW_AND_ABOVE, vmin=-1, vmax=1, aspect="auto",
            interpolation="nearest",
        )  # fmt: skip
        (self.dots,) = axes.plot([], [], "o", color=INK, ms=1.6, mew=0)
        self.key = plots.write(axes, "", (0, -0.24), va="top")
        self.waiting = _waiting(axes, "comes with forward")
        self.moving: list[Artist] = [self.heat, self.dots, self.key, self.waiting]

    def update(self, outputs: Tensor | None) -> bool:
        """Show hidden states (T, H) of one sequence."""
        self.heat.set_visible(outputs is not None)
        self.dots.set_visible(outputs is not None)
        self.waiting.set_visible(outputs is None)
        if outputs is None:
            return False
        values = outputs.numpy().T  # (T, H) -> (H, T)
        self.heat.set_data(values)
        bound = plots.nice_ceiling(max(float(np.nanmax(np.abs(values))), 1e-3))
        self.heat.set_clim(-bound, bound)
        self.key.set_text(f"−{bound:g} to {bound:g}, dots: above 0")  # noqa: RUF001
        units, steps = values.shape
        down, along = -(-units // self.DOTS), -(-steps // self.DOTS)
        rows, columns = np.nonzero(values[::down, ::along] > 0)
        self.dots.set_data(1 + along * columns, 1 + down * rows)
        self.heat.set_extent((0.5, steps + 0.5, units + 0.5, 0.5))
        return plots.set_limits(self.axes, x=(0.5, steps + 0.5), y=(units + 0.5, 0.5))


def first_sequence(
    targets: Tensor | None, predictions: Tensor | None
) -> tuple[Any, Any, tuple[str, str]]:
    """Return what to draw of a batch's first sequence: targets, predictions, and their names.

    Numbers are drawn as they are (the first feature); for class targets it is the probability
    that the model gives to the right class.
    """
    truth = None if targets is None else targets[0].detach().cpu()  # (T, D), (T,) or fewer axes
    answers = None if predictions is None else predictions[0].detach().cpu()  # the same, or (T, C)
    if truth is None or truth.is_floating_point():
        return _line(truth), _line(answers), ("target", "prediction")
    right = None
    if answers is not None and answers.dim() == truth.dim() + 1:
        right = answers.softmax(-1).gather(-1, truth.unsqueeze(-1).long()).flatten()  # (T, C), (T,)
    names = ("certain", "probability\nof the right\nclass")
    return np.ones(truth.numel()), _line(right), names


def _line(values: Tensor | None) -> Any:
    """Return one number per time step: the first feature, if there are several."""
    if values is None:
        return np.zeros(0)
    while values.dim() > 1:
        values = values[..., 0]  # (T, D) -> (T,)
    return values.reshape(-1).float().numpy()


def _waiting(axes: Axes, text: str) -> Any:
    return plots.write(axes, text, (0.5, 0.5), ha="center", size=9)
