"""`examine`: the doctor looks at a loop that is pulled step by step, for a bounded while."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from rnnlab.doctor.events import SHOWN
from rnnlab.doctor.report import Report
from rnnlab.doctor.watch import watch


def examine(
    steps: Iterator[Any], most: int, seconds: float, files: Sequence[str] = ()
) -> tuple[Report, str]:
    """Pull steps under watch, so many at most, and none after so many seconds.

    Args:
        steps: what is watched.
        most: steps, at most.
        seconds: after which no step is pulled.
        files: of rnnlab whose lines are shown to the reader, and count as the reader's.

    Returns:
        the report, and what the steps raised, as text; "" if nothing.

    Raises:
        AlreadyWatched: inside another watch; no step is pulled then.
    """
    report, end = None, time.perf_counter() + seconds
    SHOWN.update(files)
    try:
        with watch() as report:
            for count, _ in enumerate(steps, start=1):
                if count >= most or time.perf_counter() >= end:
                    break
    except Exception as error:  # the report names its cause
        if report is None:
            raise
        return report, f"{type(error).__name__}: {error}"
    finally:
        SHOWN.clear()
    return report, ""
