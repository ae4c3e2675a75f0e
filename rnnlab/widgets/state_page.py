"""StateLab's page: its ways, the costs it draws, how large pictures are, torch's errors as HTML."""

from collections.abc import Sequence
from typing import Any

import ipywidgets as w

from rnnlab.base.say import say, translated
from rnnlab.base.showable import as_html
from rnnlab.microscope.carrying import WAYS, CarryStep
from rnnlab.pictures.plots import on_axes
from rnnlab.pictures.state_panels import NAMES, CostPanel

MONO = 'style="font-family: var(--jp-code-font-family)"'  # not said
THREE_COLUMNS = 860  # pixels from which the losses stand beside the flow, and the costs in a row
TWO_COLUMNS = 560  # pixels from which, below the flow, two pictures stand beside each other
FLOW, CURVES = 0, 1  # the numbers of pictures; those of the costs follow
COSTS: tuple[tuple[Any, ...], ...] = (  # title, number, median over so many batches
    ("Graph length, time steps", lambda step: step.graph_length),
    ("Kept for backward, kB", lambda step: (step.kept_bytes or 0) / 1000),
    ("Backward, ms, median of 5", lambda step: 1000 * step.backward_seconds, 5),
)


def sizes(width: int) -> list[tuple[int, int]]:
    """Return (width, height) of the flow, the losses and the three costs on so wide a page."""
    if width >= THREE_COLUMNS:
        large = round(0.58 * width)
        small, third = width - large - 4, width // 3 - 2
        return [(large, 230), (small, 230), *[(third, 230)] * 3]
    small = width // 2 - 2 if width >= TWO_COLUMNS else width
    return [(width, 230), *[(small, 230)] * 4]


def make_ways() -> w.ToggleButtons:
    """Return a button for each way."""
    named = [(translated(NAMES[way]), way) for way in WAYS]  # found elsewhere
    room = w.Layout(max_width="100%")
    ways = w.ToggleButtons(options=named, description=say("Way"), layout=room)
    ways.style.button_width, ways.style.description_width = "auto", "44px"
    return ways


def make_costs() -> list[tuple[Any, Any]]:
    """Return a figure for each cost, with nothing drawn yet."""
    return [on_axes(CostPanel, 290, 44, 86, translated(title), *cost) for title, *cost in COSTS]


def torchs_words(raised: Sequence[CarryStep]) -> str:
    """Return what torch said, and what to do.

    Args:
        raised: the batch in which it raised without its own hint, and that in which it raised
            with the hint; empty: nothing was raised.
    """
    if not raised:
        return ""
    at, hint, cure, cost = (
        "In batch {batch}, at <code>loss.backward()</code>, torch says:",
        "The message's own hint is <code>retain_graph=True</code>. With it, and with "
        "<code>optimizer.step()</code> after each backward, torch says in batch {batch}:",
        "<b>What to do:</b> detach between the batches, <code>state = state.detach()</code>. The "
        "value goes on, the graph ends.",
        "With the hint and no <code>optimizer.step()</code> nothing raises. The pictures show what "
        "that costs: each backward goes back to the first batch.",
    )
    plain, updated = (
        f'<p class="rnnlab-message" {MONO}>RuntimeError: {as_html(step.error)}</p>'  # not said
        for step in raised
    )
    first, second = (step.batch for step in raised)
    said = f"<p>{say(at, batch=first)}</p>{plain}<p>{say(cure)}</p>"
    said += f"<p>{say(hint, batch=second)}</p>{updated}<p>{say(cost)}</p>"
    return f'<div class="rnnlab-twin">{said}</div>'  # not said
