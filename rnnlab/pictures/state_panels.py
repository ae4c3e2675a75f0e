"""Pictures of the hidden state between batches: how it flows, costs and learns; and in words.

All are panels as in `plots`, and take the rows of `carrying`.
"""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from rnnlab.base.say import say, translated
from rnnlab.pictures import plots
from rnnlab.pictures.gradient_panels import number, plain
from rnnlab.pictures.plots import BLUE, DASHED, DOTTED, INK, MUTED, ORANGE, PALE
from rnnlab.pictures.unrolled import Border, UnrolledPanel

CarryStep = Any  # a row of rnnlab.microscope.carrying, whose ways and batches these are
FirstBatches = Any  # of rnnlab.microscope.carried_states
RESET, DETACH = "reset", "carry and detach"
NO_DETACH, SHUFFLE = "carry without detach", "carry with shuffle"
NAMES = {RESET: RESET, DETACH: DETACH, NO_DETACH: NO_DETACH, SHUFFLE: SHUFFLE}
BATCHES = 32  # of an epoch
NOTES = {  # what a way does at the border of two batches, in words
    RESET: "Each batch starts from zeros. Value and gradient both end at the border.",
    DETACH: "The value goes on. The gradient ends where its batch begins.",
    NO_DETACH: (
        "Nothing is cut: the gradient goes on into batches whose graphs are freed, and in batch 2 "
        "torch raises."
    ),
    SHUFFLE: (
        "The value goes on, but into another part of the sequence. The gradient ends where its "
        "batch begins."
    ),
}
BORDERS = {  # the same, as it is drawn: whether the value and the gradient cross it
    RESET: (False, False),
    DETACH: (True, False),
    NO_DETACH: (True, True),
    SHUFFLE: (True, False),
}
BORDER_NOTES = {  # and what is written at it
    RESET: "reset to 0",
    DETACH: "detach",
    NO_DETACH: "no detach",
    SHUFFLE: "other part",
}
LABELS = {  # of a way's line, where it ends
    RESET: "reset",
    DETACH: "carry and\ndetach",
    NO_DETACH: "retain_graph",
    SHUFFLE: "carry with\nshuffle",
}
TITLES = ("{way}: three batches, untrained", "{way}: three batches", "{way}")
ERRORS = ("× carry without detach: error in batch 2", "× without detach: error in batch 2")  # noqa: RUF001
READ = ("time steps {first} to {last}", "{first} to {last}", "{first}–{last}", "from {first}")  # noqa: RUF001
TOPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # where an axis may end, times a power of ten


