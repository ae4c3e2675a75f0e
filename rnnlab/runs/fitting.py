"""fit: the training loop taken to its end, with a progress bar and, if asked, a checkpoint."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any

from torch import nn

from rnnlab.base.checks import check_path
from rnnlab.loop.training import Run
from rnnlab.runs import checkpoints
from rnnlab.runs.history import History
from rnnlab.runs.saved_states import copy_state, run_state
from rnnlab.runs.training import train


def fit(
    model: nn.Module,
    batches: Iterable[Any],
    *,
    progress: bool = True,
    checkpoint: str | PathLike[str] | None = None,
    resume: bool = False,
    **options: Any,
) -> History:
    """Train to the end with a progress bar and return the `History`.

    Takes what `train` takes. To keep the history of a run that is interrupted or diverges, hand
    in your own, `history=rnnlab.History()`, or give a checkpoint.

    Args:
        model: as for `train`.
        batches: as for `train`.
        progress: show the bar.
        checkpoint: path of a file that holds the run at the end of its last whole epoch, also when
            it is interrupted or fails; see `save_checkpoint`. Several ranks train together: the
            first one writes, and its progress alone is shown.
        resume: go on from the checkpoint, if there is one, to `epochs` in all; bit for bit as if
            the run had not stopped, unless other settings are given. (On more than two ranks up to
            rounding: torch adds their gradients in another order in its first step.)
        options: of `train`.

    Raises:
        FileExistsError: for a checkpoint that is there, without `resume`: no run is overwritten.
        CheckpointError, OSError: as `load_checkpoint` and `save_checkpoint`.
    """
    from tqdm.auto import tqdm  # here, because it loads ipywidgets in a notebook

    if resume and checkpoint is None:
        raise ValueError("resume=True needs a checkpoint to go on from: checkpoint='my_run.pt'")
    if checkpoint is not None:
        check_path("checkpoint", checkpoint, checkpoints.FOR)
    run = train(model, batches, **options)
    run.process.keeps = checkpoint is not None
    if checkpoint is not None and run.process.from_first(Path(checkpoint).exists):
        _take_up(run, checkpoint, resume, options.get("learning_rate"))
    saver = None if checkpoint is None else _Saver(run, checkpoint)
    hidden = not (progress and run.process.first)
    with tqdm(total=run.epochs, initial=run.epoch, unit="epoch", disable=hidden) as bar:
        try:
            for step in run:
                if step.train_loss is not None:
                    if saver is not None:
                        saver.end_epoch()
                    losses = {"loss": f"{step.train_loss:.4f}"}
                    if step.validation_loss is not None:
                        losses["validation"] = f"{step.validation_loss:.4f}"
                    bar.set_postfix(losses, refresh=False)
                    bar.update()
        finally:
            if saver is not None:
                saver.end()
    return run.history


def _take_up(
    run: Run, checkpoint: str | PathLike[str], resume: bool, learning_rate: float | None
) -> None:
    """Load a checkpoint that is there, and refuse to overwrite it if that is not wanted."""
    if not resume:
        raise FileExistsError(
            f"the checkpoint {checkpoint} is there already: resume=True goes on from it; to begin "
            "anew, delete it or give another name"
        )
    checkpoints.load_checkpoint(run, checkpoint)
    if learning_rate is not None:
        run.learning_rate = learning_rate


class _Saver:
    """Saves a run as it goes; on several ranks all take part, and the first one writes."""

    def __init__(self, run: Run, path: str | PathLike[str]) -> None:
        self._run = run
        self._autosave = checkpoints.AutoSave(self._state, path, _warn)
        self._gather()
        # at once, so that what cannot be saved is said at once
        run.process.from_first(lambda: checkpoints.write(self._state(), path))

    def end_epoch(self) -> None:
        """Save if it is time, or the run is over."""
        over = self._run.epoch == self._run.epochs
        process = self._run.process
        if process.from_first(lambda: over or self._autosave.is_due()):
            self._gather()
            process.from_first(lambda: self._autosave.save(now=True))

    def end(self) -> None:
        """Save the last whole epoch; of several ranks, others may not be there any more."""
        if self._run.process.size == 1:
            self._gather()
            self._autosave.save(now=True)

    def _gather(self) -> None:
        own = self._run.process.saved or copy_state(self._run)
        self._random = self._run.process.gather(own["random"][0])

    def _state(self) -> dict[str, Any]:
        return {**run_state(self._run), "random": self._random}


def _warn(text: str) -> None:
    warnings.warn(text, RuntimeWarning, stacklevel=4)
