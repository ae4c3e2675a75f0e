"""What a rule is: a function of the trace that judges one mistake.

It returns (severity, place, what was seen), or None, and is added by `@rule(code)`; why it is wrong
and what to write stands in `advice`. What a rule cannot judge it leaves alone: a false alarm costs
more trust than a miss.
"""

from __future__ import annotations

from collections.abc import Callable

from rnnlab.doctor.events import Place
from rnnlab.doctor.trace import Trace

Verdict = tuple[str, Place, str] | None
RULES: dict[str, Callable[[Trace], Verdict]] = {}


def rule(code: str) -> Callable[[Callable[[Trace], Verdict]], Callable[[Trace], Verdict]]:
    """Add a function to the rules under the code of its mistake."""

    def add(function: Callable[[Trace], Verdict]) -> Callable[[Trace], Verdict]:
        RULES[code] = function
        return function

    return add
