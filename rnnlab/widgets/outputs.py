"""What a lab shows as a cell does: what a learner's own code prints and raises, and HTML."""

import io
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import ipywidgets as w

from rnnlab.base.say import translated

MOST = 4000  # characters of what was printed: the end of it, as a model may print at each step
LIBRARIES = ("stdlib", "platstdlib", "purelib", "platlib")
THEIRS = (Path(__file__).parents[1], *map(Path, map(sysconfig.get_path, LIBRARIES)))
LEFT_OUT = "(what was printed before is left out)\n"


class OwnOutput(w.Output):
    """The last lines that were printed, and the last exception with its lines.

    A task's prints and exceptions reach no cell: JupyterLab drops them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._texts = {"stdout": "", "stderr": ""}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Show what is printed in the block."""
        heard = io.StringIO()
        try:
            with redirect_stdout(heard), redirect_stderr(heard):
                yield
        finally:
            if text := heard.getvalue():
                text = self._texts["stdout"] + text
                if len(text) > MOST:
                    text = translated(LEFT_OUT) + text[-MOST:].split("\n", 1)[-1]
                self._show(stdout=text)

    def show_error(self, error: BaseException) -> None:
        """Show an exception and where it was raised."""
        self._show(stderr="".join(traceback.format_exception(error)))

    def clear(self) -> None:
        """Forget all."""
        self._show(stdout="", stderr="")

    def _show(self, **texts: str) -> None:
        # what has no UTF-8 would reach no page; colours and bars of the user's own stay
        self._texts |= {
            name: text.encode(errors="backslashreplace").decode() for name, text in texts.items()
        }
        self.outputs = tuple(
            {"output_type": "stream", "name": name, "text": text}
            for name, text in self._texts.items()
            if text
        )


class LinkedHTML(w.Output):
    """HTML in which a relative link leads where it would in a cell's output.

    The notebook opens the file beside it at the place that the link names. In an `ipywidgets.HTML`
    the browser would follow the link itself, from the address of the page.
    """

    _value = ""

    @property
    def value(self) -> str:
        """The HTML; "" shows nothing."""
        return self._value

    @value.setter
    def value(self, page: str) -> None:
        self._value = page
        output = {"output_type": "display_data", "data": {"text/html": page}, "metadata": {}}
        self.outputs = (output,) if page else ()


def has_own_lines(error: BaseException) -> bool:
    """Return whether an exception was raised in or through lines of the learner's own."""
    frames = traceback.extract_tb(error.__traceback__)
    files = [Path(frame.filename) for frame in frames if not frame.filename.startswith("<frozen")]
    return not all(any(file.is_relative_to(folder) for folder in THEIRS) for file in files)
