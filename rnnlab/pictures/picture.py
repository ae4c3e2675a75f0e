"""A picture in a cell: a figure, and in words what it shows."""

import base64
import io
from typing import Any

from matplotlib.figure import Figure

from rnnlab.base.say import say
from rnnlab.base.showable import NAME, as_html, showable, showable_lines

THEME = (  # not said
    '<style>body[data-jp-theme-light="false"] .rnnlab-figure img '
    "{ filter: invert(.9334) hue-rotate(180deg) }\n"
    ".rnnlab-figure figcaption { max-width: 44em }</style>"  # not said
)


class Picture:
    """A figure and what it shows in words; the last line of a cell shows both.

    Attributes:
        figure: the matplotlib figure.
        words: one or two sentences for readers who do not see it.
    """

    def __init__(self, figure: Figure, title: str, words: str) -> None:
        if not words.strip():
            raise ValueError(say("words is empty; say in a sentence what the picture shows"))
        self.figure, self.title = figure, showable(title, NAME)
        self.words = showable_lines(words)

    def __repr__(self) -> str:
        """Return the title and the words."""
        return say("{title}: {words}", title=self.title, words=self.words)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, str]:
        file = io.BytesIO()
        self.figure.savefig(file, format="png", dpi=200)
        source = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
        width = round(self.figure.get_figwidth() * 100)
        html = (
            f'{THEME}<figure class="rnnlab-figure"><img src="{source}" width="{width}" '
            f'style="max-width:100%" alt="{as_html(repr(self))}">'
            f"<figcaption>{as_html(self.words)}</figcaption></figure>"  # not said
        )
        return {"text/html": html, "text/plain": repr(self)}
