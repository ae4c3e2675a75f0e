"""A block after which everything is as before it, bit for bit: weights, gradients, generators."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

DEPTH = 4  # DataLoader, batch sampler, sampler, generator
MOST = 1_000_000  # values of an array that may be an order
PutBack = Callable[[], object]


@contextmanager
def untouched(
    model: nn.Module, loss_fn: Any, optimizer: Optimizer | None, batches: Any
) -> Iterator[None]:
    """Put everything back after the block, also after an error.

    The checks work on copies; but a function that is copied still holds what it closes over, such
    as the weights in a loss with a penalty.
    """
    modules = [
        m for part in (model, loss_fn) if isinstance(part, nn.Module) for m in part.modules()
    ]
    tensors = [t for m in modules for t in (*m._parameters.values(), *m._buffers.values())]
    groups = optimizer.param_groups if optimizer is not None else []
    tensors += [p for group in groups for p in group["params"]]
    with ExitStack() as stack:
        stack.enter_context(_generators())
        stack.enter_context(_attributes(batches))
        stack.enter_context(_values({id(t): t for t in tensors if t is not None}))
        stack.enter_context(_modes(modules))
        yield


@contextmanager
def _generators() -> Iterator[None]:
    """Keep the random generators of Python, NumPy and torch."""
    python, numpy = random.getstate(), np.random.get_state()
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    with torch.random.fork_rng(devices=devices):
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)


@contextmanager
def _values(tensors: dict[int, Tensor]) -> Iterator[None]:
    """Keep values and gradients; in the block there are no gradients."""
    kept = [(t, t.detach().clone(), t.grad if t.is_leaf else None) for t in tensors.values()]
    try:
        for tensor, _, grad in kept:
            if grad is not None:
                tensor.grad = None
        yield
    finally:
        for tensor, value, grad in kept:
            if not torch.equal(tensor.detach(), value):
                with torch.no_grad():
                    tensor.copy_(value)
            if tensor.is_leaf:
                tensor.grad = grad


@contextmanager
def _modes(modules: list[nn.Module]) -> Iterator[None]:
    """Keep which modules are in training mode."""
    modes = [(module, module.training) for module in modules]
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


@contextmanager
def _attributes(batches: Any) -> Iterator[None]:
    """Keep what the batches know of themselves: their pass, and their generators' states."""
    kept = _found(batches, DEPTH, {})
    try:
        yield
    finally:
        for put_back in kept.values():
            put_back()


def _put_back(part: Any, before: Any) -> None:
    """Give a tensor or an array the values from before, where there are others now."""
    if isinstance(part, Tensor):
        if not torch.equal(part, before):
            part.copy_(before)
    elif not np.array_equal(part, before):
        part[...] = before


def _put_back_attributes(part: Any, before: dict[str, Any]) -> None:
    vars(part).clear()
    vars(part).update(before)


def _found(part: Any, depth: int, kept: dict[int, PutBack]) -> dict[int, PutBack]:
    """Return by identity what puts back each object that the batches are made of."""
    if id(part) in kept or isinstance(part, type | ModuleType | nn.Module):
        return kept
    if isinstance(part, torch.Generator):
        kept[id(part)] = partial(part.set_state, part.get_state())
    elif isinstance(part, random.Random):
        kept[id(part)] = partial(part.setstate, part.getstate())
    elif isinstance(part, np.random.Generator):
        bits = part.bit_generator
        kept[id(part)] = partial(setattr, bits, "state", bits.state)
    elif isinstance(part, list) and len(part) <= MOST:  # an order that is shuffled in place
        kept[id(part)] = partial(part.__setitem__, slice(None), part[:])
    elif isinstance(part, Tensor | np.ndarray):
        if np.prod(part.shape) <= MOST:
            before = part.clone() if isinstance(part, Tensor) else part.copy()
            kept[id(part)] = partial(_put_back, part, before)
    elif depth and type(getattr(part, "__dict__", None)) is dict:
        own = dict(vars(part))
        kept[id(part)] = partial(_put_back_attributes, part, own)
        for value in own.values():
            _found(value, depth - 1, kept)
    return kept
