"""`python -m rnnlab.doctor script.py [args]`: run a script under watch and print the report."""

import argparse
import contextlib
import io
import json
import os
import runpy
import sys
import textwrap
import traceback
from collections.abc import Iterator
from pathlib import Path

from rnnlab.base.files import check_writable, written_whole
from rnnlab.base.parser import Formatter, Parser, fail, make_parser
from rnnlab.base.process import CLOSED, INTERRUPTED, is_closed, run_as_process
from rnnlab.base.say import say, translated
from rnnlab.base.showable import showable, tell
from rnnlab.doctor.judge import RULES
from rnnlab.doctor.report import Report, shown_severity
from rnnlab.doctor.watch import watch

FORMATS = ("text", "json", "github")
ABOUT = "Run a script under watch and say what is wrong with its loop."
AFTER = (
    "exit status: 0 nothing above a note, 1 wrong or failed, 2 wrong use, 130 ended by Ctrl-C. A "
    "line that ends in `# doctor: ignore[code]` gets no such finding."
)
HEAD = "code / is / in / why"


def main(arguments: list[str] | None = None, command: str = "python -m rnnlab.doctor") -> int:
    """Run a script under watch; return 1 if something is wrong with its loop, or it has failed.

    A script that ends itself by `sys.exit`, and one that is interrupted, gets its report too.

    Args:
        arguments: the options, the script, and what it is given; None: of this process.
        command: what this is called as, for its help.
    """
    parser = _parser(command)
    options = parser.parse_args(arguments)
    if options.list:
        print(catalogue())
        return 0
    if options.script is None:
        text = "which script? give a Python file, or --list for all that can be found"
        parser.error(say(text))
    if not os.path.isfile(options.script):
        text = "argument script: there is no file {script}; give a Python script"
        parser.error(say(text, script=showable(options.script)))
    output = options.output and os.path.abspath(options.output)  # whatever the script changes
    if output is not None:
        try:
            check_writable(output, "report")  # better known before the script runs than after
        except OSError as error:
            parser.error(say("argument --output: {error}", error=error))
    form = "json" if options.json else options.format
    aside = form != "text" and output is None
    with _kept_apart() if aside else contextlib.nullcontext():
        report, status = _watched(options.script, options.args)
    if not _write(_text(report, form), output, command):
        return 1
    return status or int(report.worst in ("error", "warning"))


def _write(text: str, output: str | None, command: str) -> bool:
    """Write the report into a file, or print it; return whether the file could be written."""
    if output is not None:
        try:
            with written_whole(output, "report", "w", encoding="utf-8") as file:
                file.write(f"{text}\n")
            return True
        except OSError as error:
            fail(command, str(error))
    tell(text)  # also where it would be lost
    return output is None


def _parser(command: str) -> Parser:
    parser = make_parser(command, say(ABOUT), say(AFTER), look=Formatter)
    add = parser.add_argument
    add("--list", action="store_true", help=say("list all that can be found, and end"))
    text = "how the report is written; github: as annotations beside the lines"
    add("--format", choices=FORMATS, default="text", help=say(text))
    add("--json", action="store_true", help=say("the same as --format json"))
    text = (
        "write the report there; without it, json and github stand alone on the output, and what "
        "the script prints goes to the error output"
    )
    add("--output", metavar="FILE", help=say(text))
    add("script", nargs="?", help=say("the Python file to run"))
    args = add("args", nargs=argparse.REMAINDER, help=say("what the script is given"))
    args.required = False  # Python 3.11 would ask for them when there is no script either
    return parser


def catalogue() -> str:
    """Return a table of all that the doctor can find: code, severity, lesson, why it is wrong."""
    width = max(map(len, RULES))
    rows = [
        textwrap.fill(
            f"{code:{width}}  {shown_severity(rule.severity):7}  "
            f"{rule.lesson.partition('_')[0]:3}  {translated(rule.why)}",
            100, subsequent_indent=" " * (width + 16),
        )
        for code, rule in sorted(RULES.items())
    ]  # fmt: skip
    code, grade, lesson, why = translated(HEAD).split(" / ")
    return "\n".join([f"{code:{width}}  {grade:7}  {lesson:3}  {why}", *rows])


def _text(report: Report, form: str) -> str:
    if form == "json":
        return json.dumps({"findings": report.as_rows(), "watched": report.looked_at()}, indent=2)
    return report.for_github() if form == "github" else str(report)


@contextlib.contextmanager
def _kept_apart() -> Iterator[None]:
    """In the block send what the script and its processes print to the error output."""
    sys.stdout.flush()
    try:
        kept = os.dup(sys.stdout.fileno()) if sys.stdout.fileno() == 1 else None
    except (OSError, io.UnsupportedOperation):  # a notebook's, or a test's
        kept = None
    if kept is not None:
        os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        sys.stderr.flush()
        if kept is not None:
            os.dup2(kept, 1)
            os.close(kept)


def _watched(script: str, args: list[str]) -> tuple[Report, int]:
    """Run a script as `python script.py` does; return the report and the exit status."""
    sys.argv = [script, *args]
    sys.path.insert(0, str(Path(script).resolve().parent))  # for the modules beside it
    report = Report()
    try:
        with watch() as report:
            runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return report, int(end.code not in (None, 0))
    except KeyboardInterrupt:
        print(say("Interrupted."), file=sys.stderr)
        return report, INTERRUPTED
    except Exception as error:
        if isinstance(error, BrokenPipeError) and is_closed(sys.stdout):
            return report, CLOSED
        traceback.print_exc()
        return report, 1
    return report, 0


if __name__ == "__main__":
    sys.exit(run_as_process(main))
