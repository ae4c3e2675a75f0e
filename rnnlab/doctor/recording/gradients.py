"""Where zero_grad and step are recorded: which gradients are new or used, how far a step moves."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from rnnlab.doctor.events import NOWHERE, Event
from rnnlab.doctor.recording.session import Session

MOST = 5000  # parameters that are followed, the latest ones
MEASURED = {*range(3, 40, 4)}  # steps whose length is measured, and every 48th
NORMS, NORMS_EVERY = 60, 8  # the gradients' norm: of the first steps, and then not of every one


class GradientRecorder:
    """Notes "zero_grad" and "step" events, and follows the parameters of models and optimizers."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._all: dict[int, Tensor] = {}  # parameters, by id as all below
        self._names: dict[int, str] = {}
        self._fingerprints: dict[int, tuple[int, float]] = {}  # to see afterwards what has changed
        self._filled: set[int] = set()  # those that a backward has given a gradient
        self._trained: set[int] = set()  # those that an optimizer holds
        # by parameter, its gradient that a step has used; kept, for an id may be given again
        self._used: dict[int, tuple[Tensor, int]] = {}
        self._stale: set[int] = set()  # to whose used gradient a backward has added
        self._versions: dict[int, tuple[int, int]] = {}  # of the gradients before a backward
        self._added: set[int] = set()  # those whose gradient a step had used before a backward
        self._step = Event("step", NOWHERE, {"closure": False})
        self._backwards = 0  # before that step
        self._before: list[tuple[Tensor, Tensor]] = []  # parameters and what they were before it

    def follow(self, parameter: Tensor, name: str | None = None) -> None:
        """Follow this one too."""
        key = id(parameter)
        if key not in self._all:
            self._all[key] = parameter
            self._fingerprints[key] = _fingerprint(parameter)
            if len(self._all) > MOST:
                oldest = next(iter(self._all))
                for kept in (self._all, self._fingerprints, self._used):
                    kept.pop(oldest, None)
        if name is not None:
            self._names.setdefault(key, name)

    def zero_grad(self, original: Any, owner: Any, *args: Any, **kwargs: Any) -> None:
        """Let an optimizer or a module clear its gradients, and note it."""
        self._session.pause()
        try:
            original(owner, *args, **kwargs)
        finally:
            self._session.resume()
        parameters = owner.parameters() if isinstance(owner, nn.Module) else _parameters_of(owner)
        self._stale.difference_update(map(id, parameters))
        self._session.note("zero_grad")

    # ---- backward ------------------------------------------------------------------------

    def before_backward(self) -> None:
        """Look at the gradients that are there."""
        there = {key: p.grad for key, p in self._all.items() if p.grad is not None}
        self._stale = {key for key in self._stale if key in there and there[key].any()}
        self._added = {key for key, grad in there.items() if self._was_used(key, grad)}
        self._versions = {key: (id(grad), grad._version) for key, grad in there.items()}

    def after_backward(self) -> int:
        """Note which gradients were added to, and return how many parameters have got one."""
        filled = {
            key for key, p in self._all.items()
            if p.grad is not None and self._versions.get(key) != (id(p.grad), p.grad._version)
        }  # fmt: skip
        self._stale |= self._added & filled
        self._filled |= filled
        return len(filled)

    def _was_used(self, key: int, grad: Tensor) -> bool:
        used, version = self._used.get(key, (None, 0))
        return used is grad and grad._version == version

    # ---- step ----------------------------------------------------------------------------

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
        grads = []
        for parameter in parameters:
            key, grad = id(parameter), parameter.grad
            self.follow(parameter)
            self._trained.add(key)
            if grad is None or self._used.get(key, (None,))[0] is not grad:
                self._stale.discard(key)  # cleared by hand
            if grad is not None and not grad.is_sparse:
                grads.append(grad)
        step = self._session.trace.counts["step"] + 1
        on_cpu = all(grad.device.type == "cpu" for grad in grads)
        norm: float | None = None if grads else 0.0
        if grads and on_cpu and (step <= NORMS or step % NORMS_EVERY == 0):
            norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(grads))).item()
        measured = norm is not None and (step in MEASURED or step % 48 == 0)
        moving = [p for p in parameters if p.grad is not None] if measured else []
        self._before = [(p, p.detach().clone()) for p in moving]
        stale = sum(id(p) in self._stale for p in parameters)
        return {"grads": len(grads), "norm": norm, "stale": stale}

    def after_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """Note which gradients were used, and complete what was noted of the step."""
        self._session.pause()
        for p in _parameters_of(optimizer):
            if p.grad is not None:
                self._used[id(p)] = (p.grad, p.grad._version)
        moved, size = (
            sum(part.double().square().sum().item() for part in parts) ** 0.5
            for parts in ([p.detach() - old for p, old in self._before],
                          [old for _, old in self._before])
        )  # fmt: skip
        self._before = []
        self._step.numbers["length"] = moved / size if size > 0 else None
        # Lightning hands a closure to every step; what counts is whether it computes gradients
        self._step.numbers["closure"] &= self._session.trace.counts["backward"] > self._backwards
        self._session.resume()

    # ---- the end -------------------------------------------------------------------------

    def conclude(self) -> tuple[list[str], bool]:
        """Return the names of those left out, and whether any changed; let go of all."""
        changed = {
            key for key, p in self._all.items() if _fingerprint(p) != self._fingerprints[key]
        }
        trainable = {key for key, p in self._all.items() if p.requires_grad}
        left_out = (trainable & self._filled) - self._trained - changed
        for kept in (self._all, self._used, self._before):
            kept.clear()
        return [name for key, name in self._names.items() if key in left_out], bool(changed)


def _parameters_of(optimizer: Optimizer) -> list[Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def _fingerprint(parameter: Tensor) -> tuple[int, float]:
    """Return what changes when a parameter does; `parameter.data` can be changed unnoticed."""
    if parameter.device.type != "cpu" or not parameter.dtype.is_floating_point:
        return parameter._version, 0.0
    return parameter._version, parameter.detach().double().sum().item()
