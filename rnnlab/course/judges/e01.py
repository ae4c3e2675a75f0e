"""The exercises of notebook 01: windows with targets, scaling without a leak, text as numbers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rnnlab.course.exercises import Hints, exercise
from rnnlab.tasks.names import NamesTask

LENGTH, AHEAD = 4, 2  # of exercise 01.1


@exercise(
    "01.1",
    "Windows with targets two steps later",
    """
count = len(small) - 4 - 1  # the last target of the last window is the last value
two_ahead = (
    torch.stack([small[k : k + 4] for k in range(count)]),
    torch.stack([small[k + 2 : k + 6] for k in range(count)]),
)
""",
)
def judge_two_ahead(answer: Any, series: Tensor) -> Hints | None:
    """Judge windows of a series, and the same windows two steps later."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return _same(
            f"Your answer is a {type(answer).__name__}; two tensors are asked for: "
            "two_ahead = (inputs, targets)"
        )
    inputs, targets = answer
    count = len(series) - LENGTH - (AHEAD - 1)
    for name, tensor in (("inputs", inputs), ("targets", targets)):
        if tensor.dim() == 2 and tensor.shape == (len(tensor), LENGTH):
            return _same(
                f"Your {name} have the shape {tuple(tensor.shape)}, with no feature axis; "
                "expected (windows, time, 1)"
            )
    if targets.dim() < 3 or targets.shape[1] == 1:
        return _same(
            f"Your targets have the shape {tuple(targets.shape)}: one target for a whole window. "
            "Each time step of a window has a target of its own"
        )
    if inputs.shape[1] != LENGTH or targets.shape[1] != LENGTH:
        return _same(
            f"Your windows have {inputs.shape[1]} time steps in the inputs and "
            f"{targets.shape[1]} in the targets; both should have {LENGTH}"
        )
    if len(inputs) != len(targets):
        return (
            f"You have {len(inputs)} windows of inputs and {len(targets)} of targets: "
            "each window needs its own",
            f"The last targets you need end at value {len(series) - 1} of the series, its last",
            "Which of the windows of inputs have all their targets? Keep those",
        )
    shift = _shift(inputs, targets, series)
    if shift is not None and shift != AHEAD:
        steps = f"{abs(shift)} step{'' if abs(shift) == 1 else 's'}"
        return (
            f"Your targets lie {steps} {'before' if shift < 0 else 'after'} their inputs; "
            f"asked is {AHEAD} after",
            f"Your first window starts at {inputs[0, 0].item():g}, its targets at "
            f"{targets[0, 0].item():g}; in the series, {series[AHEAD].item():g} lies {AHEAD} steps "
            f"after {series[0].item():g}",
            "If window k of the inputs starts at series[k], where do its targets start?",
        )
    if len(inputs) != count:
        return (
            f"You have {len(inputs)} windows; {count} have all their targets",
            f"A window and its targets reach over {LENGTH} + {AHEAD} values",
            f"With {len(series)} values, the last window that has its targets starts at "
            f"index {count - 1}",
        )
    if shift is None:
        return (
            "Your targets are not the series, a fixed number of steps after the inputs",
            f"inputs[0] is {inputs[0].flatten().tolist()}, targets[0] is "
            f"{targets[0].flatten().tolist()}",
            "Window k of the inputs starts at series[k]; so does the next one a step later",
        )
    return None


def _shift(inputs: Tensor, targets: Tensor, series: Tensor) -> int | None:
    """Return by how many steps the targets lie after the inputs; None if there is no such."""
    starts, steps = torch.arange(len(inputs))[:, None], torch.arange(inputs.shape[1])
    places = starts + steps  # (windows, T), of a window's values in the series
    for moved in range(-LENGTH, len(series)):
        pairs = []
        for tensor, late in ((inputs, max(0, -moved)), (targets, max(0, moved))):
            where = places + late
            inside = where < len(series)
            expected = series[where.clamp(max=len(series) - 1)]
            pairs.append(bool((expected == tensor)[inside].all()) and bool(inside[0].all()))
        if all(pairs):
            return moved
    return None


