"""`rnnlab train`: its options, what it refuses, and the run that it asks for."""

import argparse
import os
import shlex
from pathlib import Path
from typing import Any

from rnnlab.base.checks import check_known
from rnnlab.base.say import say
from rnnlab.commands.console import fail, make_parser
from rnnlab.commands.running import FILES, HISTORY, NAME, PICTURE, WEIGHTS, CommandRun
from rnnlab.data.reading import read_series
from rnnlab.model.cells import CELLS
from rnnlab.runs.checkpoints import CheckpointError
from rnnlab.runs.optimizers import OPTIMIZERS
from rnnlab.tasks.catalogue import TASKS, Task, load_task
from rnnlab.tasks.forecast import SeriesTask
from rnnlab.tasks.recipe import DEFAULTS, check_setting, prepare

FOLDER = "rnnlab-train"
SETTINGS = {**DEFAULTS, "optimizer": "adam"}
NAMES: dict[str, dict[str, Any]] = {"task": TASKS, "optimizer": OPTIMIZERS}
ABOUT = f"""Train a network on a task, as the lab does with the same settings, and write:

  {HISTORY}   a row for each step: its loss, gradient norm, and the averages of each epoch
  {PICTURE}   loss, gradient norm and the task's picture, as the lab draws them
  {WEIGHTS}      the weights, for model.load_state_dict(torch.load("{WEIGHTS}"))

Ctrl-C ends the run between two steps and writes what was reached."""
AFTER = "exit status: 0 done, 1 diverged or failed, 2 wrong usage, 130 ended by Ctrl-C"


def main(arguments: list[str], command: str = NAME) -> int:
    """Train as the arguments say and return the exit status."""
    parser = _parser(command)
    options, left_over = parser.parse_known_args(arguments)
    if left_over:
        parser.error(f"{left_over[0]!r} is not known here; rnnlab train --help lists the options")
    _check_paths(parser, options)
    going_on = options.resume and os.path.exists(options.checkpoint)
    if options.learning_rate is None and not going_on:
        options.learning_rate = DEFAULTS["learning_rate"]
    try:
        task = _task(parser, options)
        pair = prepare(
            task, cell=options.cell, hidden_size=options.hidden_size,
            hidden_state=options.hidden_state, seed=options.seed,
        )  # fmt: skip
    except ValueError as error:  # of settings that do not go together
        parser.error(str(error))
    except RuntimeError as error:  # torch's, for want of memory
        return fail(NAME, f"the network cannot be made: {error}; give a smaller --hidden-size")
    more = [option for option in ("--resume", "--force") if option not in arguments]
    again = shlex.join(["rnnlab", "train", *arguments, *more]) if options.checkpoint else ""
    try:
        return CommandRun(options, task, *pair).run_and_write(again)
    except CheckpointError as error:
        parser.error(f"argument --checkpoint: {error}")


def _task(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Task:
    """Return the task of the name, or that of the learner's own series."""
    own = (options.column, options.time_column, options.fill_gaps)
    if options.csv is None:
        if any(own):
            parser.error("--column, --time-column and --fill-gaps are of a file: give --csv FILE")
        return load_task(options.task)
    try:
        series = read_series(options.csv, value=own[0], time=own[1], fill_gaps=own[2])
    except (OSError, ValueError) as error:
        parser.error(f"argument --csv: {error}")
    return SeriesTask(series)


def _parser(command: str) -> argparse.ArgumentParser:
    parser = make_parser(command, ABOUT, AFTER)
    add = parser.add_argument
    data = parser.add_mutually_exclusive_group()
    data.add_argument("--task", **_setting("task", str, ", ".join(TASKS)))
    data.add_argument("--csv", metavar="FILE", help="your own series, instead of a task")
    add("--column", metavar="COLUMN", type=_column, help="of its values: name, or number from 1")
    add("--time-column", metavar="COLUMN", type=_column, help="of its times, likewise")
    add("--fill-gaps", action="store_true", help="fill missing values by a straight line")
    add("--cell", **_setting("cell", str, ", ".join(CELLS)))
    add("--hidden-size", **_setting("hidden_size", int, "units of the network"))
    add("--hidden-state", **_setting("hidden_state", str, "reset or carry it between batches"))
    add("--optimizer", **_setting("optimizer", str, ", ".join(OPTIMIZERS)))
    add("--learning-rate", **_setting("learning_rate", float, "of the optimizer"))
    add("--epochs", **_setting("epochs", int, "passes over the data"))
    clipping = parser.add_mutually_exclusive_group()
    clipping.add_argument("--clip-norm", **_setting("clip_norm", float, "bound on the gradient"))
    clipping.add_argument(
        "--no-clip", dest="clip_norm", action="store_const", const=None,
        help="do not clip the gradient",
    )  # fmt: skip
    add("--seed", **_setting("seed", int, "of the first weights and the order of the data"))
    add("--output", default=FOLDER, metavar="FOLDER", type=Path, help=f"for the files ({FOLDER})")
    add("--force", action="store_true", help="replace files that are in the folder")
    add("--checkpoint", metavar="FILE", type=Path, help="save the run in this file as it goes")
    add("--resume", action="store_true", help="resume from the checkpoint, if it exists")
    add("--quiet", action="store_true", help="no bar and no words but errors")
    parser.set_defaults(learning_rate=None)  # a checkpoint has one of its own
    return parser


def _setting(name: str, kind: type, what: str) -> dict[str, Any]:
    """Return how an option is read: with the lab's default, and the lab's check of a setting."""

    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = text  # which the check refuses, in its words
        try:
            if name in NAMES:
                check_known(name, value, NAMES[name], f"{name}s")
            else:
                check_setting(name, value)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return value

    default = SETTINGS[name]
    metavar = {int: "N", float: "X"}.get(kind, "NAME")
    return {"type": read, "default": default, "metavar": metavar, "help": f"{what} ({default})"}


def _column(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def _check_paths(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse to overwrite files, before anything is done."""

    def refuse(option: str, text: str) -> None:
        text = say(text, output=output, checkpoint=checkpoint, there=", ".join(there))
        parser.error(f"argument {option}: {text}")

    output, checkpoint = options.output, options.checkpoint
    there = [name for name in FILES if os.path.lexists(output / name)]
    if os.path.exists(output) and not os.path.isdir(output):
        refuse("--output", "{output} is a file; expected a folder: give another name")
    if there and not options.force:
        refuse("--output", "{output} has {there} already: give --force to replace what is there, "
               "or another folder")  # fmt: skip
    if options.resume and checkpoint is None:
        refuse("--resume", "go on from which file? Name it: --checkpoint run.pt")
    if checkpoint is None:
        return
    if os.path.exists(checkpoint) and not options.resume:
        refuse("--checkpoint", "{checkpoint} is there already: give --resume to go on from it, or "
               "another name")  # fmt: skip
    if checkpoint.absolute() in [output.absolute() / name for name in FILES]:
        refuse("--checkpoint", "{checkpoint} is a file that the run writes when it ends: give "
               "another name")  # fmt: skip
