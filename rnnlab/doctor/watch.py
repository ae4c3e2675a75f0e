"""`watch`: a block in which the doctor looks on; `examine`: a bounded look at a loop of steps."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rnnlab.base.showable import error_line
from rnnlab.doctor.events import SHOWN, place_of_error
from rnnlab.doctor.judge import judge
from rnnlab.doctor.recording.recorder import Recorder
from rnnlab.doctor.report import Report

_watching = threading.Lock()


class AlreadyWatched(RuntimeError):
    """A watch is on already; one is enough, and a second is refused."""


@contextmanager
def watch() -> Iterator[Report]:
    """Watch whatever trains in the block, and say afterwards what is wrong with it.

    No line of the loop changes, and nothing is left of the watch after the block. An exception
    passes through; the report then names its cause. What other threads than the block's do with
    torch's functions is not seen.

    Yields:
        a `Report`, empty until the block ends.

    Raises:
        AlreadyWatched: a RuntimeError, inside another watch.
    """
    if not _watching.acquire(blocking=False):
        raise AlreadyWatched("a watch is on already, and sees this block too: leave out the second")
    report = Report()
    recorder = Recorder(report.trace)
    try:
        recorder.begin()
        try:
            yield report
        except Exception as error:
            report.trace.error, report.trace.error_place = error, place_of_error(error)
            raise
        finally:
            try:
                recorder.end()
            except Exception as error:
                report.trace.stumbled = error_line(error)
    finally:
        _watching.release()
        try:
            report.findings = judge(report.trace)
        except Exception as error:  # a mistake of the doctor's own must not hide the loop's
            report.trace.stumbled = error_line(error)
            report.findings = judge(report.trace)
        report.trace.error = None  # its traceback would keep the loop's variables alive
        report.finished = True


def examine(
    steps: Iterator[Any], most: int, seconds: float, files: Sequence[str] = ()
) -> tuple[Report, str]:
    """Pull steps under watch, so many at most, and none after so many seconds of computing.

    Only this thread's own time counts, so that what is found does not depend on what else the
    machine does.

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
    report, raised, end = Report(), "", time.thread_time() + seconds
    SHOWN.update(files)
    try:
        with watch() as report:
            for count, _ in enumerate(steps, start=1):
                if count >= most or time.thread_time() >= end:
                    break
    except AlreadyWatched:
        raise
    except Exception as error:  # the report names its cause
        raised = error_line(error)
    finally:
        SHOWN.clear()
    return report, raised
