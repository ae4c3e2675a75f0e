"""Checkpoints: a run's state (see `saved_states`) in one file, to go on from it bit for bit.

A file is torch's own (`torch.load` reads it) and holds tensors, numbers and text alone, so that
reading it runs no code that is in it. It is written beside the old one and then takes its place: a
kill at any moment leaves a whole file.
"""

import io
import os
import pathlib
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnlab.base.checks import check_path
from rnnlab.base.files import Path, written_whole
from rnnlab.base.say import say
from rnnlab.base.showable import said, showable
from rnnlab.loop.training import Run
from rnnlab.runs.saved_states import PARTS, restore, run_state

FORMAT, VERSION = "rnnlab checkpoint", 2
FOR = "to save the run in"
FRACTION = 0.05  # of the time, that saving may take where epochs are short
PLAIN = (bool, int, float, str, type(None))


class CheckpointError(ValueError):
    """A file that is no whole checkpoint, or not one of this run. Nothing has been changed."""


def save_checkpoint(run: Run, path: Path) -> None:
    """Write where a run stood at the end of its last whole epoch; before that, at its start.

    Saved are the weights, the optimizer, the random generators of torch, Python and NumPy, and the
    history. Where several ranks train the model, all of them call this, and the first one writes.

    Args:
        run: what `rnnlab.train` has returned.
        path: of the file; one that is there is replaced, at once and as a whole.

    Raises:
        OSError: if the file cannot be written.
        TypeError: if the model or the optimizer holds what no checkpoint can.
    """
    state = run_state(run)
    if run.process.first:
        write(state, path)


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
        CheckpointError: for a damaged file, one that is no checkpoint, one of another version, and
            one that does not fit the run. The run is left as it was.
    """
    put(run, run.process.from_first(lambda: read(path)), path)


def put(run: Run, state: dict[str, Any], path: Path) -> None:
    """Put a run into a state that was read from a path, or raise `CheckpointError`."""
    try:
        restore(run, state)
    except Exception as error:  # torch has many for a state that does not fit
        why = showable(said(error)) or type(error).__name__
        text = "{path} does not fit this run: {why}"
        raise CheckpointError(say(text, path=path, why=why)) from error


def write(state: dict[str, Any], path: Path) -> None:
    """Write a state into a file, whole or not at all."""
    check_path("checkpoint", path, FOR)
    content = io.BytesIO()
    torch.save({"format": FORMAT, "version": VERSION, **_plain(state, "")}, content)
    with written_whole(path, "checkpoint") as file:
        file.write(content.getbuffer())


def read(path: Path) -> dict[str, Any]:
    """Return the state that a file holds; it is not yet known to fit a run."""
    check_path("checkpoint", path, FOR)
    name = showable(os.fspath(path))
    if not os.path.exists(path):
        raise FileNotFoundError(
            f"there is no checkpoint {name}: give the path of one, or train without resume"
        )
    content = io.BytesIO(pathlib.Path(path).read_bytes())
    try:
        with zipfile.ZipFile(content) as archive:
            damaged = archive.testzip() is not None  # torch does not see that bytes have changed
        content.seek(0)
        state = torch.load(content, map_location="cpu", weights_only=True)
    except Exception as error:  # neither reader has a list of what it raises
        damaged, state = content.getvalue()[:2] == b"PK", None
        if damaged and "weights_only" in said(error).lower().replace(" ", "_"):
            text = (
                "{name} cannot be read ({why}): it was not written by rnnlab; expected tensors, "
                "numbers and text"
            )
            raise CheckpointError(say(text, name=name, why=showable(said(error)))) from error
    if damaged:
        raise CheckpointError(
            f"{name} is damaged, its content is not what was written: take another copy of it, or "
            "begin anew under another name"
        )
    return _checked(state, name)


def _checked(state: Any, name: str) -> dict[str, Any]:
    version = state.get("version") if isinstance(state, dict) else None
    if type(version) is not int or state.get("format") != FORMAT:
        raise CheckpointError(
            f"{name} is no checkpoint of rnnlab: expected a file that save_checkpoint, "
            "fit(checkpoint=...) or a lab has written"
        )
    if version != VERSION:
        raise CheckpointError(
            f"{name} was written by a{' newer' if version > VERSION else 'n older'} rnnlab "
            f"(version {version} of checkpoints; this one reads {VERSION}): "
            "pip install --upgrade rnnlab, or begin anew under another name"
        )
    if missing := PARTS - state.keys():
        raise CheckpointError(f"{name} is not whole: it has no {', '.join(sorted(missing))}")
    return state


@dataclass
class AutoSave:
    """Saves a run after its epochs, whenever it is time.

    It is time at each epoch's end; where epochs are so short that saving would take more than a
    twentieth of the time, less often. A disk that is full on the way stops nothing: a warning is
    given, and the next epoch tried.
    """

    take: Callable[[], dict[str, Any]]  # returns what to save, such as `run_state` of a run
    path: Path
    warn: Callable[[str], None]
    _due: float = 0.0
    _saved: tuple[int, int] | None = None

    def save(self, now: bool = False) -> None:
        """Save if it is time, or at once, unless the file holds this epoch already."""
        start = time.perf_counter()
        if start < self._due and not now:
            return
        state = self.take()
        stands = state["epoch"], len(state["history"])
        try:
            if stands != self._saved:
                write(state, self.path)
                self._saved = stands
        except OSError as error:
            text = (
                "the checkpoint {path} could not be written ({error}); training goes on, and the "
                "last whole one stays: make room, or choose another path"
            )
            self.warn(say(text, path=os.fspath(self.path), error=error))
        end = time.perf_counter()
        self._due = end + (end - start) * (1 / FRACTION - 1)


def _plain(value: Any, where: str) -> Any:
    """Return a value as what a file may hold: tensors, numbers, text and rows of them."""
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
        "and text: keep it elsewhere"
    )
