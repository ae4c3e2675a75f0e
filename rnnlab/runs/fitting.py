"""fit: the training loop taken to its end, with a progress bar and, if asked, a checkpoint."""

import warnings
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any

from torch import nn

from rnnlab.base.checks import check_path
from rnnlab.base.say import say
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
        text = "resume=True needs a checkpoint to go on from: checkpoint='my_run.pt'"
        raise ValueError(say(text))
    if checkpoint is not None:
        check_path("checkpoint", checkpoint, checkpoints.FOR)
    run = train(model, batches, **options)
    run.process.keeps, autosave = checkpoint is not None, None
    if checkpoint is not None:
        autosave = _begin(run, checkpoint, resume, options.get("learning_rate"))
    hidden = not (progress and run.process.first)
    bar = tqdm(total=run.epochs, initial=run.epoch, unit=say("epoch"), disable=hidden)
    with bar, run.process.held:
        try:
            for step in run:
                run.process.held.deliver()
                if step.train_loss is not None:
                    if autosave is not None:
                        autosave.save(now=run.epoch == run.epochs)
                    losses = {say("loss"): f"{step.train_loss:.4f}"}
                    if step.validation_loss is not None:
                        losses[say("validation")] = f"{step.validation_loss:.4f}"
                    bar.set_postfix(losses, refresh=False)
                    bar.update()
        finally:
            if autosave is not None:
                autosave.save(now=True)
    return run.history


def _begin(
    run: Run, path: str | PathLike[str], resume: bool, learning_rate: float | None
) -> checkpoints.AutoSave | None:
    """Go on from a checkpoint that is there, or write the first one; the first rank saves later."""
    process = run.process
    if process.from_first(Path(path).exists):
        if not resume:
            text = (
                "the checkpoint {path} is there already: resume=True goes on from it; to begin "
                "anew, delete it or give another name"
            )
            raise FileExistsError(say(text, path=path))
        checkpoints.load_checkpoint(run, path)
        if learning_rate is not None:
            run.learning_rate = learning_rate
    process.saved = process.saved or copy_state(run)
    # at once, so that what cannot be saved is refused at once
    process.from_first(lambda: checkpoints.write(run_state(run), path))
    return checkpoints.AutoSave(lambda: run_state(run), path, _warn) if process.first else None


def _warn(text: str) -> None:
    warnings.warn(text, RuntimeWarning, stacklevel=4)
