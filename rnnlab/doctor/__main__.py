"""`python -m rnnlab.doctor script.py [args]`: run a script under watch and print the report."""

import argparse
import json
import os
import runpy
import sys
import traceback
from pathlib import Path

from rnnlab.doctor.report import Report
from rnnlab.doctor.watch import watch


def main(arguments: list[str] | None = None, command: str = "python -m rnnlab.doctor") -> int:
    """Run a script under watch; return 1 if there is an error in its loop, or it has failed.

    A script that ends itself by `sys.exit`, and one that is interrupted, gets its report too.

    Args:
        arguments: `--json` if wanted, the script, and what it is given; None: of this process.
        command: what this is called as, for its help.
    """
    parser = argparse.ArgumentParser(
        prog=command, description="Run a script under watch and say what is wrong with its loop.",
        epilog="exit status: 0 nothing wrong, 1 wrong or failed, 2 wrong use, 130 ended by Ctrl-C",
        allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument("script", help="the Python file to run")
    args = parser.add_argument("args", nargs=argparse.REMAINDER, help="what the script is given")
    args.required = False  # Python 3.11 would ask for them when there is no script either
    options = parser.parse_args(arguments)
    if not os.path.isfile(options.script):
        parser.error(f"argument script: there is no file {options.script}; give a Python script")
    report, status = _watched(options.script, options.args)
    if options.json:
        print(json.dumps({"findings": report.as_rows(), "watched": report.looked_at()}, indent=2))
    else:
        print(report)
    return status or int(report.worst == "error")


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
