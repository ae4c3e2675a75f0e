"""Shard: one rank's rows of every batch, where several processes train one model.

`torchrun` starts the processes; each has a rank, from 0. They are those of torch's default process
group, which `torch.distributed.init_process_group` makes.
"""

import os
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist

from rnnlab.base.say import say
from rnnlab.runs.checks import as_pair, check_batches
from rnnlab.runs.process import begin_epoch

DIGESTED = 4096  # values of a tensor that are looked at to see whether two ranks have the same


class Part(tuple[Tensor, Tensor]):
    """A rank's rows of one batch, (inputs, targets)."""

    # The batch has no row for this rank. This is the batch's first row, so that the rank can take
    # part in what all do together; it counts for nothing.
    stands_in: bool
    digest: int  # a number made from the whole batch; ranks that read the same batch have the same

    def __new__(cls, inputs: Tensor, targets: Tensor, rank: int, size: int) -> "Part":
        """Take the rows rank, rank + size, rank + 2 size, ... of a batch."""
        stands_in = rank >= len(inputs)
        rows = slice(0, 1) if stands_in else slice(rank, None, size)
        part = super().__new__(cls, (inputs[rows], targets[rows]))
        part.stands_in = stands_in
        part.digest = _digest(targets, _digest(inputs, len(inputs)))
        return part


class Shard:
    """This rank's rows of every batch: of `size` ranks, rank r has the rows r, r + size, ...

    So row i belongs to the same rank in every batch, and its hidden state can be carried there,
    also when the last batch is smaller. A rank without a row in a batch gets a `Part` that stands
    in. All ranks read the same batches and take their rows from them: batches that are shuffled
    need the same seed on every rank. Where there is one process alone, it has all rows.

    Args:
        batches: pairs (inputs, targets), as for `rnnlab.train`: `Batches`, `Streams`, a
            `DataLoader`, a list. A `set_epoch` of theirs, or of a DataLoader's sampler, is called
            at each epoch.

    Raises:
        TypeError: for what can be read only once, or has no length.
        RuntimeError: when it is read under torchrun and there is no process group yet.
    """

    def __init__(self, batches: Iterable[Any]) -> None:
        check_batches(batches)
        if isinstance(batches, Iterator) or not hasattr(batches, "__len__"):
            text = (
                "batches is a {kind}; a Shard needs batches that have a length and can be read "
                "again: a list, a DataLoader or rnnlab.Batches"
            )
            raise TypeError(say(text, kind=type(batches).__name__))
        self.batches = batches

    @property
    def generator(self) -> Any:
        """The generator that the batches draw from, if they have one of their own."""
        return getattr(self.batches, "generator", None)

    def set_epoch(self, epoch: int) -> None:
        """Make the next pass the epoch-th (the first is 1); `train` does this by itself."""
        begin_epoch(self.batches, epoch)

    def __iter__(self) -> Iterator[Part]:
        """Yield this rank's rows of each batch."""
        rank, size = rank_and_size()
        for batch in self.batches:
            yield Part(*as_pair(batch), rank, size)

    def __len__(self) -> int:
        """Return the number of batches in a pass, the same on all ranks."""
        return len(self.batches)  # type: ignore[arg-type]  # it has a length, see above

    def __repr__(self) -> str:
        rank, size = rank_and_size()
        return f"Shard({self.batches!r}, rank {rank} of {size})"


def rank_and_size() -> tuple[int, int]:
    """Return this process' rank, from 0, and how many there are: 0 and 1 if it is alone."""
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank(), dist.get_world_size()
    started = os.environ.get("WORLD_SIZE", "1")  # set by torchrun
    if started != "1":
        text = (
            "torchrun has started {started} processes, but they do not know of one another: call "
            'torch.distributed.init_process_group("gloo") first ("nccl" on GPUs)'
        )
        raise RuntimeError(say(text, started=started))
    return 0, 1


def over_ranks(
    batches: Iterable[Any], device: torch.device, total: float, count: int
) -> tuple[float, int]:
    """Return a sum and a count over all ranks for a `Shard`, and as they are for other batches."""
    if not isinstance(batches, Shard) or rank_and_size()[1] == 1:
        return total, count
    both = torch.tensor([total, count], dtype=torch.float64, device=device)
    dist.all_reduce(both)
    return both[0].item(), int(both[1])


def _digest(tensor: Tensor, start: int) -> int:
    values = tensor.detach().flatten()[:DIGESTED].cpu()
    values = values.clone(memory_format=torch.contiguous_format)  # one value may keep a stride
    return zlib.crc32(values.view(torch.uint8).numpy().data, start)
