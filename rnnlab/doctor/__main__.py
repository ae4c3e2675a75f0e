"""`python -m rnnlab.doctor script.py [args]`: run a script under watch and print the report."""

from __future__ import annotations

import argparse
import json
import runpy
import sys
import traceback

from rnnlab.doctor.report import Report
from rnnlab.doctor.watch import watch


def main(arguments: list[str] | None = None) -> int:
    """Run a script under watch; return 1 if there is an error in its loop, or it raised one."""
    parser = argparse.ArgumentParser(prog="python -m rnnlab.doctor", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument("script", help="the Python file to run")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="what the script is given")
    options = parser.parse_args(arguments)
    sys.argv = [options.script, *options.args]
    report, failed = Report(), False
    try:
        with watch() as report:
            runpy.run_path(options.script, run_name="__main__")
    except Exception:
        failed = True
        traceback.print_exc()
    if options.json:
        print(json.dumps({"findings": report.as_rows(), "watched": report.looked_at()}, indent=2))
    else:
        print(report)
    return int(failed or report.worst == "error")


if __name__ == "__main__":
    sys.exit(main())
