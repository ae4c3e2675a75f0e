"""How answers are judged: a right value, known wrong ones by name, and three hints for each name.

The hints stand in `rnnlab/course/words/`, in a file for each lesson. Fields in braces take the
learner's own numbers.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rnnlab.base.say import say, translated

STOP = re.compile("(?<=[?\uff1f])[.\u3002]")  # a full stop behind a question mark
Hints = tuple[str, str, str]  # each more concrete than the one before; none is the solution


class Wrong(NamedTuple):
    """A wrong answer: the name of the mistake in the exercise's hints, and their fields."""

    mistake: str
    values: Mapping[str, Any]

    def hints(self, known: Mapping[str, Hints]) -> Hints:
        """Return the hints with the fields filled in; those of "else" for an unknown mistake."""
        hints = known.get(self.mistake) or known["else"]
        first, second, third = (say(hint, **self.values) for hint in hints)  # found elsewhere
        return first, second, third


def three_hints(table: Mapping[str, str | list[str]]) -> dict[str, Hints]:
    """Return three hints for each name in a table of one or three, in the learner's language.

    A single hint comes again, or is followed by those named "then", where a tilde stands for it. No
    full stop is left behind a question mark.
    """
    hints: dict[str, Hints] = {}
    then = [translated(text) for text in table.get("then", ["~", "~"])]  # found elsewhere
    for name, texts in table.items():
        if isinstance(texts, str):
            texts = translated(texts)  # found elsewhere
            more = (hint.replace("~", texts) for hint in then)
            texts = [texts, *(STOP.sub("", hint) for hint in more)]
        if name != "then":
            hints[name] = (texts[0], texts[1], texts[2])
    return hints


def near(a: Any, b: Any, rtol: float = 1e-4, atol: float = 1e-8) -> bool:
    """Return whether two numbers or tensors of one shape differ by little beside b's norm."""
    a, b = (torch.as_tensor(value).detach().double() for value in (a, b))
    return a.shape == b.shape and bool((a - b).norm() <= rtol * b.norm() + atol)


def wrong(mistake: str, /, **values: Any) -> Wrong:
    """Return a wrong answer."""
    return Wrong(mistake, values)


def first_of(mistakes: Mapping[str, object], /, **values: Any) -> Wrong | None:
    """Return the first mistake that was made, with the fields of its hints; None if none was."""
    return next((Wrong(mistake, values) for mistake, made in mistakes.items() if made), None)


def compare(
    answer: Any, right: Any, known: Mapping[str, Any], rtol: float = 1e-4, /, **values: Any
) -> Wrong | None:
    """Compare an answer with the right value, then with known wrong ones.

    Args:
        answer: of the learner, a number or a tensor.
        right: what it should be.
        known: by the name of its hints, the value of a typical mistake, or whether it was made.
        rtol: how much the answer may differ.
        values: the fields of the hints.

    Returns:
        None for a right answer; else the first mistake that was made, or the one named "else".
    """
    if near(answer, right, rtol):
        return None
    for mistake, value in known.items():
        if value if isinstance(value, bool) else near(answer, value, rtol):
            return Wrong(mistake, values)
    return Wrong("else", values)


def averages(
    losses: Sequence[float], sizes: Sequence[int], *mistakes: str
) -> tuple[float, dict[str, float]]:
    """Return the average of batches' mean losses over all they hold, and what mistakes make it."""
    total = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
    known = {
        "mean of means": sum(losses) / len(losses),
        "sum": total,
        "by batches": total / len(losses),
        "no sizes": sum(losses) / sum(sizes),
        "sum of losses": sum(losses),
        "last": losses[-1],
    }
    return total / sum(sizes), {mistake: known[mistake] for mistake in mistakes}


def about_tensor(answer: Any, shape: Iterable[int], axes: str = "") -> Wrong | None:
    """Judge an answer that should be a tensor of this shape; `axes` like ", (B, H)"."""
    given, wanted = tuple(getattr(answer, "shape", ())), tuple(shape)
    mistakes = {"not a tensor": not isinstance(answer, Tensor), "shape": given != wanted}
    return first_of(mistakes, kind=type(answer).__name__, given=given, wanted=wanted, axes=axes)


def about_function(answer: Any, solution: str, returns: str) -> Wrong | None:
    """Judge an answer that should be a function, where the solution is one that returns a value."""
    head = re.match(r"def (\w+)\((.*)\):", solution)
    if callable(answer) or not head:
        return None
    fields = {"name": head[1], "arguments": head[2], "kind": type(answer).__name__}
    return wrong("not a function", returns=returns, **fields)
