"""The command `rnnlab`: each line is handed to the command that it names."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from rnnlab import __version__
from rnnlab.commands.failing import INTERRUPTED

ABOUT = "See, change and debug the training loop of a recurrent network."
EXAMPLES = """commands:
  lab      copy the course to a folder of yours and open it in JupyterLab
  train    train a network on a task; write its history, its picture and its weights
  doctor   run a training script under watch and say which line of its loop is wrong

examples:
  rnnlab lab
  rnnlab train --task co2 --cell gru --epochs 20
  rnnlab doctor my_training.py

`rnnlab COMMAND --help` says what a command takes.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command that the arguments name.

    Args:
        arguments: what follows `rnnlab`; None: those of this process.

    Returns:
        the exit status: 0 done, 1 failed, 130 interrupted.

    Raises:
        SystemExit: with status 2 for arguments that cannot work, with 0 after `--help` and
            `--version`.
    """
    parser = argparse.ArgumentParser(
        prog="rnnlab", description=ABOUT, epilog=EXAMPLES, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"rnnlab {__version__}")
    parser.add_argument("command", type=_known, metavar="COMMAND", help="lab, train or doctor")
    rest = parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    rest.required = False  # Python 3.11 would ask for it when there is no command either
    options = parser.parse_args(arguments)
    try:
        return COMMANDS[options.command](options.rest)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return INTERRUPTED


# Imported where they are asked for: `rnnlab --help` need not wait for torch.
def _lab(arguments: list[str]) -> int:
    from rnnlab.commands.lab import main as lab

    return lab(arguments)


def _train(arguments: list[str]) -> int:
    from rnnlab.commands.train import main as train

    return train(arguments)


def _doctor(arguments: list[str]) -> int:
    from rnnlab.doctor.__main__ import main as doctor

    return doctor(arguments, "rnnlab doctor")


COMMANDS: dict[str, Callable[[list[str]], int]] = {"lab": _lab, "train": _train, "doctor": _doctor}


def _known(name: str) -> str:
    if name not in COMMANDS:
        raise argparse.ArgumentTypeError(
            f"there is no command {name!r}; expected one of {', '.join(COMMANDS)}"
        )
    return name
