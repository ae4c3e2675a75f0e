"""The pictures of the lessons: one call, one picture, with a sentence that says what it shows.

In a lesson the sentence stands in `rnnlab/course/words/`, and `figure`, like "04.1", is its number:
a cell gives nothing away before it has run. For pictures of your own say it in `words`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from rnnlab.base.say import say
from rnnlab.base.showable import UNIT, showable
from rnnlab.course.intervals import wilson_interval
from rnnlab.course.lesson_words import words_of_figure
from rnnlab.pictures import plots
from rnnlab.pictures.look import own_look
from rnnlab.pictures.picture import Picture
from rnnlab.pictures.plots import EndLabels, integer_ticks, log_scale, make_figure, style
from rnnlab.pictures.unrolled import Border, UnrolledPanel

NAMED = 6  # time steps that an unrolled network has at most, if its inputs and outputs are named
# Told apart by hue, by lightness and by line style.
LOOKS = ((plots.BLUE, "-"), (plots.ORANGE, plots.DASHED), (plots.INK, plots.DOTTED),
         ("#7A3E9D", (0, (6, 1, 1, 1))), ("#00705A", "-"))  # fmt: skip


def _picture(canvas: Figure, title: str, words: str, figure: str) -> Picture:
    """Return a picture that says what it shows in words of its own or in a lesson's."""
    return Picture(canvas, title, words_of_figure(figure) if figure else words)


@own_look()
def curves(
    lines: Mapping[str, Sequence[float]],
    *,
    title: str,
    xlabel: str,
    words: str = "",
    figure: str = "",
    log: bool = False,
    x: Sequence[float] | None = None,
    size: tuple[int, int] = (560, 300),
) -> Picture:
    """Draw up to five lines over a common x (0, 1, 2, ... when None), each named where it ends."""
    if not 1 <= len(lines) <= len(LOOKS):
        text = "lines has {count} entries; a picture shows 1 to {most}"
        raise ValueError(say(text, count=len(lines), most=len(LOOKS)))
    names = [showable(name, UNIT) for name in lines]
    canvas, axes = make_figure(*size, left=58, right=20 + 7 * max(map(plots.letters, names)))
    style(axes, title, xlabel)
    drawn = []
    for (color, dash), values in zip(LOOKS, lines.values(), strict=False):
        over = range(len(values)) if x is None else x
        drawn += axes.plot(over, [float(v) for v in values], color=color, ls=dash, lw=1.9)
    if log:
        log_scale(axes)
    axes.margins(x=0)
    axes.autoscale_view()  # now, for the labels stand where the lines end
    integer_ticks(axes.xaxis, 8)
    _label_ends(axes, names, drawn)
    return _picture(canvas, title, words, figure)


def _label_ends(axes: Axes, names: Sequence[str], lines: Sequence[Line2D]) -> None:
    """Name lines where they end; `names` fit into the room at the right, or are cut."""
    labels = EndLabels(axes, names, lines)
    room = axes.figure.bbox.width - axes.get_window_extent().x1 - 8
    for text, name in zip(labels.texts, names, strict=True):
        plots.fit_words(text, [name], room)
    labels.place()


@own_look()
def fractions(
    counts: Mapping[str, Sequence[tuple[int, int]]],
    *,
    x: Sequence[int],
    title: str,
    xlabel: str,
    words: str = "",
    figure: str = "",
) -> Picture:
    """Draw (successes, runs) at each x as a point with its interval of 95 %, by `wilson_interval`.

    A tick stands where something was tried, and nowhere else; a thin line leads from point to
    point. Up to three ways stand a little apart, so that no interval hides another.
    """
    if not 1 <= len(counts) <= 3:
        text = "counts has {count} entries; a picture shows 1 to 3"
        raise ValueError(say(text, count=len(counts)))
    names = [showable(name, UNIT) for name in counts]
    canvas, axes = make_figure(560, 300, left=58, right=20 + 7 * max(map(plots.letters, names)))
    style(axes, title, xlabel)
    drawn, apart = [], 0.015 * (max(x) - min(x))
    for k, (name, (color, dash)) in enumerate(zip(counts, LOOKS, strict=False)):
        over = [at + apart * (k - (len(counts) - 1) / 2) for at in x]
        middle = np.array([successes / runs for successes, runs in counts[name]])
        low, high = np.transpose([wilson_interval(*pair) for pair in counts[name]])
        drawn += axes.plot(over, middle, color=color, ls=dash, lw=0.7)
        bars = (middle - low).clip(0), (high - middle).clip(0)
        axes.errorbar(over, middle, bars, fmt="os^"[k], color=color, ms=6, elinewidth=1.4)
    axes.set(xticks=x, ylim=(-0.03, 1.03))
    _label_ends(axes, names, drawn)
    return _picture(canvas, title, words, figure)


