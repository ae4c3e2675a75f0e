"""From a series to windows to batches: shuffled batches, contiguous streams, the shipped series."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

import torch
from torch import Tensor

from rnnlab.base.checks import (
    check_count,
    check_not_negative,
    check_positive,
    check_seed,
    check_tensor,
)


@dataclass(frozen=True)
class Series:
    """A measured series: one value at each time, in its own unit.

    Attributes:
        name: what is measured, as a title.
        times: (N,) where each value stands on the time axis (years, or counts).
        values: (N,) the values, with gaps filled.
        unit: of the values.
        time_unit: what lies between two values, in the singular ("year", "month", "step").
        note: what was done to the data, in a sentence; empty if nothing.
    """

    name: str
    times: tuple[float, ...]
    values: Tensor
    unit: str
    time_unit: str
    note: str = ""


def load_sunspots() -> Series:
    """Mean sunspot number of each year, 1700-2008 (309 values).

    Source: US National Geophysical Data Center (NOAA), public domain; see datasets/SOURCES.md.
    """
    rows = _read_rows("sunspots_yearly.csv")
    values = torch.tensor([float(value) for _, value in rows])
    return Series("Sunspots", tuple(float(year) for year, _ in rows), values, "sunspots", "year")


def load_co2() -> Series:
    """Mean CO2 at Mauna Loa of each month, 1958-03 to 2001-12 (526 values, ppm).

    A month with no reading is filled by a straight line between its neighbours, and the note
    names it. Source: Keeling and Whorf, CDIAC, US Department of Energy, 2004, public domain; see
    datasets/SOURCES.md.
    """
    rows = _read_rows("co2_monthly.csv")
    times = tuple(int(month[:4]) + (int(month[5:]) - 0.5) / 12 for month, _ in rows)
    missing = [i for i, (_, value) in enumerate(rows) if not value]
    values = [float(value) if value else None for _, value in rows]
    note = (
        f"{len(missing)} of {len(rows)} months have no reading and are filled by a straight line "
        f"between their neighbours: {', '.join(rows[i][0] for i in missing)}."
    )
    return Series("CO2", times, torch.tensor(fill_gaps(values)), "ppm", "month", note)


def make_sine(length: int = 400, period: float = 25.0, noise: float = 0.1, seed: int = 0) -> Series:
    """Return a sine wave of amplitude 1 with normal noise of the given standard deviation."""
    times = torch.arange(check_count("length", length))
    period, noise = check_positive("period", period), check_not_negative("noise", noise)
    generator = torch.Generator().manual_seed(check_seed("seed", seed))
    values = torch.sin(2 * torch.pi * times / period)
    values = values + noise * torch.randn(length, generator=generator)
    return Series("Noisy sine", tuple(times.tolist()), values, "", "step")


def windows(series: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """Cut a series (N, D) into overlapping windows and the same windows one step later.

    Returns:
        inputs and targets, each (N - length, length, D); `targets[:, t]` is `inputs[:, t + 1]`.

    Raises:
        ValueError: for a series that is not (N, D) or too short for one window and its target.
    """
    check_series(series)
    length = check_count("length", length)
    if len(series) <= length:
        raise ValueError(
            f"the series has {len(series)} values; a window of {length} and its target need at "
            f"least {length + 1}: give a longer series or a shorter window"
        )
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
        inputs, targets = self.inputs, self.targets
        if self.shuffle:
            generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self._epoch)
            order = torch.randperm(len(inputs), generator=generator)
            inputs, targets = inputs[order], targets[order]
        self._epoch += 1
        return zip(inputs.split(self.batch_size), targets.split(self.batch_size), strict=True)

    def __len__(self) -> int:
        """Return the number of batches in a pass."""
        return -(-len(self.inputs) // self.batch_size)

    def __repr__(self) -> str:
        """Say what is in a pass."""
        order = f"shuffled with seed {self.seed}" if self.shuffle else "in order"
        return (
            f"Batches({len(self.inputs)} examples of {tuple(self.inputs.shape[1:])}, "
            f"{len(self)} batches of {self.batch_size}, {order})"
        )


class Streams:
    """Batches that continue each other: row b of batch k+1 goes on where row b of batch k ended.

    The series is cut into `batch_size` pieces of equal length that are read side by side,
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
            raise ValueError(
                f"{len(inputs)} values cannot be cut into {batch_size} pieces: give more values "
                "or a smaller batch_size"
            )
        self.batch_size, self.length, self.dropped = batch_size, length, len(inputs) % batch_size
        used = each * batch_size
        self.inputs = inputs[:used].unflatten(0, (batch_size, each))  # (N, D) -> (B, N // B, D)
        self.targets = targets[:used].unflatten(0, (batch_size, each))

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (inputs, targets) of each batch, (B, T, D)."""
        return zip(
            self.inputs.split(self.length, dim=1),
            self.targets.split(self.length, dim=1),
            strict=True,
        )

    def __len__(self) -> int:
        """Return the number of batches in a pass."""
        return -(-self.inputs.shape[1] // self.length)

    def __repr__(self) -> str:
        """Say what is in a pass."""
        return (
            f"Streams({self.batch_size} pieces of {self.inputs.shape[1]} time steps, "
            f"{len(self)} batches of {self.length} steps, {self.dropped} values unused)"
        )


def fill_gaps(values: Sequence[float | None]) -> list[float]:
    """Return values with each gap (None) filled by a straight line between its neighbours.

    Values count as evenly spaced.

    Raises:
        ValueError: for a gap at an end, which has one neighbour only.
    """
    known = [i for i, value in enumerate(values) if value is not None]
    if not known or known[0] != 0 or known[-1] != len(values) - 1:
        raise ValueError("the first or the last value is missing: give both ends")
    filled = [value or 0.0 for value in values]
    for left, right in itertools.pairwise(known):
        low, high = filled[left], filled[right]
        for i in range(left + 1, right):
            filled[i] = low + (high - low) * (i - left) / (right - left)
    return filled


def check_series(series: Tensor, times: Sequence[float] | None = None) -> None:
    """Refuse a series that is empty, not (N, D), or holds values that are not finite."""
    if not isinstance(series, Tensor):
        raise TypeError(f"the series is {type(series).__name__}; expected a tensor (N, D)")
    if series.dim() != 2:
        raise ValueError(
            f"the series has shape {tuple(series.shape)}; expected (time, features): "
            "add the feature axis with series.unsqueeze(-1)"
        )
    if len(series) == 0:
        raise ValueError("the series is empty; expected at least one value")
    _check_finite("the series", series, times)


def _check_pair(inputs: Tensor, targets: Tensor) -> None:
    for name, tensor in (("inputs", inputs), ("targets", targets)):
        check_tensor(name, tensor)
        if tensor.dim() == 0 or len(tensor) == 0:
            raise ValueError(
                f"{name} is empty (shape {tuple(tensor.shape)}); expected at least one example"
            )
    if len(inputs) != len(targets):
        raise ValueError(
            f"inputs has {len(inputs)} examples (shape {tuple(inputs.shape)}), targets has "
            f"{len(targets)} (shape {tuple(targets.shape)}); expected as many of both"
        )
    _check_finite("inputs", inputs)
    _check_finite("targets", targets)


def _check_finite(name: str, values: Tensor, times: Sequence[float] | None = None) -> None:
    bad = (~torch.isfinite(values)).nonzero()
    if len(bad):
        where = bad[0].tolist()
        at = f" (time {times[where[0]]:g})" if times is not None else ""
        raise ValueError(
            f"{name} has {len(bad)} values that are not finite numbers; the first is "
            f"{values[tuple(where)].item()} at index {where}{at}: fill or drop them"
        )


def _read_rows(filename: str) -> list[list[str]]:
    text = (resources.files("rnnlab") / "data" / "datasets" / filename).read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]
