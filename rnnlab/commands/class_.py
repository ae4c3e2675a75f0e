"""`rnnlab class`: the learners' files of progress as a page and a CSV file for the teacher."""

import os
import sys
from argparse import Namespace
from datetime import datetime
from pathlib import Path

from rnnlab.base.files import written_whole
from rnnlab.base.parser import Parser, fail, make_parser
from rnnlab.base.say import say
from rnnlab.base.showable import tell
from rnnlab.commands.console import refusal
from rnnlab.course.classroom.learners import SchoolClass, read_class
from rnnlab.course.classroom.page import MARK, head_line, page
from rnnlab.course.classroom.sheet import START, sheet

NAME, PAGE = "rnnlab class", "rnnlab-class.html"  # not said
ABOUT = """Read the files of progress that learners handed in, and write for the teacher:

  {page}   who is where, and which questions went wrong for many, and how
  rnnlab-class.csv    the same by learner, for a spreadsheet

FOLDER holds the learners' copies of ~/.rnnlab/progress.json, in any folders, as a learning platform
exports them, or in zip files; FOLDER may be such a zip file. A file's name ends in .json and names
the learner; where it is only "progress", the folder around it does. Several files of one learner
are put together. Nothing is sent anywhere."""
AFTER = "exit status: 0 done, 1 no file could be read or none written, 2 wrong usage"
LISTED = 20  # files that could not be read, on the command line; the page has all


def main(arguments: list[str], command: str = NAME) -> int:
    """Read what was handed in, write the page and the CSV file, and return the exit status."""
    parser = _parser(command)
    options, left_over = parser.parse_known_args(arguments)
    if left_over:
        text = "{word!r} is not known here; rnnlab class --help lists the options"
        parser.error(say(text, word=left_over[0]))
    place = Path(options.folder)
    if not place.exists():
        text = (
            "argument FOLDER: there is no folder {place}; give the one that holds what the "
            "learners handed in"
        )
        parser.error(say(text, place=place))
    output, table = _places(parser, options)
    school_class = read_class(place)
    told = "".join(f"  {path}: {reason}\n" for path, reason in school_class.unread[:LISTED])
    if not school_class.learners:
        text = (
            "no file of progress could be read in {place}; expected files .json, copies of the "
            "learners' ~/.rnnlab/progress.json"
        )
        if told:
            tell(told.rstrip("\n"), sys.stderr)
        return fail(NAME, say(text, place=place))
    try:
        _write(school_class, output, table)
    except OSError as error:
        return fail(NAME, refusal(error))
    tell(_summary(school_class, told, output, table))
    return 0


def _parser(command: str) -> Parser:
    parser = make_parser(command, say(ABOUT, page=PAGE), say(AFTER))
    add = parser.add_argument
    what = say("what the learners handed in: a folder, or a zip file")
    add("folder", metavar="FOLDER", help=what)
    where = say("the page ({page} in the present folder)", page=PAGE)
    add("--output", metavar="FILE.html", help=where)
    add("--csv", metavar="FILE.csv", help=say("the table (beside the page, with its name)"))
    what = say("replace files that this command has not written")
    add("--force", action="store_true", help=what)
    return parser


def _places(parser: Parser, options: Namespace) -> tuple[Path, Path]:
    """Return where the page and the table go; refuse to overwrite what is not of this command."""
    output = Path(options.output or PAGE)
    table = Path(options.csv or f"{os.path.splitext(output)[0]}.csv")
    if os.path.abspath(output) == os.path.abspath(table):
        text = "argument --csv: {table} is the page's name, too; give another name"
        parser.error(say(text, table=table))
    begins = {"--output": (output, MARK.encode()), "--csv": (table, START.encode())}
    for option, (path, mark) in begins.items():
        if path.is_dir():
            text = "argument {option}: {path} is a folder; expected a file: give another name"
            parser.error(say(text, option=option, path=path))
        if path.exists() and not options.force and not _is_own(path, mark):
            text = (
                "argument {option}: {path} is there already, and not of rnnlab class: give "
                "--force to replace it, or another name"
            )
            parser.error(say(text, option=option, path=path))
    return output, table


def _write(school_class: SchoolClass, output: Path, table: Path) -> None:
    """Write both files, each whole or not at all."""
    html, rows = page(school_class, datetime.now()), sheet(school_class.learners)
    with written_whole(output, "page", "w", encoding="utf-8") as file:
        file.write(html)
    # with the mark in front by which a spreadsheet knows UTF-8
    with written_whole(table, "table", "w", encoding="utf-8-sig", newline="") as file:
        file.write(rows)


def _is_own(path: Path, mark: bytes) -> bool:
    """Return whether a file begins as the ones do that this command has written."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return mark in file.read(200)
    except OSError:
        return False


def _summary(school_class: SchoolClass, told: str, output: Path, table: Path) -> str:
    more = len(school_class.unread) - LISTED
    told += say("  and {more} more, which the page names\n", more=more) if more > 0 else ""
    head = head_line(school_class) + (":\n" if told else ".\n")
    text = "{head}{told}Written to {output} and {table}. Nothing was sent anywhere."
    return say(text, head=head, told=told, output=output.absolute(), table=table.absolute())
