"""What all commands share: how they read their line, and what they say when something fails."""

import argparse
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from rnnlab.base.files import remedy_of
from rnnlab.base.say import say
from rnnlab.base.showable import tell


class Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong; what a command takes, --help says."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the line, and end with status 2."""
        fail(self.prog, message)
        self.exit(2)


_SECTIONS = ("positional arguments", "options")  # argparse's own headings


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Shows texts as they are written, and argparse's own words in the language that is spoken."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Begin with how the command is used."""
        super().add_usage(usage, actions, groups, say("usage: ") if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        """Begin the list of what a command takes."""
        if heading in _SECTIONS:
            heading = say(_SECTIONS[_SECTIONS.index(heading)])
        super().start_section(heading)


def make_parser(prog: str, about: str, after: str, **options: Any) -> Parser:
    """Return a parser that shows its texts as they are written, and takes no shortened options."""
    parser = Parser(
        prog=prog, description=about, epilog=after, allow_abbrev=False, add_help=False,
        formatter_class=Formatter, **options,
    )  # fmt: skip
    what = say("show this help message and exit")
    parser.add_argument("-h", "--help", action="help", help=what)
    return parser


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
    tell(say("{command}: error: {what}", command=command, what=what), sys.stderr)
    return 1


def no_folder(path: Path, option: str) -> str:
    """Return that what an option names is no folder, or "" for a folder and for nothing."""
    if os.path.isdir(path) or not os.path.lexists(path):
        return ""
    text = (
        "argument {option}: {path} is a link that leads nowhere; expected a folder: give another "
        "name"
    )
    if os.path.exists(path):
        text = "argument {option}: {path} is a file; expected a folder: give another name"
    return say(text, option=option, path=path)


def refusal(error: OSError, place: Path | None = None) -> str:
    """Return what the system refused, where if that is not the place said before, and a remedy."""
    if error.strerror is None:  # not the system's words but ours, which say all
        return str(error)
    known = error.filename is None or str(error.filename) == str(place)
    where = "" if known else f"{error.filename}: "
    return f"{where}{error.strerror}; {remedy_of(error) or say('choose another place')}"
