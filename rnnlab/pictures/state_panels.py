"""Pictures of the hidden state between batches: how it flows, costs and learns; and in words.

All are panels as in `plots`, and take the rows of `carrying`.
"""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from rnnlab.base.say import say
from rnnlab.pictures import plots
from rnnlab.pictures.plots import BLUE, DASHED, DOTTED, INK, MUTED, ORANGE, PALE

CarryStep = Any  # a row of rnnlab.microscope.carrying, whose ways and batches these are
RESET, DETACH = "reset", "carry and detach"
NO_DETACH, SHUFFLE = "carry without detach", "carry with shuffle"
BATCHES = 32  # of an epoch
NOTES = {  # of the flow: two lines below the picture, and in the words
    RESET: ("Each batch starts from zeros.", "Value and gradient both end at the border."),
    DETACH: ("The value goes on.", "The gradient ends where its batch begins."),
    NO_DETACH: (
        "Nothing is cut: the gradient goes on into batches",
        "whose graphs are freed. Torch raises in batch 2.",
    ),
    SHUFFLE: (
        "The value goes on, but into another part of the",
        "sequence. The gradient ends where its batch begins.",
    ),
}
LABELS = {  # of a way's line, where it ends
    RESET: "reset",
    DETACH: "carry and\ndetach",
    NO_DETACH: "retain_graph",
    SHUFFLE: "carry with\nshuffle",
}


class FlowPanel:
    """The first batches as blocks: the state's value flows right in blue, the gradient left.

    The axes are 370 pixels wide and 174 high.
    """

    alt = "Diagram of three batches: how far the state's value flows, and how far the gradient."
    WIDTH, GAP, LEFT, BATCHES = 78, 48, 24, 3

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self.moving: list[Artist] = []  # it is redrawn as a whole, and rarely

    def update(self, way: str, steps: Sequence[tuple[int, int]]) -> bool:
        """Show a way, and the first and last time step that each block reads."""
        self.axes.clear()
        plots.style(self.axes, f"Between batches: {way}")
        self.axes.grid(False)
        self.axes.set(xticks=[], yticks=[], xlim=(0, 370), ylim=(-24, 150))
        for k, block in enumerate(steps[: self.BATCHES]):
            left = self.LEFT + k * (self.WIDTH + self.GAP)
            right, middle = left + self.WIDTH, left + self.WIDTH / 2
            across, up = [left, right, right, left, left], [18, 18, 126, 126, 18]
            self.axes.plot(across, up, color=PALE, lw=1.3)
            self._write(middle, 139, f"batch {k + 1}", INK)
            self._write(middle, 6, "time steps" if k == 0 else "", MUTED)
            self._write(middle, -9, "{} to {}".format(*block), MUTED)
            self._value(k, left, right, way)
            self._gradient(k, left, right, way)
        for row, note in enumerate(NOTES[way]):
            self._write(0, -36 - 15 * row, note, INK, ha="left")
        return True

    def _value(self, k: int, left: int, right: int, way: str, y: int = 92) -> None:
        """Draw the path of the value through a block and to the next, or to its end."""
        if k == 0:
            self._write((left + right) / 2, y + 14, "state", BLUE)
        if k == 0 or way == RESET:
            self._write(left - 16, y, "0", BLUE)
            self._arrow(left - 10, left + 14, y, BLUE)
        self.axes.plot([left + 8, right - 10], [y, y], color=BLUE, lw=1.8, snap=False)
        if way == RESET:
            self._stop(right - 10, y, BLUE)
        elif k + 1 < self.BATCHES:
            self._arrow(right - 12, right + self.GAP + 14, y, BLUE)
            if way == SHUFFLE:
                self._write(right + self.GAP / 2, y + 14, "other\npart", INK, va="bottom")
        else:
            self._arrow(right - 12, right + 10, y, BLUE)  # to the edge of the picture

    def _gradient(self, k: int, left: int, right: int, way: str, y: int = 50) -> None:
        """Draw the path of the gradient of a block's loss, from its right end to where it ends."""
        if k == 0:
            self._write((left + right) / 2, y - 14, "gradient", ORANGE)
        if way == NO_DETACH and k > 0:
            self._arrow(right - 10, left - self.GAP - 12, y, ORANGE)
            self._write(left - self.GAP / 2, y - 14, "freed", INK)
            return
        self._arrow(right - 10, left + 8, y, ORANGE)
        if k > 0:
            self._stop(left + 6, y, ORANGE)
            if way != RESET:
                self._write(left - self.GAP / 2, y, "detach", ORANGE)

    def _arrow(self, start: float, end: float, y: float, color: str) -> None:
        look = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11, "lw": 1.8}
        look |= {"color": color, "ls": DASHED if color == ORANGE else "-"}
        self.axes.annotate("", (end, y), (start, y), arrowprops=look)

    def _stop(self, x: float, y: float, color: str) -> None:
        self.axes.plot([x, x], [y - 9, y + 9], color=color, lw=2.6)

    def _write(self, x: float, y: float, text: str, color: str, **look: Any) -> None:
        plots.write(self.axes, text, (x, y), color=color, coords="data", **{"ha": "center", **look})


