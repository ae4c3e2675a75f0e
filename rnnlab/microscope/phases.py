"""The lines of one batch, to run one by one: those of `rnnlab.train_batch`, cut at its yields.

A fault is a mistake that learners make, made here on purpose: a line left out or out of place.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from textwrap import dedent
from types import CodeType
from typing import Any, NamedTuple

from torch import Tensor

from rnnlab.base.checks import check_known
from rnnlab.loop import hidden
from rnnlab.loop import training as loop
from rnnlab.loop.hidden import State
from rnnlab.loop.training import Batch

CARRY = "state = hidden.fit(hidden.detach(state), inputs.shape[0])"


class Line(NamedTuple):
    """A statement of the loop.

    Attributes:
        phase: the phase it belongs to, "batch" or one of `rnnlab.loop.training.PHASES`.
        text: its source, of one or more lines.
        code: what runs; None for a line that a fault leaves out.
        moved: whether a fault has put it here or changed it.
    """

    phase: str
    text: str
    code: CodeType | None
    moved: bool = False


def take_batch(
    batches: Iterator[Batch], state: State, hidden_state: str
) -> Iterator[tuple[str, Tensor, Tensor, State]]:
    """Take a batch and the state that it starts from: what `rnnlab.train` does between batches."""
    inputs, targets = next(batches)
    if hidden_state == "reset":
        state = None
    state = hidden.fit(hidden.detach(state), inputs.shape[0])
    yield "batch", inputs, targets, state


def _without_zero_grad(lines: list[Line]) -> list[Line]:
    return [_left_out(line) if line.phase == "zero_grad" else line for line in lines]


def _zero_grad_after_backward(lines: list[Line]) -> list[Line]:
    return _moved(lines, "zero_grad", after="backward")


def _without_detach(lines: list[Line]) -> list[Line]:
    text = CARRY.replace("hidden.detach(state)", "state")
    changed = Line("batch", text, compile(text, "<no detach>", "exec"), moved=True)
    return [changed if line.text == CARRY else line for line in lines]


def _clip_before_backward(lines: list[Line]) -> list[Line]:
    # the norm is measured with the clipping, so it comes along
    lines = [
        line._replace(phase="clip") if line.text.startswith("grad_norm =") else line
        for line in lines
    ]
    return _moved(lines, "clip", after="loss")


def _without_step(lines: list[Line]) -> list[Line]:
    return [_left_out(line) if line.phase == "step" else line for line in lines]


FAULTS: dict[str, Callable[[list[Line]], list[Line]]] = {
    "missing-zero-grad": _without_zero_grad,
    "zero-grad-after-backward": _zero_grad_after_backward,
    "state-not-detached": _without_detach,
    "clip-before-backward": _clip_before_backward,
    "missing-step": _without_step,
}


def lines_of_a_batch(clip: bool = True, fault: str | None = None) -> list[Line]:
    """Return the lines of one batch in the order in which they run.

    Args:
        clip: with the lines that clip the gradient.
        fault: one of `FAULTS`, or None for the loop as it should be.

    Raises:
        ValueError: for an unknown fault, or for a fault in the clipping without clipping.
    """
    lines = [*_lines(take_batch), *_lines(loop.train_batch)]
    if not clip:
        lines = [line for line in lines if line.phase != "clip"]
    if fault is None:
        return lines
    check_known("fault", fault, FAULTS, "faults")
    if fault == "clip-before-backward" and not clip:
        raise ValueError('fault is "clip-before-backward", and nothing is clipped: set clip_norm')
    return FAULTS[fault](lines)


def _lines(function: Callable[..., Any]) -> list[Line]:
    """Return the statements of a generator function, each under the phase that its yield names."""
    source = dedent(inspect.getsource(function))
    tree = ast.parse(source)
    ast.increment_lineno(tree, function.__code__.co_firstlineno - 1)  # so that errors tell where
    definition = tree.body[0]
    lines: list[Line] = []
    waiting: list[ast.stmt] = []
    for statement in definition.body[1:]:  # type: ignore[attr-defined]  # the docstring is first
        names = [
            constant.value
            for node in ast.walk(statement)
            if isinstance(node, ast.Yield)
            for constant in ast.walk(node)
            if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
        ]
        if not isinstance(statement, ast.Expr) or not names:
            waiting.append(statement)
        if names:
            lines += [_line(str(names[0]), each, source, function) for each in waiting]
            waiting = []
    return [line for line in lines if not line.text.startswith("loss_fn =")]  # a name's function


def _line(phase: str, statement: ast.stmt, source: str, function: Callable[..., Any]) -> Line:
    """Return a statement without its yields, as text and as code."""
    first = function.__code__.co_firstlineno
    if isinstance(statement, ast.If):
        statement.body = [each for each in statement.body if not _yields(each)]
    last = max(getattr(node, "end_lineno", 0) for node in ast.walk(statement))
    text = [
        row
        for row in source.splitlines()[statement.lineno - first : last - first + 1]
        if not row.lstrip().startswith("yield")
    ]
    module = ast.Module([statement], type_ignores=[])
    code = compile(module, function.__code__.co_filename, "exec")
    return Line(phase, dedent("\n".join(text)), code)


def _yields(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield)


def _left_out(line: Line) -> Line:
    return line._replace(code=None, moved=True)


def _moved(lines: list[Line], phase: str, after: str) -> list[Line]:
    moving = [line._replace(moved=True) for line in lines if line.phase == phase]
    rest = [line for line in lines if line.phase != phase]
    place = 1 + max(k for k, line in enumerate(rest) if line.phase == after)
    return rest[:place] + moving + rest[place:]
