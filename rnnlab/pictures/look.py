"""The look of rnnlab's own pictures, whatever a user has set for theirs."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context, rcParams, rcParamsDefault
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from rnnlab.base.say import language

FONTS = Path(__file__).parent / "fonts"  # of languages whose letters matplotlib's own lacks
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
    It also computes with numbers that underflow, which NumPy may have been told to refuse.
    """
    others: Any = {
        name: value for name, value in DEFAULTS.items() if dict.get(rcParams, name) != value
    }
    families = with_letters(rcParams["font.family"])
    if families != rcParams["font.family"]:
        others["font.family"] = families
    with np.errstate(under="ignore"), rc_context(others) if others else nullcontext():
        yield


def with_letters(families: list[str]) -> list[str]:
    """Return the families of fonts, and last one with the letters of the language that is spoken.

    matplotlib takes from it what the others do not have. For English there is none to add.
    """
    family = _family(language())
    return families if family is None or family in families else [*families, family]


@cache
def _family(language: str) -> str | None:
    """Return the family of the font for a language, which matplotlib knows from now on, if any."""
    file = FONTS / f"{language}.otf"
    if not file.is_file():
        return None
    fontManager.addfont(file)
    regular = fontManager.ttflist[-1]
    # bold titles take the same letters; else matplotlib would tell every learner that none are bold
    fontManager.ttflist.append(replace(regular, weight=700))
    return regular.name


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
