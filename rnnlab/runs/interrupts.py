"""Interrupts (Ctrl-C, a notebook's stop button) fall between two steps, never inside one."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

try:  # what signal.signal calls, without the enums that it makes of the answer: 1 us against 7
    from _signal import signal as _set_handler
except ImportError:
    _set_handler = signal.signal


class InterruptHeld:
    """A context that holds an interrupt back until its block is done; a second one acts at once.

    Python handles signals in the main thread only, so in any other thread there is nothing to do.
    """

    def __init__(self) -> None:
        self._before: Any = None
        self._pending: list[tuple[int, FrameType | None]] = []

    def __enter__(self) -> None:
        """Put our handler in the place of the present one."""
        self._before = None
        if threading.current_thread() is threading.main_thread():
            before = _set_handler(signal.SIGINT, self._hold)
            if callable(before):
                self._before = before
            else:  # ignored, or left to the system: leave it so
                _set_handler(signal.SIGINT, signal.SIG_DFL if before is None else before)

    def __exit__(self, *_: object) -> None:
        """Put the present handler back, and give it what was held."""
        if self._before is not None:
            _set_handler(signal.SIGINT, self._before)
            if self._pending:
                held = self._pending.pop()
                self._pending.clear()
                self._before(*held)

    def _hold(self, number: int, frame: FrameType | None) -> None:
        if self._pending:
            self._before(number, frame)
        self._pending.append((number, frame))
