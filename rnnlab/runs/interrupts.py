"""Interrupts (Ctrl-C, a notebook's stop button) fall between two steps, never inside one."""

import signal
import threading
from types import FrameType
from typing import Any


class InterruptHeld:
    """A context that holds an interrupt back until its block is done; a second one acts at once.

    Python handles signals in the main thread only, so in any other thread there is nothing to do.
    """

    def __init__(self) -> None:
        self._before: Any = None
        self._pending: list[tuple[int, FrameType | None]] = []

    def __enter__(self) -> None:
        """Replace the present handler."""
        self._before = None
        if threading.current_thread() is threading.main_thread():
            before = signal.getsignal(signal.SIGINT)
            if callable(before):  # not ignored, nor left to the system
                self._before = before
                signal.signal(signal.SIGINT, self._hold)

    def __exit__(self, *_: object) -> None:
        """Restore the handler, and give it the signal that was held."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            if self._pending:
                held = self._pending.pop()
                self._pending.clear()
                self._before(*held)

    def _hold(self, number: int, frame: FrameType | None) -> None:
        if self._pending:
            self._before(number, frame)
        self._pending.append((number, frame))
