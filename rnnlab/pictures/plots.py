"""What all pictures share: figures without pyplot, their look, labels at line ends, limits.

Each panel draws one picture on the Axes it is given. `update` sets the data, and says whether
the background (limits, ticks, fixed text) has changed; `moving` are the artists on top of it, so
that a live picture can redraw these alone. `Figure.draw` on the whole shows the same picture.
`alt` says what kind of picture it is, for a reader who does not see it.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Annotation, Text
from matplotlib.ticker import Locator, MaxNLocator, NullLocator

from rnnlab.base.say import say
from rnnlab.base.showable import showable, showable_lines
from rnnlab.pictures.look import OwnFigure, own_look

# On white, and on the dark page that the labs make of it, text has a contrast of at least 4.5 and
# lines of at least 3 (WCAG 2.2, 1.4.3 and 1.4.11).
BLUE, ORANGE = "#0072B2", "#A86400"  # told apart by colour-blind readers, and by line style
RED = "#B3261E"  # of what has failed, which words say too
INK, MUTED, PALE, GRID = "#1A1A1A", "#5F5F5F", "#8C8C8C", "#ECECEC"
DASHED, DOTTED = (0, (4, 1.5)), (0, (1, 1.2))
SMALL = 8.5  # points of all text but titles
EVERY = (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)  # digits of the ticks of a short logarithmic axis
LINE, FITS = 200, 30  # characters of a text in a picture at most, and those that fit anywhere
FIRST_WIDE = "\u2e80"  # from here on characters are Chinese, Japanese or Korean, or stand with such
LABEL_GAP = 13.0  # points between two labels at line ends


class Panel(Protocol):
    """What a live picture needs of a picture."""

    axes: Axes
    alt: str
    moving: list[Artist]
    update: Any  # each panel has its own arguments


def make_figure(width: int, height: int, left: int = 44, right: int = 70) -> tuple[Figure, Axes]:
    """Return a figure of width x height pixels at 100 dots per inch, unknown to pyplot."""
    figure, (axes,) = make_row([(width, left, right)], height)
    return figure, axes


@own_look()
def make_row(places: Sequence[tuple[int, int, int]], height: int) -> tuple[Figure, list[Axes]]:
    """Return one figure with Axes side by side, each given by its (width, left, right)."""
    whole, start, axes = sum(width for width, _, _ in places), 0, []
    figure = OwnFigure(figsize=(whole / 100, height / 100), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    for width, left, right in places:
        across = (start + left) / whole, (width - left - right) / whole
        axes.append(figure.add_axes((across[0], 54 / height, across[1], 1 - 96 / height)))
        start += width
    return figure, axes


@own_look()
def on_axes(
    panel: Callable[..., Any], width: int, left: int, right: int, *given: Any, height: int = 270
) -> tuple[Figure, Any]:
    """Return a figure as `make_figure`, and a panel made on its Axes with what is given."""
    figure, axes = make_figure(width, height, left, right)
    return figure, panel(axes, *given)


def set_room(axes: Axes, bottom: float, top: float) -> None:
    """Leave so many pixels below and above the axes."""
    height, box = axes.figure.bbox.height, axes.get_position()
    axes.set_position((box.x0, bottom / height, box.width, 1 - (bottom + top) / height))


@own_look()
def style(
    axes: Axes, title: str, xlabel: str = "", ylabel: str = "", *, pad: float = 10, **label: Any
) -> None:
    """Give an Axes the look of all pictures: no frame, a pale grid, a bold title on the left.

    `pad` is the room below the title in points; `label` are options of the y axis's label.
    """
    title, xlabel, ylabel = (showable(text, LINE) for text in (title, xlabel, ylabel))
    # y is where it is anyway; given it, matplotlib does not search, a sixth of a whole drawing
    bold: dict[str, Any] = {"fontsize": 10, "fontweight": "bold", "color": INK, "parse_math": False}
    head = axes.set_title(title, loc="left", pad=pad, y=1.0, **bold)
    small: dict[str, Any] = {"fontsize": SMALL, "color": MUTED, "parse_math": False}
    below = axes.set_xlabel(xlabel, **small)
    beside = axes.set_ylabel(ylabel, **small, **label)
    if max(map(letters, (title, xlabel, ylabel))) > FITS:
        whole, box = axes.figure.bbox, axes.get_window_extent()
        middle = (box.x0 + box.x1) / 2
        fit_words(head, [title], whole.width - box.x0 - 2)
        fit_words(below, [xlabel], 2 * min(middle, whole.width - middle) - 4)
        fit_words(beside, [ylabel], whole.height - 10)
    axes.tick_params(colors=MUTED, labelsize=SMALL, length=0, pad=6)
    axes.tick_params(which="minor", length=0)
    axes.grid(True, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def log_scale(axes: Axes) -> None:
    """Make the y axis logarithmic, with three to six plain numbers, whatever its limits."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogTicks(axes))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: log_number(value))


