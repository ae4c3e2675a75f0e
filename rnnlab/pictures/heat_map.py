"""The picture of a sweep: the final loss by two of its settings, and in words."""

from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.patches import Rectangle

from rnnlab.base.say import listed, say, sentences, translated
from rnnlab.base.showable import NAME, UNIT, showable
from rnnlab.pictures.look import own_look
from rnnlab.pictures.picture import Picture
from rnnlab.pictures.plots import PALE, SMALL, make_figure, style


class Outcome(NamedTuple):
    """The median loss of the runs that ended well, how many did not, how not, and how many ran.

    `how` is "diverged", "failed", "both" or "".
    """

    loss: float | None
    gone: int
    how: str
    runs: int


ENDED = ("finished", "solved")  # the outcomes with weights that mean something
COLORS = "cividis_r"  # in order of lightness too: the lowest loss is the lightest
GONE = {  # how many runs of a cell did not end well, by how
    "diverged": "{gone} of {runs} diverged",
    "failed": "{gone} of {runs} failed",
    "both": "{gone} of {runs} diverged or failed",
}
ALL_GONE = {"diverged": "diverged", "failed": "failed", "both": "diverged or failed"}
TICK = 10  # characters of a value beside the axes
FEWEST_PIXELS = 64  # a cell's width, for the words in it


@own_look()
def heat_map(table: Any, across: str, down: str, *, title: str | None = None) -> Picture:
    """Draw the median validation loss at the end by two settings, one across and one down.

    A cell says its loss, and how many of its runs diverged or failed; one in which all did is
    hatched. Runs that differ in other settings, such as the seed, share a cell.

    Args:
        table: a `rnnlab.Sweep`, the result of a sweep.
        across: the setting with a column for each value.
        down: the setting with a row for each value.
        title: of the picture; by default "Validation loss".

    Raises:
        ValueError: for a name that is no column of the table, the same name twice, or no rows.
    """
    if not table.rows:
        raise ValueError(say("the sweep has no runs; there is nothing to draw"))
    if across == down:
        text = "across and down are both {across!r}; expected two settings"
        raise ValueError(say(text, across=across))
    title = say("Validation loss") if title is None else title
    cells = {where: _outcome(rows) for where, rows in table.groups(across, down).items()}
    columns, rows = ([*dict.fromkeys(where[k] for where in cells)] for k in (0, 1))
    width = 130 + max(300, FEWEST_PIXELS * len(columns))
    figure, axes = make_figure(width, 90 + 42 * len(rows), left=100, right=30)
    style(axes, title, as_prose(across), as_prose(down))
    axes.grid(False)
    axes.set_xticks(
        range(len(columns)), [showable(label(value), TICK) for value in columns], parse_math=False
    )
    axes.set_yticks(
        range(len(rows)), [showable(label(value), TICK) for value in rows], parse_math=False
    )
    _draw(axes, [[cells.get((column, row)) for column in columns] for row in rows])
    return Picture(figure, title, words(cells, across, down))


def _outcome(rows: list[dict[str, Any]]) -> Outcome:
    losses = [row["validation_loss"] for row in rows if row["outcome"] in ENDED]
    lost = [o for o in ("diverged", "failed") if any(r["outcome"] == o for r in rows)]
    how = "both" if len(lost) > 1 else "".join(lost)
    return Outcome(median(losses) if losses else None, len(rows) - len(losses), how, len(rows))


def _draw(axes: Axes, grid: list[list[Outcome | None]]) -> None:
    losses = np.array([[(cell and cell.loss) or np.nan for cell in row] for row in grid])
    axes.set(xlim=(-0.5, len(grid[0]) - 0.5), ylim=(len(grid) - 0.5, -0.5))
    ground = np.ones((*losses.shape, 4))  # white, also where there is no logarithm
    if np.isfinite(losses).any():
        norm = LogNorm(np.nanmin(losses), np.nanmax(losses) * 1.001)
        colors = axes.imshow(losses, cmap=COLORS, norm=norm, aspect="auto").to_rgba(losses)
        ground[losses > 0] = colors[losses > 0]
    for (y, x), color in zip(np.ndindex(losses.shape), ground.reshape(-1, 4), strict=True):
        if cell := grid[y][x]:
            _write(axes, x, y, cell, color)


def _write(axes: Axes, x: int, y: int, cell: Outcome, ground: Any) -> None:
    text, box = "" if cell.loss is None else f"{cell.loss:.3g}", None
    if cell.loss is None:
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, fill=False, hatch="///", ec=PALE, lw=0))
        text = translated(ALL_GONE[cell.how])
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    elif cell.gone:
        text += f"\n{gone_words(cell)}"
    color = "white" if luminance(ground) < 0.179 else "black"  # where both have the same contrast
    axes.text(x, y, text, ha="center", va="center", fontsize=SMALL, color=color, bbox=box)


def luminance(color: Sequence[float]) -> float:
    """Return how light a colour of red, green and blue is, from 0 to 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def words(cells: dict[tuple[Any, Any], Outcome], across: str, down: str) -> str:
    """Say where the loss is lowest and highest, and where runs diverged."""

    def at(where: tuple[Any, Any]) -> str:
        first, second = map(label, where)
        return say(
            "{across} {first} and {down} {second}",
            across=as_prose(across), first=first, down=as_prose(down), second=second,
        )  # fmt: skip

    text = ""
    ended = {where: cell.loss for where, cell in cells.items() if cell.loss is not None}
    if ended:
        low, high = min(ended, key=lambda w: ended[w]), max(ended, key=lambda w: ended[w])
        text = say(
            "Lowest median loss {low:.3g} at {at_low}, highest {high:.3g} at {at_high}.",
            low=ended[low], at_low=at(low), high=ended[high], at_high=at(high),
        )  # fmt: skip
    lost = [
        say("{gone} at {where}", gone=gone_words(cell), where=at(where))
        for where, cell in cells.items()
        if cell.gone
    ]
    if not lost:
        return sentences(text, say("No run diverged."))
    end = "{lost}; and some in {count} more cells." if len(lost) > 4 else "{lost}."
    return sentences(text, say(end, lost=listed(lost[:4]), count=len(lost) - 4))


def gone_words(cell: Outcome) -> str:
    """Return how many of a cell's runs diverged or failed."""
    return say(GONE[cell.how], gone=cell.gone, runs=cell.runs)


def as_prose(name: str) -> str:
    """Return a setting's name as it stands in a sentence."""
    return showable(name.replace("_", " "), NAME)


def label(value: Any) -> str:
    """Return a value as a tick or a sentence shows it."""
    if value is None:
        return say("none")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}" if number else showable(value, UNIT)
