"""Checkpoints: where a training run stands, in one file, to go on from it bit for bit.

A file holds tensors, numbers and texts alone, so that reading it runs no code that is in it. It is
written beside the old one and then takes its place: a kill at any moment leaves a whole file.
"""

from __future__ import annotations

import copy
import hashlib
import io
import os
import pathlib
import random
import time
from collections.abc import Callable, Sized
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnlab import hidden
from rnnlab.arguments import check_path
from rnnlab.files import Path, written_whole
from rnnlab.history import Step
from rnnlab.loop import Position, Run
from rnnlab.randomness import RandomState

FORMAT, VERSION = "rnnlab checkpoint", 1
LONGEST = 300  # characters of what another error says
FOR = "to save the run in"
PARTS = {"model", "optimizer", "made_with", "position", "random", "history"}
EVERY = 1.0  # seconds between two savings, at least
SHARE = 0.05  # of the time, that saving may take
PLAIN = (bool, int, float, str, type(None))


class CheckpointError(ValueError):
    """A file that is no whole checkpoint, or not one of this run. Nothing has been changed."""


def save_checkpoint(run: Run, path: Path) -> None:
    """Write where a run stands; call it between two steps.

    Saved are the weights, the optimizer, the random generators of torch, Python and NumPy, the
    place in the data and the hidden state there, and the history.

    Args:
        run: what `rnnlab.train` has returned.
        path: of the file; one that is there is replaced, at once and as a whole.

    Raises:
        OSError: if the file cannot be written.
        TypeError: if the model or the optimizer holds what no checkpoint can.
    """
    write(run_state(run), path)


def load_checkpoint(run: Run, path: Path) -> None:
    """Put a run where `save_checkpoint` found it: it goes on as if it had never stopped.

    The run is made by `rnnlab.train` with the same model, batches, optimizer and policy for the
    hidden state; `epochs` and `clip_norm` may be others than before. The learning rate is the one
    saved: set `run.learning_rate` afterwards for another. When the run goes on, the random
    generators are put where they were.

    Args:
        run: what `rnnlab.train` has returned.
        path: of the file.

    Raises:
        FileNotFoundError, OSError: if there is no such file or it cannot be read.
        CheckpointError: for a damaged file, one that is no checkpoint, one of a newer rnnlab, and
            one that does not fit the run. The run is left as it was.
    """
    restore(run, read(path), path)


def run_state(run: Run) -> dict[str, Any]:
    """Return where a run stands, as tensors, numbers and texts."""
    return {
        "model": run.model.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "made_with": _made_with(run),
        "position": tuple(run.position),
        "random": [_plain_random(state) for state in run.random_states()],
        "history": [tuple(step) for step in run.history.steps],
    }


def restore(run: Run, state: dict[str, Any], path: Path = "") -> None:
    """Put a run where `run_state` found it, or leave it as it was and raise `CheckpointError`."""
    model, optimizer = run.model, run.optimizer
    before = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    try:
        _check_fits(run, state["made_with"])
        position = _position(run, state["position"])
        at_start, now = map(_random, state["random"])
        steps = [_step(row) for row in state["history"]]
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        _check_optimizer(optimizer)
    except Exception as error:  # whatever torch says of a state that does not fit
        model.load_state_dict(before[0])
        optimizer.load_state_dict(before[1])
        raise CheckpointError(f"{path} does not fit this run: {_said(error)}") from error
    history = run.history
    history.steps, history.epochs = [], []
    for step in steps:
        history.add(step)
    run.go_on_from(position, (at_start, now))


def write(state: dict[str, Any], path: Path) -> None:
    """Write a state into a file, whole or not at all."""
    check_path("checkpoint", path, FOR)
    content = io.BytesIO()
    torch.save(_plain(state, ""), content)
    with written_whole(path, "checkpoint") as file:
        file.write(_first_line(VERSION, content.getbuffer()))
        file.write(content.getbuffer())


def read(path: Path) -> dict[str, Any]:
    """Return the state that a file holds; it is not yet known to fit a run."""
    check_path("checkpoint", path, FOR)
    name = os.fspath(path)
    try:
        whole = pathlib.Path(path).read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(
            f"there is no checkpoint {name}: give the path of one, or train without resume"
        ) from None
    line, _, content = whole.partition(b"\n")
    words = line.decode("ascii", "replace").rsplit(" ", 2)
    version = words[-2] if len(words) == 3 else ""
    if words[0] != FORMAT or not version.isdecimal():
        raise CheckpointError(
            f"{name} is no checkpoint of rnnlab: expected a file that save_checkpoint, "
            "fit(checkpoint=...) or a lab has written"
        )
    if int(version) > VERSION:
        raise CheckpointError(
            f"{name} was written by a newer rnnlab (version {version} of checkpoints; this one "
            f"reads up to {VERSION}): pip install --upgrade rnnlab"
        )
    if line + b"\n" != _first_line(int(version), content):
        raise CheckpointError(
            f"{name} is damaged, its content is not what was written: take another copy of it, or "
            "begin anew under another name"
        )
    return _state(content, name)


