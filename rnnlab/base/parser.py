"""How a command reads its line, and how it says that something has failed."""

import argparse
import re
import sys
from typing import Any, NoReturn

from rnnlab.base.say import say
from rnnlab.base.showable import tell

_SECTIONS = ("positional arguments", "options")  # argparse's own headings
_REFUSALS = (  # argparse's own words for a line that cannot work; the last fits all of an argument
    "the following arguments are required: {names}",
    "unrecognized arguments: {names}",
    "argument {option}: expected one argument",
    "argument {option}: expected at least one argument",
    "argument {option}: invalid choice: {value} (choose from {known})",
    "argument {option}: invalid {kind} value: {value}",
    "argument {option}: ignored explicit argument {value}",
    "argument {option}: not allowed with argument {other}",
    "argument {option}: {why}",
)


class Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong; what a command takes, --help says."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the line, and end with status 2."""
        fail(self.prog, in_our_language(message))
        self.exit(2)


def in_our_language(message: str) -> str:
    """Return what argparse refuses in the language that is spoken; what it does not know as it is.

    argparse has no place for a translation but one for all programs of this process.
    """
    for text in _REFUSALS:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(text))
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return say(text, **found.groupdict())
    return message


class Formatter(argparse.HelpFormatter):
    """Shows argparse's own words in the language that is spoken."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Begin with how the command is used."""
        super().add_usage(usage, actions, groups, say("usage: ") if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        """Begin the list of what a command takes."""
        if heading in _SECTIONS:
            heading = say(_SECTIONS[_SECTIONS.index(heading)])
        super().start_section(heading)


class AsWritten(Formatter, argparse.RawDescriptionHelpFormatter):
    """Shows the lines of a description as they are written, too."""


def make_parser(
    prog: str, about: str, after: str, *, look: type[Formatter] = AsWritten, **options: Any
) -> Parser:
    """Return a parser that takes no shortened options; `look` is how it shows its texts."""
    parser = Parser(
        prog=prog, description=about, epilog=after, allow_abbrev=False, add_help=False,
        formatter_class=look, **options,
    )  # fmt: skip
    what = say("show this help message and exit")
    parser.add_argument("-h", "--help", action="help", help=what)
    return parser


def fail(command: str, what: str) -> int:
    """Say on the error stream what has failed, and return the exit status for it."""
    tell(say("{command}: error: {what}", command=command, what=what), sys.stderr)
    return 1
