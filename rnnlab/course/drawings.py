"""The pictures of the lessons: one call, one picture, with a sentence that says what it shows.

In a lesson the sentence stands in `rnnlab/course/words/`, and `figure`, like "04.1", is its number:
a cell gives nothing away before it has run. For pictures of your own say it in `words`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from rnnlab.course.lesson_words import words_of_figure
from rnnlab.pictures import plots
from rnnlab.pictures.picture import Picture
from rnnlab.pictures.plots import EndLabels, draw_loop, integer_ticks, log_scale, make_figure, style

# Told apart by hue, by lightness and by line style.
LOOKS = ((plots.BLUE, "-"), (plots.ORANGE, plots.DASHED), (plots.INK, plots.DOTTED),
         ("#7A3E9D", (0, (6, 1, 1, 1))), ("#00705A", "-"))  # fmt: skip


def _picture(canvas: Figure, title: str, words: str, figure: str) -> Picture:
    """Return a picture that says what it shows in words of its own or in a lesson's."""
    return Picture(canvas, title, words_of_figure(figure) if figure else words)


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
        raise ValueError(f"lines has {len(lines)} entries; a picture shows 1 to {len(LOOKS)}")
    canvas, axes = make_figure(*size, left=58, right=20 + 7 * max(map(len, lines)))
    style(axes, title, xlabel)
    drawn = []
    for (color, dash), values in zip(LOOKS, lines.values(), strict=False):
        over = range(len(values)) if x is None else x
        drawn += axes.plot(over, [float(v) for v in values], color=color, ls=dash, lw=1.9)
    if log:
        _log_scale(axes)
    axes.margins(x=0)
    axes.autoscale_view()  # now, for the labels stand where the lines end
    integer_ticks(axes.xaxis, 8)
    EndLabels(axes, tuple(lines), drawn).place()
    return _picture(canvas, title, words, figure)


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
    axes.set_xticks(range(0, len(named), every), [str(k) for k in [*named][::every]])
    axes.grid(False, axis="x")
    if log:
        _log_scale(axes)
    return _picture(canvas, title, words, figure)


def _log_scale(axes: Axes) -> None:
    low, high = axes.get_ylim()
    log_scale(axes, (1.0, 2.0, 5.0) if high < 1000 * low else (1.0,))


def heat(
    matrix: Any,
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    words: str = "",
    figure: str = "",
    size: tuple[int, int] = (560, 300),
) -> Picture:
    """Draw a matrix (rows, columns) as colours: purple below zero, white at zero, orange above."""
    values = np.asarray(matrix, dtype=float)
    if values.ndim != 2:
        raise ValueError(f"matrix has shape {values.shape}; expected (rows, columns)")
    canvas, axes = make_figure(*size, left=58, right=96)
    style(axes, title, xlabel, ylabel)
    bound = float(np.abs(values).max()) or 1.0
    image = axes.imshow(values, cmap="PuOr_r", vmin=-bound, vmax=bound, aspect="auto")
    axes.grid(False)
    box = axes.get_position()
    scale = canvas.add_axes((box.x1 + 0.03, box.y0, 0.02, box.height))
    canvas.colorbar(image, cax=scale).outline.set_visible(False)
    scale.tick_params(colors=plots.MUTED, labelsize=plots.SMALL, length=0)
    return _picture(canvas, title, words, figure)


def blocks(
    shapes: Mapping[str, Mapping[str, int]], *, title: str, words: str = "", figure: str = ""
) -> Picture:
    """Draw tensors as blocks with each axis' name and size, side by side.

    `shapes` names each tensor and its one to three axes, in order:
    `{"inputs": {"B": 32, "T": 24, "D": 1}}`.
    """
    limits = (0, 2.3 * len(shapes)), (-0.5, 1.8)
    canvas, axes = _blank(215 * len(shapes) + 40, 230, title, *limits)
    axes.set_aspect("equal")
    for k, (name, sizes) in enumerate(shapes.items()):
        if not 1 <= len(sizes) <= 3:
            raise ValueError(f"{name} has the axes {dict(sizes)}; a block has one to three")
        _block(axes, 2.3 * k + 0.45, name, [f"{axis} = {n}" for axis, n in sizes.items()])
    return _picture(canvas, title, words, figure)


