"""What all commands share: how they read their line, and what they say when something fails."""

import argparse
import errno
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from rnnlab.base.say import say
from rnnlab.base.showable import tell

INTERRUPTED = 130  # what a shell calls the exit status after Ctrl-C
REMEDIES = {
    **dict.fromkeys([errno.ENOSPC, errno.EDQUOT], "make room, or choose a place on another disk"),
    errno.EFBIG: "choose a place that takes files of this size",
    **dict.fromkeys([errno.EACCES, errno.EPERM, errno.EROFS], "choose a place where you may write"),
    errno.ENOTDIR: "choose a place that does not lie below a file",
    errno.ENAMETOOLONG: "choose a shorter name",
}


class Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong; what a command takes, --help says."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the line, and end with status 2."""
        tell(f"{self.prog}: error: {message}", sys.stderr)
        self.exit(2)


def make_parser(prog: str, about: str, after: str, **options: Any) -> Parser:
    """Return a parser that shows its texts as they are written, and takes no shortened options."""
    return Parser(
        prog=prog, description=about, epilog=after, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter, **options,
    )  # fmt: skip


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage a hundred times less often: torch makes many lasting objects as it starts.

    Measured: of the 1.2 s that its first optimizer takes to load, a quarter went there.
    """
    before = gc.get_threshold()
    gc.set_threshold(100 * before[0], *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def fail(command: str, what: str) -> int:
    """Say on the error stream what has failed, and return the exit status for it."""
    tell(f"{command}: error: {what}", sys.stderr)
    return 1


def refusal(error: OSError, place: Path | None = None) -> str:
    """Return what the system refused, where if that is not the place said before, and a remedy."""
    if error.strerror is None:  # not the system's words but ours, which say all
        return str(error)
    known = error.filename is None or str(error.filename) == str(place)
    where = "" if known else f"{error.filename}: "
    remedy = REMEDIES.get(error.errno or 0, "choose another place")
    return say("{where}{refused}; {remedy}", where=where, refused=error.strerror, remedy=remedy)
