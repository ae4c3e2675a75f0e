"""The map of two settings: runs of each learning rate with each clipping bound, in stacks."""

import math
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from rnnlab.runs.history import History
from rnnlab.runs.stacks.stack import MOST_RUNS, Stack, train_stacked
from rnnlab.tasks.catalogue import Task
from rnnlab.tasks.common import validation_of
from rnnlab.tasks.recipe import prepare

Place = tuple[float, float | None]  # a learning rate and a clipping bound


class Spot:
    """A cell of the map: the runs of one learning rate with one bound, from seed 0 on.

    Attributes:
        histories: of each seed; empty until its run has begun.
        diverged: for each seed whether its run has diverged.
    """

    def __init__(self, place: Place, seeds: int) -> None:
        self.learning_rate, self.clip_norm = place
        self.histories = [History() for _ in range(seeds)]
        self.diverged = [False] * seeds

    @property
    def losses(self) -> list[float]:
        """The last validation losses of the seeds that have one and did not diverge."""
        pairs = zip(self.histories, self.diverged, strict=True)
        last = [h.epochs[-1].validation_loss for h, gone in pairs if h.epochs and not gone]
        return [loss for loss in last if loss is not None]

    @property
    def gone(self) -> int:
        """How many of its runs have diverged."""
        return sum(self.diverged)

    @property
    def place(self) -> Place:
        """Its learning rate and its clipping bound."""
        return self.learning_rate, self.clip_norm

    @property
    def median(self) -> float | None:
        """The median of `losses`; None while there are none."""
        return median(self.losses) if self.losses else None

    def overlaps(self, other: "Spot") -> bool:
        """Return whether the ranges of the losses of two cells have values in common."""
        one, two = self.losses, other.losses
        return bool(one and two) and min(one) <= max(two) and min(two) <= max(one)


class Landscape:
    """A grid of runs that differ in learning rate, clipping bound and seed.

    Each run is what `rnnlab.train` makes of its settings, see `train_stacked`.

    Args:
        task: what is learned.
        learning_rates: a column for each.
        clip_norms: a row for each; None: nothing is clipped.
        seeds: runs of each cell, from the seeds 0, 1, ...
        settings: the `cell`, `hidden_size`, `epochs` and `optimizer` of all.

    Attributes:
        spots: the cells, by (learning rate, clipping bound).
        epoch: the epoch that all runs have reached which go on.
    """

    def __init__(
        self, task: Task, learning_rates: Sequence[float], clip_norms: Sequence[float | None],
        seeds: int, **settings: Any,
    ) -> None:  # fmt: skip
        self.task, self.seeds, self.settings = task, seeds, settings
        self.learning_rates, self.clip_norms = tuple(learning_rates), tuple(clip_norms)
        places = [(rate, bound) for bound in clip_norms for rate in learning_rates]
        self.spots = {place: Spot(place, seeds) for place in places}
        self.epoch = 0

    @property
    def runs(self) -> int:
        """How many runs there are in all cells."""
        return self.seeds * len(self.spots)

    def train(self) -> Iterator[None]:
        """Train all runs, with a turn for others after each update of a stack.

        The stacks take turns of an epoch, so cells can be compared at any time; corners and centre
        come first.
        """
        runs = [(spot, seed) for spot in self._coarse_first() for seed in range(self.seeds)]
        parts = [runs[start : start + MOST_RUNS] for start in range(0, len(runs), MOST_RUNS)]
        self._validation = validation_of(self.task)
        stacks: list[Stack] = []
        for epoch in range(1, self.settings["epochs"] + 1):
            for k, part in enumerate(parts):
                if epoch == 1:
                    stacks.append(self._stack(part))
                yield from _one_epoch(part, stacks[k])
            self.epoch = epoch

    def best(self) -> Spot | None:
        """Return the cell with the lowest median, one in which no run diverged if there is one."""
        there = [spot for spot in self.spots.values() if spot.losses]
        return min(there, key=lambda spot: (spot.gone > 0, spot.median), default=None)

    def neighbours(self, spot: Spot) -> list[Spot]:
        """Return the cells beside a cell, up to eight."""
        column, row = self._where(spot)
        near = [(self._where(other), other) for other in self.spots.values()]
        return [s for (x, y), s in near if s is not spot and max(abs(x - column), abs(y - row)) < 2]

    def beside(self, spot: Spot, across: int, down: int) -> Spot:
        """Return the cell so many columns and rows away, or the last one before the map's edge."""
        column, row = self._where(spot)
        column = min(max(0, column + across), len(self.learning_rates) - 1)
        row = min(max(0, row + down), len(self.clip_norms) - 1)
        return self.spots[self.learning_rates[column], self.clip_norms[row]]

    def _where(self, spot: Spot) -> tuple[int, int]:
        column = self.learning_rates.index(spot.learning_rate)
        return column, self.clip_norms.index(spot.clip_norm)

    def _coarse_first(self) -> list[Spot]:
        """Return the cells: corners and centre, then those between them, then the rest."""
        counts = len(self.learning_rates), len(self.clip_norms)

        def order(spot: Spot) -> int:
            pairs = [*zip(self._where(spot), counts, strict=True)]
            ends = [k in (0, count - 1) for k, count in pairs]
            middles = [k == count // 2 for k, count in pairs]
            if all(ends) or all(middles):
                return 0
            return 1 if all(map(max, zip(ends, middles, strict=True))) else 2

        return sorted(self.spots.values(), key=order)

    def _stack(self, runs: Sequence[tuple[Spot, int]]) -> Stack:
        sizes = {name: self.settings[name] for name in ("cell", "hidden_size")}
        made = [prepare(self.task, **sizes, hidden_state="reset", seed=seed) for _, seed in runs]
        stack = train_stacked(
            [model for model, _ in made], [batches for _, batches in made],
            loss_fn=self.task.loss_fn, optimizer=self.settings["optimizer"],
            learning_rate=[spot.learning_rate for spot, _ in runs],
            clip_norm=[spot.clip_norm for spot, _ in runs], epochs=self.settings["epochs"],
            validation=self._validation,
        )  # fmt: skip
        for (spot, seed), history in zip(runs, stack.histories, strict=True):
            spot.histories[seed] = history
        return stack


def _one_epoch(runs: Sequence[tuple[Spot, int]], stack: Stack) -> Iterator[None]:
    """Take a stack's next epoch and note which runs have diverged."""
    epoch = stack.epoch
    while stack.going and stack.epoch == epoch:
        next(stack)
        for (spot, seed), error, history in zip(runs, stack.errors, stack.histories, strict=True):
            losses = history.validation_loss[-1:]
            spot.diverged[seed] = error is not None or not all(map(math.isfinite, losses))
        yield