@own_look()
def windows(
    series: Sequence[float],
    length: int,
    *,
    starts: Sequence[int],
    title: str,
    xlabel: str,
    words: str = "",
    figure: str = "",
) -> Picture:
    """Draw a series, and below it a window from each of `starts`: inputs, and targets one later."""
    last = len(series) - length - 1
    if not all(0 <= k <= last for k in starts):
        text = "starts is {starts}; a window has its targets from 0 to {last}"
        raise ValueError(say(text, starts=[*starts], last=last))
    canvas, axes = make_figure(560, 200 + 44 * len(starts), left=58, right=90)
    style(axes, title, xlabel)
    values = [float(v) for v in series]
    axes.plot(values, color=plots.INK, lw=1.4, marker="o", ms=4)
    row = max(values) / 12  # the height of a row below the series
    for n, k in enumerate(starts):
        for name, first, color, dash, down in (
            ("inputs", k, plots.BLUE, "-", 3), ("targets", k + 1, plots.ORANGE, plots.DASHED, 4),
        ):  # fmt: skip
            y = -row * (3 * n + down - 1)
            over = range(first, first + length)
            axes.plot(over, [y] * length, color=color, ls=dash, lw=1.9, marker="o", ms=4)
            at = first + length - 1, y
            plots.write(axes, f"{name}[{k}]", at, (8, 0), color, coords="data")
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= max(values)])
    integer_ticks(axes.xaxis, len(values))
    return _picture(canvas, title, words, figure)


