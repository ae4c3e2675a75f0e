"""Where zero_grad and step are recorded: which gradients are new or used, how far a step moves."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn.utils import get_total_norm
from torch.optim import Optimizer

from rnnlab.doctor.events import NOWHERE, Event
from rnnlab.doctor.recording.session import Session

MOST = 5000  # parameters that are followed, the latest ones
MEASURED = {*range(3, 40, 4)}  # steps whose length is measured, and every 48th
NORMS, NORMS_EVERY = 60, 8  # the gradients' norm: of the first steps, and then not of every one

Version = tuple[int, int]  # of a gradient: its id, and how often it was changed in place


@dataclass(eq=False)
class Followed:
    """What is known of one parameter."""

    parameter: Tensor
    start: tuple[int, float]  # its fingerprint, to see afterwards whether it has changed
    name: str | None = None  # None for one that only an optimizer has shown
    filled: bool = False  # whether a backward has given it a gradient
    trained: bool = False  # whether an optimizer holds it
    used: Tensor | None = None  # a step has used this gradient; held, for an id may come again
    used_version: Version | None = (0, 0)  # of that gradient
    before: Version | None = None  # of the gradient that was there before a backward
    stale: bool = False  # whether a backward has added to a gradient that a step had used

    def version(self) -> Version | None:
        """Return which gradient it has now, and the number of that one's changes."""
        grad = self.parameter.grad
        return None if grad is None else (id(grad), grad._version)


class GradientRecorder:
    """Notes "zero_grad" and "step" events, and follows the parameters of models and optimizers."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._all: dict[int, Followed] = {}  # by the parameter's id
        self._step = Event("step", NOWHERE, {"closure": False})
        self._backwards = 0  # before that step
        self._moving: list[tuple[Tensor, Tensor]] = []  # parameters, and what they were before it
        self._held: frozenset[int] = frozenset()  # ids of the parameters of the latest optimizer

    def follow(self, parameter: Tensor, name: str | None = None) -> Followed:
        """Follow this one too, and return what is known of it."""
        key = id(parameter)
        if key not in self._all:
            self._all[key] = Followed(parameter, _fingerprint(parameter))
            if len(self._all) > MOST:
                del self._all[next(iter(self._all))]
        self._all[key].name = self._all[key].name or name
        return self._all[key]

    def zero_grad(self, original: Any, owner: Any, *args: Any, **kwargs: Any) -> None:
        """Let an optimizer or a module clear its gradients, and note it."""
        self._session.pause()
        try:
            original(owner, *args, **kwargs)
        finally:
            self._session.resume()
        parameters = owner.parameters() if isinstance(owner, nn.Module) else _parameters_of(owner)
        for parameter in parameters:
            if id(parameter) in self._all:
                self._all[id(parameter)].stale = False
        self._session.note("zero_grad", by_optimizer=isinstance(owner, Optimizer))

    def before_backward(self) -> None:
        """Look at the gradients that are there."""
        for followed in self._all.values():
            followed.before = followed.version()
            grad = followed.parameter.grad
            followed.stale = followed.stale and grad is not None and bool(grad.any())

    def after_backward(self) -> int:
        """Note which gradients were added to, and return how many parameters have got one."""
        filled = 0
        for followed in self._all.values():
            if followed.version() not in (None, followed.before):
                filled += 1
                followed.filled = True
                followed.stale |= followed.before == followed.used_version
        return filled

    def before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """Note a step and the gradients that it finds."""
        self._session.pause()
        closure = len(args) > 1 or kwargs.get("closure") is not None  # the first is the optimizer
        self._backwards = self._session.trace.counts["backward"]
        self._step = self._session.note(
            "step", optimizer=type(optimizer).__name__, closure=closure,
            learning_rate=float(optimizer.param_groups[0]["lr"]), length=None,
            seen=self._session.looks, **self._look_at(_parameters_of(optimizer)),
        )  # fmt: skip
        if closure:
            self._session.resume()  # the closure is the user's

    def _look_at(self, parameters: list[Tensor]) -> dict[str, Any]:
        """Return how many parameters have gradients, their norm, if measured, and what is old."""
        stale = 0
        for followed in map(self.follow, parameters):
            followed.trained = True
            grad = followed.parameter.grad
            followed.stale &= grad is not None and followed.used is grad  # not cleared by hand
            stale += followed.stale
        grads = [p.grad for p in parameters if p.grad is not None and not p.grad.is_sparse]
        step = self._session.trace.counts["step"] + 1
        on_cpu = all(grad.device.type == "cpu" for grad in grads)
        norm: float | None = None if grads else 0.0
        if grads and on_cpu and (step <= NORMS or step % NORMS_EVERY == 0):
            norm = get_total_norm(grads).item()
        measured = norm is not None and (step in MEASURED or step % 48 == 0)
        moving = [p for p in parameters if p.grad is not None] if measured else []
        self._moving = [(p, p.detach().clone()) for p in moving]
        held = frozenset(map(id, parameters))
        self._held = self._held if held == self._held else held  # one for many events
        return {"grads": len(grads), "norm": norm, "stale": stale, "held": self._held}

    def after_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """Note which gradients were used, and complete what was noted of the step."""
        self._session.pause()
        for followed in map(self.follow, _parameters_of(optimizer)):
            if followed.parameter.grad is not None:
                followed.used = followed.parameter.grad
                followed.used_version = followed.version()
        moved = get_total_norm([(p.detach() - old).double() for p, old in self._moving]).item()
        size = get_total_norm([old.double() for _, old in self._moving]).item()
        self._moving = []
        self._step.numbers["length"] = moved / size if size > 0 else None
        # Lightning hands a closure to every step; what counts is whether it computes gradients
        self._step.numbers["closure"] &= self._session.trace.counts["backward"] > self._backwards
        self._session.resume()

    def conclude(self) -> tuple[list[str], bool, bool]:
        """Return the names of those left out, whether a head alone is trained, and any changed.

        Then let go of all.
        """
        same = [f for f in self._all.values() if _fingerprint(f.parameter) == f.start]
        left = [
            f for f in same if f.name and f.filled and not f.trained and f.parameter.requires_grad
        ]
        used = [f for f in self._all.values() if f in left or (f.trained and f.filled)]  # as called
        head = used[: len(left)] == left != used
        changed = len(same) < len(self._all)
        self._all, self._moving = {}, []
        return [f.name for f in left if f.name], head, changed


def _parameters_of(optimizer: Optimizer) -> list[Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def _fingerprint(parameter: Tensor) -> tuple[int, float]:
    """Return what changes when a parameter does; `parameter.data` can be changed unnoticed."""
    if parameter.device.type != "cpu" or not parameter.dtype.is_floating_point:
        return parameter._version, 0.0
    return parameter._version, parameter.detach().double().sum().item()
