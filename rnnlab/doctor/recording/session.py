"""What the recorders of all phases share: the trace, where to look, and how not to disturb."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch.overrides import TorchFunctionMode, _get_current_function_mode

from rnnlab.doctor.events import Event, Place, users_place
from rnnlab.doctor.recording.gradients import Gradients
from rnnlab.doctor.recording.tensor_tracker import TensorTracker
from rnnlab.doctor.trace import Trace


class Session(TorchFunctionMode):
    """A watch while it is on.

    Attributes:
        looks: whether torch's functions are looked at in this round, which ends with a backward.
    """

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace, self.looks = trace, True
        self.gradients, self.tensors = Gradients(), TensorTracker(self.note)
        self._undo: list[Callable[[], Any]] = []
        self._on = False
        self._thread = threading.get_ident()

    def pause(self) -> None:
        """Look away from torch's functions: an optimizer's step calls a hundred of them."""
        if self._on and _get_current_function_mode() is self:
            self.__exit__(None, None, None)
            self._on = False

    def resume(self) -> None:
        """Look at torch's functions again, if this round is looked at."""
        if self._undo and not self._on and self.looks:
            self.__enter__()
            self._on = True

    def safely(self, handler: Callable[..., None]) -> Callable[..., None]:
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
                self.trace.stumbled = f"{type(error).__name__}: {error}"

        return guarded

    def is_elsewhere(self) -> bool:
        """Whether this is not the block's own thread, or torch's compiler: neither is looked at."""
        return torch.compiler.is_compiling() or threading.get_ident() != self._thread

    def note(self, kind: str, place: Place | None = None, **numbers: Any) -> None:
        """Add an event to the trace; without a place it is at the user's present line."""
        self.trace.add(Event(kind, place or users_place(), numbers))