@exercise(
    "01.2",
    "Scale with what is known in 1947",
    """
known = values[:split]
scaled = (values - known.mean()) / known.std()
""",
)
def judge_scaled(answer: Any, values: Tensor, split: int) -> Hints | None:
    """Judge a series scaled with the statistics of its first part."""
    if not isinstance(answer, Tensor):
        return _same(f"Your answer is a {type(answer).__name__}; expected a tensor")
    if answer.numel() != values.numel():
        return _same(
            f"You have scaled {answer.numel()} values; all {values.numel()} are asked for, the "
            "held-out ones too: the network reads them later, on the same scale"
        )
    ours = answer.detach().flatten()
    known, later = values[:split], values[split:]
    mean, std = _scale(ours[:split], known)
    mean_later, std_later = _scale(ours[split:], later)
    used = f"a mean of {mean:.1f} and a standard deviation of {std:.1f}"
    if abs(mean - mean_later) > 0.1 or abs(std - std_later) > 0.1:
        return (
            f"Your two parts are on two scales: the first used {used}, the second "
            f"{mean_later:.1f} and {std_later:.1f}",
            "The same number of sunspots must give the same scaled number in both parts",
            "In 1947 only one of the two parts is there to take a mean of",
        )
    if _near(mean, known.mean()) and (
        _near(std, known.std()) or _near(std, known.std(correction=0))
    ):
        return None
    if _near(mean, values.mean()) and _near(std, values.std()):
        return (
            f"Your scale used {used}: those of all {len(values)} years, so the future leaks",
            f"The years up to 1947 are the first {split} values",
            f"The mean of these {split} years is {known.mean():.1f}; yours is {mean:.1f}",
        )
    if _near(mean, later.mean()):
        return (
            f"Your scale used {used}: those of the held-out years",
            "The held-out years are the future; take the statistics from before them",
            f"values[split:] starts at index {split}, after the training part",
        )
    if _near(mean, known.mean()) and _near(std, torch.tensor(1.0)):
        return (
            f"Your mean is right, but the spread is still {ours[:split].std():.1f}",
            "A spread of about 1 comes from a division",
            "Divide by the standard deviation of the years whose mean you took",
        )
    if _near(mean, known.mean()):
        return (
            f"Your mean is right; but you divided by {std:.1f}, which is not the standard "
            f"deviation of the first {split} years",
            f"That of all {len(values)} years is {values.std():.1f}: does the future leak?",
            "Mean and standard deviation come from the same years",
        )
    return (
        f"On your scale the training part has mean {ours[:split].mean():.2f} and standard "
        f"deviation {ours[:split].std():.2f}; expected 0 and 1",
        "Subtract a mean first, then divide by a standard deviation (mind the brackets)",
        f"Your numbers are those of {used}",
    )


def _scale(scaled: Tensor, values: Tensor) -> tuple[float, float]:
    """Return the mean and standard deviation with which values were scaled."""
    std = values.std().item() / scaled.std().item()
    return values.mean().item() - scaled.mean().item() * std, std


def _near(number: float, expected: Tensor) -> bool:
    return abs(number - expected.item()) < 0.01


@exercise(
    "01.3",
    "A name as inputs and targets",
    """
numbers = names.encode(".maria.")
name_inputs = names.one_hot(numbers[:-1]).unsqueeze(0)  # (T,) -> (T, D) -> (1, T, D)
name_targets = numbers[1:].unsqueeze(0)  # (T,) -> (1, T)
""",
)
def judge_name(inputs: Any, targets: Any, name: str) -> Hints | None:
    """Judge the one-hot inputs and the class targets of a name."""
    for what, tensor in (("inputs", inputs), ("targets", targets)):
        if not isinstance(tensor, Tensor):
            return _same(f"Your {what} are a {type(tensor).__name__}; expected a tensor")
    numbers = NamesTask.encode(f".{name}.")
    steps, classes = len(numbers) - 1, NamesTask.input_size
    if inputs.shape[-1] != classes:
        return _same(
            f"Your inputs have the shape {tuple(inputs.shape)}: class numbers, or something else, "
            f"but not one-hot rows of {classes}"
        )
    if targets.shape[-1] == classes:
        return (
            f"Your targets are one-hot, {tuple(targets.shape)}; targets are class numbers",
            "A target is one whole number at each time step",
            "names.encode gives class numbers already",
        )
    if inputs.dim() == 2 or targets.dim() == 1:
        return (
            f"Your shapes are {tuple(inputs.shape)} and {tuple(targets.shape)}: the batch axis "
            "is missing",
            "A batch of one is (1, T, D) and (1, T)",
            "unsqueeze(0) adds an axis in front",
        )
    if targets.is_floating_point():
        return _same(
            f"Your targets are {targets.dtype}; classes are whole numbers, as names.encode gives"
        )
    read, wanted = (NamesTask.decode(row) for row in (inputs[0].argmax(-1), targets[0]))
    story = f"Your inputs read {read!r}, your targets {wanted!r}"
    if read == wanted:
        return (
            f"{story}: they are the same, not one step apart",
            "At the first dot, the network is to predict the first letter",
            "Inputs are all characters but the last; which ones are the targets?",
        )
    if len(read) != steps or len(wanted) != steps:
        return (
            f"{story}: {len(read)} and {len(wanted)} time steps; expected {steps}",
            f"Name and dots are {steps + 1} characters, and each target is the one after its input",
            "The network must learn where a name ends, too: after the last letter comes a dot",
        )
    expected = NamesTask.one_hot(numbers[:-1])[None], numbers[None, 1:]
    if inputs.shape == expected[0].shape and torch.equal(inputs.float(), expected[0]):
        if torch.equal(targets, expected[1]):
            return None
    return (
        f"{story}; that is not {name!r} with its dots, one step apart",
        f"The text is '.{name}.'",
        "Each target is the character after its input",
    )


def _same(text: str) -> Hints:
    """Return one hint three times, where it says all there is to say."""
    return text, text, text
