"""How a command reads its line, and how it says that something has failed."""

import argparse
import sys
from typing import Any, NoReturn

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


def fail(command: str, what: str) -> int:
    """Say on the error stream what has failed, and return the exit status for it."""
    tell(say("{command}: error: {what}", command=command, what=what), sys.stderr)
    return 1
