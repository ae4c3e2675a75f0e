"""From a series to training examples: windows, shuffled batches, contiguous streams."""

from collections.abc import Iterator

import torch
from torch import Tensor

from rnnlab.base.checks import check_count, check_seed, check_tensor
from rnnlab.base.say import say
from rnnlab.data.series import check_all_finite, check_values


def windows(series: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """Split a series (N, D) into overlapping windows and the same windows one step later.

    Returns:
        inputs and targets, each (N - length, length, D); `targets[:, t]` is `inputs[:, t + 1]`.

    Raises:
        ValueError: for a series that is not (N, D) or too short for one window and its target.
    """
    check_values(series)
    length = check_count("length", length)
    if len(series) <= length:
        text = (
            "the series has {count} values; a window of {length} and its target need at least "
            "{least}: give a longer series or a shorter window"
        )
        raise ValueError(say(text, count=len(series), length=length, least=length + 1))
    both = series.unfold(0, length + 1, 1).transpose(1, 2)  # (N, D) -> (N - T, T + 1, D)
    return both[:, :-1].contiguous(), both[:, 1:].contiguous()


class Batches:
    """Batches of examples, in a new order at each pass if asked; iterate as often as you like.

    The order of pass k depends on `seed` and k alone. A pass is one gather from the tensors and
    then slices of the result; nothing is copied example by example.

    Args:
        inputs: (N, ...), for sequences (N, T, D).
        targets: (N, ...).
        batch_size: examples in a batch; the last one may be smaller.
        shuffle: draw a new order at each pass.
        seed: of the orders.

    Raises:
        ValueError: for no data, lengths that differ, values that are not finite, a bad batch size.
        TypeError: for anything but tensors.
    """

    def __init__(
        self,
        inputs: Tensor,
        targets: Tensor,
        batch_size: int = 32,
        shuffle: bool = False,
        seed: int = 0,
    ) -> None:
        _check_pair(inputs, targets)
        self.inputs, self.targets, self.shuffle = inputs, targets, shuffle
        self.batch_size = check_count("batch_size", batch_size)
        self.seed = check_seed("seed", seed)
        self._epoch = 1

    def set_epoch(self, epoch: int) -> None:
        """Make the next pass the epoch-th (the first is 1); `train` does this by itself."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (inputs, targets) of each batch."""
        inputs, targets, order = self.inputs, self.targets, self._next_order()
        if order is not None:
            inputs, targets = inputs[order], targets[order]
        return zip(inputs.split(self.batch_size), targets.split(self.batch_size), strict=True)

    def _next_order(self) -> Tensor | None:
        """Return the order of the next pass, None if the examples stay as they are."""
        self._epoch += 1
        if not self.shuffle:
            return None
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self._epoch - 1)
        return torch.randperm(len(self.inputs), generator=generator)

    def __len__(self) -> int:
        """Return the number of batches in a pass."""
        return -(-len(self.inputs) // self.batch_size)

    def __repr__(self) -> str:
        order = f"shuffled with seed {self.seed}" if self.shuffle else "in order"  # not said
        return (
            f"Batches({len(self.inputs)} examples of {tuple(self.inputs.shape[1:])}, "  # not said
            f"{len(self)} batches of {self.batch_size}, {order})"
        )


class Streams:
    """Batches that continue each other: row b of batch k+1 goes on where row b of batch k ended.

    The series is split into `batch_size` pieces of equal length that are read side by side,
    `length` time steps a batch; this is the order for a carried hidden state. The last batch may
    be shorter in time; the values left over by the division into equal pieces are not used.

    Args:
        inputs: (N, D).
        targets: (N, ...), the target of each time step.
        batch_size: pieces read side by side.
        length: time steps in a batch.

    Raises:
        ValueError: as `Batches`, and for more pieces than values.
    """

    def __init__(self, inputs: Tensor, targets: Tensor, batch_size: int = 4, length: int = 24):
        _check_pair(inputs, targets)
        batch_size, length = check_count("batch_size", batch_size), check_count("length", length)
        each = len(inputs) // batch_size
        if each == 0:
            text = (
                "{count} values cannot be split into {batch_size} pieces: give more values or a "
                "smaller batch_size"
            )
            raise ValueError(say(text, count=len(inputs), batch_size=batch_size))
        self.batch_size, self.length, self.dropped = batch_size, length, len(inputs) % batch_size
        used = each * batch_size
        self.inputs = inputs[:used].unflatten(0, (batch_size, each))  # (N, D) -> (B, N // B, D)
        self.targets = targets[:used].unflatten(0, (batch_size, each))

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (inputs, targets) of each batch, (B, T, D)."""
        inputs, targets = (part.split(self.length, dim=1) for part in (self.inputs, self.targets))
        return zip(inputs, targets, strict=True)

    def __len__(self) -> int:
        """Return the number of batches in a pass."""
        return -(-self.inputs.shape[1] // self.length)

    def __repr__(self) -> str:
        return (
            f"Streams({self.batch_size} pieces of {self.inputs.shape[1]} time steps, "  # not said
            f"{len(self)} batches of {self.length} steps, {self.dropped} values unused)"
        )


def _check_pair(inputs: Tensor, targets: Tensor) -> None:
    for name, tensor in (("inputs", inputs), ("targets", targets)):
        check_tensor(name, tensor)
        if tensor.dim() == 0 or len(tensor) == 0:
            text = "{name} is empty (shape {shape}); expected at least one example"
            raise ValueError(say(text, name=name, shape=tuple(tensor.shape)))
        check_all_finite(name, tensor)
    if len(inputs) != len(targets):
        text = (
            "inputs has {inputs} examples (shape {shape}), targets has {targets} (shape {other}); "
            "expected as many of both"
        )
        shapes = {"shape": tuple(inputs.shape), "other": tuple(targets.shape)}
        raise ValueError(say(text, inputs=len(inputs), targets=len(targets), **shapes))
