"""Is a saved state one that a run can take? Refused is what torch would load without a word."""

from __future__ import annotations

import math
import random
from collections.abc import Sized
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnlab.loop import hidden
from rnnlab.loop.history import Step
from rnnlab.loop.training import Position, Run
from rnnlab.runs.random_states import RandomState


def run_kind(run: Run) -> dict[str, Any]:
    """Return what must be the same when the run goes on."""
    return {
        "optimizer": type(run.optimizer).__name__,
        "hidden_state": run.hidden_state,
        "batches": len(run.batches) if isinstance(run.batches, Sized) else None,
    }


def check_fits(run: Run, made_with: dict[str, Any]) -> None:
    """Refuse a state of another kind of run."""
    for name, here in run_kind(run).items():
        if made_with[name] != here:
            raise ValueError(f"{name} was {made_with[name]!r} and is {here!r} now")


def check_model(saved: dict[str, Any], here: dict[str, Any]) -> None:
    """Refuse tensors of another kind, which torch would convert without a word."""
    for name, tensor in here.items():
        kind = getattr(saved.get(name), "dtype", None)
        if isinstance(tensor, Tensor) and kind not in (None, tensor.dtype):
            raise ValueError(f"{name} was {kind} and is {tensor.dtype} now")


def check_optimizer(optimizer: torch.optim.Optimizer, groups: list[dict[str, Any]]) -> None:
    """Refuse options and running figures that no such optimizer has, but loads without a word."""
    for loaded, own in zip(optimizer.param_groups, groups, strict=True):
        for name, value in own.items():
            if name != "params" and not _is_like(loaded.get(name), value):
                raise ValueError(f"the optimizer's {name} was {loaded.get(name)!r}")
    names = {tuple(figures) for figures in optimizer.state.values()}
    if len(names) > 1:
        raise ValueError(f"the optimizer has kept other figures for other parameters: {names}")
    for parameter, figures in optimizer.state.items():
        for name, value in figures.items():
            if value is None or (name == "step" and type(value) in (int, float)):
                continue
            shapes = (parameter.shape, torch.Size())
            if not isinstance(value, Tensor) or value.shape not in shapes:
                found = tuple(value.shape) if isinstance(value, Tensor) else repr(value)
                raise ValueError(
                    f"the optimizer's {name} is {found} for a parameter of shape "
                    f"{tuple(parameter.shape)}"
                )


def _is_like(value: Any, own: Any) -> bool:
    """Return whether an option may stand where the optimizer has its own."""
    if isinstance(own, tuple | list):
        row = isinstance(value, tuple | list) and len(value) == len(own)
        return row and all(map(_is_like, value, own))
    if isinstance(own, int | float) and not isinstance(own, bool):
        return type(value) in (int, float) and math.isfinite(value)
    return value is None or isinstance(value, bool if own is None else type(own))


def as_position(run: Run, saved: tuple[Any, ...]) -> Position:
    """Return a position in the data that the run has."""
    position = Position(*saved)
    counts = (position.epoch - 1, position.batch, position.index, position.count)
    if any(type(number) is not int or number < 0 for number in counts):
        raise ValueError(f"its place in the data is {saved[:3]!r}")
    if isinstance(run.batches, Sized) and position.batch >= len(run.batches):
        raise ValueError(f"it stands at batch {position.batch} of {len(run.batches)}")
    if not _is_state(position.state) or not math.isfinite(position.total):
        raise ValueError("its hidden state or its loss so far is none")
    return position._replace(state=hidden.to(position.state, run.device))


def _is_state(state: Any) -> bool:
    if isinstance(state, tuple | list):
        return len(state) > 0 and all(isinstance(part, Tensor) for part in state)
    return state is None or isinstance(state, Tensor)


def as_step(row: tuple[Any, ...]) -> Step:
    """Return a row of the history."""
    step = Step(*row)
    kinds = [(int,)] * 2 + [(float,)] * 2 + [(bool,)] + [(float, type(None))] * 2
    if not all(type(value) in kind for value, kind in zip(step, kinds, strict=True)):
        raise ValueError(f"a row of its history is {row!r}")
    return step


def as_random_state(numbers: list[Any]) -> RandomState:
    """Return what `_plain_random` has taken, once it is known that the generators take it."""
    torchs, (version, pythons, gauss), (name, keys, *rest), cuda, loader = numbers
    state = (
        torchs, (version, tuple(pythons), gauss), (name, keys.numpy().astype("uint32"), *rest),
        cuda, loader,
    )  # fmt: skip
    torch.Generator().set_state(torchs)
    random.Random().setstate(state[1])
    np.random.RandomState().set_state(state[2])
    if loader is not None:
        torch.Generator().set_state(loader)
    return state
