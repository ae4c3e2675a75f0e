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

from rnnlab.base.showable import showable, tell
from rnnlab.doctor.judge import RULES
from rnnlab.doctor.report import Report
from rnnlab.doctor.watch import watch

FORMATS = ("text", "json", "github")


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
        parser.error("which script? give a Python file, or --list for all that can be found")
    if not os.path.isfile(options.script):
        script = showable(options.script)
        parser.error(f"argument script: there is no file {script}; give a Python script")
    form = "json" if options.json else options.format
    aside = form != "text" and options.output is None
    with _kept_apart() if aside else contextlib.nullcontext():
        report, status = _watched(options.script, options.args)
    text = _text(report, form)
    if options.output is None:
        tell(text)
    else:
        Path(options.output).write_text(f"{text}\n", encoding="utf-8")
    return status or int(report.worst in ("error", "warning"))


def _parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=command, description="Run a script under watch and say what is wrong with its loop.",
        epilog="exit status: 0 nothing above a note, 1 wrong or failed, 2 wrong use, 130 ended by "
        "Ctrl-C. A line that ends in `# doctor: ignore[code]` gets no such finding.",
        allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("--list", action="store_true", help="list all that can be found, and end")
    parser.add_argument(
        "--format", choices=FORMATS, default="text",
        help="how the report is written; github: as annotations beside the lines",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    parser.add_argument(
        "--output", metavar="FILE",
        help="write the report there; without it, json and github stand alone on the output, and "
        "what the script prints goes to the error output",
    )  # fmt: skip
    parser.add_argument("script", nargs="?", help="the Python file to run")
    args = parser.add_argument("args", nargs=argparse.REMAINDER, help="what the script is given")
    args.required = False  # Python 3.11 would ask for them when there is no script either
    return parser


def catalogue() -> str:
    """Return a table of all that the doctor can find: code, severity, lesson, why it is wrong."""
    width = max(map(len, RULES))
    rows = [
        textwrap.fill(
            f"{code:{width}}  {rule.severity:7}  {rule.lesson.partition('_')[0]:3}  {rule.why}",
            100, subsequent_indent=" " * (width + 16),
        )
        for code, rule in sorted(RULES.items())
    ]  # fmt: skip
    return "\n".join([f"{'code':{width}}  {'is':7}  in   why", *rows])


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
        print("Interrupted.", file=sys.stderr)
        return report, 130
    except Exception:
        traceback.print_exc()
        return report, 1
    return report, 0


if __name__ == "__main__":
    sys.exit(main())
