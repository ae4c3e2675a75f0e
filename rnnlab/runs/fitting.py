"""fit: the training loop taken to its end, with a progress bar and, if asked, a checkpoint."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any

from torch import nn

from rnnlab.base.checks import check_path
from rnnlab.loop.history import History
from rnnlab.loop.training import Batch, Run, train
from rnnlab.runs import checkpoints, rank_checkpoints
from rnnlab.runs.memory import freed_memory_kept


def fit(
    model: nn.Module,
    batches: Iterable[Batch],
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
        checkpoint: path of a file to save the run in as it goes, about every second, and when it
            ends, is interrupted or fails; see `save_checkpoint`. Several ranks save at the ends
            of epochs: the first one writes, and its progress alone is shown.
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
    if checkpoint is not None and _exists(run, Path(checkpoint)):
        _take_up(run, checkpoint, resume, options.get("learning_rate"))
    keeper = _make_keeper(run, checkpoint)
    done = run.position.epoch - 1
    hidden = not progress or (run.ranks is not None and not run.ranks.first)
    with (
        freed_memory_kept(),
        tqdm(total=run.epochs, initial=done, unit="epoch", disable=hidden) as bar,
    ):
        try:
            for step in run:
                if keeper is not None:
                    keeper.keep()
                if step.train_loss is not None:
                    losses = {"loss": f"{step.train_loss:.4f}"}
                    if step.validation_loss is not None:
                        losses["validation"] = f"{step.validation_loss:.4f}"
                    bar.set_postfix(losses, refresh=False)
                    bar.update()
        finally:
            if keeper is not None:
                keeper.keep(now=True)
    return run.history


def _exists(run: Run, path: Path) -> bool:
    return path.exists() if run.ranks is None else rank_checkpoints.exists(run.ranks, path)


def _make_keeper(
    run: Run, checkpoint: str | PathLike[str] | None
) -> checkpoints.Keeper | rank_checkpoints.RankKeeper | None:
    """Save once, so that what cannot be saved is said at once, and return what goes on with it."""
    if checkpoint is None:
        return None
    if run.ranks is not None:
        return rank_checkpoints.RankKeeper(run, run.ranks, Path(checkpoint), _warn)
    checkpoints.save_checkpoint(run, checkpoint)
    return checkpoints.Keeper(lambda: checkpoints.run_state(run), checkpoint, _warn)


def _warn(text: str) -> None:
    warnings.warn(text, RuntimeWarning, stacklevel=4)


def _take_up(
    run: Run, checkpoint: str | PathLike[str], resume: bool, learning_rate: float | None
) -> None:
    """Load a checkpoint that is there, and refuse to overwrite it if that is not wanted."""
    if not resume:
        raise FileExistsError(
            f"the checkpoint {checkpoint} is there already: resume=True goes on from it; to begin "
            "anew, delete it or give another name"
        )
    if run.ranks is None:
        checkpoints.load_checkpoint(run, checkpoint)
    else:
        rank_checkpoints.load(run, run.ranks, Path(checkpoint))
    if learning_rate is not None:
        run.learning_rate = learning_rate
