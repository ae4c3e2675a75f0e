"""The pictures of a run side by side in one figure: its loss, its gradient norm, and the task's."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from torch import nn

from rnnlab.pictures.panels import PANELS
from rnnlab.pictures.plots import GradientPanel, LossPanel, make_row
from rnnlab.tasks.catalogue import Task


def draw_run(
    task: Task, model: nn.Module, history: Any, *, epochs: int, steps: int,
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
    panel, left, right = PANELS[task.picture]
    places = [(330, 54, 72), (280, 44, 16), (420, left, right)]
    figure, (loss, gradient, answers) = make_row(places, 270)
    LossPanel(loss).update(history, epochs=epochs)
    GradientPanel(gradient).update(history, steps=steps, clip_norm=clip_norm)
    panel(answers, task).update(*task.answers(model), scores=True)
    return figure


def draw_history(history: Any, clip_norm: float | None = None) -> Figure:
    """Return a figure of 610 x 270 pixels with a history's losses and gradient norms.

    Args:
        history: a `rnnlab.History`.
        clip_norm: the bound that gradients were clipped to; None: none is drawn.
    """
    figure, (loss, gradient) = make_row([(330, 54, 72), (280, 44, 16)], 270)
    LossPanel(loss).update(history, epochs=len(history.epochs))
    GradientPanel(gradient).update(history, steps=len(history), clip_norm=clip_norm)
    return figure
