"""LandscapeLab's page: what may be set, controls, pictures and their sizes, words, a table."""

from typing import Any

from rnnlab.base.checks import check_count, check_known, check_positive
from rnnlab.base.say import listed, say, translated
from rnnlab.base.showable import as_html
from rnnlab.pictures.heat_map import label
from rnnlab.pictures.landscape import CurvesPanel, MapPanel, written
from rnnlab.pictures.plots import on_axes
from rnnlab.runs.stacks.landscape import Landscape, Spot
from rnnlab.runs.stacks.stack import CELLS
from rnnlab.widgets.controls import (
    NumberSlider,
    check_setting,
    compact,
    make_controls,
    say_epochs,
)

EPOCHS = [1, 2, 5, 10, 20, 40, 60, 100]
SEEDS = [1, 2, 3, 4, 5, 7, 10]
MOST = {"hidden_size": 128, "epochs": 1000, "seeds": 10}
MOST_VALUES = 12  # on an axis; there would be no room for the numbers
AXES = ("learning_rates", "clip_norms")
COLUMNS = 860  # pixels from which the curves stand beside the map
ROW, REST = 42, 102  # pixels of the map's height: a row, and what is above and below all rows
LOWEST = 250  # pixels of a picture's height at least
TABLE = (  # what it is called, what is in it, what heads its rows
    "The map as a table",
    "Median validation loss by clipping bound (rows) and learning rate (columns)",
    "bound",
)


def check_map_setting(name: str, value: Any) -> None:
    """Refuse a value that cannot work, naming the setting, the value and what was expected."""
    if name in AXES:
        check_axis(name, value)
    elif name == "seeds":
        check_count(name, value)
    elif name == "cell":
        check_known(name, value, CELLS, "cells of a landscape")  # not said: it is there
    else:
        check_setting(name, value)
    if name == "task" and value == "reber":
        refusal = "task is 'reber', whose sequences differ in length; a landscape's cannot"
        raise ValueError(say(refusal))
    if name in MOST and value > MOST[name]:
        refusal = (
            "{name} is {value}; a landscape takes at most {most}: go further with rnnlab.sweep"
        )
        raise ValueError(say(refusal, name=name, value=value, most=MOST[name]))


def check_axis(name: str, values: Any) -> None:
    """Refuse what is no list of different numbers above 0; a bound may be None as well."""
    if not isinstance(values, list | tuple) or not 1 <= len(values) <= MOST_VALUES:
        refusal = "{name} is {values!r}; expected a list of 1 to {most} numbers"
        raise ValueError(say(refusal, name=name, values=values, most=MOST_VALUES))
    for value in values:
        if value is not None or name == "learning_rates":
            check_positive(say("a value of {name}", name=name), value)
    if len({*values}) < len(values):
        refusal = "{name} is {values!r}; expected each value once"
        raise ValueError(say(refusal, name=name, values=values))


def make_map_controls(task: Any) -> dict[str, Any]:
    """Return the lab's controls by the names of their settings."""
    names = ("task", "cell", "optimizer", "hidden_size")
    controls = make_controls(names, task)
    controls["task"].options = [o for o in controls["task"].options if o != "reber"]
    controls["cell"].options = CELLS
    for name in ("task", "cell", "optimizer"):
        compact(controls[name])
    controls["seeds"] = NumberSlider(say("Seeds"), SEEDS, lambda n: say("{n} a cell", n=n))
    controls["epochs"] = NumberSlider(say("Train for"), EPOCHS, say_epochs)
    tip = "How many runs each cell has, which differ in their first weights."
    controls["seeds"].tooltip = say(tip)
    return controls


def sizes(width: int, rows: int) -> list[tuple[int, int]]:
    """Return (width, height) of the map and of the curves on so wide a page."""
    height = max(LOWEST, REST + ROW * rows)
    if width >= COLUMNS:
        large = round(0.58 * width)
        return [(large, height), (width - large - 4, height)]
    return [(width, height), (width, LOWEST)]


def table_html(landscape: Landscape) -> str:
    """Return the map as a table behind a fold."""
    title, caption, corner = (as_html(translated(text)) for text in TABLE)
    columns = [corner, *map(label, landscape.learning_rates)]
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)  # not said
    body = "".join(_row(landscape, bound) for bound in landscape.clip_norms)
    return (
        f'<div class="rnnlab-twin"><details><summary>{title}</summary>'  # not said
        f'<div tabindex="0" role="region" aria-label="{title}"><table><caption>{caption}</caption>'
        f"<tr>{head}</tr>{body}</table></div></details></div>"
    )


def _row(landscape: Landscape, bound: float | None) -> str:
    spots = [landscape.spots[rate, bound] for rate in landscape.learning_rates]
    cells = "".join(f"<td>{in_short(spot)}</td>" for spot in spots)
    return f'<tr><th scope="row">{label(bound)}</th>{cells}</tr>'  # not said


def in_short(spot: Spot) -> str:
    """Return what the table says of a cell."""
    loss = written(spot.median) if spot.median is not None else ""
    if not spot.gone:
        return loss or "–"  # noqa: RUF001
    text = "{loss}, {gone} of {runs} diverged" if loss else "{gone} of {runs} diverged"
    return say(text, loss=loss, gone=spot.gone, runs=len(spot.diverged))


def table_words(landscape: Landscape) -> list[str]:
    """Return the map as lines of text, one for each clipping bound."""
    lines = []
    for bound in landscape.clip_norms:
        spots = [landscape.spots[rate, bound] for rate in landscape.learning_rates]
        of_rate = "{rate}: {loss}"
        cells = listed(say(of_rate, rate=label(s.learning_rate), loss=in_short(s)) for s in spots)
        text = "Clipping bound {bound}, by learning rate: {cells}."
        lines.append(say(text, bound=label(bound), cells=cells))
    return lines


def status_words(landscape: Landscape, seconds: float | None = None) -> str:
    """Return how far the training is, or that it has ended, in so many seconds."""
    if seconds is None:
        text = "Training {runs} runs: epoch {done} of {epochs} is done."
    else:
        text = "Training is finished: {runs} runs of {epochs} epochs, in {seconds:.1f} seconds."
    return say(text, runs=landscape.runs, done=landscape.epoch, seconds=seconds,
               epochs=landscape.settings["epochs"])  # fmt: skip


def make_map(landscape: Landscape) -> tuple[Any, Any]:
    """Return a figure with an empty map."""
    axes = landscape.learning_rates, landscape.clip_norms
    return on_axes(MapPanel, 560, 64, 12, *axes, height=320)


def make_curves() -> tuple[Any, Any]:
    """Return a figure with no curves yet."""
    return on_axes(CurvesPanel, 370, 46, 60)
