"""`rnnlab lab`: the course, copied to the learner's own folder and opened in JupyterLab."""

import argparse
import os
from pathlib import Path

from rnnlab.base.catalogues import ENGLISH, languages
from rnnlab.base.parser import fail, make_parser
from rnnlab.base.process import command_line, ended_by_interrupt
from rnnlab.base.say import VARIABLE, check_language, say, say_count, set_language
from rnnlab.base.showable import tell
from rnnlab.commands.console import no_folder, refusal
from rnnlab.commands.course import copy_course, language_of
from rnnlab.course.lessons import FIRST, course_folder

NAME, FOLDER = "rnnlab lab", "rnnlab-course"  # not said
ABOUT = """Copy the notebooks of the course to a folder of your own, with the scripts that they run,
and open them in JupyterLab.

A notebook that is in the folder already stays as it is, whether you have worked in it or not.
With --update, after an upgrade of rnnlab, new versions come too. A notebook that you have changed
(its saved results count) is then kept: `03_loss.ipynb` is renamed to `03_loss (yours).ipynb`, and
the new version takes the plain name. What you have not changed is replaced.

With --lang the course is in another language, and rnnlab speaks it there; where a text is not yet
translated, English stands. A folder keeps its language. With --update one that is there gets it."""
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
    if refused := no_folder(folder, "FOLDER"):
        parser.error(refused)
    try:
        if folder.resolve() == course_folder():
            text = (
                "argument FOLDER: {folder} is where rnnlab itself has the course; give another "
                "folder, for your copy"
            )
            parser.error(say(text, folder=folder))
        spoken = options.lang or language_of(folder)
        set_language(spoken)
        done = copy_course(folder, options.update, spoken)
    except OSError as error:
        text = "cannot copy the course to {folder}: {why}"
        return fail(NAME, say(text, folder=folder, why=refusal(error, folder)))
    tell("\n".join(_sentences(done, folder)))
    again = command_line(["rnnlab", "lab", options.folder])
    if options.copy_only:
        tell(say("To open them: {again}", again=again))
        return 0
    if spoken != ENGLISH or VARIABLE in os.environ:
        os.environ[VARIABLE] = spoken  # for the kernels of the server
    return _serve(folder, options.no_browser, passed, again)


def _parser(command: str) -> argparse.ArgumentParser:
    options = "[-h] [--lang LANG] [--update] [--copy-only] [--no-browser]"  # not said
    usage = f"%(prog)s {options} [FOLDER] [-- OPTIONS]"
    parser = make_parser(command, say(ABOUT), say(AFTER), usage=usage)
    add = parser.add_argument
    where = say("where to copy it; {name} in the present folder if you give none", name=FOLDER)
    add("folder", nargs="?", default=FOLDER, metavar="FOLDER", help=where)
    known = say("one of {known}", known=", ".join(languages()))
    add("--lang", type=_language, metavar="LANG", help=known)
    add("--update", action="store_true", help=say("bring new versions, keep your work"))
    add("--copy-only", action="store_true", help=say("copy, and do not open anything"))
    add("--no-browser", action="store_true", help=say("start JupyterLab, and open no browser"))
    return parser


def _language(name: str) -> str:
    try:
        check_language(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return name


def _left_over(word: str) -> str:
    if word.startswith("-"):
        text = (
            "there is no option {word}; options of JupyterLab follow --, as in "
            "rnnlab lab -- --port=9999"
        )
    else:
        text = "one folder is expected, and {word!r} is left over; put a name with spaces in quotes"
    return say(text, word=word)


def _sentences(done: dict[str, list[str]], folder: Path) -> list[str]:
    """Return what was done with the notebooks in a folder, in whole sentences."""
    update = command_line(["rnnlab", "lab", "--update", str(folder)])
    texts = [say("Your copy of the course is {folder}.", folder=folder)]
    for kind, sentence in SENTENCES.items():
        if names := done.get(kind):
            number = say_count("{n} file", "{n} files", n=len(names))
            few = number if len(names) > 4 else ", ".join(names)
            texts.append(say(sentence, names=few, update=update))
    return texts


def _serve(folder: Path, no_browser: bool, passed: list[str], again: str) -> int:
    """Run JupyterLab in this process until it ends."""
    try:
        with ended_by_interrupt():
            from jupyterlab.labapp import LabApp
    except ImportError as error:
        text = (
            'JupyterLab cannot be loaded ({error}): pip install "rnnlab[lab]". The notebooks are '
            "copied, and any Jupyter opens them"
        )
        return fail(NAME, say(text, error=error))
    options = [str(folder / FIRST), f"--ServerApp.root_dir={folder}"]
    if no_browser:
        options.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a container one is often root, and Jupyter asks first
    LabApp.launch_instance([*options, *passed])
    text = "Your notebooks are in {folder}. To open them again: {again}"
    tell(say(text, folder=folder, again=again))
    return 0
