"""The exercises of notebook 01: windows with targets, scaling without a leak, text as numbers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rnnlab.course.judging import Wrong, compare, near, wrong
from rnnlab.tasks.names import NamesTask

LENGTH, AHEAD = 4, 2  # of exercise 01.1


def judge_1(answer: Any, series: Tensor) -> Wrong | None:
    """Judge windows of a series, and the same windows two steps later."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return wrong("kind", kind=type(answer).__name__)
    inputs, targets = answer
    for name, tensor in (("inputs", inputs), ("targets", targets)):
        if tensor.dim() == 2 and tensor.shape == (len(tensor), LENGTH):
            return wrong("no feature axis", name=name, shape=tuple(tensor.shape))
    if targets.dim() < 3 or targets.shape[1] == 1:
        return wrong("one target", shape=tuple(targets.shape))
    if inputs.shape[1] != LENGTH or targets.shape[1] != LENGTH:
        lengths = {"inputs": inputs.shape[1], "targets": targets.shape[1]}
        return wrong("length", length=LENGTH, **lengths)
    if len(inputs) != len(targets):
        return wrong("unpaired", inputs=len(inputs), targets=len(targets), last=len(series) - 1)
    shift, count = _shift(inputs, targets, series), len(series) - LENGTH - (AHEAD - 1)
    if shift is not None and shift != AHEAD:
        steps, side = f"{abs(shift)} step{'s' * (abs(shift) > 1)}", "before" * (shift < 0)
        starts = {"inputs": inputs[0, 0].item(), "targets": targets[0, 0].item()}
        values = {"later": series[AHEAD].item(), "first": series[0].item()}
        return wrong("shift", steps=steps, side=side or "after", ahead=AHEAD, **starts, **values)
    if len(inputs) != count:
        sizes = {"length": LENGTH, "ahead": AHEAD, "values": len(series), "last": count - 1}
        return wrong("count", inputs=len(inputs), count=count, **sizes)
    if shift is None:
        read, wanted = (part[0].flatten().tolist() for part in answer)
        return wrong("else", inputs=read, targets=wanted)
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


def judge_2(answer: Any, values: Tensor, split: int) -> Wrong | None:
    """Judge a series scaled with the statistics of its first part."""
    if not isinstance(answer, Tensor):
        return wrong("kind", kind=type(answer).__name__)
    if answer.numel() != values.numel():
        return wrong("count", given=answer.numel(), years=values.numel())
    ours = answer.detach().flatten()
    known, later = values[:split], values[split:]
    mean, std = _scale(ours[:split], known)
    mean_later, std_later = _scale(ours[split:], later)
    means = [near(mean, part.mean()) for part in (known, values, later)]
    population = near([mean, std], [known.mean(), known.std(correction=0)])
    mistakes = {
        "two scales": abs(mean - mean_later) > 0.1 or abs(std - std_later) > 0.1,
        "leak": means[1] and near(std, values.std()),
        "later": means[2],
        "not divided": means[0] and near(std, 1.0),
        "other deviation": means[0],
    }
    used = f"a mean of {mean:.1f} and a standard deviation of {std:.1f}"
    theirs: dict[str, Any] = {
        "used": used,
        "mean": mean,
        "mean_later": mean_later,
        "std_later": std_later,
    }
    theirs |= {"std": std, "spread": ours[:split].std(), "center": ours[:split].mean()}
    right: dict[str, Any] = {
        "years": len(values),
        "split": split,
        "known": known.mean(),
        "std_all": values.std(),
    }
    scale = [known.mean(), known.std(correction=not population)]  # both ways to divide are right
    ours_twice = [mean, std, mean_later, std_later]
    return compare(ours_twice, scale * 2, mistakes, **theirs, **right)


def _scale(scaled: Tensor, values: Tensor) -> tuple[float, float]:
    """Return the mean and standard deviation with which values were scaled."""
    std = values.std().item() / scaled.std().item()
    return values.mean().item() - scaled.mean().item() * std, std


def judge_3(inputs: Any, targets: Any, name: str) -> Wrong | None:
    """Judge the one-hot inputs and the class targets of a name."""
    for what, tensor in (("inputs", inputs), ("targets", targets)):
        if not isinstance(tensor, Tensor):
            return wrong("kind", what=what, kind=type(tensor).__name__)
    numbers = NamesTask.encode(f".{name}.")
    steps, classes = len(numbers) - 1, NamesTask.input_size
    shapes = {"inputs": tuple(inputs.shape), "targets": tuple(targets.shape)}
    if inputs.shape[-1] != classes:
        return wrong("no rows", classes=classes, **shapes)
    if targets.shape[-1] == classes:
        return wrong("one-hot targets", **shapes)
    if inputs.dim() == 2 or targets.dim() == 1:
        return wrong("no batch axis", **shapes)
    if targets.is_floating_point():
        return wrong("dtype", dtype=targets.dtype)
    read, wanted = (NamesTask.decode(row) for row in (inputs[0].argmax(-1), targets[0]))
    words = {"read": read, "wanted": wanted, "name": name}
    if read == wanted:
        return wrong("same", **words)
    if len(read) != steps or len(wanted) != steps:
        sizes = {"read_steps": len(read), "wanted_steps": len(wanted), "all": steps + 1}
        return wrong("length", steps=steps, **sizes, **words)
    right = NamesTask.one_hot(numbers[:-1])[None], numbers[None, 1:]
    if inputs.shape == right[0].shape and torch.equal(inputs.float(), right[0]):
        if torch.equal(targets, right[1]):
            return None
    return wrong("else", **words)
