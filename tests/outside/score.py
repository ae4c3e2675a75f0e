"""Runs the doctor on the scripts of folders, each in a process of its own, and prints a table.

    python tests/outside/score.py                  # mistakes, mended and correct
    python tests/outside/score.py FOLDER ...       # headers `# expect:` and `# line:`

A mistake is named where the doctor says the code of its header. A finding above a note in a
script whose header says `nothing` is a false alarm. All other findings are printed in full.
"""

import argparse
import contextlib
import io
import json
import multiprocessing
import re
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
FOLDERS = [HERE / name for name in ("mistakes", "mended", "correct")]
RUNNER = "rnnlab.doctor.__main__"
SECONDS = 300  # of one script, at most


def header(path):
    """Return what is expected of a script: the code or "nothing", and the lines that will do."""
    text = path.read_text()
    code = re.search(r"^# expect: (.+)$", text, re.M).group(1)
    lines = re.search(r"^# line: (.+)$", text, re.M)
    return code, [int(n) for n in re.findall(r"\d+", lines.group(1))] if lines else []


def diagnose(path):
    """Return what `rnnlab doctor --json` prints of a script, and its exit status."""
    from rnnlab.doctor.__main__ import main

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        status = main(["--json", str(path)])
    text = printed.getvalue()
    return {**json.loads(text[text.rindex('{\n  "findings"') :]), "status": status}


def verdict(path, findings):
    """Return in a few words how the findings fit the header, and those that do not belong."""
    expected, lines = header(path)
    loud = [f for f in findings if f["severity"] != "note"]
    if expected == "nothing":
        return ("FALSE ALARM" if loud else "note" if findings else "silent"), findings
    right = [f for f in findings if f["code"] == expected.removeprefix("new:")]
    others = [f for f in loud if f not in right]
    if right:
        on_line = any(f["where"]["line"] in lines for f in right)
        return ("named" if on_line else "named, other line"), others
    if any(f["where"]["line"] in lines for f in others):
        return "other name, its line", others
    return ("other name" if others else "missed"), others


def score(folder, pool):
    """Print the table of a folder, its totals, and the findings that its headers do not expect."""
    totals, unexpected = Counter(), []
    print(f"\n## {folder.name}\n\n| script | expected | line | found | verdict |")
    print("| --- | --- | --- | --- | --- |")
    for path in sorted(folder.glob("*.py")):
        report = pool.apply_async(diagnose, [path.resolve()]).get(SECONDS)
        expected, lines = header(path)
        word, others = verdict(path, report["findings"])
        found = ", ".join(f"{f['code']} {f['where']['line']}" for f in report["findings"])
        where = ", ".join(map(str, lines)) or "-"
        print(f"| {path.stem} | {expected} | {where} | {found or '-'} | {word} |", flush=True)
        totals[word, expected.startswith("new:")] += 1
        unexpected += [(path.stem, finding) for finding in others]
        if "stumbled" in report["watched"]:
            print(f"| {path.stem} | | | {report['watched']} | STUMBLED |")
        if expected == "nothing" and report["status"] and word != "FALSE ALARM":
            print(f"| {path.stem} | | | it has raised an error | FAILED |")
    print(f"\n{folder.name}: {sum(totals.values())} scripts")
    for (word, is_new), count in sorted(totals.items()):
        print(f"- {word}{' (a new kind)' if is_new else ''}: {count}")
    for name, f in unexpected:
        print(f"\n{name}, line {f['where']['line']}: {f['severity']}: {f['code']}: {f['what']}")


def main():
    """Score the folders that are given, or all three."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, default=FOLDERS)
    folders = parser.parse_args().folders
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([RUNNER])  # torch is imported once, and nothing else kept
    with context.Pool(1, maxtasksperchild=1) as pool:
        for folder in folders:
            score(folder, pool)


if __name__ == "__main__":
    main()
