"""What the processes that train one model exchange, so that they are one training run.

Started by `torchrun`, each process has the same model in `DistributedDataParallel`, which averages
the gradients over the processes during backward. Here is what that leaves open: the loss of the
whole batch, batches that do not divide evenly, the ends of epochs, and who writes.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.autograd import Function
from torch.nn.parallel import DistributedDataParallel

from rnnlab.base.checks import resolve_device
from rnnlab.base.nested import to_device
from rnnlab.base.say import say
from rnnlab.loop import hidden
from rnnlab.loop.losses import LossFunction, count_values
from rnnlab.loop.training import Run
from rnnlab.runs.checks import Pair, as_loss, as_pair
from rnnlab.runs.process import Process, begin_epoch
from rnnlab.runs.shards import Part, Shard, rank_and_size

T = TypeVar("T")


class _Next(NamedTuple):
    """A rank's next batch: 1 if there is one, its target values, its rows, and a digest."""

    is_there: int
    values: int
    rows: int
    digest: int


class Ranks(Process):
    """The processes that train one model, each on its own rows of every batch.

    What stands here is done by all of them together: each has to call it, and waits for the rest.

    The model is in `DistributedDataParallel`; all that is sent lies on its device.
    """

    def __init__(self, model: Any, device: torch.device) -> None:
        super().__init__()
        self.model, self.device, self.group = model, device, model.process_group
        self.rank, self.size = dist.get_rank(self.group), dist.get_world_size(self.group)
        self.first, self.root = self.rank == 0, dist.get_global_rank(self.group, 0)
        self.own = self.whole = 0  # target values in the present batch, of this rank and of all

    def batches(self, run: Run, epoch: int) -> Iterator[Pair]:
        """Yield this rank's batches of an epoch, each when all ranks have theirs.

        All ranks raise an error if one has fewer batches, or rows of another batch, or if a state
        is carried and there are more rows than before.
        """
        begin_epoch(run.batches, epoch)
        batches, before = iter(run.batches), None
        while True:
            batch = next(batches, None)
            own = torch.tensor(_next(batch, run.loss_fn), dtype=torch.float64, device=self.device)
            rows = [torch.empty_like(own) for _ in range(self.size)]
            dist.all_gather(rows, own, self.group)
            ranks = [_Next(*map(int, row)) for row in torch.stack(rows).tolist()]
            _check_together(ranks)
            if batch is None:  # nor has any other rank
                return
            count = sum(rank.rows for rank in ranks)
            if run.hidden_state == "carry" and before is not None:
                # as one process would refuse it, whichever rank has the rows
                hidden.truncate_batch(torch.empty(1, before, 0), count, before)
            before = count
            self.own, self.whole = ranks[self.rank].values, sum(rank.values for rank in ranks)
            yield to_device(as_pair(batch, run.batch_first), run.device)

    def count(self, count: int) -> int:
        """Return how many target values the batch has on all ranks."""
        return self.whole

    def loss_fn(self, run: Run) -> LossFunction:
        """Return a loss function whose value is the loss of the whole batch, on every rank.

        Its gradient is this rank's part of it: `DistributedDataParallel` averages over ranks, so a
        rank's average loss counts by its fraction of the target values, times the ranks.
        """

        def whole_loss(predictions: Tensor, targets: Tensor) -> Tensor:
            loss = run.loss_fn(predictions, targets)
            if isinstance(loss, tuple):
                text = (
                    "loss_fn returned a pair (loss, count); on several ranks it has to be an "
                    "average over all target values: return the loss alone"
                )
                raise TypeError(say(text))
            if loss.numel() != 1:
                return loss  # torch refuses it in backward
            return _WholeLoss.apply(loss, self)

        return whole_loss

    def validate(self, run: Run) -> float | None:
        """Return the average over ranks of what each has measured at the end of an epoch."""
        if run.validation is None:
            return None
        if self.model.broadcast_buffers:  # as DistributedDataParallel does before each forward pass
            for buffer in self.model.module.buffers():
                dist.broadcast(buffer, self.root, self.group)
        losses = self.gather(as_loss(run.validation(self.model.module)))
        return losses[0] if len({*losses}) == 1 else sum(losses) / self.size

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
        dist.broadcast_object_list(box, self.root, self.group, self.device)
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


class _WholeLoss(Function):
    """From a rank's average loss to that of the whole batch; back, to the rank's part of it."""

    @staticmethod
    def forward(ctx: Any, loss: Tensor, ranks: Ranks) -> Tensor:
        ctx.fraction = ranks.own * ranks.size / ranks.whole
        total = loss.double() * ranks.own if ranks.own else torch.zeros_like(loss).double()
        dist.all_reduce(total, group=ranks.group)
        return (total / ranks.whole).to(loss.dtype)

    @staticmethod
    def backward(ctx: Any, d_loss: Tensor) -> tuple[Tensor, None]:
        return d_loss * ctx.fraction, None


def move(model: nn.Module, device: str | torch.device) -> torch.device:
    """Move a model to a device and return that.

    One in `DistributedDataParallel` stays where it was wrapped: each rank has chosen its own.
    """
    if not isinstance(model, DistributedDataParallel):
        target = resolve_device(device)
        model.to(target)
        return target
    own = next(model.parameters()).device
    if device != "auto":
        target = resolve_device(device)
        if target.type != own.type or target.index not in (None, own.index):
            text = (
                "device is {device!r}, and the model in DistributedDataParallel is on {own!r}, "
                'where it has to stay: move it before it is wrapped, and leave device="auto"'
            )
            raise ValueError(say(text, device=str(device), own=str(own)))
    return own


def check_shard(model: nn.Module, batches: Iterable[Any]) -> None:
    """Refuse to train on a part of each batch a model that no other rank hears of."""
    if not isinstance(batches, Shard) or isinstance(model, DistributedDataParallel):
        return
    if (size := rank_and_size()[1]) > 1:
        text = (
            "batches is a Shard, one of {size} parts, but each of the {size} processes would "
            "train a model of its own on its part: wrap the model, "
            "torch.nn.parallel.DistributedDataParallel(model)"
        )
        raise ValueError(say(text, size=size))


def _next(batch: Any, loss_fn: LossFunction) -> _Next:
    if batch is None:
        return _Next(0, 0, 0, 0)
    inputs, targets = as_pair(batch)
    if isinstance(batch, Part) and batch.stands_in:
        return _Next(1, 0, 0, batch.digest)
    count = count_values(loss_fn, targets)
    return _Next(1, count, len(inputs), getattr(batch, "digest", 0))


def _check_together(ranks: list[_Next]) -> None:
    missing = [str(rank) for rank, batch in enumerate(ranks) if not batch.is_there]
    if 0 < len(missing) < len(ranks):
        text = (
            "{count} ranks train together, and rank {missing} has fewer batches than the others; "
            "expected as many on each: give all of them rnnlab.Shard(batches) of the same batches, "
            "or a DataLoader with a DistributedSampler"
        )
        raise ValueError(say(text, count=len(ranks), missing=", ".join(missing)))
    if len({batch.digest for batch in ranks}) > 1:
        text = (
            "the ranks read different batches; a Shard is a part of a batch that all ranks read: "
            "shuffle with the same seed on every rank, as rnnlab.Batches(..., shuffle=True, "
            "seed=0) does, or DataLoader(generator=torch.Generator().manual_seed(0))"
        )
        raise ValueError(say(text))
