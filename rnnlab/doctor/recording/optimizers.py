"""Where zero_grad and the optimizer's step are recorded."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from rnnlab.doctor.events import Event
from rnnlab.doctor.recording.session import Session


class OptimizerRecorder:
    """Notes "zero_grad" and "step" events."""

    def __init__(self, session: Session) -> None:
        self._session, self._gradients = session, session.gradients
        self._step: Event | None = None
        self._backwards = 0  # before that step

    def zero_grad(self, original: Any, owner: Any, *args: Any, **kwargs: Any) -> Any:
        """Let an optimizer or a module clear its gradients, and note it."""
        self._session.pause()
        try:
            result = original(owner, *args, **kwargs)
        finally:
            self._session.resume()
        parameters = owner.parameters() if isinstance(owner, nn.Module) else _parameters_of(owner)
        self._gradients.on_cleared(parameters)
        self._session.note("zero_grad")
        return result

    def before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """Note a step and the gradients that it finds."""
        self._session.pause()
        closure = len(args) > 1 or kwargs.get("closure") is not None  # the first is the optimizer
        self._backwards = self._session.trace.counts["backward"]
        self._session.note(
            "step", optimizer=type(optimizer).__name__, closure=closure,
            learning_rate=float(optimizer.param_groups[0]["lr"]), length=None,
            seen=self._session.looks, **self._gradients.before_step(_parameters_of(optimizer)),
        )  # fmt: skip
        self._step = self._session.trace.last
        if closure:
            self._session.resume()  # the closure is the user's

    def after_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """Complete what was noted of the step."""
        self._session.pause()
        length = self._gradients.after_step(_parameters_of(optimizer))
        if self._step is not None:
            self._step.numbers["length"] = length
            # Lightning hands a closure to every step; what counts is whether it computes gradients
            computed = self._session.trace.counts["backward"] > self._backwards
            self._step.numbers["closure"] &= computed
        self._session.resume()


def _parameters_of(optimizer: Optimizer) -> list[Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]
