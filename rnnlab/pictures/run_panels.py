"""The pictures of a run: its loss, its gradient norm, and both beside the task's in one figure."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from torch import nn

from rnnlab.pictures import plots
from rnnlab.pictures.bands import add_band, set_band
from rnnlab.pictures.look import own_look
from rnnlab.pictures.plots import BLUE, DASHED, DOTTED, INK, MUTED, ORANGE, PALE
from rnnlab.pictures.task_panels import PANELS
from rnnlab.tasks.catalogue import Task

History = Any  # a rnnlab.History: losses, norms, steps and epochs


class Mark(NamedTuple):
    """A setting that was changed in the middle of a run: when, and what it became."""

    step: int
    epoch: float
    text: str


class Marks:
    """Upright lines on Axes, each with its text, where something was changed."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self._shown: list[tuple[float, str]] = []
        self._artists: list[Artist] = []

    @own_look()
    def set(self, marks: list[tuple[float, str]]) -> bool:
        """Draw these marks, (x, text) each, and return whether they were others before."""
        if marks == self._shown:
            return False
        self._shown = marks
        for artist in self._artists:
            artist.remove()
        self._artists = []
        for x, text in marks:
            self._artists.append(self.axes.axvline(x, color=MUTED, lw=0.9, ls=DOTTED))
            side = ("left", 3) if x < 0.6 * self.axes.get_xlim()[1] else ("right", -3)
            up = self.axes.get_xaxis_transform()
            self._artists.append(plots.write(
                self.axes, text, (x, 1), (side[1], -3), ha=side[0], va="top", coords=up
            ))  # fmt: skip
        return True


def make_cursor(axes: Axes) -> Line2D:
    """Add the upright line that shows which epoch is looked at; `set_cursor` says where."""
    return axes.axvline(0, color=INK, lw=1.2, visible=False)


def set_cursor(cursor: Line2D, x: float | None) -> None:
    """Move the upright line to x; None: nothing is looked at."""
    cursor.set_visible(x is not None)
    if x is not None:
        cursor.set_xdata([x, x])


class LossPanel:
    """Training and validation loss by epoch, on a log scale; the run before as a pale line."""

    alt = "Line chart of the loss by epoch: train, held out, and train in the run before."

    def __init__(self, axes: Axes) -> None:
        plots.style(axes, "Loss", "epoch")
        plots.integer_ticks(axes.xaxis)
        plots.log_scale(axes)
        axes.set(xlim=(0, 1), ylim=(0.1, 1))
        self.axes, self._drawn = axes, 0
        self.band = add_band(axes, ORANGE)
        (self.median,) = axes.plot([], [], color=ORANGE, lw=0.9)
        (self.before,) = axes.plot([], [], color=PALE, lw=1.1)
        (self.train,) = axes.plot([], [], color=BLUE, lw=2)
        (self.held_out,) = axes.plot([], [], color=ORANGE, lw=1.8, ls=DASHED)
        lines = (self.before, self.train, self.held_out, self.median)
        names = ("run before", "train", "held out", "all seeds")
        self.labels = plots.EndLabels(axes, names, lines)
        self.cursor, self.marks = make_cursor(axes), Marks(axes)
        self.moving: list[Artist] = [self.band, *lines, self.cursor, *self.labels.texts]

    def update(
        self,
        history: History,
        before: History | None = None,
        epochs: int = 1,
        cursor: int | None = None,
        marks: Sequence[Mark] = (),
        name: str = "run before",
        going: bool = False,
        over_seeds: Any = None,
    ) -> bool:
        """Show a history, and that of another run.

        Args:
            history: a `rnnlab.History`.
            before: that of the run before; None: there was none.
            epochs: where the axis ends.
            cursor: an epoch that is looked at; None: none is.
            marks: the changes of a setting in the middle of the run.
            name: of the run before.
            going: whether the run goes on; the limits may then lie further out, see `log_limits`.
            over_seeds: of several runs the epochs, and at each the lowest, median and highest
                held-out loss, (4, epochs); None: there is one run.
        """
        self.labels.texts[0].set_text(name)
        self.alt = LossPanel.alt + " The band: held out over all seeds." * (over_seeds is not None)
        runs = [history.train_loss, history.validation_loss, before.train_loss if before else []]
        for line, losses in zip((self.train, self.held_out, self.before), runs, strict=True):
            line.set_data(range(1, len(losses) + 1), losses)
        at, *spread = np.empty((4, 0)) if over_seeds is None else over_seeds
        set_band(self.band, at, spread[0], spread[2])
        self.median.set_data(at, spread[1])
        losses = [loss for run in (*runs, *spread) for loss in run]
        limits = log_limits(self.axes, losses, grows=going and 0 < self._drawn <= len(runs[0]))
        self._drawn = len(runs[0])
        changed = plots.set_limits(
            self.axes, x=(0, max(epochs, len(runs[0]), len(runs[2]))), y=limits
        )
        set_cursor(self.cursor, cursor)
        self.labels.place()
        return self.marks.set([(mark.epoch, mark.text) for mark in marks]) or changed


