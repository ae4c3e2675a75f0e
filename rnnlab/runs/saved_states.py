"""What a checkpoint holds: a run's state at the end of an epoch, taken, checked, restored."""

import copy
import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from rnnlab.base.nested import map_tensors
from rnnlab.base.say import say
from rnnlab.base.step import Step
from rnnlab.loop.training import Run
from rnnlab.runs.checks import count_batches
from rnnlab.runs.random_states import check_random_state, random_state

PARTS = {"model", "optimizer", "made_with", "epoch", "index", "random", "history"}


def unwrap(model: nn.Module) -> nn.Module:
    """Return the model itself, without the `DistributedDataParallel` around it."""
    return model.module if isinstance(model, DistributedDataParallel) else model


def copy_state(run: Run, random: list[Any] | None = None) -> dict[str, Any]:
    """Return a copy of what a run consists of, between two epochs; of its history, the length.

    Every rank takes part, unless the random states of all of them are given.
    """
    state = unwrap(run.model).state_dict(), run.optimizer.state_dict()
    model, optimizer = map_tensors(lambda tensor: tensor.detach().clone(), state)
    return {
        "model": model,
        "optimizer": optimizer,
        "made_with": _made_with(run),
        "epoch": run.epoch,
        "index": run.index,
        "random": random or run.process.gather(random_state(run.batches)),
        "history": len(run.history.steps),
    }


def run_state(run: Run) -> dict[str, Any]:
    """Return what a checkpoint holds: the run at the end of its last whole epoch."""
    state = run.process.saved or copy_state(run)
    steps = run.history.steps[: state["history"]]
    return {**state, "history": [tuple(step) for step in steps]}


def restore(run: Run, state: dict[str, Any]) -> None:
    """Put a run where `run_state` found it, or leave it as it was and raise any error."""
    model, optimizer = unwrap(run.model), run.optimizer
    before = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    try:
        dtypes = _dtypes(before[0])
        here = {**dtypes, **_made_with(run)}
        saved = {**dtypes, **_dtypes(state["model"]), **state["made_with"]}
        for name, value in here.items():
            if saved[name] != value:
                text = "{name} was {before!r} and is {now!r} now"
                raise ValueError(say(text, name=name, before=saved[name], now=value))
        counts = state["epoch"], state["index"]
        if any(type(number) is not int or number < 0 for number in counts):
            raise ValueError(say("its epoch and step are {counts!r}", counts=counts))
        own = state["random"]  # of each process that there was
        own = own[run.process.rank if len(own) == run.process.size else 0]
        check_random_state(own)
        steps = [_as_step(row) for row in state["history"]]
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        _check_optimizer(optimizer, before[1]["param_groups"])
    except Exception:  # torch has many for a state that does not fit
        model.load_state_dict(before[0])
        optimizer.load_state_dict(before[1])
        raise
    run.history.restart(steps)
    run.restore(*counts)
    run.process.saved = copy_state(run, state["random"])
    run.process.random = own


def _made_with(run: Run) -> dict[str, Any]:
    """Return what must be the same when the run goes on."""
    return {
        "optimizer": type(run.optimizer).__name__,
        "hidden_state": run.hidden_state,
        "batches": count_batches(run.batches),
    }


def _dtypes(tensors: dict[str, Any]) -> dict[str, torch.dtype]:
    """Return the dtypes of a model's tensors; torch would convert others without a word."""
    return {name: value.dtype for name, value in tensors.items() if isinstance(value, Tensor)}


def _check_optimizer(optimizer: torch.optim.Optimizer, groups: list[dict[str, Any]]) -> None:
    """Refuse options and state that no such optimizer has, but loads without a word."""
    for loaded, own in zip(optimizer.param_groups, groups, strict=True):
        for name, value in own.items():
            if name != "params" and not _is_like(loaded.get(name), value):
                text = "the optimizer's {name} was {before!r}"
                raise ValueError(say(text, name=name, before=loaded.get(name)))
    names = {tuple(state) for state in optimizer.state.values()}
    if len(names) > 1:
        text = "the optimizer has other state for other parameters: {names}"
        raise ValueError(say(text, names=names))
    for parameter, state in optimizer.state.items():
        for name, value in state.items():
            if value is None or (name == "step" and type(value) in (int, float)):
                continue
            shapes = (parameter.shape, torch.Size())
            if not isinstance(value, Tensor) or value.shape not in shapes:
                found = tuple(value.shape) if isinstance(value, Tensor) else repr(value)
                text = "the optimizer's {name} is {found} for a parameter of shape {shape}"
                raise ValueError(say(text, name=name, found=found, shape=tuple(parameter.shape)))


def _is_like(value: Any, own: Any) -> bool:
    """Return whether an option may stand where the optimizer has its own."""
    if isinstance(own, tuple | list):
        row = isinstance(value, tuple | list) and len(value) == len(own)
        return row and all(map(_is_like, value, own))
    if isinstance(own, int | float) and not isinstance(own, bool):
        return type(value) in (int, float) and math.isfinite(value)
    return value is None or isinstance(value, bool if own is None else type(own))


def _as_step(row: tuple[Any, ...]) -> Step:
    """Return a row of the history."""
    step = Step(*row)
    kinds = [(int,)] * 2 + [(float,)] * 2 + [(bool,)] + [(float, type(None))] * 2
    if not all(type(value) in kind for value, kind in zip(step, kinds, strict=True)):
        raise ValueError(say("a row of its history is {row!r}", row=row))
    return step