def _first_line(version: int, content: bytes | memoryview) -> bytes:
    """Return the line that stands above a content: torch does not see that bytes have changed."""
    return f"{FORMAT} {version} {hashlib.sha256(content).hexdigest()}\n".encode()


def _state(content: bytes, name: str) -> dict[str, Any]:
    try:
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        missing = PARTS - state.keys()
    except Exception as error:  # torch's reader has no list of what it raises
        raise CheckpointError(
            f"{name} cannot be read, though it is what was written ({_said(error)}): it was not "
            "written by rnnlab; expected tensors, numbers and texts"
        ) from error
    if missing:
        raise CheckpointError(f"{name} is not whole: it has no {', '.join(sorted(missing))}")
    return state


class Keeper:
    """Saves a run as it goes: about once a second, for a twentieth of the time at most.

    A disk that is full on the way stops nothing: it is told, and tried again.

    Args:
        take: returns what to save, such as `run_state` of a run.
        path: of the file.
        tell: is called with what went wrong.
    """

    def __init__(
        self, take: Callable[[], dict[str, Any]], path: Path, tell: Callable[[str], None]
    ) -> None:
        self.path = path
        self._take, self._tell = take, tell
        self._due = 0.0

    def keep(self, now: bool = False) -> None:
        """Save if it is time, or at once."""
        start = time.perf_counter()
        if not now and start < self._due:
            return
        try:
            write(self._take(), self.path)
        except OSError as error:
            self._tell(
                f"the checkpoint {os.fspath(self.path)} could not be written ({error}); training "
                "goes on, and the last whole one stays: make room, or choose another place"
            )
        end = time.perf_counter()
        self._due = end + max(EVERY, (end - start) * (1 / SHARE - 1))


def _made_with(run: Run) -> dict[str, Any]:
    """Return what must be the same when the run goes on."""
    return {
        "optimizer": type(run.optimizer).__name__,
        "hidden_state": run.hidden_state,
        "batches": len(run.batches) if isinstance(run.batches, Sized) else None,
    }


def _check_fits(run: Run, made_with: dict[str, Any]) -> None:
    for name, here in _made_with(run).items():
        if made_with[name] != here:
            raise ValueError(f"{name} was {made_with[name]!r} and is {here!r} now")


def _check_optimizer(optimizer: torch.optim.Optimizer) -> None:
    """Refuse running figures of another shape than their parameter's, which load without a word."""
    for parameter, figures in optimizer.state.items():
        for name, value in figures.items():
            if isinstance(value, Tensor) and value.dim() and value.shape != parameter.shape:
                raise ValueError(
                    f"the optimizer's {name} has shape {tuple(value.shape)} for a parameter of "
                    f"shape {tuple(parameter.shape)}"
                )


def _position(run: Run, saved: tuple[Any, ...]) -> Position:
    position = Position(*saved)
    counts = (position.epoch - 1, position.batch, position.index, position.count)
    if any(type(number) is not int or number < 0 for number in counts):
        raise ValueError(f"its place in the data is {saved[:3]!r}")
    if isinstance(run.batches, Sized) and position.batch >= len(run.batches):
        raise ValueError(f"it stands at batch {position.batch} of {len(run.batches)}")
    return position._replace(state=hidden.to(position.state, run.device))


def _step(row: tuple[Any, ...]) -> Step:
    step = Step(*row)
    kinds = [(int,)] * 2 + [(float,)] * 2 + [(bool,)] + [(float, type(None))] * 2
    if not all(type(value) in kind for value, kind in zip(step, kinds, strict=True)):
        raise ValueError(f"a row of its history is {row!r}")
    return step


def _plain_random(state: RandomState) -> list[Any]:
    torchs, pythons, (name, keys, *rest), cuda, loader = state
    return [torchs, pythons, [name, torch.from_numpy(keys.astype("int64")), *rest], cuda, loader]


def _random(numbers: list[Any]) -> RandomState:
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


def _plain(value: Any, where: str) -> Any:
    """Return a value as what a file may hold: tensors, numbers, texts and rows of them."""
    if isinstance(value, Tensor) or type(value) in PLAIN:
        return value
    if isinstance(value, dict):
        return {key: _plain(part, f"{where}.{key}") for key, part in value.items()}
    if isinstance(value, tuple | list):
        parts = [_plain(part, where) for part in value]
        return tuple(parts) if isinstance(value, tuple) else parts
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(
        f"{where.lstrip('.')} holds a {type(value).__name__}; a checkpoint holds tensors, numbers "
        "and texts: keep it elsewhere"
    )


def _said(error: Exception) -> str:
    """Return what an error says, in one line; torch may say a page."""
    said = " ".join(str(error).split()) or type(error).__name__
    return said if len(said) <= LONGEST else f"{said[:LONGEST]} ..."
