"""Follows parameters and gradients: which are new, which a step has used, how far it moved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

MOST = 5000  # that are followed, the latest ones
MEASURED = {*range(3, 40, 4)}  # steps whose length is measured, and every 48th
NORMS, NORMS_EVERY = 60, 8  # the gradients' norm: of the first steps, and then not of every one


class Gradients:
    """What is known of the parameters that models and optimizers have shown, by their ids."""

    def __init__(self) -> None:
        self._filled: set[int] = set()  # those that a backward has given a gradient
        self._trained: set[int] = set()  # those that an optimizer holds
        # by parameter, its gradient that a step has used; kept, for an id may be given again
        self._used: dict[int, tuple[Tensor, int]] = {}
        self._stale: set[int] = set()  # to whose used gradient a backward has added
        self._fingerprints: dict[int, tuple[int, float]] = {}  # to see afterwards what has changed
        self._names: dict[int, str] = {}
        self._all: dict[int, Tensor] = {}
        self._steps = 0
        self._before: list[tuple[Tensor, Tensor]] = []

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

    # ---- backward ------------------------------------------------------------------------

    def before_backward(self) -> Any:
        """Return what `after_backward` needs."""
        there = {key: p.grad for key, p in self._all.items() if p.grad is not None}
        self._stale = {key for key in self._stale if key in there and there[key].any()}
        added = {key for key, grad in there.items() if self._was_used(key, grad)}
        return added, {key: (id(grad), grad._version) for key, grad in there.items()}

    def after_backward(self, before: Any) -> int:
        """Note which gradients were added to, and return how many parameters have got one."""
        added, versions = before
        filled = {
            key for key, p in self._all.items()
            if p.grad is not None and versions.get(key) != (id(p.grad), p.grad._version)
        }  # fmt: skip
        self._stale |= added & filled
        self._filled |= filled
        return len(filled)

    def _was_used(self, key: int, grad: Tensor) -> bool:
        used, version = self._used.get(key, (None, 0))
        return used is grad and grad._version == version

    def on_cleared(self, parameters: Iterable[Tensor]) -> None:
        """Their gradients were cleared."""
        for parameter in parameters:
            self._stale.discard(id(parameter))

    # ---- step ----------------------------------------------------------------------------

    def before_step(self, parameters: list[Tensor]) -> dict[str, Any]:
        """Return how many of an optimizer's parameters have gradients, their norm, what is old.

        The norm is None where it was not measured.
        """
        grads = []
        for parameter in parameters:
            key, grad = id(parameter), parameter.grad
            self.follow(parameter)
            self._trained.add(key)
            if grad is None or self._used.get(key, (None,))[0] is not grad:
                self._stale.discard(key)  # cleared by hand
            if grad is not None and not grad.is_sparse:
                grads.append(grad)
        self._steps += 1
        on_cpu = all(grad.device.type == "cpu" for grad in grads)
        norm: float | None = None if grads else 0.0
        if grads and on_cpu and (self._steps <= NORMS or self._steps % NORMS_EVERY == 0):
            norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(grads))).item()
        measured = norm is not None and (self._steps in MEASURED or self._steps % 48 == 0)
        moving = [p for p in parameters if p.grad is not None] if measured else []
        self._before = [(p, p.detach().clone()) for p in moving]
        stale = sum(id(p) in self._stale for p in parameters) if self._stale else 0
        return {"grads": len(grads), "norm": norm, "stale": stale}

    def after_step(self, parameters: list[Tensor]) -> float | None:
        """Note which gradients were used; return the step's length by the weights', if measured."""
        for p in parameters:
            if p.grad is not None:
                self._used[id(p)] = (p.grad, p.grad._version)
        before, self._before = self._before, []
        if not before:
            return None
        length, size = (
            torch.stack([part.double().square().sum() for part in parts]).sum().sqrt().item()
            for parts in ([p.detach() - old for p, old in before], [old for _, old in before])
        )
        return length / size if size > 0 else None

    # ---- the end -------------------------------------------------------------------------

    def conclude(self) -> tuple[list[str], bool]:
        """Return the names of those left out, and whether any changed; let go of all."""
        changed = {
            key for key, p in self._all.items() if _fingerprint(p) != self._fingerprints[key]
        }
        trainable = {key for key, p in self._all.items() if p.requires_grad}
        left_out = (trainable & self._filled) - self._trained - changed
        names = [name for key, name in self._names.items() if key in left_out]
        self.__init__()  # type: ignore[misc]  # a watch may be kept, its parameters not
        return names, bool(changed)


def _fingerprint(parameter: Tensor) -> tuple[int, float]:
    """Return what changes when a parameter does; `parameter.data` can be changed unnoticed."""
    if parameter.device.type != "cpu" or not parameter.dtype.is_floating_point:
        return parameter._version, 0.0
    return parameter._version, parameter.detach().double().sum().item()