@own_look()
def bars(
    values: Mapping[str, float] | Sequence[float],
    *,
    title: str,
    xlabel: str,
    words: str = "",
    figure: str = "",
    log: bool = False,
) -> Picture:
    """Draw a bar for each value, named by the keys, or numbered 0, 1, 2, ..."""
    named = values if isinstance(values, Mapping) else dict(enumerate(values))
    canvas, axes = make_figure(560, 280, left=58, right=16)
    style(axes, title, xlabel)
    axes.bar(range(len(named)), [float(v) for v in named.values()], color=plots.BLUE, width=0.72)
    every = max(1, len(named) // 12)
    names = [showable(k, UNIT) for k in [*named][::every]]
    axes.set_xticks(range(0, len(named), every), names, parse_math=False)
    axes.grid(False, axis="x")
    if log:
        log_scale(axes)
    return _picture(canvas, title, words, figure)


@own_look()
def heat(
    matrix: Any,
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    words: str = "",
    figure: str = "",
    size: tuple[int, int] = (560, 300),
    above: Mapping[str, Sequence[float]] | None = None,
) -> Picture:
    """Draw a matrix (rows, columns) as colours: purple below zero, white at zero, orange above.

    `above` is a line with a name and a value for each column, which stands over the matrix.
    """
    values = np.asarray(matrix, dtype=float)
    if values.ndim != 2:
        text = "matrix has shape {shape}; expected (rows, columns)"
        raise ValueError(say(text, shape=values.shape))
    canvas, axes = make_figure(*size, left=58, right=96)
    style(axes, "" if above else title, xlabel, ylabel)
    if above:
        _draw_above(canvas, axes, title, above, values.shape[1])
    bound = float(np.abs(values).max()) or 1.0
    image = axes.imshow(values, cmap="PuOr_r", vmin=-bound, vmax=bound, aspect="auto")
    axes.grid(False)
    box = axes.get_position()
    scale = canvas.add_axes((box.x1 + 0.03, box.y0, 0.02, box.height))
    canvas.colorbar(image, cax=scale).outline.set_visible(False)
    scale.tick_params(colors=plots.MUTED, labelsize=plots.SMALL, length=0)
    return _picture(canvas, title, words, figure)


def _draw_above(
    canvas: Figure, axes: Axes, title: str, above: Mapping[str, Sequence[float]], columns: int
) -> None:
    """Give the upper third of the Axes to a line, with a value for each column of what is below."""
    ((name, line),) = above.items()
    if len(line) != columns:
        text = "{name} has {count} values, the matrix has {columns} columns"
        raise ValueError(say(text, name=name, count=len(line), columns=columns))
    box = axes.get_position()
    axes.set_position((box.x0, box.y0, box.width, 0.64 * box.height))
    place = (box.x0, box.y0 + 0.7 * box.height, box.width, 0.3 * box.height)
    top = canvas.add_axes(place, sharex=axes)
    style(top, title)
    top.plot([float(v) for v in line], color=plots.BLUE, lw=1.9)
    top.tick_params(labelbottom=False)
    label = plots.write(top, "", (1, 0.5), (6, 0), plots.BLUE)
    plots.fit_words(label, [name], canvas.bbox.width * (1 - box.x1) - 8)


@own_look()
def blocks(
    shapes: Mapping[str, Mapping[str, int]], *, title: str, words: str = "", figure: str = ""
) -> Picture:
    """Draw tensors as blocks side by side, their sides in proportion to the sizes of their axes.

    `shapes` names each tensor and its one to three axes, in order:
    `{"inputs": {"B": 32, "T": 24, "D": 1}}`. The first axis goes down, the second across, the third
    back; a single axis goes across. All blocks are drawn to one scale.
    """
    sides = {name: _sides(name, tuple(sizes.values())) for name, sizes in shapes.items()}
    wide, tall = (max(side[k] + SLANT * side[2] for side in sides.values()) for k in (1, 0))
    scale = min(100 / wide, 230 / tall)  # pixels for 1
    place = round(scale * wide) + 118  # for a block and the names of its axes
    width, height = place * len(shapes) + 40, max(150, round(scale * tall) + 122)
    canvas, axes = _blank(width, height, title, (0, width - 20), (0, height - 96))  # in pixels
    for k, (name, side) in enumerate(sides.items()):
        named = [f"{axis} = {n}" for axis, n in shapes[name].items()]
        named = [showable(words, UNIT) for words in named]
        _block(
            axes, place * k + 70, showable(name, UNIT), named, [scale * n for n in side], place - 10
        )
    return _picture(canvas, title, words, figure)


BESIDE = 64  # pixels for the name of an axis beside a block
SLANT = 0.5**0.5  # what lies back is drawn at 45 degrees


def _sides(name: str, sizes: Sequence[int]) -> tuple[int, int, int]:
    """Return how far a block goes down, across and back; what has fewer axes is a sheet, a row."""
    if not 1 <= len(sizes) <= 3:
        text = "{name} has {count} axes; a block has one to three"
        raise ValueError(say(text, name=name, count=len(sizes)))
    down, across, back = ((1, *sizes, 0), (*sizes, 0), tuple(sizes))[len(sizes) - 1]
    return down, across, back


def _blank(
    width: int, height: int, title: str, xlim: tuple[float, float], ylim: tuple[float, float]
) -> tuple[Figure, Axes]:
    """Return a figure with Axes that show their title alone."""
    canvas, axes = make_figure(width, height, left=10, right=10)
    style(axes, title)
    axes.grid(False)
    axes.set(xticks=[], yticks=[], xlim=xlim, ylim=ylim)
    return canvas, axes


def _block(
    axes: Axes, left: float, name: str, named: Sequence[str], side: Sequence[float], room: float
) -> None:
    """Draw a block, whose name and the name of its axis across have so many pixels."""
    tall, right, deep = side[0], left + side[1], SLANT * side[2]
    front = [(left, 0), (right, 0), (right, tall), (left, tall)]
    for a, b in ((3, 2), (2, 1)):  # the top and the right side, up and back from an edge in front
        edge = front[a], front[b]
        side_face = [*edge, *((x + deep, y + deep) for x, y in reversed(edge))]
        axes.add_patch(Polygon(side_face, fc="white", ec=plots.BLUE, lw=1.4))
    axes.add_patch(Polygon(front, fc="white", ec=plots.BLUE, lw=1.4))
    middle = (left + right) / 2
    texts = [  # the names of the axes: down, across and back; the last of one or two is across
        (left - 6, tall / 2, named[0] if len(named) > 1 else "", "right", "center"),
        (middle, -6, named[min(1, len(named) - 1)], "center", "top"),
        (right + deep + 5, max(tall, 12) + deep - 6, "".join(named[2:]), "left", "center"),
    ]
    for x, y, text, ha, va in texts:
        written = plots.write(axes, text, (x, y), ha=ha, va=va, coords="data")
        plots.fit_words(written, [text], room if ha == "center" else BESIDE)
    top = middle, tall + deep + 12
    named_above = plots.write(axes, name, top, (0, 0), plots.INK, "center", "baseline", 9.5, "data")
    plots.fit_words(named_above, [name], room)


@own_look()
def unrolled(
    steps: int = 4,
    *,
    title: str,
    words: str = "",
    figure: str = "",
    backward: bool = False,
    cut_after: Sequence[int] = (),
    names: tuple[str, str, str] = ("x", "h", "y"),
    states: Any = None,
    gradient: Any = None,
) -> Picture:
    """Draw a recurrence unrolled: input, hidden state and output at each time step, with arrows.

    Args:
        steps: how many time steps, without `states`.
        title: of the picture.
        words: what it shows.
        figure: its number in a lesson, in the place of words.
        backward: whether the gradient's way back is drawn too, in orange.
        cut_after: time steps, the first is 0, after which the state is cut off; with `backward` it
            is detached, so that its value goes on and only the gradient ends.
        names: of inputs, hidden states and outputs.
        states: hidden states (T, H) of one sequence: each cell is coloured by its value.
        gradient: norms (T,) of the gradient with respect to each hidden state, for its thickness.
    """
    values = np.zeros((steps, 1)) if states is None else np.asarray(states, dtype=float)
    norms = np.ones(len(values)) if backward and gradient is None else gradient
    few = len(values) <= NAMED
    width = 118 * len(values) + 60 if few else 700
    canvas, axes = make_figure(width, 300 if few else 200, 40, 16 if states is None else 84)
    panel = UnrolledPanel(axes, title, key=states is not None)
    note = "detach" if norms is not None else say("cut")
    borders = [Border(after, norms is not None, False, note) for after in cut_after]
    panel.update(
        values, gradient=norms, borders=borders, start="" if states is None else "0",
        greatest=4.0 if gradient is None else None,  # it has no thickness of its own: a thin line
    )  # fmt: skip
    if few:
        panel.name_nodes(names, with_states=states is not None, backward=norms is not None)
    return _picture(canvas, title, words, figure)
