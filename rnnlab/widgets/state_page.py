"""StateLab's page: which costs it draws, how large its pictures are, and torch's errors as HTML."""

from collections.abc import Sequence
from typing import Any

from rnnlab.base.showable import as_html
from rnnlab.microscope.carrying import CarryStep

MONO = 'style="font-family: var(--jp-code-font-family)"'
THREE_COLUMNS = 860  # pixels from which the losses stand beside the flow, and the costs in a row
TWO_COLUMNS = 560  # pixels from which, below the flow, two pictures stand beside each other
DEFAULT = 940  # pixels, until the page has reported how many there are
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


def torchs_words(raised: Sequence[CarryStep]) -> str:
    """Return what torch said, and what to do.

    Args:
        raised: the batch in which it raised without its own hint, and that in which it raised
            with the hint; empty: nothing was raised.
    """
    if not raised:
        return ""
    (first, plain), (second, updated) = (
        (step.batch, f'<p class="rnnlab-message" {MONO}>RuntimeError: {as_html(step.error)}</p>')
        for step in raised
    )
    return (
        f'<div class="rnnlab-twin"><p>In batch {first}, at <code>loss.backward()</code>, torch '
        f"says:</p>{plain}<p><b>What to do:</b> detach between the batches, "
        "<code>state = state.detach()</code>. The value goes on, the graph ends.</p><p>The "
        "message's own hint is <code>retain_graph=True</code>. With it, and with "
        f"<code>optimizer.step()</code> after each backward, torch says in batch {second}:"
        f"</p>{updated}<p>With the hint and no <code>optimizer.step()</code> nothing raises. "
        "The pictures show what that costs: each backward goes back to the first batch.</p>"
        "</div>"
    )
