"""The map of learning rate and clipping bound, the curves of one cell, and both in words."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from rnnlab.base.say import listed, say, sentences
from rnnlab.pictures import plots
from rnnlab.pictures.heat_map import label
from rnnlab.pictures.plots import BLUE, DASHED, DOTTED, GRID, INK, ORANGE, PALE
from rnnlab.pictures.run_panels import log_limits

Spot = Any  # a cell of rnnlab.runs.stacks.landscape
Landscape = Any  # of rnnlab.runs.stacks.landscape
SPAN = 10  # a loss so many times the lowest is white, and so is any above
FULLEST = 0.5  # of blue: ink on it has the contrast that text needs, in the dark too
LETTER, LINE = 6.2, 15  # pixels that a letter and a line of a cell's text take at most
LARGEST = 1e6  # from here on a loss is written as a power of ten
KEYS = (
    "{what}; the bluer, the lower; hatched: diverged",
    "{what}; hatched: diverged",
    "{what}",
)


class MapPanel:
    """A cell for each learning rate (across) and clipping bound (down), coloured by its loss.

    A cell says its median loss; the lowest is marked, one with runs that diverged is hatched. A
    frame stands around the cell whose curves are shown, a dotted one where the arrow keys are.

    Args:
        axes: with some 64 pixels on their left and 12 on their right.
        learning_rates: of the columns.
        clip_norms: of the rows, None for no clipping.
    """

    def __init__(
        self, axes: Axes, learning_rates: Sequence[float], clip_norms: Sequence[float | None]
    ) -> None:
        self.axes, self.shape = axes, (len(clip_norms), len(learning_rates))
        plots.set_room(axes, 46, 56)
        names = say("Validation loss"), say("learning rate"), say("clipping bound")
        plots.style(axes, *names, pad=24)
        axes.grid(False)
        rows, columns = self.shape
        axes.set_xticks(range(columns), [label(rate) for rate in learning_rates])
        axes.set_yticks(range(rows), [label(bound) for bound in clip_norms])
        axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
        self.alt = say("Map of the validation loss by learning rate and clipping bound.")
        self.image = axes.imshow(np.ones((*self.shape, 3)), aspect="auto", interpolation="nearest")
        self.key = plots.write(axes, "", (0, 1), (0, 13))
        self.borders = LineCollection(_borders(*self.shape), colors=GRID, linewidths=1)
        axes.add_collection(self.borders)
        self._make_cells()
        self.moving: list[Artist] = [
            self.image, self.borders, *self.hatches, *self.grounds, self.frame, self.cursor,
            self.key, *self.texts,
        ]  # fmt: skip

    def _make_cells(self) -> None:
        cells = [(x, y) for y, x in np.ndindex(self.shape)]

        def box(x: float, y: float, half: float = 0.5, **look: Any) -> Rectangle:
            look = {"fill": False, "visible": False, **look}
            box = Rectangle((x - half, y - half), 2 * half, 2 * half, **look)
            self.axes.add_patch(box)
            return box

        self.hatches = [box(x, y, hatch="///", ec=PALE, lw=0) for x, y in cells]
        self.grounds = [box(x, y, fill=True, lw=0) for x, y in cells]  # below text on hatching
        self.frame = box(0, 0, 0.47, ec=INK, lw=2.2, clip_on=False)
        self.cursor = box(0, 0, 0.42, ec=INK, lw=1.8, ls=DOTTED)
        look: dict[str, Any] = {"ha": "center", "coords": "data"}
        self.texts = [plots.write(self.axes, "", cell, color=INK, **look) for cell in cells]

    def update(
        self, spots: Sequence[Spot], what: str, best: Spot | None = None,
        chosen: Spot | None = None, cursor: Spot | None = None,
    ) -> bool:  # fmt: skip
        """Show the cells, row by row; `what` says which losses they are. Nothing else changes."""
        colors = shades([spot.median for spot in spots])  # (cells, 3)
        self.image.set_data(colors.reshape(*self.shape, 3))
        for k, spot in enumerate(spots):
            self._write(k, spot, colors[k], spot is best)
        for frame, shown in ((self.frame, chosen), (self.cursor, cursor)):
            frame.set_visible(shown is not None)
            if shown is not None:
                y, x = divmod([*spots].index(shown), self.shape[1])
                frame.set_xy((x - frame.get_width() / 2, y - frame.get_height() / 2))
        room = self.axes.figure.bbox.width - self.axes.bbox.x0
        plots.fit_words(self.key, [say(text, what=what) for text in KEYS], room)
        return False

    def _write(self, k: int, spot: Spot, color: Any, best: bool) -> None:
        scale = self.axes.figure.dpi / 100
        across, down = (
            side / count / scale
            for side, count in zip(self.axes.bbox.size, self.shape[::-1], strict=True)
        )
        text = next(
            (words for words in forms(spot, best) if _width(words) <= across - 4), ""
        )  # the fullest for which there is room
        self.texts[k].set_text(text)
        self.texts[k].set_fontweight("bold" if best else "normal")
        self.hatches[k].set_visible(spot.gone > 0)
        ground = self.grounds[k]
        ground.set_visible(spot.gone > 0 and text != "")
        width, height = (_width(text) + 6) / across, (LINE * (text.count("\n") + 1)) / down
        y, x = divmod(k, self.shape[1])
        ground.set_bounds(x - width / 2, y - height / 2, width, height)
        ground.set_facecolor(color)

    def at(self, x: float, y: float) -> int | None:
        """Return the number of the cell at a point of the picture, 0 to 1 from its upper left."""
        box = self.axes.get_position()
        across, down = (x - box.x0) / box.width, (y - 1 + box.y1) / box.height
        if not (0 <= across < 1 and 0 <= down < 1):
            return None
        rows, columns = self.shape
        return int(down * rows) * columns + int(across * columns)


class CurvesPanel:
    """Training and validation loss by epoch of a cell's runs, all seeds in one line style each."""

    def __init__(self, axes: Axes) -> None:
        self.alt = say(
            "Line chart of the loss by epoch, train and held out, for each seed of the chosen cell."
        )
        plots.set_room(axes, 46, 56)
        plots.style(axes, say("Loss in the chosen cell"), say("epoch"), pad=24)
        plots.integer_ticks(axes.xaxis)
        plots.log_scale(axes)
        axes.yaxis.get_major_locator().PIXELS = 24  # type: ignore[attr-defined]  # few ticks
        axes.set(xlim=(0, 1), ylim=(0.1, 1))
        self.axes = axes
        self.whose = plots.write(axes, "", (0, 1), (0, 13), INK)
        (self.train,) = axes.plot([], [], color=BLUE, lw=1.6)
        (self.held_out,) = axes.plot([], [], color=ORANGE, lw=1.6, ls=DASHED)
        lines = (self.train, self.held_out)
        self.labels = plots.EndLabels(axes, (say("train"), say("held out")), lines)
        self.moving: list[Artist] = [*lines, self.whose, *self.labels.texts]

    def update(self, spot: Spot, epochs: int, going: bool = False) -> bool:
        """Show the runs of a cell; `epochs` is where the axis ends, as in `LossPanel`."""
        room = self.axes.figure.bbox.width - self.axes.bbox.x0
        whose = named(spot)
        if spot.gone:
            text = "{spot}, {gone} of {runs} diverged"
            whose = say(text, spot=named(spot), gone=spot.gone, runs=len(spot.diverged))
        plots.fit_words(self.whose, [whose, named(spot)], room)
        text = (
            "Line chart of the loss by epoch, train and held out, for each seed of the chosen "
            "cell: {whose}."
        )
        self.alt = say(text, whose=whose)
        histories = sorted(spot.histories, key=_last)
        histories.append(histories.pop(len(histories) // 2))  # the label stands at the last
        values: list[float] = []
        for line, name in ((self.train, "train_loss"), (self.held_out, "validation_loss")):
            runs = [losses for losses in (getattr(h, name) for h in histories) if losses]
            points = [(*enumerate(losses, start=1), (math.nan, math.nan)) for losses in runs]
            x, y = (
                zip(*[point for run in points for point in run][:-1], strict=True)
                if runs
                else ((), ())
            )
            line.set_data(x, y)  # with a gap after each run but the last
            line.set_marker("o" if max(map(len, runs), default=0) == 1 else "")
            values += [value for value in y if math.isfinite(value)]
        limits = log_limits(self.axes, values, grows=going)
        changed = plots.set_limits(self.axes, x=(0, max(epochs, 1)), y=limits)
        self.labels.place()
        return changed


def shades(losses: Sequence[float | None]) -> Any:
    """Return a colour for each loss, (cells, 3): the lowest is the darkest, None is white."""
    known = [loss for loss in losses if loss is not None]
    low, high = (min(known), max(known)) if known else (1.0, 1.0)
    high = min(high, SPAN * low)
    white, blue = np.ones(3), np.array(to_rgb(BLUE))

    def share(loss: float | None) -> float:
        if loss is None:
            return 0.0
        if high <= low or low <= 0:
            return 1.0
        return 1 - min(1.0, math.log(max(loss, low) / low) / math.log(high / low))

    return np.array([white + FULLEST * share(loss) * (blue - white) for loss in losses])


def forms(spot: Spot, best: bool) -> list[str]:
    """Return what a cell says, the fullest first."""
    loss = spot.median
    if loss is None:
        return [say("diverged"), "×"] if spot.gone else [""]  # noqa: RUF001
    plain = written(loss)
    if spot.gone:
        short_form = f"{plain}\n{spot.gone}/{len(spot.diverged)} ×"  # noqa: RUF001
        text = "{loss}\n{gone} of {runs} diverged"
        longest = say(text, loss=plain, gone=spot.gone, runs=len(spot.diverged))
        return [longest, short_form, plain]
    return [say("{loss}\nlowest", loss=plain), plain] if best else [plain]


def written(loss: float) -> str:
    """Return a loss in three digits; a large one as a power of ten."""
    if loss < LARGEST:
        return f"{loss:,.0f}" if loss >= 999.5 else f"{loss:#.3g}".rstrip(".")
    return plots.log_number(10.0 ** math.floor(math.log10(loss)))


def named(spot: Spot) -> str:
    """Return in words which cell it is."""
    text = "learning rate {rate}, clipping bound {bound}"
    if spot.clip_norm is None:
        text = "learning rate {rate}, no clipping"
    return say(text, rate=label(spot.learning_rate), bound=label(spot.clip_norm))


def landscape_words(landscape: Landscape) -> str:
    """Return in words where the loss is lowest, how sure that is, and how many runs diverged."""
    best = landscape.best()
    gone = diverged_words(landscape)
    return gone if best is None else sentences(best_words(landscape, best), gone)


def best_words(landscape: Landscape, best: Spot) -> str:
    """Return in words which cell has the lowest loss, and which others may be as good."""
    losses = best.losses
    head = say("Lowest loss: {at}, with {loss} held out.", at=named(best), loss=written(losses[0]))
    if len(losses) == 1:
        chance = say("From one seed nobody knows how much is chance: take more seeds.")
        return sentences(head, chance)
    head = say(
        "Lowest loss: {at}. Held out it is {middle}, the median of {count} seeds, which range from "
        "{low} to {high}.",
        at=named(best), middle=written(best.median), count=len(losses), low=written(min(losses)),
        high=written(max(losses)),
    )  # fmt: skip
    near = landscape.neighbours(best)
    alike = [spot for spot in near if spot.overlaps(best)]
    if not alike:
        text = "No neighbour's range overlaps with it: all seeds say that it is better."
        return sentences(head, say(text))
    far = [s for s in landscape.spots.values() if s not in (best, *near) and s.overlaps(best)]
    text = (
        "The ranges of {alike} of its {near} neighbours overlap with it ({which}): which of them "
        "is best, {count} seeds do not tell."
    )
    if far:
        text = (
            "The ranges of {alike} of its {near} neighbours overlap with it ({which}), and so do "
            "those of {far} cells further away: which of them is best, {count} seeds do not tell."
        )
    which = ", ".join(
        say("{rate} with {bound}", rate=label(s.learning_rate), bound=label(s.clip_norm))
        for s in alike
    )
    counts = {"alike": len(alike), "near": len(near), "far": len(far), "count": len(losses)}
    return sentences(head, say(text, which=which, **counts))


def diverged_words(landscape: Landscape) -> str:
    """Return in words how many runs diverged, and where."""
    lost = [spot for spot in landscape.spots.values() if spot.gone]
    runs = landscape.runs
    if not lost:
        return say("None of {runs} runs diverged.", runs=runs)
    seeds, text = landscape.seeds, "{spot}: {gone} of {seeds}"
    where = listed(say(text, spot=named(s), gone=s.gone, seeds=seeds) for s in lost[:4])
    more = say("; and in {count} more cells", count=len(lost) - 4) if len(lost) > 4 else ""
    text = "{gone} of {runs} runs diverged ({where}{more})."
    return say(text, gone=sum(s.gone for s in lost), runs=runs, where=where, more=more)


def spot_words(spot: Spot) -> str:
    """Return in words what the runs of one cell have reached."""
    words = []
    if len(spot.losses) > 1:
        *first, last = map(written, sorted(spot.losses))
        text = "held out {middle}, the median of {first} and {last}"
        words = [say(text, middle=written(spot.median), first=", ".join(first), last=last)]
    elif spot.losses:
        words = [say("held out {loss}", loss=written(spot.losses[0]))]
    if spot.gone:
        words.append(say("{gone} of {runs} runs diverged", gone=spot.gone, runs=len(spot.diverged)))
    if not words:
        return say("{spot}: not trained yet.", spot=named(spot))
    return say("{spot}: {words}.", spot=named(spot), words=listed(words))


def _borders(rows: int, columns: int) -> list[list[tuple[float, float]]]:
    """Return the lines around all cells, each as its two ends."""
    right, down = columns - 0.5, rows - 0.5
    upright = [[(k - 0.5, -0.5), (k - 0.5, down)] for k in range(columns + 1)]
    return upright + [[(-0.5, k - 0.5), (right, k - 0.5)] for k in range(rows + 1)]


def _width(text: str) -> float:
    return LETTER * max(map(plots.letters, text.split("\n")))


def _last(history: Any) -> float:
    losses = history.validation_loss
    return losses[-1] if losses and math.isfinite(losses[-1]) else math.inf
