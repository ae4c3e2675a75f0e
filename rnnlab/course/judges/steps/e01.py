"""The exercises of notebook 01: windows with targets, scaling without a leak, text as numbers."""

from typing import Any

from torch import Tensor

from rnnlab.base.say import say, say_count
from rnnlab.course.judging import Wrong, compare, first_of, near, wrong
from rnnlab.tasks.names import NamesTask

LENGTH, AHEAD = 4, 2  # of exercise 01.1


def judge_1(answer: Any, series: Tensor) -> Wrong | None:
    """Judge windows of a series, and the same windows two steps later."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return wrong("kind", kind=type(answer).__name__)
    inputs, targets = answer
    shapes = {"inputs": tuple(inputs.shape), "targets": tuple(targets.shape)}
    names = {"inputs": say("inputs"), "targets": say("targets")}
    for name, shape in shapes.items():
        if shape == (*shape[:1], LENGTH):
            return wrong("no feature axis", name=names[name], shape=shape)
    mistakes: dict[str, object] = {
        "one target": targets.dim() < 3 or targets.shape[1] == 1,
        "length": inputs.shape[1] != LENGTH or targets.shape[1:2] != (LENGTH,),
        "unpaired": len(inputs) != len(targets),
    }
    if verdict := first_of(mistakes, length=LENGTH, last=len(series) - 1, **shapes):
        return verdict
    pairs = [(a, b) for a in _starts(inputs, series) for b in _starts(targets, series)]
    shift = next((b - a for a, b in pairs if min(a, b) == 0), None)
    count, moved = len(series) - LENGTH - (AHEAD - 1), shift or 0
    mistakes = {
        "shift before": moved < 0,
        "shift": shift not in (None, AHEAD),
        "count": len(inputs) != count,
        "else": shift is None,
    }
    counts = {"ahead": AHEAD, "length": LENGTH, "values": len(series), "windows": len(inputs)}
    texts = {"steps": say_count("{n} step", "{n} steps", n=abs(moved))}
    parts = {"inputs": inputs, "targets": targets, "series": series[None]}
    numbers = {name: part.flatten(1).tolist() for name, part in parts.items()}
    return first_of(mistakes, count=count, last=count - 1, **counts, **texts, **numbers)


def _starts(windows: Tensor, series: Tensor) -> list[int]:
    """Return where in the series windows like these start, each a step after the one before."""

    def fits(window: Tensor, start: int) -> bool:
        part = series[start : start + LENGTH]  # fewer at the end of the series
        return bool((window[: len(part)] == part).all())

    starts = range(len(series) - LENGTH + 1)
    return [s for s in starts if all(fits(window, s + k) for k, window in enumerate(windows))]


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
    right_mean, all_mean, later_mean = (near(mean, v.mean()) for v in (known, values, later))
    mistakes = {
        "two scales": abs(mean - mean_later) > 0.1 or abs(std - std_later) > 0.1,
        "leak": all_mean and near(std, values.std()),
        "later": later_mean,
        "not divided": right_mean and near(std, 1.0),
        "other deviation": right_mean,
    }
    fields = {"mean": mean, "std": std, "mean_later": mean_later, "std_later": std_later}
    fields |= {"center": ours[:split].mean().item(), "spread": ours[:split].std().item()}
    fields |= {"known": known.mean().item(), "std_all": values.std().item()}
    population = near([mean, std], [known.mean(), known.std(correction=0)])
    scale = [known.mean(), known.std(correction=not population)]  # both ways to divide are right
    found = [mean, std, mean_later, std_later]
    return compare(found, scale * 2, mistakes, years=len(values), split=split, **fields)


def _scale(scaled: Tensor, values: Tensor) -> tuple[float, float]:
    """Return the mean and standard deviation with which values were scaled."""
    std = values.std().item() / scaled.std().item()
    return values.mean().item() - scaled.mean().item() * std, std


def judge_3(inputs: Any, targets: Any, name: str) -> Wrong | None:
    """Judge the one-hot inputs and the class targets of a name."""
    for what, tensor in ((say("inputs"), inputs), (say("targets"), targets)):
        if not isinstance(tensor, Tensor):
            return wrong("kind", what=what, kind=type(tensor).__name__)
    numbers, classes = NamesTask.encode(f".{name}."), NamesTask.input_size
    shapes = {"inputs": tuple(inputs.shape), "targets": tuple(targets.shape)}
    mistakes = {
        "no rows": inputs.shape[-1] != classes,
        "one-hot targets": targets.shape[-1] == classes,
        "no batch axis": inputs.dim() == 2 or targets.dim() == 1,
        "dtype": targets.is_floating_point(),
    }
    if verdict := first_of(mistakes, classes=classes, dtype=targets.dtype, **shapes):
        return verdict
    read, wanted = (NamesTask.decode(row) for row in (inputs[0].argmax(-1), targets[0]))
    steps, right = len(numbers) - 1, (NamesTask.one_hot(numbers[:-1])[None], numbers[None, 1:])
    mistakes = {
        "same": read == wanted,
        "length": len(read) != steps or len(wanted) != steps,
        "else": not (near(inputs, right[0], 0) and near(targets, right[1], 0)),
    }
    sizes = {"read_steps": len(read), "wanted_steps": len(wanted), "steps": steps, "all": steps + 1}
    return first_of(mistakes, read=read, wanted=wanted, name=name, **sizes)
