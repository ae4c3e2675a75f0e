"""`watch`: a block in which the doctor looks on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rnnlab.doctor.events import place_of_error
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
        except BaseException as error:
            report.trace.error, report.trace.error_place = error, place_of_error(error)
            raise
        finally:
            recorder.end()
    finally:
        _watching.release()
        report.findings = judge(report.trace)
        report.trace.error = None  # its traceback would keep the loop's variables alive
        report.finished = True