class CostPanel:
    """One number of each batch, for a way and, as a pale line, for carry and detach.

    Args:
        title: what is shown, with its unit.
        value: returns the number of a row.
        over: each point is the median over this many batches, so that other work of the computer
            does not set the scale.
    """

    def __init__(
        self, axes: Axes, title: str, value: Callable[[CarryStep], float], over: int = 1
    ) -> None:
        plots.style(axes, title, "batch")
        axes.set(xlim=(1, BATCHES), ylim=(0, 1))
        plots.integer_ticks(axes.xaxis, 5)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(lambda number, _: f"{number:g}")
        self.axes, self.value, self.over = axes, value, over
        self.alt = f"Line chart by batch: {title}."
        (self.reference,) = axes.plot([], [], color=PALE, lw=1.4)
        (self.line,) = axes.plot([], [], color=BLUE, lw=2)
        lines = (self.reference, self.line)
        self.labels = plots.EndLabels(axes, ("with detach", ""), lines)
        self.moving: list[Artist] = [*lines, *self.labels.texts]

    def update(
        self, way: str, rows: Sequence[CarryStep], reference: Sequence[CarryStep] = ()
    ) -> bool:
        """Show the rows of a way, and those of carry and detach."""
        values = []
        for line, shown in ((self.line, rows), (self.reference, reference)):
            numbers = running_median([self.value(row) for row in shown], self.over)
            line.set_data([row.batch for row in shown], numbers)
            values += numbers
        self.labels.texts[1].set_text(LABELS[way])
        top = plots.nice_ceiling(1.15 * max(values)) if values else 1.0
        changed = plots.set_limits(self.axes, y=(0, top))
        self.labels.place()
        return changed


class CurvesPanel:
    """The loss by epoch of each way, on a log scale; a cross for the way that torch ends."""

    alt = "Line chart of the training loss by epoch, a line for each way."
    LOOKS = ((RESET, INK, DOTTED), (DETACH, BLUE, "-"), (SHUFFLE, ORANGE, DASHED))

    def __init__(self, axes: Axes) -> None:
        plots.style(axes, "Training loss on recall two back", "epoch (0: the first batch)")
        plots.log_scale(axes)
        plots.integer_ticks(axes.xaxis)
        axes.set(xlim=(0, 1), ylim=(0.1, 2))
        self.axes = axes
        self.lines = {
            way: axes.plot([], [], color=color, ls=dash, lw=2)[0] for way, color, dash in self.LOOKS
        }
        (self.cross,) = axes.plot([], [], "x", color=INK, ms=7, mew=2, clip_on=False)
        note = "without detach: error in batch 2"
        self.note = plots.write(axes, note, (0, 1), (10, 10), INK, coords="data", visible=False)
        lines = [*self.lines.values()]
        self.labels = plots.EndLabels(axes, [LABELS[way] for way in self.lines], lines)
        self.moving: list[Artist] = [*lines, self.cross, self.note, *self.labels.texts]

    def update(self, rows: Mapping[str, Sequence[CarryStep]], epochs: int) -> bool:
        """Show the rows of each way; `epochs` is where the axis ends."""
        values = []
        for way, line in self.lines.items():
            steps = rows.get(way, ())  # the loss of the first, then the average of each epoch
            averages = [step.train_loss for step in steps if step.train_loss is not None]
            losses = [step.loss for step in steps[:1]] + averages
            line.set_data(range(len(losses)), losses)
            values += losses
        ended = [row for row in rows.get(NO_DETACH, ()) if row.error]
        self.cross.set_data([0] * len(ended), [row.loss for row in ended])
        self.note.set_visible(bool(ended))
        if ended:
            self.note.xy = (0, ended[0].loss)
        low = plots.nice_floor(min([0.1, *values]))
        if len(values) > len(self.lines):  # within a run it only grows: it does not jump
            low = min(low, self.axes.get_ylim()[0])
        changed = plots.set_limits(self.axes, x=(0, max(epochs, 1)), y=(low, 2.5))
        self.labels.place()
        return changed


def running_median(values: Sequence[float], over: int) -> list[float]:
    """Return the median of so many values around each; at the ends, of the first or last ones."""
    starts = (min(max(0, k - over // 2), max(0, len(values) - over)) for k in range(len(values)))
    return [median(values[start : start + over]) for start in starts]


def cost_words(rows: Sequence[CarryStep]) -> str:
    """Return in words what the first and the last of some batches cost."""
    first, last = rows[0], rows[-1]
    kept, more = ((row.kept_bytes or 0) / 1000 for row in (first, last))
    parts = rows[:8], rows[-8:]
    early, late = (1000 * median(row.backward_seconds for row in part) for part in parts)
    grown = last.graph_length != first.graph_length
    end = "{last.graph_length} time steps and {more:.0f} kB" if grown else "the same"
    return say(
        "the gradient goes back {first.graph_length} time steps in batch {first.batch}, "
        "{kept:.0f} kB are kept for it; in batch {last.batch} it is " + end + ". Backward takes "
        "{early:.2g} ms in the first eight batches and {late:.2g} ms in the last eight (medians).",
        first=first, last=last, kept=kept, more=more, early=early, late=late,
    )  # fmt: skip


def loss_words(rows: Sequence[CarryStep], best: float) -> str:
    """Return in words what the training of a way has reached; `best` is the loss to expect."""
    last = rows[-1]
    ends = [row for row in rows if row.train_loss is not None]  # of epochs
    text = "Loss, {last.way}: {last.loss:.2f} in batch {last.batch}; no epoch is complete."
    if last.error:
        text = "Loss, {last.way}: {last.loss:.2f} in batch {last.batch}, where torch raised."
    elif ends:
        text = (
            "Loss, {last.way}: {first.loss:.2f} in the first batch, {end.train_loss:.3f} on "
            "average in epoch {end.epoch}; held out {end.validation_loss:.3f}. The best to be "
            "expected is {best:.3f}."
        )
    return say(text, first=rows[0], last=last, end=(ends or rows)[-1], best=best)
