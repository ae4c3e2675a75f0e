"""What the words of a training lab mean, for somebody who reads them for the first time."""

import re
from collections.abc import Mapping

from rnnlab.base.say import translated
from rnnlab.base.showable import as_html

GLOSSARY = (
    ("RMSE", "Root of the mean squared error: how far off a prediction typically is."),
    ("persistence", "The simplest forecast: the next value is the same as the last."),
    ("AR(9)", "A straight-line formula of the last nine values, fitted to the years before."),
    ("free-running", "It goes on from what it has predicted itself, and never reads the data."),
    ("cross-entropy", "How surprised the network is by the true answer; 0 is not at all."),
    ("Gradient norm", "How large a change of the weights a step asks for; a clipped step gets "
     "less."),
    ("held out", "Measured on data that the network has never seen."),
    ("Loss", "How wrong the network is, as the number that training makes smaller. It has no "
     "unit."),
)  # fmt: skip


def glossary() -> dict[str, str]:
    """Return the meaning of each word."""
    return {translated(word): translated(meaning) for word, meaning in GLOSSARY}


def explain(html: str, glossary: Mapping[str, str]) -> str:
    """Return a line of a page in which each word of a glossary has its meaning as a tooltip.

    A word is explained where it first stands, and in no tooltip.
    """
    if not glossary:
        return html
    left = dict(glossary)

    def explained(found: re.Match[str]) -> str:
        word = found[0]
        meaning = left.pop(word, "")
        page = f'<abbr title="{as_html(meaning)}">{word}</abbr>'  # not said
        return page if meaning else word

    # ASCII: no space parts a Chinese word from its neighbours
    words = "|".join(map(re.escape, glossary))
    return re.sub(rf"(?<![\w-])(?:{words})(?![\w-])", explained, html, flags=re.ASCII)
