"""A training run from the command line: what it prints, and its files however it ends."""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch

from rnnlab.base.files import written_whole
from rnnlab.base.say import say
from rnnlab.commands.console import INTERRUPTED, fail, refusal
from rnnlab.data.batches import Batches, Streams
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.pictures.run_panels import draw_run
from rnnlab.runs.fitting import fit
from rnnlab.runs.history import History
from rnnlab.runs.threads import fitting_threads, on_threads
from rnnlab.tasks.catalogue import Task

NAME = "rnnlab train"
FILES = HISTORY, PICTURE, WEIGHTS = "history.csv", "picture.png", "model.pt"


class Made(NamedTuple):
    """What is trained on what, made by `rnnlab.tasks.recipe.prepare`."""

    task: Task
    model: SequenceModel
    batches: Batches | Streams


def run_and_write(options: argparse.Namespace, made: Made, again: str) -> int:
    """Train, write the three files, and return the exit status.

    `again` is the line that resumes the run if it is interrupted; "" if none does.

    Raises:
        CheckpointError: as `fit`; nothing is written then.
    """
    history, folder = History(), options.output.absolute()
    tell = print if not options.quiet else lambda _: None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()  # better known before the work than after it
    except OSError as error:
        return fail(NAME, f"cannot write to {folder}: {refusal(error, folder)}")
    tell(_what_is_trained(options, made))
    with on_threads(fitting_threads(made.model)):
        status = _train(options, made, history)
        if status == INTERRUPTED:
            go_on = f"\nTo go on: {again}" if again else ""
            print(f"Interrupted {_where(options, history)}.{go_on}", file=sys.stderr)
        if not history.steps:
            return status
        try:
            words = _write(folder, options, made, history)
        except OSError as error:
            return fail(NAME, f"cannot write to {folder}: {refusal(error, folder)}")
    tell(f"{_losses(history)}{words.strip()}\nWritten to {folder}: {', '.join(FILES)}.")
    return status


def _train(options: argparse.Namespace, made: Made, history: History) -> int:
    """Train into a history; say why it ended, if not as it should, and return the status."""
    try:
        with _warnings_in_words():
            fit(
                made.model, made.batches, loss_fn=made.task.loss_fn, optimizer=options.optimizer,
                learning_rate=options.learning_rate, epochs=options.epochs,
                clip_norm=options.clip_norm, hidden_state=options.hidden_state,
                validation=made.task.validation_loss, device="cpu", history=history,
                progress=not options.quiet, checkpoint=options.checkpoint, resume=options.resume,
            )  # fmt: skip
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return fail(NAME, refusal(error))
    except (ArithmeticError, RuntimeError) as error:  # it has diverged, or torch says no
        return fail(NAME, str(error))
    return 0


def _write(folder: Path, options: argparse.Namespace, made: Made, history: History) -> str:
    """Write the three files, and return how the model does on the held-out part, in words."""
    history.to_csv(folder / HISTORY)
    content = io.BytesIO()
    torch.save(made.model.state_dict(), content)
    with written_whole(folder / WEIGHTS, "file of weights") as file:
        file.write(content.getbuffer())
    steps = max(options.epochs * len(made.batches), len(history))
    figure = draw_run(
        made.task, made.model, history, epochs=options.epochs, steps=steps,
        clip_norm=options.clip_norm,
    )  # fmt: skip
    words = made.task.words(made.model)
    with written_whole(folder / PICTURE, "picture") as file:
        figure.savefig(file, format="png", dpi=200, metadata={"Description": words})
    return words


def _what_is_trained(options: argparse.Namespace, made: Made) -> str:
    rate, bound = options.learning_rate, options.clip_norm
    return say(
        "{task!r}\n{cell}, {hidden_size} units, {weights} weights; hidden state: {hidden_state}; "
        "{optimizer}, {rate}, {epochs} epochs of {batches} batches, {clipping}, seed {seed}",
        **{**vars(options), "task": made.task},
        weights=sum(parameter.numel() for parameter in made.model.parameters()),
        batches=len(made.batches),
        rate="the checkpoint's learning rate" if rate is None else f"learning rate {rate:g}",
        clipping="no clipping" if bound is None else f"clipped above {bound:g}",
    )


def _where(options: argparse.Namespace, history: History) -> str:
    if not history.steps:
        return "before the first step; nothing is written"
    return f"in epoch {history.steps[-1].epoch} of {options.epochs}, after {len(history)} steps"


def _losses(history: History) -> str:
    if not history.epochs:
        return ""
    epoch, train, held_out = history.epochs[-1]
    return f"After epoch {epoch}: loss {train:.4g}, held out {held_out:.4g}.\n"


@contextmanager
def _warnings_in_words() -> Iterator[None]:
    """Show a warning's text alone, without the line of code that it came from."""
    with warnings.catch_warnings():
        warnings.showwarning = lambda words, *_, **__: print(f"\n{NAME}: {words}", file=sys.stderr)
        yield
