"""The command `rnnlab`: runs the subcommand that its arguments name."""

import argparse
import atexit
import gc
from contextlib import nullcontext
from importlib import import_module

from rnnlab import __version__
from rnnlab.base.parser import make_parser
from rnnlab.base.process import ended_by_interrupt, run_as_process
from rnnlab.base.say import say

COMMANDS = {  # imported when they are asked for: `rnnlab --help` need not wait for torch
    "lab": "rnnlab.commands.lab",
    "train": "rnnlab.commands.train",
    "page": "rnnlab.commands.page",
    "doctor": "rnnlab.doctor.__main__",
    "class": "rnnlab.commands.class_",
}
ABOUT = "See, change and debug the training loop of a recurrent network."
EXAMPLES = """commands:
  lab      copy the course to your own folder and open it in JupyterLab
  train    train a network on a task; write its history, its picture and its weights
  page     write one HTML file in which a network trains, to open anywhere and to give away
  doctor   run a training script under watch and say which line of its loop is wrong
  class    read what learners handed in; write who is where, and what went wrong for many

examples:
  rnnlab lab
  rnnlab train --task co2 --cell gru --epochs 20
  rnnlab page recurrent.html
  rnnlab doctor my_training.py
  rnnlab class handed-in

`rnnlab COMMAND --help` says what a command takes.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command that the arguments name.

    Args:
        arguments: what follows `rnnlab`; None: those of this process.

    Returns:
        the exit status: 0 done, 1 failed, 130 interrupted, 141 if nobody reads its output.

    Raises:
        SystemExit: with status 2 for arguments that cannot work, with 0 after `--help` and
            `--version`.
    """
    if arguments is None:
        atexit.register(gc.freeze)  # a process that ends need not look for garbage: 0.4 s of it
    return run_as_process(lambda: _run(arguments), ends=arguments is None)


def _run(arguments: list[str] | None) -> int:
    parser = make_parser("rnnlab", say(ABOUT), say(EXAMPLES))
    parser.add_argument(
        "--version", action="version", version=f"rnnlab {__version__}",
        help=say("show program's version number and exit"),
    )  # fmt: skip
    parser.add_argument(
        "command", nargs="?", type=_known, metavar="COMMAND", help=", ".join(COMMANDS)
    )
    rest = parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    rest.required = False  # Python 3.11 would ask for it when there is no command either
    options = parser.parse_args(arguments)
    if options.command is None:
        known = ", ".join(COMMANDS)
        parser.error(say("which command? One of {known}; rnnlab --help explains them", known=known))
    with ended_by_interrupt() if arguments is None else nullcontext():
        run = import_module(COMMANDS[options.command]).main
    status: int = run(options.rest, f"rnnlab {options.command}")
    return status


def _known(name: str) -> str:
    if name not in COMMANDS:
        refusal = "there is no command {name!r}; expected one of {known}"
        raise argparse.ArgumentTypeError(say(refusal, name=name, known=", ".join(COMMANDS)))
    return name
