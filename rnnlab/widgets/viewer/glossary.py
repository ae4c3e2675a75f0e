"""What the words of a training lab mean, for somebody who reads them for the first time."""

import re
from collections.abc import Mapping

GLOSSARY = {  # a meaning holds no other word of the glossary: it would be explained in its tooltip
    "RMSE": "Root of the mean squared error: how far off a prediction typically is.",
    "persistence": "The simplest forecast: the next value is the same as the last.",
    "AR(9)": "A straight-line formula of the last nine values, fitted to the years before.",
    "free-running": "It goes on from what it has predicted itself, and never reads the data.",
    "cross-entropy": "How surprised the network is by the true answer; 0 is not at all.",
    "Gradient norm": "How large a change of the weights a step asks for; a clipped step gets less.",
    "held out": "Measured on data that the network has never seen.",
    "Loss": "How wrong the network is, as the number that training makes smaller. It has no unit.",
}


def explain(html: str, glossary: Mapping[str, str]) -> str:
    """Return a line of a page in which each word of a glossary has its meaning as a tooltip."""
    for word, meaning in glossary.items():
        found = rf"(?<![\w-]){re.escape(word)}(?![\w-])"
        html = re.sub(found, f'<abbr title="{meaning}">{word}</abbr>', html, count=1)
    return html
