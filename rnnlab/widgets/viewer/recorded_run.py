"""A run that can be seen again: its weights at the end of each epoch, and what became of it."""

import copy
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from rnnlab.base.step import Step
from rnnlab.loop.training import Run
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.pictures.run_panels import Mark
from rnnlab.runs.history import History
from rnnlab.tasks.catalogue import Task
from rnnlab.widgets.viewer.seeds import Seeds

MOST_BYTES = 20_000_000  # of kept weights; beyond it every second epoch is dropped


class RecordedRun(Iterator[Step]):
    """The steps of a run; it keeps the weights at the end of each epoch, or of each so many.

    Attributes:
        number: counted from 1; 0 is a model that was never trained.
        task, settings: what it was begun with.
        run: the `Run` whose steps these are; None for number 0.
        seeds: the runs with the next seeds, which make a step whenever this one does.
        history: all that has happened in it.
        steps: how many there will be.
        marks: the settings that were changed while it ran.
        outcome: how it ended, in a few words; empty while it can go on.
        result: how good its answers were when they were last looked at; empty before that.

    Args:
        number, task, settings, run: as the attributes.
        model: what is trained.
        batches: of an epoch.
    """

    def __init__(
        self, number: int, task: Task, settings: Mapping[str, Any], model: SequenceModel,
        batches: int, run: Run | None = None,
    ) -> None:  # fmt: skip
        self.number, self.task, self.settings = number, task, dict(settings)
        self.model, self.run = model, run
        self.steps = settings["epochs"] * batches
        self.history = History() if run is None else run.history
        self.seeds = Seeds(self.settings if run else {}, task, model)
        self.marks: list[Mark] = []
        self.outcome = self.result = ""
        self.begin(0)

    def repeats(self, other: "RecordedRun") -> bool:
        """Return whether this run does all that another has done, which ended by itself."""
        same = self.task is other.task and self.seeds.count >= other.seeds.count
        same &= {**self.settings, "seeds": 1} == {**other.settings, "seeds": 1}
        return same and not other.marks and not other.outcome

    def change(self, settings: Mapping[str, Any]) -> None:
        """Note that the run goes on with these settings in place of its own."""
        self.settings.update(settings)
        self.seeds.change(**settings)

    def begin(self, epoch: int) -> None:
        """Keep the weights as they are now as those of this epoch, and no others."""
        self._kept: dict[int, Tensor] = {}
        self._every = 1
        self._viewed: SequenceModel | None = None
        self._keep(epoch)

    def __next__(self) -> Step:
        """Make one update and return it."""
        if self.run is None:
            raise StopIteration
        self.seeds.prepare()
        try:
            step = next(self.run)
        except Exception:  # it has ended, too: its others are not needed any more
            self.seeds.end()
            raise
        self.seeds.follow(step)
        if step.train_loss is not None:
            self._keep(step.epoch)
        return step

    def _keep(self, epoch: int) -> None:
        self._last = parameters_to_vector(self.model.parameters()).detach()
        self.epoch = epoch
        if epoch % self._every == 0 or not self._kept:
            self._kept[epoch] = self._last
        while len(self._kept) * self._last.nbytes > MOST_BYTES and len(self._kept) > 2:
            self._every *= 2
            self._kept = {e: w for e, w in self._kept.items() if e % self._every == 0}

    @property
    def nbytes(self) -> int:
        """The bytes of all weights that are kept."""
        return sum(weights.nbytes for weights in self._kept.values())

    @property
    def first(self) -> int:
        """The first epoch that can be seen: 0, or where a checkpoint was loaded."""
        return min(self._kept)

    def nearest(self, epoch: int) -> int:
        """Return the epoch that can be seen and is nearest to this one, of 0 to the last."""
        return min((*self._kept, self.epoch), key=lambda kept: abs(kept - epoch))

    def kept_from(self, epoch: int) -> list[int]:
        """Return the epochs that can be seen, from this one on."""
        return [kept for kept in sorted({*self._kept, self.epoch}) if kept >= epoch]

    def model_at(self, epoch: int) -> SequenceModel:
        """Return a model as at the end of the `nearest` epoch; the next call changes it again."""
        if self._viewed is None:
            self._viewed = copy.deepcopy(self.model)
        epoch = self.nearest(epoch)
        weights = self._last if epoch == self.epoch else self._kept[epoch]
        with torch.no_grad():
            vector_to_parameters(weights.clone(), self._viewed.parameters())
        return self._viewed

    def step_of(self, epoch: int) -> int:
        """Return the index of an epoch's last step; 0 for what was before all steps."""
        done = bisect_right(self.history.steps, epoch, key=lambda step: step.epoch)
        return self.history.steps[done - 1].index if done else 0
