"""What the recorders of all phases share: the trace, where to look, and how not to disturb."""

import threading
import weakref
from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch.overrides import TorchFunctionMode, _get_current_function_mode

from rnnlab.base.showable import error_line
from rnnlab.doctor.events import Event, Place, users_place
from rnnlab.doctor.recording.known_tensors import KnownTensors
from rnnlab.doctor.trace import Trace

ROUNDS, ROUNDS_MORE = 24, 8  # looked at closely: at first, and after a call from a new line
CALLS, CALLS_MORE = 2_000, 1_500  # of torch's functions, likewise
EARLY = 16  # rounds in which values are looked at, too
FRESH = 4  # rounds after a call from a new line in which also the way back is measured
EVERY = 8  # of the later rounds, those in which torch's functions are looked at


class Session(TorchFunctionMode):
    """A watch while it is on.

    It looks closely, at every tensor, in the first rounds and wherever the loop calls a model from
    a new line; a round ends with a backward. What a loop does, it does again.

    Attributes:
        known: what is known of tensors.
        round: the number of the present round.
        calls: of torch's functions that will still be looked at closely.
        looks: whether torch's functions are looked at in this round.
    """

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace, self.known = trace, KnownTensors()
        self.round, self.calls, self.looks = 0, CALLS, True
        self._until, self._fresh_until = ROUNDS, 0
        self._callers: set[Place] = set()
        self._undo: list[Callable[[], Any]] = []
        self._on, self._outer = False, _get_current_function_mode()
        self._thread = threading.get_ident()
        self.made: weakref.WeakKeyDictionary[Any, Place] = weakref.WeakKeyDictionary()  # and where
        self.on_cut: Callable[[Any], None] = lambda given: None  # a part of a graph is left
        self.on_cleared: Callable[[Any], None] = lambda gradient: None  # one was cleared by hand
        self.on_updated: Callable[[Any, int], None] = lambda *_: None  # a weight was moved by hand

    @property
    def looks_closely(self) -> bool:
        """Whether the tensors of this round are followed."""
        return self.round < self._until and self.calls > 0

    @property
    def is_early(self) -> bool:
        """Whether this is one of the first rounds."""
        return self.round < EARLY

    @property
    def is_fresh(self) -> bool:
        """Whether the loop has lately called a model from a new line."""
        return self.round < self._fresh_until

    def on_caller(self, place: Place) -> None:
        """A model is called from here: look closely for a while if that is new."""
        if place not in self._callers:
            self._callers.add(place)
            self._until = max(self._until, self.round + ROUNDS_MORE)
            self._fresh_until = self.round + FRESH
            self.calls = max(self.calls, CALLS_MORE)
        self.looks |= self.looks_closely

    def end_round(self) -> None:
        """A backward is done."""
        self.round += 1
        self.trace.squeezed = None
        self.looks = self.looks_closely or self.round % EVERY == 0
        self.resume()

    def pause(self) -> None:
        """Look away from torch's functions: an optimizer's step calls a hundred of them."""
        if self._on and not self.is_elsewhere() and _get_current_function_mode() is self:
            self.__exit__(None, None, None)
            self._on = False

    def resume(self) -> None:
        """Look at torch's functions again, if this round is looked at."""
        if self._undo and not self._on and self.looks and self._is_on_top():
            self.__enter__()
            self._on = True

    def _is_on_top(self) -> bool:
        """Whether no mode of the user's lies above: leaving it would leave this one."""
        return _get_current_function_mode() is self._outer

    def safely(self, handler: Callable[..., object]) -> Callable[..., None]:
        """Return a handler that looks at the block's own thread, and does not disturb the loop.

        A mistake of the doctor's own must not become one of the loop's: it is noted, no more.
        """

        @wraps(handler)
        def guarded(*args: Any, **kwargs: Any) -> None:
            if self.is_elsewhere():
                return
            try:
                handler(*args, **kwargs)
            except Exception as error:
                self.trace.stumbled = error_line(error)

        return guarded

    def is_elsewhere(self) -> bool:
        """Whether this is not the block's own thread, or torch's compiler: neither is looked at."""
        return torch.compiler.is_compiling() or threading.get_ident() != self._thread

    def note(self, kind: str, place: Place | None = None, **numbers: Any) -> Event:
        """Add an event to the trace; without a place it is at the user's present line."""
        event = Event(kind, place or users_place(), numbers)
        self.trace.add(event)
        return event
