"""`rnnlab lab`: the course, copied to a folder of the learner's and opened in JupyterLab."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from rnnlab.commands.course import FIRST, Done, copy_course, course_folder
from rnnlab.commands.failing import fail, refusal

FOLDER = "rnnlab-course"
ABOUT = """Copy the notebooks of the course to a folder of yours, and open them in JupyterLab.

A notebook that is in the folder already stays as it is, whether you have worked in it or not.
With --update, after an upgrade of rnnlab, new versions come too. A notebook that you have changed
(its saved results count) is then kept: `03_loss.ipynb` is renamed to `03_loss (yours).ipynb`, and
the new version takes the plain name. What you have not changed is replaced."""
AFTER = """What stands after -- is given to JupyterLab:

  rnnlab lab -- --port=9999

Ctrl-C twice ends JupyterLab."""


def main(arguments: list[str]) -> int:
    """Copy the course and start JupyterLab; return the exit status when it ends."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    own, passed = arguments[:split], arguments[split + 1 :]
    parser = _parser()
    options, left_over = parser.parse_known_args(own)
    folder = Path(options.folder).absolute()
    if left_over:
        parser.error(_what_is_left_over(left_over))
    if os.path.exists(folder) and not os.path.isdir(folder):
        parser.error(f"argument FOLDER: {folder} is a file; expected a folder: give another name")
    try:
        if folder.resolve() == course_folder():
            parser.error(
                f"argument FOLDER: {folder} is where rnnlab itself has the course; give another "
                "folder, for your copy"
            )
        done = copy_course(folder, options.update)
    except OSError as error:
        return fail("rnnlab lab", f"cannot copy the course to {folder}: {refusal(error, folder)}")
    print("\n".join(sentences(done, folder)), flush=True)
    again = shlex.join(["rnnlab", "lab", options.folder])
    if options.copy_only:
        print(f"To open them: {again}")
        return 0
    return _serve(folder, options.no_browser, passed, again)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rnnlab lab", usage="%(prog)s [-h] [--update] [--copy-only] [--no-browser] [FOLDER] "
        "[-- OPTIONS]", description=ABOUT, epilog=AFTER, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "folder", nargs="?", default=FOLDER, metavar="FOLDER",
        help=f"where to copy it; {FOLDER} in the present folder if you give none",
    )  # fmt: skip
    parser.add_argument("--update", action="store_true", help="bring new versions, keep your work")
    parser.add_argument("--copy-only", action="store_true", help="copy, and do not open anything")
    parser.add_argument(
        "--no-browser", action="store_true", help="start JupyterLab, and open no browser"
    )
    return parser


def _what_is_left_over(words: list[str]) -> str:
    if words[0].startswith("-"):
        return (
            f"there is no option {words[0]}; options of JupyterLab stand after --, as in "
            "rnnlab lab -- --port=9999"
        )
    return (
        f"one folder is expected, and {words[0]!r} is left over; put a name with spaces in quotes"
    )


def sentences(done: Done, folder: Path) -> list[str]:
    """Return what was done with the notebooks in a folder, in whole sentences."""
    lines = [f"Your copy of the course is {folder}."]
    if done.copied:
        lines.append(f"Copied: {_names(done.copied)}.")
    if done.replaced:
        lines.append(f"Replaced by a new version, for you had not changed them: "
                     f"{_names(done.replaced)}.")  # fmt: skip
    if done.moved:
        lines.append(f"Kept, what you had changed, beside the new version: {_names(done.moved)}.")
    if done.kept:
        lines.append(f"Left as they were: {_names(done.kept)}.")
    if done.older:
        lines.append(
            f"The course has another version of {_names(done.older)}: "
            f"`{shlex.join(['rnnlab', 'lab', '--update', str(folder)])}` brings it and keeps what "
            "you changed."
        )
    return lines


def _names(names: list[str]) -> str:
    return f"{len(names)} notebooks" if len(names) > 4 else ", ".join(names)


def _serve(folder: Path, no_browser: bool, passed: list[str], again: str) -> int:
    """Be JupyterLab until it is ended."""
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as error:
        return fail(
            "rnnlab lab",
            f"JupyterLab cannot be loaded ({error}): pip install jupyterlab. The notebooks are "
            "copied, and any Jupyter opens them",
        )
    options = [str(folder / FIRST), f"--ServerApp.root_dir={folder}"]
    if no_browser:
        options.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a container one is often root, and Jupyter asks first
    LabApp.launch_instance([*options, *passed])
    print(f"Your notebooks are in {folder}. To open them again: {again}")
    return 0
