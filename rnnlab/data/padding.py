"""Sequences of different length in one batch: padding, the mask of the real steps, the last one."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from rnnlab.base.checks import check_count, check_lengths, check_tensor
from rnnlab.base.say import say
from rnnlab.data.batches import Batches
from rnnlab.loop.losses import IGNORED


def pad(sequences: Sequence[Tensor], value: float = 0) -> tuple[Tensor, Tensor]:
    """Put sequences of different length into one tensor, and say how long each of them is.

    Args:
        sequences: tensors (T_b, ...), alike in all axes but the first.
        value: what stands after the end of a sequence.

    Returns:
        padded (B, T, ...), T the longest length, and lengths (B,), int64.

    Raises:
        TypeError: for what is no tensor.
        ValueError: for no sequence, or one without a step.

    Example:
        padded, lengths = rnnlab.pad([torch.ones(3, 1), torch.ones(5, 1)])  # (2, 5, 1), [3, 5]
    """
    for k, sequence in enumerate(sequences):
        check_tensor(say("sequence {k}", k=k), sequence)
        if sequence.dim() == 0 or len(sequence) == 0:
            text = "sequence {k} has shape {shape}; expected at least one time step"
            raise ValueError(say(text, k=k, shape=tuple(sequence.shape)))
    if len(sequences) == 0:
        raise ValueError(say("sequences is empty; expected at least one tensor (T, ...)"))
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    return pad_sequence([*sequences], batch_first=True, padding_value=value), lengths


def is_real(lengths: Tensor, length: int | None = None) -> Tensor:
    """Return the mask (B, T) of padded sequences: True at a real step, False at padding.

    Args:
        lengths: (B,), real steps of each sequence.
        length: T; the longest of `lengths` when None.

    Raises:
        ValueError: for lengths that are not between 1 and T.

    Example:
        loss = losses[rnnlab.is_real(lengths)].mean()  # losses (B, T): the mean over real steps
    """
    longest = int(lengths.max()) if length is None else check_count("length", length)
    check_lengths(lengths, longest)
    return torch.arange(longest, device=lengths.device) < lengths.unsqueeze(1)  # -> (B, T)


def last_step(values: Tensor, lengths: Tensor) -> Tensor:
    """Return what stands at the last real step of each padded sequence, (B, T, ...) -> (B, ...).

    Args:
        values: (B, T, ...), such as hidden states (B, T, H) or logits (B, T, C).
        lengths: (B,), real steps of each sequence.

    Raises:
        ValueError: for lengths that are not between 1 and T, or not as many as sequences.
    """
    check_lengths(lengths, values.shape[1], len(values))
    rows = torch.arange(len(values), device=values.device)
    return values[rows, lengths.to(values.device) - 1]


class PaddedBatches(Batches):
    """Batches of sequences of different length, each padded to its own longest sequence.

    With a target at each step, a batch is inputs (B, T, ...) and targets (B, T), in which padding
    has the class number -100: "cross_entropy" leaves it out, so its mean is over real steps. With
    one target a sequence, a batch is the pair (inputs, lengths) and targets (B,): `SequenceModel`
    takes such a pair, and answers once for each sequence.

    Args:
        inputs: N sequences (T_n, ...); they are padded with 0.
        targets: N sequences (T_n,) of class numbers, or a tensor (N, ...), one a sequence.
        batch_size, shuffle, seed: as for `Batches`.

    Attributes:
        lengths: (N,), real steps of each sequence.

    Raises:
        ValueError: as `Batches`, and for inputs and targets of one sequence that are not as long.
        TypeError: for anything but tensors.

    Example:
        batches = rnnlab.PaddedBatches(sequences, torch.tensor(labels), shuffle=True)
    """

    def __init__(
        self,
        inputs: Sequence[Tensor],
        targets: Sequence[Tensor] | Tensor,
        batch_size: int = 32,
        shuffle: bool = False,
        seed: int = 0,
    ) -> None:
        padded, self.lengths = pad(inputs)
        self._at_each_step = not isinstance(targets, Tensor)
        if not isinstance(targets, Tensor):
            targets, lengths = pad(targets, IGNORED)
            if len(lengths) == len(self.lengths) and not torch.equal(lengths, self.lengths):
                k = int((lengths != self.lengths).nonzero()[0])
                text = (
                    "sequence {k} has {inputs} inputs and {targets} targets; expected as many of "
                    "both, or one target a sequence as a tensor (N,)"
                )
                given = {"inputs": int(self.lengths[k]), "targets": int(lengths[k])}
                raise ValueError(say(text, k=k, **given))
        super().__init__(padded, targets, batch_size, shuffle, seed)

    def __iter__(self) -> Iterator[tuple[Any, Tensor]]:
        """Yield (inputs, targets) of each batch, or ((inputs, lengths), targets)."""
        order = self._next_order()
        rows = torch.arange(len(self.inputs)) if order is None else order
        for some in rows.split(self.batch_size):
            lengths = self.lengths[some]
            inputs = self.inputs[some, : int(lengths.max())]  # (N, T, ...) -> (B, T, ...)
            if self._at_each_step:
                yield inputs, self.targets[some, : inputs.shape[1]]
            else:
                yield (inputs, lengths), self.targets[some]
