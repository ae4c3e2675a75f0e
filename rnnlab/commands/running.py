"""A training run from the command line: what it prints, and its files however it ends."""

import argparse
import io
import itertools
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import torch

from rnnlab.base.files import check_writable, written_whole
from rnnlab.base.parser import fail
from rnnlab.base.process import CLOSED, INTERRUPTED, command_line
from rnnlab.base.say import say
from rnnlab.base.showable import tell
from rnnlab.commands.console import refusal
from rnnlab.commands.words import in_options
from rnnlab.data.batches import Batches, Streams
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.pictures.run_panels import draw_run
from rnnlab.runs.fitting import fit
from rnnlab.runs.history import History
from rnnlab.runs.threads import fitting_threads, on_threads
from rnnlab.tasks.catalogue import Task

NAME, FOLDER = "rnnlab train", "rnnlab-train"  # not said
FILES = HISTORY, PICTURE, WEIGHTS = "history.csv", "picture.png", "model.pt"


@dataclass
class CommandRun:
    """A run with the command's options, of what `rnnlab.tasks.recipe.prepare` has made."""

    options: argparse.Namespace
    task: Task
    model: SequenceModel
    batches: Batches | Streams
    history: History = field(default_factory=History)

    def run_and_write(self, arguments: list[str]) -> int:
        """Train, write the three files, and return the exit status.

        Args:
            arguments: of the command, to say how an interrupted run goes on.

        Raises:
            CheckpointError: as `fit`; nothing is written then.
        """
        place = self.options.output or Path(FOLDER)
        self._tell(self._what_is_trained())
        try:
            folder = make_folder(self.options.output).absolute()
            for name, what in zip(FILES, ("table", "picture", "weights"), strict=True):
                check_writable(folder / name, what)  # better known before the work than after
        except OSError as error:
            text, why = "cannot write to {folder}: {why}", refusal(error, place)
            return fail(NAME, say(text, folder=place.absolute(), why=why))
        try:
            with on_threads(fitting_threads(self.model)):
                status = self._train(self._again(arguments, folder))
                if not self.history.steps:
                    return status
                words = self._write(folder)
        except OSError as error:
            text = "cannot write to {folder}: {why}"
            return fail(NAME, say(text, folder=folder, why=refusal(error, folder)))
        finally:
            if self.options.output is None:
                with suppress(OSError):  # nothing to write: its name is free for the next run
                    folder.rmdir()
        written = say("Written to {folder}: {files}.", folder=folder, files=", ".join(FILES))
        self._tell(f"{self._losses()}{words.strip()}\n{written}")
        return status

    def _tell(self, text: str) -> None:
        if not self.options.quiet:
            tell(text)

    def _again(self, arguments: list[str], folder: Path) -> str:
        """Return the line that resumes the run in its folder; "" without a checkpoint."""
        if not self.options.checkpoint:
            return ""
        more = [option for option in ("--resume", "--force") if option not in arguments]
        if self.options.output is None and folder.name != FOLDER:
            more += ["--output", folder.name]
        return command_line(["rnnlab", "train", *arguments, *more])

    def _train(self, again: str) -> int:
        """Train into the history; say why it ended, if not as it should; return the status."""
        options = self.options
        try:
            with warnings.catch_warnings():
                warnings.showwarning = lambda text, *_, **__: tell(
                    f"\n{NAME}: {text}", sys.stderr
                )  # without the line of code that it came from
                fit(
                    self.model, self.batches, loss_fn=self.task.loss_fn, history=self.history,
                    optimizer=options.optimizer, learning_rate=options.learning_rate,
                    epochs=options.epochs, clip_norm=options.clip_norm, device="cpu",
                    hidden_state=options.hidden_state, validation=self.task.validation_loss,
                    progress=not options.quiet, checkpoint=options.checkpoint,
                    resume=options.resume,
                )  # fmt: skip
        except KeyboardInterrupt:
            lines = [self._interrupted()]
            if again:
                lines.append(say("To go on: {again}", again=again))
            tell("\n".join(lines), sys.stderr)
            return INTERRUPTED
        except BrokenPipeError:  # nobody sees the bar any more
            return CLOSED
        except OSError as error:
            return fail(NAME, refusal(error))
        except (ArithmeticError, RuntimeError) as error:  # it has diverged, or torch says no
            return fail(NAME, in_options(error))
        return 0

    def _interrupted(self) -> str:
        steps = self.history.steps
        if not steps:
            return say("Interrupted before the first step; nothing is written.")
        text = "Interrupted in epoch {epoch} of {epochs}, after {steps} steps."
        epochs = self.options.epochs
        return say(text, epoch=steps[-1].epoch, epochs=epochs, steps=len(steps))

    def _write(self, folder: Path) -> str:
        """Write the three files, and return how the model does on held-out data, in words."""
        self.history.to_csv(folder / HISTORY)
        content = io.BytesIO()
        torch.save(self.model.state_dict(), content)
        with written_whole(folder / WEIGHTS, "weights") as file:
            file.write(content.getbuffer())
        epochs, history = self.options.epochs, self.history
        figure = draw_run(
            self.task, self.model, history, epochs=epochs, clip_norm=self.options.clip_norm,
            steps=max(epochs * len(self.batches), len(history)),
        )  # fmt: skip
        words = self.task.words(self.model)
        with written_whole(folder / PICTURE, "picture") as file:
            figure.savefig(file, format="png", dpi=200, metadata={"Description": words})
        return words

    def _what_is_trained(self) -> str:
        rate, bound = self.options.learning_rate, self.options.clip_norm
        rate_text = "the checkpoint's learning rate" if rate is None else "learning rate {rate:g}"
        clipping = "no clipping" if bound is None else "clipped above {bound:g}"
        return say(
            "{task!r}\n{cell}, {hidden_size} units, {weights} weights; hidden state: "
            "{hidden_state}; {optimizer}, {rate}, {epochs} epochs of {batches} batches, "
            "{clipping}, seed {seed}",
            **{**vars(self.options), "task": self.task},
            weights=sum(parameter.numel() for parameter in self.model.parameters()),
            batches=len(self.batches),
            rate=say(rate_text, rate=rate),
            clipping=say(clipping, bound=bound),
        )

    def _losses(self) -> str:
        if not self.history.epochs:
            return ""
        epoch, train, held_out = self.history.epochs[-1]
        text = "After epoch {epoch}: loss {train:.4g}, held out {held_out:.4g}."
        return say(text, epoch=epoch, train=train, held_out=held_out) + "\n"


def make_folder(named: Path | None) -> Path:
    """Make the folder that is named, or else a new one: rnnlab-train, rnnlab-train-2, ...

    A new one is of this run alone, also where two runs start at the same time.

    Raises:
        OSError: if the system refuses it.
    """
    if named is not None:
        named.mkdir(parents=True, exist_ok=True)
        return named
    for number in itertools.count(1):
        folder = Path(FOLDER if number == 1 else f"{FOLDER}-{number}")
        with suppress(FileExistsError):
            folder.mkdir()
            break
    return folder