class FlowPanel(UnrolledPanel):
    """The first batches of a way in a row: their states, and the gradient of the last one's loss.

    Args:
        axes: with some 24 pixels on their left and 76 on their right.
    """

    def __init__(self, axes: Axes) -> None:
        super().__init__(axes, translated(NAMES[RESET]))
        axes.set_xlabel("")
        below: dict[str, Any] = {"ha": "center", "coords": axes.get_xaxis_transform()}
        self.names = [plots.write(axes, "", (0, 0), (0, -10), INK, **below) for _ in range(3)]
        self.read = [plots.write(axes, "", (0, 0), (0, -22), MUTED, **below) for _ in range(3)]
        self.moving += [*self.names, *self.read]

    def update(self, way: str, first: FirstBatches) -> bool:  # type: ignore[override]
        """Show three batches, as `first_batches` has followed them."""
        text = (
            "Three batches unrolled, {way}: a column of units for each time step, coloured by "
            "value; above them the gradient of the last batch's loss, as thick as it is large."
        )
        name = translated(NAMES[way])
        self.alt = say(text, way=name)
        title: Text = self.axes._left_title  # type: ignore[attr-defined]
        room = self.axes.figure.bbox.width - self.axes.bbox.x0
        plots.fit_words(title, [say(text, way=name) for text in TITLES], room)
        window = len(first.states) // len(first.steps)
        ends = [window * k - 1 for k in range(1, len(first.steps))]
        note = translated(BORDER_NOTES[way])
        borders = [Border(end, *BORDERS[way], note) for end in ends]
        super().update(first.states.numpy(), gradient=first.gradient.numpy(), borders=borders)
        self.axes.set_xticks([])
        for artist in self.notes:
            if isinstance(artist, Text):  # on the other side stands the end of the gradient
                artist.set_horizontalalignment("right")
        self._name_batches(first.steps, window)
        return True

    def _name_batches(self, steps: Sequence[tuple[int, int]], window: int) -> None:
        """Write below each batch which it is and what it reads, as fully as all have room."""
        room = self.axes.bbox.width / len(steps)
        for form in READ:
            read = [say(form, first=start + 1, last=last + 1) for start, last in steps]
            for text, words in zip(self.read, read, strict=True):
                plots.fit_words(text, [words], room)
            if [text.get_text() for text in self.read] == read:
                break
        for k, words in enumerate(read):
            middle = (self._x[k * window] + self._x[(k + 1) * window - 1]) / 2
            self.names[k].xy = self.read[k].xy = (middle, 0)
            self.names[k].set_text(say("batch {number}", number=k + 1))
            self.read[k].set_text(words)


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
        plots.set_room(axes, 54, 56)  # with a line of text below the title
        plots.style(axes, title, say("batch"), pad=24)
        axes.set(xlim=(1, BATCHES), ylim=(0, 1))
        plots.integer_ticks(axes.xaxis, 5)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(lambda number, _: f"{number:g}")
        self.axes, self.value, self.over = axes, value, over
        self.title, self.alt = title, say("Line chart by batch: {title}.", title=title)
        self.whose = plots.write(axes, "", (0, 1), (0, 13), INK)
        (self.reference,) = axes.plot([], [], color=PALE, lw=1.4)
        (self.line,) = axes.plot([], [], color=BLUE, lw=2)
        lines = (self.reference, self.line)
        self.labels = plots.EndLabels(axes, (say("with detach"), ""), lines, above=0)
        self.moving: list[Artist] = [*lines, self.whose, *self.labels.texts]

    def update(
        self, way: str, rows: Sequence[CarryStep], reference: Sequence[CarryStep] = ()
    ) -> bool:
        """Show the rows of a way, and those of carry and detach."""
        whose = translated(NAMES[way])
        if way == NO_DETACH:
            whose = say("{way}, retain_graph", way=whose)
        self.whose.set_text(whose)
        self.alt = say("Line chart by batch, {whose}: {title}.", whose=whose, title=self.title)
        values = []
        for line, shown in ((self.line, rows), (self.reference, reference)):
            numbers = running_median([self.value(row) for row in shown], self.over)
            line.set_data([row.batch for row in shown], numbers)
            values += numbers
        self.labels.texts[1].set_text(translated(LABELS[way]))
        top = plots.nice_ceiling(1.1 * max(values), TOPS) if values else 1.0
        changed = plots.set_limits(self.axes, y=(0, top))
        self.labels.place()
        return changed


class CurvesPanel:
    """The loss by epoch of each way, on a log scale; a cross for the way that torch ends."""

    LOOKS = ((RESET, INK, DOTTED), (DETACH, BLUE, "-"), (SHUFFLE, ORANGE, DASHED))

    def __init__(self, axes: Axes) -> None:
        plots.set_room(axes, 54, 56)  # with a line of text below the title
        self.alt = say("Line chart of the training loss by epoch, a line for each way.")
        below = say("epoch (0: the first batch)")
        plots.style(axes, say("Training loss, all four ways"), below, pad=24)
        plots.log_scale(axes)
        plots.integer_ticks(axes.xaxis)
        axes.set(xlim=(0, 1), ylim=(0.1, 2))
        self.axes = axes
        self.lines = {
            way: axes.plot([], [], color=color, ls=dash, lw=2)[0] for way, color, dash in self.LOOKS
        }
        (self.cross,) = axes.plot([], [], "x", color=INK, ms=7, mew=2, clip_on=False)
        self.note = plots.write(axes, "", (0, 1), (0, 13), INK, visible=False)
        lines = [*self.lines.values()]
        names = [translated(LABELS[way]) for way in self.lines]
        self.labels = plots.EndLabels(axes, names, lines, above=0)
        self.moving: list[Artist] = [*lines, self.cross, self.note, *self.labels.texts]

    def update(self, rows: Mapping[str, Sequence[CarryStep]], epochs: int) -> bool:
        """Show the rows of each way; `epochs` is where the axis ends."""
        values = []
        for way, line in self.lines.items():
            steps = rows.get(way, ())  # the loss of the first, then the average of each epoch
            averages = [step.train_loss for step in steps if step.train_loss is not None]
            losses = [step.loss for step in steps[:1]] + averages
            line.set_data(range(len(losses)), losses)
            line.set_marker("o" if len(losses) == 1 else "")
            values += losses
        ended = [row for row in rows.get(NO_DETACH, ()) if row.error]
        self.cross.set_data([0] * len(ended), [row.loss for row in ended])
        self.note.set_visible(bool(ended))
        room = self.axes.figure.bbox.width - self.axes.bbox.x0
        plots.fit_words(self.note, [translated(text) for text in ERRORS], room)
        low = plots.nice_floor(min([0.1, *values]))
        if len(values) > len(self.lines):  # within a run it only grows: it does not jump
            low = min(low, self.axes.get_ylim()[0])
        changed = plots.set_limits(self.axes, x=(0, max(epochs, 1)), y=(low, 2.5))
        self.labels.place()
        return changed


