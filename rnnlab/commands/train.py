"""`rnnlab train`: its options, what it refuses, and the run that it asks for."""

import argparse
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from rnnlab.base.checks import check_known
from rnnlab.base.extras import MissingExtra
from rnnlab.base.parser import Parser, fail, make_parser
from rnnlab.base.say import say
from rnnlab.commands.console import no_folder, rare_collections
from rnnlab.commands.running import FILES, FOLDER, HISTORY, NAME, PICTURE, WEIGHTS, CommandRun
from rnnlab.commands.words import in_options, option
from rnnlab.data.parsing import MARKS
from rnnlab.data.reading import read_series
from rnnlab.model.cells import CELLS
from rnnlab.runs.checkpoints import CheckpointError
from rnnlab.runs.optimizers import OPTIMIZERS
from rnnlab.tasks.catalogue import TASKS, Task, load_task
from rnnlab.tasks.forecast import SeriesTask
from rnnlab.tasks.recipe import DEFAULTS, check_setting, prepare

_ARGUMENT = "argument {option}: {why}"
SETTINGS = {**DEFAULTS, "optimizer": "adam"}
OWN = ("value", "time", "inputs", "decimal", "missing", "encoding", "fill_gaps")  # read_series
OF_TASK = ("held_out", "window")  # what `SeriesTask` is told of a learner's series
NAMES: dict[str, dict[str, Any]] = {"task": TASKS, "optimizer": OPTIMIZERS}
ABOUT = """Train a network on a task, as the lab does with the same settings, and write:

  {history}   a row for each step: its loss, gradient norm, and the averages of each epoch
  {picture}   loss, gradient norm and the task's picture, as the lab draws them
  {weights}      the weights, for model.load_state_dict(torch.load("{weights}"))

Ctrl-C ends the run between two steps and writes what was reached."""
AFTER = "exit status: 0 done, 1 diverged or failed, 2 wrong usage, 130 ended by Ctrl-C"


def main(arguments: list[str], command: str = NAME) -> int:
    """Train as the arguments say and return the exit status."""
    parser = _parser(command)
    options, left_over = parser.parse_known_args(arguments)
    if left_over:
        text = "{word!r} is not known here; rnnlab train --help lists the options"
        parser.error(say(text, word=left_over[0]))
    _check_settings(parser, options)
    task = _task(parser, options)
    _check_paths(parser, options)
    going_on = options.resume and os.path.exists(options.checkpoint)
    if options.learning_rate is None and not going_on:
        options.learning_rate = DEFAULTS["learning_rate"]
    try:
        pair = prepare(
            task, cell=options.cell, hidden_size=options.hidden_size,
            hidden_state=options.hidden_state, seed=options.seed,
        )  # fmt: skip
    except ValueError as error:  # of settings that do not go together
        parser.error(in_options(error, SETTINGS))
    except RuntimeError as error:  # torch's, for want of memory
        text = "the network cannot be made: {error}; give a smaller --hidden-size"
        return fail(NAME, say(text, error=error))
    try:
        with rare_collections():
            return CommandRun(options, task, *pair).run_and_write(arguments)
    except CheckpointError as error:
        parser.error(say(_ARGUMENT, option="--checkpoint", why=error))


def _task(parser: Parser, options: argparse.Namespace) -> Task:
    """Return the task of the name, or that of the learner's own series."""
    own, of_task = ({name: getattr(options, name) for name in names} for names in (OWN, OF_TASK))
    if options.csv is None:
        own |= of_task
        if given := [name for name, value in own.items() if value not in (None, (), False)]:
            text = "{option} is of a file: give --csv FILE"
            parser.error(say(text, option=option(given[0])))
        return load_task(options.task)
    if options.no_times:
        own["time"] = False
    of_task = {name: value for name, value in of_task.items() if value is not None}
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            task = SeriesTask(read_series(options.csv, **own), **of_task)
    except (OSError, MissingExtra) as error:
        parser.error(say(_ARGUMENT, option="--csv", why=error))
    except ValueError as error:
        parser.error(in_options(error, (*OWN, *OF_TASK)))
    for one in said:
        print(f"{NAME}: {in_options(str(one.message))}", file=sys.stderr)
    return task


