"""The loop of a `PhaseStepper` in one piece: a source with numbered lines, run batch after batch.

Code that is cut into phases has no source to point at; this has. Whoever looks on, a traceback or
the doctor, finds each line in `LOOP` under the number that `numbered` gives it.
"""

from __future__ import annotations

import itertools
import linecache
import zlib
from collections.abc import Iterable, Iterator
from types import CodeType
from typing import Any

from rnnlab.loop import training as loop
from rnnlab.loop.hidden import State
from rnnlab.microscope.phases import Line
from rnnlab.microscope.stepping import PhaseStepper

LOOP = "the loop"  # how the names of its source begin


def numbered(lines: Iterable[Line]) -> Iterator[tuple[int, Line, str]]:
    """Yield each row of the loop's text with its number, counted from 1, and its `Line`."""
    rows = ((line, row) for line in lines for row in line.text.split("\n"))
    for number, (line, row) in enumerate(rows, start=1):
        yield number, line, row


def whole_batches(stepper: PhaseStepper) -> Iterator[None]:
    """Run a stepper's loop from where its model stands, a batch at a time, epoch after epoch.

    It ends only by an exception. The stepper's model and optimizer are trained, its phase and
    history stay: give it a copy. The random numbers are those of the caller.

    Yields:
        None, after each batch.

    Raises:
        ValueError: if there is no batch.
        Exception: what a line of the loop raises.
    """
    code = _compile(stepper.lines)
    names = vars(loop).copy()
    for epoch in itertools.count(1):
        if hasattr(stepper.batches, "set_epoch"):
            stepper.batches.set_epoch(epoch)
        scope: dict[str, Any] = {}
        for batch in stepper.batches:
            state: State = scope.get("state")
            scope = {
                "model": stepper.model, "optimizer": stepper.optimizer,
                "loss_fn": stepper.loss_fn, "clip_norm": stepper.clip_norm,
                "hidden_state": stepper.hidden_state, "state": state,
                "batches": iter([loop.on_device(batch, stepper.device)]),
            }  # fmt: skip
            exec(code, names, scope)
            yield
        if not scope:
            raise ValueError(f"batches gave nothing at epoch {epoch}; expected at least one")


def _compile(lines: list[Line]) -> CodeType:
    """Return the code of all lines; what is left out is a comment, so that no number changes."""
    rows = [row if line.code is not None else f"# {row}" for _, line, row in numbered(lines)]
    source = "\n".join(rows)
    name = f"{LOOP} {zlib.crc32(source.encode()):08x}"  # of its own, for lines are remembered
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return compile(source, name, "exec")