def flow_words(way: str, first: FirstBatches) -> str:
    """Return in words how value and gradient go through the first batches."""
    read = ", ".join(
        say("{first} to {last}", first=start + 1, last=last + 1) for start, last in first.steps
    )
    share = 100 * (first.gradient[0] / first.gradient.max()).item()
    text = (
        "{way}: {note} Three batches of the untrained network read the time steps {read}. The "
        "gradient of the last one's loss goes back {reached} time steps."
    )
    if way == NO_DETACH:
        text = (
            "{way}: {note} Three batches of the untrained network read the time steps {read}. The "
            "gradient of the last one's loss goes back {reached} time steps, and {share} % of its "
            "greatest norm is left there."
        )
    name, note = translated(NAMES[way]).capitalize(), translated(NOTES[way])
    return say(text, way=name, note=note, read=read, reached=first.reached, share=plain(share))


def running_median(values: Sequence[float], over: int) -> list[float]:
    """Return the median of so many values around each; at the ends, of the first or last ones."""
    starts = (min(max(0, k - over // 2), max(0, len(values) - over)) for k in range(len(values)))
    return [median(values[start : start + over]) for start in starts]


def cost_words(rows: Sequence[CarryStep]) -> str:
    """Return in words what the first and the last of some batches cost."""
    first, last = rows[0], rows[-1]
    kept, more = (number((row.kept_bytes or 0) / 1000) for row in (first, last))
    parts = rows[:8], rows[-8:]
    early, late = (1000 * median(row.backward_seconds for row in part) for part in parts)
    text = (
        "the gradient goes back {first.graph_length} time steps in batch {first.batch}, {kept} kB "
        "are kept for it; in batch {last.batch} it is the same. Backward takes {early:.3g} ms in "
        "the first eight batches and {late:.3g} ms in the last eight (medians)."
    )
    if last.graph_length != first.graph_length:
        text = (
            "the gradient goes back {first.graph_length} time steps in batch {first.batch}, {kept} "
            "kB are kept for it; in batch {last.batch} it is {last.graph_length} time steps and "
            "{more} kB. Backward takes {early:.3g} ms in the first eight batches and {late:.3g} ms "
            "in the last eight (medians)."
        )
    return say(text, first=first, last=last, kept=kept, more=more, early=early, late=late)


def loss_words(rows: Sequence[CarryStep], best: float) -> str:
    """Return in words what the training of a way has reached; `best` is the loss to expect."""
    last = rows[-1]
    ends = [row for row in rows if row.train_loss is not None]  # of epochs
    end, way = (ends or rows)[-1], translated(NAMES[last.way])
    text = "Loss, {way}: {last.loss:.3g} in batch {last.batch}; no epoch is complete."
    if last.error:
        text = "Loss, {way}: {last.loss:.3g} in batch {last.batch}, where torch raised."
    elif ends and end.validation_loss is None:
        text = (
            "Loss, {way}: {first.loss:.3g} in the first batch, {end.train_loss:.3g} on average in "
            "epoch {end.epoch}. The best to be expected is {best:.3g}."
        )
    elif ends:
        text = (
            "Loss, {way}: {first.loss:.3g} in the first batch, {end.train_loss:.3g} on average in "
            "epoch {end.epoch}; held out {end.validation_loss:.3g}. The best to be expected is "
            "{best:.3g}."
        )
    return say(text, way=way, first=rows[0], last=last, end=end, best=best)
