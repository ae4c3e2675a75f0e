"""The look of rnnlab's own pictures, whatever style a user has set for theirs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib import rc_context, rcParams, rcParamsDefault
from matplotlib.figure import Figure

# what is no look; and the fonts, without which a user's own letters might be boxes
OF_THE_USER = (
    "animation", "backend", "datapath", "date.epoch", "docstring", "figure.max_open",
    "figure.raise", "font.cursive", "font.family", "font.fantasy", "font.monospace", "font.sans",
    "font.serif", "interactive", "keymap", "macosx", "savefig.directory", "timezone", "tk.",
    "toolbar", "webagg",
)  # fmt: skip
# read as a dict is: matplotlib would warn of names that it is about to drop
DEFAULTS = {
    name: value for name, value in dict.items(rcParamsDefault) if not name.startswith(OF_THE_USER)
}


@contextmanager
def own_look() -> Iterator[None]:
    """In the block, or the function that this decorates, have matplotlib's defaults.

    It reads most of them when an artist is made, so whatever makes one is to be in such a block.
    """
    others: Any = {
        name: value for name, value in DEFAULTS.items() if dict.get(rcParams, name) != value
    }
    if not others:
        yield
        return
    with rc_context(others):
        yield


class OwnFigure(Figure):
    """A figure that is drawn and saved with the look that it was made with."""

    def draw(self, renderer: Any) -> None:
        """Draw it: matplotlib makes ticks only now."""
        with own_look():
            super().draw(renderer)

    def savefig(self, *given: Any, **options: Any) -> None:
        """Save it, as large as it is and on its own background."""
        with own_look():
            super().savefig(*given, **options)