def _parser(command: str) -> Parser:
    about = say(ABOUT, history=HISTORY, picture=PICTURE, weights=WEIGHTS)
    parser = make_parser(command, about, say(AFTER))
    add = parser.add_argument
    data = parser.add_mutually_exclusive_group()
    data.add_argument("--task", **_setting("task", str, ", ".join(TASKS)))
    data.add_argument("--csv", metavar="FILE", help=say("your own series, instead of a task"))
    column: dict[str, Any] = {"metavar": "COLUMN", "type": _column}
    add("--column", dest="value", **column, help=say("to predict: name, or number from 1"))
    add("--inputs", nargs="+", default=(), **column, help=say("more columns to read, likewise"))
    times = parser.add_mutually_exclusive_group()
    times.add_argument("--time-column", dest="time", **column, help=say("of its times, likewise"))
    times.add_argument("--no-times", action="store_true", help=say("count its values 0, 1, 2, ..."))
    what = say("what stands before its decimals, . or ,")
    add("--decimal", choices=MARKS, metavar="MARK", help=what)
    marks: dict[str, Any] = {"nargs": "*", "action": "extend", "type": _number, "metavar": "X"}
    what = say("what stands for a missing value, as -99.99; if empty, nothing")
    add("--missing", **marks, help=what)
    add("--encoding", metavar="NAME", help=say("of its text, as gb18030 (found from the file)"))
    add("--fill-gaps", action="store_true", help=say("fill missing values by a straight line"))
    add("--held-out", metavar="X", type=float, help=say("fraction to check it on (0.2)"))
    add("--window", metavar="N", type=int, help=say("values that a training sequence has (24)"))
    add("--cell", **_setting("cell", str, ", ".join(CELLS)))
    add("--hidden-size", **_setting("hidden_size", int, say("units of the network")))
    what = say("reset or carry it between batches")
    add("--hidden-state", **_setting("hidden_state", str, what))
    add("--optimizer", **_setting("optimizer", str, ", ".join(OPTIMIZERS)))
    add("--learning-rate", **_setting("learning_rate", float, say("of the optimizer")))
    add("--epochs", **_setting("epochs", int, say("passes over the data")))
    clipping = parser.add_mutually_exclusive_group()
    what = say("bound on the gradient")
    clipping.add_argument("--clip-norm", **_setting("clip_norm", float, what))
    clipping.add_argument(
        "--no-clip", dest="clip_norm", action="store_const", const=None,
        help=say("do not clip the gradient"),
    )  # fmt: skip
    what = say("of the first weights and the order of the data")
    add("--seed", **_setting("seed", int, what))
    where = say("for the files ({folder}, or {folder}-2, ... if that is there)", folder=FOLDER)
    add("--output", metavar="FOLDER", type=Path, help=where)
    add("--force", action="store_true", help=say("replace files that are in the folder"))
    add("--checkpoint", metavar="FILE", type=Path, help=say("save the run in this file as it goes"))
    add("--resume", action="store_true", help=say("resume from the checkpoint, if it exists"))
    add("--quiet", action="store_true", help=say("no bar and no words but errors"))
    parser.set_defaults(learning_rate=None)  # a checkpoint has one of its own
    return parser


def _setting(name: str, kind: type, what: str) -> dict[str, Any]:
    """Return how an option is read, with the lab's default; `_check_settings` checks the value."""

    def read(text: str) -> Any:
        try:
            return kind(text)
        except ValueError:
            return text  # which the check refuses, in its words

    default = SETTINGS[name]
    metavar = {int: "N", float: "X"}.get(kind, "NAME")
    help_ = say("{what} ({default})", what=what, default=default)
    return {"type": read, "default": default, "metavar": metavar, "help": help_}


def _check_settings(parser: Parser, options: argparse.Namespace) -> None:
    """Refuse a setting that cannot work, as the lab does, by the name of its option."""
    for name in SETTINGS:
        if (value := getattr(options, name, None)) is None:  # as after --no-clip
            continue
        try:
            if name in NAMES:
                check_known(name, value, NAMES[name], f"{name}s")
            else:
                check_setting(name, value)
        except ValueError as error:
            parser.error(in_options(error, SETTINGS))


def _column(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def _number(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _check_paths(parser: Parser, options: argparse.Namespace) -> None:
    """Refuse to overwrite files, before anything is done."""
    if options.force and options.output is None:
        options.output = Path(FOLDER)

    named, checkpoint = options.output is not None, options.checkpoint
    output = options.output if named else Path(FOLDER)  # which may get a number
    there = [name for name in FILES if os.path.lexists(output / name)]
    if named and (refused := no_folder(output, "--output")):
        parser.error(refused)
    if named and there and not options.force:
        text = (
            "argument --output: {output} has {there} already: give --force to replace what is "
            "there, or another folder"
        )
        parser.error(say(text, output=output, there=", ".join(there)))
    if options.resume and checkpoint is None:
        text = "argument --resume: go on from which file? Name it: --checkpoint run.pt"
        parser.error(say(text))
    if checkpoint is None:
        return
    if os.path.exists(checkpoint) and not options.resume:
        text = (
            "argument --checkpoint: {checkpoint} is there already: give --resume to go on from it, "
            "or another name"
        )
        parser.error(say(text, checkpoint=checkpoint))
    place = checkpoint.absolute()
    ours = place.parent == output.absolute() or (not named and place.parent.name.startswith(FOLDER))
    if ours and place.name in FILES:
        text = (
            "argument --checkpoint: {checkpoint} is a file that the run writes when it ends: give "
            "another name"
        )
        parser.error(say(text, checkpoint=checkpoint))