def _blank(
    width: int, height: int, title: str, xlim: tuple[float, float], ylim: tuple[float, float]
) -> tuple[Figure, Axes]:
    """Return a figure with Axes that show their title alone."""
    canvas, axes = make_figure(width, height, left=10, right=10)
    style(axes, title)
    axes.grid(False)
    axes.set(xticks=[], yticks=[], xlim=xlim, ylim=ylim)
    return canvas, axes


def _block(axes: Axes, left: float, name: str, named: Sequence[str]) -> None:
    tall, right = (0.9 if len(named) > 1 else 0.25), left + 1.1
    deep = 0.35 if len(named) == 3 else 0.0
    corners = np.array([(left, 0), (right, 0), (right, tall), (left, tall)])
    for offset in (deep, 0.0):  # the back first
        axes.add_patch(Polygon(corners + offset, fc="white", ec=plots.BLUE, lw=1.4))
    for x, y in corners[1:]:
        axes.plot([x, x + deep], [y, y + deep], color=plots.BLUE, lw=1.4)
    middle = (left + right) / 2
    texts = [  # the names of the axes: down, across and back; the last of one or two is across
        (left - 0.07, tall / 2, named[0] if len(named) > 1 else "", "right", "center", 90),
        (middle, -0.1, named[min(1, len(named) - 1)], "center", "top", 0),
        (right + deep + 0.04, tall + deep - 0.1, "".join(named[2:]), "left", "center", 0),
    ]
    for x, y, text, ha, va, turn in texts:
        axes.text(x, y, text, ha=ha, va=va, rotation=turn, fontsize=plots.SMALL, color=plots.MUTED)
    axes.text(middle, tall + deep + 0.12, name, ha="center", fontsize=9.5, color=plots.INK)


def cycle(*, title: str, words: str = "", figure: str = "", lit: str | None = None) -> Picture:
    """Draw the phases of one batch as a ring, one of them lit."""
    canvas, axes = make_figure(460, 380, left=10, right=10)
    draw_loop(axes, current=lit)
    return _picture(canvas, title, words, figure)


def unrolled(
    steps: int = 4,
    *,
    title: str,
    words: str = "",
    figure: str = "",
    backward: bool = False,
    cut_after: Sequence[int] = (),
    names: tuple[str, str, str] = ("x", "h", "y"),
) -> Picture:
    """Draw a recurrence unrolled: input, hidden state and output at each time step, with arrows.

    With `backward` the gradient's way back is drawn too, in orange. After the time steps in
    `cut_after` (the first is 0) the state is cut off; with `backward` it is detached, so its value
    goes on and only the gradient ends.
    """
    limits = (-0.9, steps - 0.3), (-0.45, 2.45)
    canvas, axes = _blank(118 * steps + 60, 300, title, *limits)
    for t in range(steps):
        for row, name in enumerate(names):
            box = {"boxstyle": "round,pad=0.4", "fc": "white", "ec": plots.BLUE}
            look: dict[str, Any] = {
                "ha": "center",
                "va": "center",
                "fontsize": 11,
                "color": plots.INK,
            }
            axes.text(t, row, f"${name}_{{{t + 1}}}$", bbox=box, **look)
        _arrow(axes, (t, 0), (t, 1), plots.BLUE)
        _arrow(axes, (t, 1), (t, 2), plots.BLUE)
        if backward:
            _arrow(axes, (t, 2), (t, 1), plots.ORANGE, bend=0.35)
        if t == 0:
            continue
        ends = t - 1 in cut_after
        if backward or not ends:  # a detached state's value still goes forward
            _arrow(axes, (t - 1, 1), (t, 1), plots.BLUE)
        if backward and not ends:
            _arrow(axes, (t, 1), (t - 1, 1), plots.ORANGE, bend=0.35)
        if ends:
            height, word = (1.22, "detach") if backward else (1, "cut")
            axes.text(
                t - 0.5, height, word, ha="center", va="center", fontsize=9, color=plots.ORANGE
            )
    return _picture(canvas, title, words, figure)


def _arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str, bend: float = 0.0
) -> None:
    look = {
        "arrowstyle": "-|>", "color": color, "shrinkA": 15, "shrinkB": 15, "lw": 1.3,
        "connectionstyle": f"arc3,rad={bend}",
    }  # fmt: skip
    axes.annotate("", end, start, arrowprops=look)
