"""The pictures of a run: its loss, its gradient norm, and both beside the task's in one figure."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import nn

from rnnlab.pictures import plots
from rnnlab.pictures.plots import BLUE, DASHED, ORANGE, PALE
from rnnlab.pictures.task_panels import PANELS
from rnnlab.tasks.catalogue import Task

History = Any  # a rnnlab.History: losses, norms, steps and epochs


class LossPanel:
    """Training and validation loss by epoch, on a log scale; the run before as a pale line."""

    alt = "Line chart of the loss by epoch: train, held out, and train in the run before."

    def __init__(self, axes: Axes) -> None:
        plots.style(axes, "Loss", "epoch")
        plots.log_scale(axes)
        axes.set(xlim=(0, 1), ylim=(0.1, 1))
        self.axes, self._drawn = axes, 0
        (self.before,) = axes.plot([], [], color=PALE, lw=1.1)
        (self.train,) = axes.plot([], [], color=BLUE, lw=2)
        (self.held_out,) = axes.plot([], [], color=ORANGE, lw=1.8, ls=DASHED)
        lines = (self.before, self.train, self.held_out)
        self.labels = plots.EndLabels(axes, ("run before", "train", "held out"), lines)
        self.moving: list[Artist] = [*lines, *self.labels.texts]

    def update(self, history: History, before: History | None = None, epochs: int = 1) -> bool:
        """Show a history, and the run before it; `epochs` is where the axis ends."""
        runs = [history.train_loss, history.validation_loss, before.train_loss if before else []]
        for line, losses in zip((self.train, self.held_out, self.before), runs, strict=True):
            line.set_data(range(1, len(losses) + 1), losses)
        low, high = self.axes.get_ylim()
        if values := [v for losses in runs for v in losses if 0 < v < math.inf]:
            least, most = plots.nice_floor(min(values)), plots.nice_ceiling(max(values))
            if 0 < self._drawn <= len(runs[0]):  # within a run it only grows: it does not jump
                # with room below: each change of the limits is a whole drawing
                least = low if least >= low else plots.nice_floor(0.6 * least)
                most = max(high, most)
            low, high = least, most
        self._drawn = len(runs[0])
        last = max(epochs, len(runs[0]), len(runs[2]))
        changed = plots.set_limits(self.axes, x=(0, last), y=(low, high))
        self.labels.place()
        return changed


class GradientPanel:
    """Gradient norm by step, the clipping bound, and a dot on it for each step that was clipped."""

    alt = "Line chart of the gradient norm by step, with the bound above which it is clipped."

    def __init__(self, axes: Axes) -> None:
        plots.style(axes, "Gradient norm", "step")
        axes.set(xlim=(0, 1), ylim=(0, 2))
        self.axes = axes
        (self.before,) = axes.plot([], [], color=PALE, lw=0.8)
        (self.norm,) = axes.plot([], [], color=BLUE, lw=1.3)
        self.bound = axes.axhline(1, color=ORANGE, lw=1.4, ls=DASHED)
        (self.clipped,) = axes.plot([], [], "o", color=ORANGE, ms=3.5, ls="none")
        across = axes.get_yaxis_transform()
        self.note = plots.write(axes, "", (1, 1), (0, 0), ORANGE, "right", "bottom", coords=across)
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
            self.note.xy = (1, clip_norm)
            self.note.set_text(f"clipped above {clip_norm:g}")
        most = max((n for n in norms if n < math.inf), default=1.0)
        top = plots.nice_ceiling(max(most, 1.2 * (clip_norm or 0)))
        if len(norms) > 1:
            top = max(top, self.axes.get_ylim()[1])
        return plots.set_limits(self.axes, x=(0, max(steps, len(norms), len(old), 2)), y=(0, top))


def draw_run(
    task: Task, model: nn.Module, history: History, *, epochs: int, steps: int,
    clip_norm: float | None = None,
) -> Figure:  # fmt: skip
    """Return a figure of 1030 x 270 pixels that shows a run as the lab does.

    Args:
        task: what was trained on.
        model: as it is now.
        history: a `rnnlab.History`, what happened.
        epochs: where the axis of the loss ends.
        steps: where the axis of the gradient norm ends.
        clip_norm: the bound that gradients were clipped to; None: they were not.
    """
    panel = PANELS[task.picture]
    places = [(330, 54, 72), (280, 44, 16), (420, panel.left, panel.right)]
    figure, (loss, gradient, answers) = plots.make_row(places, 270)
    LossPanel(loss).update(history, epochs=epochs)
    GradientPanel(gradient).update(history, steps=steps, clip_norm=clip_norm)
    panel(answers, task).update(*task.answers(model), scores=True)
    return figure


def draw_history(history: History, clip_norm: float | None = None) -> Figure:
    """Return a figure of 610 x 270 pixels with a history's losses and gradient norms.

    Args:
        history: a `rnnlab.History`.
        clip_norm: the bound that gradients were clipped to; None: none is drawn.
    """
    figure, (loss, gradient) = plots.make_row([(330, 54, 72), (280, 44, 16)], 270)
    LossPanel(loss).update(history, epochs=len(history.epochs))
    GradientPanel(gradient).update(history, steps=len(history), clip_norm=clip_norm)
    return figure


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
