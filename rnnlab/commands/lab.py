"""`rnnlab lab`: the course, copied to the learner's own folder and opened in JupyterLab."""

import argparse
import os
import shlex
from pathlib import Path

from rnnlab.base.say import say
from rnnlab.base.showable import tell
from rnnlab.commands.console import fail, make_parser, refusal
from rnnlab.commands.course import copy_course
from rnnlab.course.lessons import FIRST, course_folder

NAME, FOLDER = "rnnlab lab", "rnnlab-course"
ABOUT = """Copy the notebooks of the course to a folder of your own, with the scripts that they run,
and open them in JupyterLab.

A notebook that is in the folder already stays as it is, whether you have worked in it or not.
With --update, after an upgrade of rnnlab, new versions come too. A notebook that you have changed
(its saved results count) is then kept: `03_loss.ipynb` is renamed to `03_loss (yours).ipynb`, and
the new version takes the plain name. What you have not changed is replaced."""
AFTER = """What follows -- is passed to JupyterLab:

  rnnlab lab -- --port=9999

Ctrl-C twice ends JupyterLab."""
SENTENCES = {  # about the files, by what `copy_course` returns
    "copied": "Copied: {names}.",
    "replaced": "Replaced by a new version, because you had not changed them: {names}.",
    "moved": "Kept beside the new version, because you had changed it: {names}.",
    "kept": "Left as they were: {names}.",
    "older": "The course has another version of {names}: `{update}` brings it and keeps what you "
    "changed.",
}


def main(arguments: list[str], command: str = NAME) -> int:
    """Copy the course and start JupyterLab; return the exit status when it ends."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    own, passed = arguments[:split], arguments[split + 1 :]
    parser = _parser(command)
    options, left_over = parser.parse_known_args(own)
    folder = Path(options.folder).absolute()
    if left_over:
        parser.error(_left_over(left_over[0]))
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
        return fail(NAME, f"cannot copy the course to {folder}: {refusal(error, folder)}")
    tell("\n".join(_sentences(done, folder)))
    again = shlex.join(["rnnlab", "lab", options.folder])
    if options.copy_only:
        tell(f"To open them: {again}")
        return 0
    return _serve(folder, options.no_browser, passed, again)


def _parser(command: str) -> argparse.ArgumentParser:
    usage = "%(prog)s [-h] [--update] [--copy-only] [--no-browser] [FOLDER] [-- OPTIONS]"
    parser = make_parser(command, ABOUT, AFTER, usage=usage)
    add = parser.add_argument
    where = f"where to copy it; {FOLDER} in the present folder if you give none"
    add("folder", nargs="?", default=FOLDER, metavar="FOLDER", help=where)
    add("--update", action="store_true", help="bring new versions, keep your work")
    add("--copy-only", action="store_true", help="copy, and do not open anything")
    add("--no-browser", action="store_true", help="start JupyterLab, and open no browser")
    return parser


def _left_over(word: str) -> str:
    if word.startswith("-"):
        return (
            f"there is no option {word}; options of JupyterLab follow --, as in "
            "rnnlab lab -- --port=9999"
        )
    return f"one folder is expected, and {word!r} is left over; put a name with spaces in quotes"


def _sentences(done: dict[str, list[str]], folder: Path) -> list[str]:
    """Return what was done with the notebooks in a folder, in whole sentences."""
    update = shlex.join(["rnnlab", "lab", "--update", str(folder)])
    texts = [say("Your copy of the course is {folder}.", folder=folder)]
    for kind, sentence in SENTENCES.items():
        if names := done.get(kind):
            few = f"{len(names)} files" if len(names) > 4 else ", ".join(names)
            texts.append(say(sentence, names=few, update=update))
    return texts


def _serve(folder: Path, no_browser: bool, passed: list[str], again: str) -> int:
    """Run JupyterLab in this process until it ends."""
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as error:
        return fail(
            NAME,
            f'JupyterLab cannot be loaded ({error}): pip install "rnnlab[lab]". The notebooks are '
            "copied, and any Jupyter opens them",
        )
    options = [str(folder / FIRST), f"--ServerApp.root_dir={folder}"]
    if no_browser:
        options.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a container one is often root, and Jupyter asks first
    LabApp.launch_instance([*options, *passed])
    tell(f"Your notebooks are in {folder}. To open them again: {again}")
    return 0
