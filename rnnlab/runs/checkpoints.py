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
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnlab.base.checks import check_path
from rnnlab.base.files import Path, written_whole
from rnnlab.loop.training import Run
from rnnlab.runs.random_states import RandomState
from rnnlab.runs.ranks import bare
from rnnlab.runs.saved_states import (
    as_position,
    as_random_state,
    as_step,
    check_fits,
    check_model,
    check_optimizer,
    run_kind,
)

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
    place in the data and the hidden state there, and the history. Where several ranks train the
    model, the first one alone writes.

    Args:
        run: what `rnnlab.train` has returned.
        path: of the file; one that is there is replaced, at once and as a whole.

    Raises:
        OSError: if the file cannot be written.
        TypeError: if the model or the optimizer holds what no checkpoint can.
        ValueError: within an epoch, where several ranks carry a hidden state.
    """
    if run.ranks is not None:
        if run.position.state is not None:
            raise ValueError(
                f"the run is within epoch {run.position.epoch}, and rank {run.ranks.rank} has the "
                f"hidden state of its own rows alone, one of {run.ranks.size} parts: save it at "
                "the end of an epoch, where no state is carried on"
            )
        if not run.ranks.first:
            return
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
        "model": bare(run.model).state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "made_with": run_kind(run),
        "position": tuple(run.position),
        "random": random_rows(run),
        "history": [tuple(step) for step in run.history.steps],
    }


def random_rows(run: Run) -> list[Any]:
    """Return the random numbers of a run, at the start of the epoch and now, as a file may hold."""
    return [_plain_random(state) for state in run.random_states()]


def restore(run: Run, state: dict[str, Any], path: Path = "") -> None:
    """Put a run where `run_state` found it, or leave it as it was and raise `CheckpointError`."""
    model, optimizer = bare(run.model), run.optimizer
    before = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    try:
        check_fits(run, state["made_with"])
        position = as_position(run, state["position"])
        at_start, now = map(as_random_state, state["random"])
        steps = [as_step(row) for row in state["history"]]
        check_model(state["model"], before[0])
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        check_optimizer(optimizer, before[1]["param_groups"])
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

    def is_due(self) -> bool:
        """Return whether it is time to save again."""
        return time.perf_counter() >= self._due

    def keep(self, now: bool = False) -> None:
        """Save if it is time, or at once."""
        if not now and not self.is_due():
            return
        start = time.perf_counter()
        try:
            write(self._take(), self.path)
        except OSError as error:
            self._tell(
                f"the checkpoint {os.fspath(self.path)} could not be written ({error}); training "
                "goes on, and the last whole one stays: make room, or choose another place"
            )
        end = time.perf_counter()
        self._due = end + max(EVERY, (end - start) * (1 / SHARE - 1))


def _plain_random(state: RandomState) -> list[Any]:
    torchs, pythons, (name, keys, *rest), cuda, loader = state
    return [torchs, pythons, [name, torch.from_numpy(keys.astype("int64")), *rest], cuda, loader]


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