class LogTicks(Locator):
    """Ticks of a logarithmic axis: at 1, 2, 5, 10, 20, ..., at more of them, or at fewer."""

    PIXELS = 15  # that a tick takes at least

    def __init__(self, axes: Axes) -> None:
        self._axes = axes

    def __call__(self) -> list[float]:
        """Return the ticks between the limits of the axis, as many as there is room for."""
        figure: Any = self._axes.figure
        height = self._axes.get_position().height * figure.get_figheight() * 100  # at any density
        low, high = self._axes.get_ylim()
        return self._ticks(low, high, max(3, int(height / self.PIXELS)))

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """Return the ticks between two limits, eight at most."""
        return self._ticks(vmin, vmax, 8)

    def _ticks(self, vmin: float, vmax: float, most: int) -> list[float]:
        low, high = sorted((vmin, vmax))
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        digits: tuple[float, ...]
        for digits in (EVERY, (1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
            ticks = [digit * 10.0**decade for decade in decades for digit in digits]
            ticks = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
            if len(ticks) <= most:
                return ticks
        stride = -(-len(ticks) // most)
        return [tick for tick in ticks if round(math.log10(tick)) % stride == 0]


def log_number(value: float) -> str:
    """Return a tick of a logarithmic axis: 0.05, 200, 10⁸."""
    if 1e-4 <= value < 1e6:
        return f"{value:g}"
    power = f"{math.log10(value):.0f}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{power}"


def integer_ticks(axis: Axis, most: int = 6) -> None:
    """Have at most so many intervals between ticks, all at integers."""
    axis.set_major_locator(MaxNLocator(most, integer=True))


@own_look()
def write(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float] = (0, 0),
    color: str = MUTED, ha: str = "left", va: str = "center", size: float = SMALL,
    coords: Any = "axes fraction", **options: Any,  # not said
) -> Annotation:  # fmt: skip
    """Write a text at a point of the axes, from 0 to 1 in x and y, moved by an offset in points.

    `coords` are matplotlib's, as "data", for another meaning of the point. A $ is shown as it is.
    """
    return axes.annotate(
        showable_lines(text, LINE), at, offset, xycoords=coords,
        textcoords="offset points",  # not said
        ha=ha, va=va, fontsize=size, color=color, annotation_clip=False, parse_math=False,
        **options,
    )  # fmt: skip


def letters(text: str) -> int:
    """Return how many Latin letters take as much room as a text: a Chinese one counts twice."""
    return sum(2 if character >= FIRST_WIDE else 1 for character in text)


def fit_words(text: Text, choices: Sequence[str], room: float) -> bool:
    """Set the first of the choices that fits into so many pixels and return if it is a new one.

    If none fits, the last is cut off at its end.
    """
    # that of the figure as it is: a text remembers the one that has drawn it, maybe twice as dense
    canvas: Any = text.figure.canvas
    renderer = canvas.get_renderer()
    before = text.get_text()

    def fits(words: str) -> bool:
        text.set_text(words)
        box = text.get_window_extent(renderer)
        return bool((box.width if text.get_rotation() == 0 else box.height) <= room)

    choices = [showable_lines(words, LINE) for words in choices]
    if not any(map(fits, choices)):
        last = choices[-1]
        first = bisect_left(range(len(last)), 1, key=lambda k: not fits(f"{last[:k]}…"))
        text.set_text(f"{last[: max(1, first - 1)]}…" if last else "")
    return text.get_text() != before


class EndLabels:
    """Names of lines, each written where its line ends, pushed apart where they would touch.

    The highest stands at most so many points `above` the axes.
    """

    def __init__(
        self,
        axes: Axes,
        names: Sequence[str],
        lines: Sequence[Line2D],
        above: float = LABEL_GAP,
    ) -> None:
        self.axes, self.lines, self.above = axes, lines, above
        self.texts = []
        for name, line in zip(names, lines, strict=True):
            color = MUTED if line.get_color() == PALE else str(line.get_color())
            self.texts.append(write(axes, name, (0, 0), (5, 0), color, coords="data"))

    def place(self) -> None:
        """Move each label to the last point of its line."""
        scale = 72 / self.axes.figure.get_dpi()
        box = self.axes.get_window_extent()
        bottom, top = box.y0 * scale, box.y1 * scale
        ends = []
        for text, line in zip(self.texts, self.lines, strict=True):
            x, y = map(np.asarray, line.get_data())
            text.set_visible(len(x) > 0 and math.isfinite(y[-1]))
            if text.get_visible():
                text.xy = (x[-1], y[-1])
                pixel = self.axes.transData.transform(text.xy)[1] * scale
                ends.append((min(max(pixel, bottom), top), pixel, text))
        ends.sort(key=lambda end: end[0])
        halves = [LABEL_GAP * (text.get_text().count("\n") + 1) / 2 for *_, text in ends]
        places, floor = [], bottom - LABEL_GAP / 2
        for (inside, *_), half in zip(ends, halves, strict=True):
            places.append(max(inside, floor + half))
            floor = places[-1] + half
        ceiling = top + self.above + LABEL_GAP / 2
        for k in reversed(range(len(ends))):
            places[k] = min(places[k], ceiling - halves[k])
            ceiling = places[k] - halves[k]
            _, pixel, text = ends[k]
            text.set_position((5, places[k] - pixel))


def set_limits(
    axes: Axes, x: tuple[float, float] | None = None, y: tuple[float, float] | None = None
) -> bool:
    """Set the limits of the axes that are given and return whether any were others before."""
    before = axes.get_xlim(), axes.get_ylim()
    wanted = x or before[0], y or before[1]
    if wanted == before:
        return False
    axes.set(xlim=wanted[0], ylim=wanted[1])
    return True


def nice_floor(value: float) -> float:
    """Return the largest of ..., 0.1, 0.2, 0.5, 1, 2, 5, 10, ... that is not above value."""
    decade = 10.0 ** math.floor(math.log10(value))
    return max(d * decade for d in (1, 2, 5) if d * decade <= value * (1 + 1e-12))


def nice_ceiling(value: float, digits: Sequence[float] = (1, 2, 5, 10)) -> float:
    """Return the smallest of ..., 0.1, 0.2, 0.5, 1, 2, 5, 10, ... that is not below value.

    `digits`, the last of which is 10, are others in place of 1, 2, 5.
    """
    decade = 10.0 ** math.floor(math.log10(value))
    return min(d * decade for d in digits if d * decade >= value * (1 - 1e-12))


@own_look()
def draw_loop(axes: Axes, phases: Sequence[str]) -> dict[str, Text]:
    """Draw the phases of a batch as a ring, clockwise from the top; return their boxes."""
    axes.set(xlim=(-1.75, 1.75), ylim=(-1.35, 1.35), aspect="equal")
    axes.axis("off")
    names = ["batch", *phases]
    boxes = {}
    for k, name in enumerate(names):
        angle = math.pi / 2 - 2 * math.pi * k / len(names)
        boxes[name] = axes.text(
            1.3 * math.cos(angle), 1.13 * math.sin(angle), name, ha="center", va="center",
            fontsize=9.5, color=INK,
            bbox={"boxstyle": "round,pad=0.35", "fc": "white", "ec": BLUE},
        )  # fmt: skip
    for name, following in zip(names, [*names[1:], names[0]], strict=True):
        start, end = boxes[name], boxes[following]
        look: dict[str, Any] = {
            "arrowstyle": "-|>", "mutation_scale": 11, "color": MUTED, "lw": 1.3,
            "connectionstyle": "arc3,rad=-0.12", "shrinkA": 3, "shrinkB": 3,
            "patchA": start.get_bbox_patch(), "patchB": end.get_bbox_patch(),
        }  # fmt: skip
        axes.annotate("", end.get_position(), start.get_position(), arrowprops=look)
    middle = say("one batch,\none update")
    axes.text(0, 0, middle, ha="center", va="center", fontsize=9, color=MUTED)
    return boxes


class Lit:
    """A full box over one of the ring's, in a colour of its own.

    Args:
        boxes: those of `draw_loop`, by phase.
        color: of the box.
    """

    def __init__(self, boxes: Mapping[str, Text], color: str) -> None:
        axes: Any = next(iter(boxes.values())).axes
        self._boxes, self._axes = boxes, axes
        self._mark = "\u2717 " if color == RED else ""
        self.box = FancyBboxPatch((0, 0), 1, 1, boxstyle="round,pad=0", fc=color, ec=color)
        axes.add_patch(self.box).set_zorder(4)
        self.name = axes.text(
            0, 0, "", ha="center", va="center", fontsize=9.5, fontweight="bold", color="white",
            zorder=5,
        )  # fmt: skip
        self.artists: tuple[Any, ...] = (self.box, self.name)

    def show(self, phase: str | None) -> None:
        """Stand over the box of this phase, or nowhere."""
        for artist in self.artists:
            artist.set_visible(phase in self._boxes)
        if phase is None or phase not in self._boxes:
            return
        self.name.set_text(f"{self._mark}{phase}")
        self.name.set_position(self._boxes[phase].get_position())
        pixels = self.name.get_window_extent(self._axes.figure.canvas.get_renderer())
        pad = 0.35 * 9.5 * self._axes.figure.dpi / 72
        corners = self._axes.transData.inverted().transform(pixels.padded(pad))
        (left, bottom), (right, top) = corners
        self.box.set_bounds(left, bottom, right - left, top - bottom)
        self.box.set_boxstyle("round", pad=0, rounding_size=0.3 * (top - bottom))
