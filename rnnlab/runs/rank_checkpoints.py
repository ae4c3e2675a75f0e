"""Checkpoints of a run on several ranks: the first one writes, each goes on where it stood.

The file is one that a single process, or any number of ranks, can go on from. They are written
at the ends of epochs: within one, a carried hidden state is of one rank's rows alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rnnlab.loop.training import Run
from rnnlab.runs import checkpoints
from rnnlab.runs.ranks import Ranks

OWN = "random_of_ranks"  # in a file beside `checkpoints.PARTS`


class RankKeeper:
    """Saves a run on several ranks as it goes, as `checkpoints.Keeper` does, at ends of epochs.

    Args:
        run: on this rank.
        path: of the file; the first rank's counts.
        tell: is called on the first rank with what went wrong.
    """

    def __init__(self, run: Run, ranks: Ranks, path: Path, tell: Callable[[str], None]) -> None:
        self._run, self._ranks = run, ranks
        self._random: list[Any] = []
        self._keeper = checkpoints.Keeper(self._state, path, tell)
        self._random = ranks.gather(checkpoints.random_rows(run))
        ranks.from_first(lambda: checkpoints.write(self._state(), path))

    def keep(self, now: bool = False) -> None:
        """Save if an epoch is over and it is time, or the run is over; all ranks call it.

        With `now` it does nothing: a run that is cut off has no whole state after the epoch's end,
        and other ranks may not be there.
        """
        if now or self._run.position.batch > 0:
            return
        over = self._run.position.epoch > self._run.epochs
        if self._ranks.from_first(lambda: over or self._keeper.is_due()):
            self._random = self._ranks.gather(checkpoints.random_rows(self._run))
            self._ranks.from_first(lambda: self._keeper.keep(now=True))

    def _state(self) -> dict[str, Any]:
        return {**checkpoints.run_state(self._run), OWN: self._random}


def exists(ranks: Ranks, path: Path) -> bool:
    """Return whether the first rank has such a file."""
    return ranks.from_first(path.exists)


def load(run: Run, ranks: Ranks, path: Path) -> None:
    """Put the run of each rank where it stood; the first one alone reads the file.

    Where there were as many ranks, each takes its own random numbers up again; else all take those
    of the first.

    Raises:
        CheckpointError, OSError: as `load_checkpoint`, on all ranks.
    """
    state = ranks.from_first(lambda: checkpoints.read(path))
    own = state.get(OWN, [])
    if len(own) == ranks.size:
        state["random"] = own[ranks.rank]
    checkpoints.restore(run, state, path)
