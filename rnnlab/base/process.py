"""A command as a process: how it ends, and what it prints where letters are missing.

`python -m rnnlab.doctor` shares this with the commands of `rnnlab`.
"""

import codecs
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from rnnlab.base.say import say

INTERRUPTED, CLOSED = 130, 141  # what a shell calls the exit status after Ctrl-C, and a closed pipe
WINDOWS = os.name == "nt"


def run_as_process(run: Callable[[], int], ends: bool = True) -> int:
    """Run a command of this process and return its exit status.

    Ctrl-C ends it in one line; when what reads its output is gone, as after `| head -1`, it ends
    without a word. What the output's encoding does not have is written as in Python's source.

    Args:
        run: the command; it returns its exit status.
        ends: whether the process then ends, and a second Ctrl-C has nothing left to end.

    Example:
        sys.exit(run_as_process(main))
    """
    _show_all_letters()
    try:
        try:
            return run()
        finally:
            _flush()
    except KeyboardInterrupt:
        if ends:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        with suppress(OSError):
            print(_interrupted(), end="", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return CLOSED
    except OSError as error:  # of the output: commands answer for their files themselves
        with suppress(OSError):
            print(say("the output cannot be written: {error}", error=error), file=sys.stderr)
        return 1
    finally:
        _leave_closed_pipes()


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """In the block, which has nothing to lose, have Ctrl-C end the process at once.

    For imports: libraries take a KeyboardInterrupt in theirs for something else.
    """
    before = signal.getsignal(signal.SIGINT)
    try:
        if before is signal.default_int_handler:  # not where a program has its own, or ignores it
            signal.signal(signal.SIGINT, _end)
    except ValueError:  # in another thread
        before = None
    try:
        yield
    finally:
        if before is signal.default_int_handler:
            signal.signal(signal.SIGINT, before)


def command_line(words: Iterable[str]) -> str:
    """Return words as a line for this system's command line, to be copied.

    Example:
        >>> command_line(["rnnlab", "lab", "my course"])  # on Windows with " "
        "rnnlab lab 'my course'"
    """
    if WINDOWS:
        from subprocess import list2cmdline  # here, as it loads more than a command needs

        return list2cmdline(words)
    return shlex.join(words)


def is_closed(stream: Any) -> bool:
    """Return whether what reads a stream is gone; if not, it gets an empty line."""
    try:
        print(file=stream, flush=True)
    except BrokenPipeError:
        return True
    return False


def _end(number: int, frame: FrameType | None) -> None:
    with suppress(OSError):
        os.write(2, _interrupted().encode())
    os._exit(INTERRUPTED)


def _interrupted() -> str:
    return "\n" + say("Interrupted.") + "\n"  # below the ^C that a terminal shows


def _show_all_letters() -> None:
    codecs.register_error("rnnlab", _in_other_letters)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not a notebook's, nor a test's
            stream.reconfigure(errors="rnnlab")


def _in_other_letters(error: UnicodeError) -> tuple[str | bytes, int]:
    """Return what stands for letters that an encoding has not, for `codecs.register_error`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    with suppress(UnicodeEncodeError):
        # a file's name that was not text here: the bytes that it has
        return letters.encode("ascii", "surrogateescape"), error.end
    return codecs.backslashreplace_errors(error)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()


def _leave_closed_pipes() -> None:
    """Give what is still to be written to closed pipes to nobody: Python would complain of it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except OSError:
            with suppress(OSError, ValueError):
                nowhere: Any = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)
