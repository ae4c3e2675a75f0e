"""What a learner's own code prints and raises while a lab runs it, shown in the lab."""

import io
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import ipywidgets as w

MOST = 4000  # characters of what was printed: the end of it, as a model may print at each step
CUT = "(what was printed before is left out)\n"


class OwnOutput(w.Output):
    """The last lines that were printed, and the last exception with its lines.

    A task's prints and exceptions reach no cell: JupyterLab drops them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._printed = self._raised = ""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Show what is printed in the block."""
        heard = io.StringIO()
        try:
            with redirect_stdout(heard), redirect_stderr(heard):
                yield
        finally:
            text = heard.getvalue()
            if text:
                self._printed += text
                if len(self._printed) > MOST:
                    tail = self._printed[-MOST:]
                    self._printed = CUT + tail[tail.find("\n") + 1 :]
                self._show()

    def show_error(self, error: BaseException) -> None:
        """Show an exception and where it was raised."""
        self._raised = "".join(traceback.format_exception(error))
        self._show()

    def clear(self) -> None:
        """Forget all."""
        self._printed = self._raised = ""
        self.outputs = ()

    def _show(self) -> None:
        streams = {"stdout": self._printed, "stderr": self._raised}
        self.outputs = tuple(  # type: ignore[assignment]  # typed as if it were always empty
            {"output_type": "stream", "name": name, "text": text}
            for name, text in streams.items()
            if text
        )