class GradientPanel:
    """Gradient norm by step, the clipping bound, and a dot on it for each step that was clipped."""

    alt = "Line chart of the gradient norm by step, with the bound above which it is clipped."
    ROOM, RISE = 76, 9  # pixels: right of the axes, for a note; from its middle to their lower edge

    def __init__(self, axes: Axes) -> None:
        plots.style(axes, "Gradient norm", "step")
        plots.integer_ticks(axes.xaxis)
        plots.log_scale(axes)
        axes.set(xlim=(0, 1), ylim=(0.1, 1))
        self.axes, self._drawn = axes, 0
        (self.before,) = axes.plot([], [], color=PALE, lw=0.8)
        (self.norm,) = axes.plot([], [], color=BLUE, lw=1.3)
        self.bound = axes.axhline(1, color=ORANGE, lw=1.4, ls=DASHED)
        (self.clipped,) = axes.plot([], [], "o", color=ORANGE, ms=3.5, ls="none")
        across = axes.get_yaxis_transform()
        self.note = plots.write(axes, "", (1, 1), (5, 0), ORANGE, coords=across)
        self._noted: float | None = None  # the bound that the note tells
        self.cursor, self.marks = make_cursor(axes), Marks(axes)
        self.moving: list[Artist] = [
            self.before, self.norm, self.bound, self.clipped, self.cursor, self.note
        ]  # fmt: skip

    def update(
        self,
        history: History,
        before: History | None = None,
        steps: int = 1,
        clip_norm: float | None = None,
        cursor: int | None = None,
        marks: Sequence[Mark] = (),
        going: bool = False,
    ) -> bool:
        """Show a history, and the run before it.

        Args:
            history: a `rnnlab.History`.
            before: that of the run before; None: there was none.
            steps: where the axis ends.
            clip_norm: the bound that gradients are clipped to; None: they are not.
            cursor: a step that is looked at; None: none is.
            marks: the changes of a setting in the middle of the run.
            going: whether the run goes on; the limits may then lie further out, see `log_limits`.
        """
        norms, old = history.grad_norm, before.grad_norm if before else []
        self.norm.set_data(*outline(norms))
        self.before.set_data(*outline(old))
        self.bound.set_visible(clip_norm is not None)
        self.note.set_visible(clip_norm is not None)
        hit = [step.index for step in history.steps if step.clipped]
        self.clipped.set_data(hit, [clip_norm or 1] * len(hit))
        shown = [*norms, *old]
        if clip_norm is not None:
            self.bound.set_ydata([clip_norm, clip_norm])
            shown.append(clip_norm)
        limits = log_limits(self.axes, shown, grows=going and 0 < self._drawn <= len(norms))
        self._drawn = len(norms)
        changed = plots.set_limits(self.axes, x=(0, max(steps, len(norms), len(old), 2)), y=limits)
        if clip_norm is not None:
            self._place_note(clip_norm)
        set_cursor(self.cursor, cursor)
        return self.marks.set([(mark.step, mark.text) for mark in marks]) or changed

    def _place_note(self, bound: float) -> None:
        """Write the bound where its line ends, above the numbers below the axes."""
        if bound != self._noted:
            self._noted, self.note.xy = bound, (1, bound)
            choices = [f"\u25cf clipped\nabove {bound:g}", f"\u25cf clipped\nat {bound:g}"]
            plots.fit_words(self.note, choices, self.ROOM)
        low, line = self.axes.bbox.y0, self.axes.transData.transform((0, bound))[1]
        up = max(0, low + self.RISE - line) * 72 / self.axes.figure.get_dpi()  # in points
        self.note.set_position((5, up))


def log_limits(axes: Axes, values: Sequence[float], grows: bool) -> tuple[float, float]:
    """Return limits around the values that a log axis can show.

    While a run grows so do they, with room below: each change of the limits is a whole drawing. How
    much room that left depends on which frames were drawn, so a run that has ended gets its own.
    """
    low, high = axes.get_ylim()
    shown = [value for value in values if 0 < value < math.inf]
    if not shown:
        return low, high
    least, most = plots.nice_floor(min(shown)), plots.nice_ceiling(max(shown))
    if not grows:
        return least, most if most > least else 2 * least
    return low if least >= low else plots.nice_floor(0.6 * least), max(high, most)


@own_look()
def draw_run(
    task: Task, model: nn.Module, history: History, *, epochs: int, steps: int,
    clip_norm: float | None = None,
) -> Figure:  # fmt: skip
    """Return a figure of 1080 x 270 pixels that shows a run as the lab does.

    Args:
        task: what was trained on.
        model: as it is now.
        history: a `rnnlab.History`, what happened.
        epochs: where the axis of the loss ends.
        steps: where the axis of the gradient norm ends.
        clip_norm: the bound that gradients were clipped to; None: they were not.
    """
    panel = PANELS[task.picture]
    places = [(330, 54, 84), (330, 54, 84), (420, panel.left, panel.right)]
    figure, (loss, gradient, answers) = plots.make_row(places, 270)
    LossPanel(loss).update(history, epochs=epochs)
    GradientPanel(gradient).update(history, steps=steps, clip_norm=clip_norm)
    panel(answers, task).update(*task.answers(model), scores=True)
    return figure


@own_look()
def draw_history(history: History, clip_norm: float | None = None) -> Figure:
    """Return a figure of 660 x 270 pixels with a history's losses and gradient norms.

    Args:
        history: a `rnnlab.History`.
        clip_norm: the bound that gradients were clipped to; None: none is drawn.
    """
    figure, (loss, gradient) = plots.make_row([(330, 54, 84), (330, 54, 84)], 270)
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
