"""What the processes that train one model tell one another, so that they are one training run.

Started by `torchrun`, each process has the same model in `DistributedDataParallel`, which averages
the gradients over the processes during backward. Here is what that leaves open: the loss of the
whole batch, batches that do not divide evenly, the ends of epochs, and who writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.autograd import Function
from torch.nn.parallel import DistributedDataParallel

from rnnlab.base.checks import resolve_device
from rnnlab.loop import hidden
from rnnlab.loop.checks import Batch, as_pair
from rnnlab.loop.losses import LossFunction
from rnnlab.runs.shards import Part, Shard, rank_and_size

T = TypeVar("T")


class Facts(NamedTuple):
    """What a rank says of its next batch: 1 if it has one, target values, rows, and a digest."""

    has: int
    values: int
    rows: int
    digest: int


class Ranks:
    """The processes that train one model, each on its own rows of every batch.

    What stands here is done by all of them together: each has to call it, and waits for the rest.

    Attributes:
        rank: number of this process, from 0. size: how many processes there are.
        first: whether this is the process that writes.
        own, count: target values in the present batch, of this rank and of all.

    Args:
        model: wrapped.
        device: of the model, where all that is sent lies.
    """

    def __init__(self, model: DistributedDataParallel, device: torch.device) -> None:
        self.model, self.device, self.group = model, device, model.process_group
        self.rank, self.size = dist.get_rank(self.group), dist.get_world_size(self.group)
        self.first = self.rank == 0
        self.own = self.count = 0

    def in_step(self, batches: Iterator[Batch], carry: bool) -> Iterator[Batch]:
        """Yield this rank's batches, each when all ranks have theirs.

        Args:
            batches: of this rank.
            carry: whether the hidden state is carried from batch to batch.

        Raises:
            ValueError: on all ranks, if one has fewer batches, or rows of another batch; or if a
                state is carried and there are more rows than before.
        """
        room: hidden.State = None
        while True:
            batch = next(batches, None)
            told = [Facts(*map(int, row)) for row in self._gather([*_facts(batch)])]
            _check_together(told)
            if batch is None:  # nor has any other rank
                return
            rows = sum(facts.rows for facts in told)
            if carry:  # as one process would refuse it, whichever rank has the rows
                room = torch.empty(1, rows, 0) if room is None else hidden.fit(room, rows)
            self.own, self.count = told[self.rank].values, sum(facts.values for facts in told)
            yield batch

    def whole(self, loss_fn: LossFunction) -> LossFunction:
        """Return a loss function whose value is the loss of the whole batch, on every rank.

        Its gradient is this rank's part of it: `DistributedDataParallel` averages over ranks, so a
        rank's average loss has to count by its share of the target values, times the ranks.
        """

        def whole_loss(predictions: Tensor, targets: Tensor) -> Tensor:
            loss = loss_fn(predictions, targets)
            if loss.numel() != 1:
                return loss  # torch says what is wrong with it, in backward
            return _WholeLoss.apply(loss, self)

        return whole_loss

    def mean(self, value: float) -> float:
        """Return the average of a number over ranks; exactly the number if all have the same."""
        values = [row[0] for row in self._gather([value])]
        return values[0] if len({*values}) == 1 else sum(values) / self.size

    def share_buffers(self) -> None:
        """Give all ranks the first one's buffers, such as a BatchNorm's averages.

        `DistributedDataParallel` does so before each forward pass in training.
        """
        if self.model.broadcast_buffers:
            for buffer in self.model.module.buffers():
                dist.broadcast(buffer, self._first(), self.group)

    def from_first(self, call: Callable[[], T]) -> T:
        """Return on every rank what a call returns on the first; raise everywhere what it raises.

        The other ranks do not call it. What it returns has to be picklable.
        """
        box: list[Any] = [None, None]
        if self.first:
            try:
                box[0] = call()
            except Exception as error:
                box[1] = error
        dist.broadcast_object_list(box, self._first(), self.group, self.device)
        if box[1] is not None:
            raise box[1]
        return box[0]

    def gather(self, value: T) -> list[T]:
        """Return the value of each rank; it has to be picklable."""
        values: list[Any] = [None] * self.size
        on_gpu = self.device.type == "cuda"  # torch sends from the present one: it must be ours
        with torch.cuda.device(self.device) if on_gpu else nullcontext():
            dist.all_gather_object(values, value, self.group)
        return values

    def _first(self) -> int:
        return dist.get_global_rank(self.group, 0)

    def _gather(self, row: list[float]) -> list[list[float]]:
        own = torch.tensor(row, dtype=torch.float64, device=self.device)
        rows = [torch.empty_like(own) for _ in range(self.size)]
        dist.all_gather(rows, own, self.group)
        return torch.stack(rows).tolist()


class _WholeLoss(Function):
    """From a rank's average loss to that of the whole batch; back, to the rank's share of it."""

    @staticmethod
    def forward(ctx: Any, loss: Tensor, ranks: Ranks) -> Tensor:
        ctx.share = ranks.own * ranks.size / ranks.count
        total = loss.double() * ranks.own if ranks.own else torch.zeros_like(loss).double()
        dist.all_reduce(total, group=ranks.group)
        return (total / ranks.count).to(loss.dtype)

    @staticmethod
    def backward(ctx: Any, d_loss: Tensor) -> tuple[Tensor, None]:
        return d_loss * ctx.share, None


def ranks_of(model: nn.Module, device: torch.device) -> Ranks | None:
    """Return the processes that train this model together, None if it is this one alone."""
    return Ranks(model, device) if isinstance(model, DistributedDataParallel) else None


def bare(model: nn.Module) -> nn.Module:
    """Return the model itself, without the `DistributedDataParallel` around it."""
    return model.module if isinstance(model, DistributedDataParallel) else model


def move(model: nn.Module, device: str | torch.device) -> torch.device:
    """Move a model to a device and return that.

    One in `DistributedDataParallel` stays where it was wrapped: each rank has chosen its own.

    Raises:
        ValueError: for one that is wrapped, and another device than its own.
    """
    if not isinstance(model, DistributedDataParallel):
        place = resolve_device(device)
        model.to(place)
        return place
    own = next(model.parameters()).device
    if device != "auto":
        place = resolve_device(device)
        if place.type != own.type or place.index not in (None, own.index):
            raise ValueError(
                f"device is {str(device)!r}, and the model in DistributedDataParallel is on "
                f"{str(own)!r}, where it has to stay: move it before it is wrapped, and leave "
                'device="auto"'
            )
    return own


def check_shard(model: nn.Module, batches: Iterable[Batch]) -> None:
    """Refuse to train on a part of each batch a model that no other rank hears of."""
    if not isinstance(batches, Shard) or isinstance(model, DistributedDataParallel):
        return
    if (size := rank_and_size()[1]) > 1:
        raise ValueError(
            f"batches is a Shard, one of {size} parts, but each of the {size} processes would "
            "train a model of its own on its part: wrap the model, "
            "torch.nn.parallel.DistributedDataParallel(model)"
        )


def _facts(batch: Batch | None) -> Facts:
    if batch is None:
        return Facts(0, 0, 0, 0)
    inputs, targets = as_pair(batch)
    if isinstance(batch, Part) and batch.stands_in:
        return Facts(1, 0, 0, batch.digest)
    return Facts(1, targets.numel(), len(inputs), getattr(batch, "digest", 0))


def _check_together(told: list[Facts]) -> None:
    missing = [str(rank) for rank, facts in enumerate(told) if not facts.has]
    if 0 < len(missing) < len(told):
        raise ValueError(
            f"{len(told)} ranks train together, and rank {', '.join(missing)} has fewer batches "
            "than the others; expected as many on each: give all of them rnnlab.Shard(batches) of "
            "the same batches, or a DataLoader with a DistributedSampler"
        )
    if len({facts.digest for facts in told}) > 1:
        raise ValueError(
            "the ranks read different batches; a Shard is a part of a batch that all ranks read: "
            "shuffle with the same seed on every rank, as rnnlab.Batches(..., shuffle=True, "
            "seed=0) does, or DataLoader(generator=torch.Generator().manual_seed(0))"
        )
