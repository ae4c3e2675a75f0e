"""Interrupts (Ctrl-C, a notebook's stop button) fall between two steps, never inside one."""

import signal
import threading
from types import FrameType
from typing import Any


class InterruptHeld:
    """A context that holds an interrupt back until its block is done; a second one acts at once.

    Python handles signals in the main thread only, so in any other thread there is nothing to do.
    Blocks may stand in one another: a loop in the outer one calls `deliver` where an interrupt may
    fall. That saves two changes of the handler, some 10 to 40 microseconds, for each inner block.
    A block within one of another's leaves its interrupts to that.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._before: Any = None
        self._pending: list[tuple[int, FrameType | None]] = []

    def __enter__(self) -> None:
        """Replace the present handler."""
        if self._depth == 0:
            self._before = None
            if threading.current_thread() is threading.main_thread():
                before = signal.getsignal(signal.SIGINT)
                if callable(before) and not _holds(before):  # nor ignored, nor left to the system
                    self._before = before
                    signal.signal(signal.SIGINT, self._hold)
        self._depth += 1  # last: an interrupt until here ends this block before it begins

    def __exit__(self, *_: object) -> None:
        """Restore the handler, and give it the signal that was held."""
        self._depth -= 1
        if self._depth == 0 and self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self.deliver()

    def deliver(self) -> None:
        """Give the signal that is held to the handler that was there before."""
        if self._pending:
            held = self._pending.pop()
            self._pending.clear()
            self._before(*held)

    def _hold(self, number: int, frame: FrameType | None) -> None:
        if self._pending:
            self._before(number, frame)
        self._pending.append((number, frame))


def _holds(handler: Any) -> bool:
    """Return whether a handler is that of a block which holds interrupts already."""
    return isinstance(getattr(handler, "__self__", None), InterruptHeld)
