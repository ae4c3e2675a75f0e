"""What a notebook keeps of a lab: its pictures and words, in an output of their own beside it.

A lab is nothing without its kernel. Where its cell is read later, in a notebook that is opened
again, in an HTML export, on a page that shows notebooks, this output stands in its place. While the
lab itself is on the page the output is hidden: by the lab, which brings the rule along.
"""

import base64
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from IPython.core.getipython import get_ipython

from rnnlab.base.say import language, say
from rnnlab.base.showable import as_html
from rnnlab.widgets.live import Runner

SOON = 1.0  # seconds between two that are kept at least: each goes into the page's notebook
MARK = {"rnnlab": "kept"}  # metadata of the output, by which it is known
# JupyterLab says "Error displaying widget: model not found" where a lab was: text and no part.
STYLE = """<style>
.rnnlab-kept { margin: 0; color: var(--jp-ui-font-color1, inherit); max-width: 70em }
.rnnlab-kept img { max-width: 100%; height: auto; margin: 2px 0 }
body[data-jp-theme-light="false"] .rnnlab-kept img { filter: invert(.9334) hue-rotate(180deg) }
.jp-OutputArea:has(.rnnlab-kept) > .jp-OutputArea-child > .jupyter-widgets:not(:has(*)) {
  display: none }
</style>"""  # not said


class KeptPicture:
    """An output that shows what a lab has shown last, where there is no lab.

    Args:
        runner: of the lab, on whose loop the output is renewed.
        page: returns what is to be kept, as HTML.

    Attributes:
        name: by which the lab hides the output.
    """

    def __init__(self, runner: Runner, page: Callable[[], str]) -> None:
        self.name = uuid4().hex
        self._runner, self._page = runner, page
        self._is_out = self._waits = False
        self._last = ""  # what has been published

    def show(self) -> None:
        """Put the output below the cell that runs; one of each cell, if it is done in several."""
        self._is_out, self._last = True, self._page()
        publish(self._data(), self.name)

    def renew_soon(self) -> None:
        """Have the output follow the lab, which has come to rest; from any thread."""
        if self._is_out and not self._waits:
            self._waits = True
            self._runner.call(lambda: self._runner.later(SOON, self._renew))

    def _renew(self) -> None:
        self._waits = False
        page = self._page()
        if page != self._last:
            self._last = page
            publish(self._data(), self.name, update=True)

    def _data(self) -> dict[str, str]:
        names = f'class="rnnlab-kept" lang="{language()}" data-rnnlab="{self.name}"'
        page = f"{STYLE}<figure {names}>{self._last}</figure>"
        return {"text/html": page, "text/plain": ""}


def publish(data: dict[str, str], name: str, update: bool = False) -> None:
    """Send an output to the notebook; elsewhere nobody keeps one."""
    shell: Any = get_ipython()
    if getattr(shell, "kernel", None) is not None:
        shell.display_pub.publish(data, MARK, transient={"display_id": name}, update=update)


def page_of(label: str, pictures: Iterable[tuple[bytes, str, str]], words: str) -> str:
    """Return the pictures and words of a lab as HTML.

    Args:
        label: what it is called.
        pictures: of each its PNG, the width on the page, and what it shows in words.
        words: as HTML.
    """
    text = "{label}, as it was last seen. To have it live again, run this cell."
    images = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(png).decode()}" '
        f'width="{width.removesuffix("px")}" alt="{as_html(alt)}">'  # not said
        for png, width, alt in pictures
    )
    return f"<p><em>{as_html(say(text, label=label))}</em></p>{images}{words}"
