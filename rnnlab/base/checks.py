"""Checks of what a user gives, and the device for a name; every refusal says what to give.

Integers and numbers may be NumPy's too; they are returned as Python's own, which every file can
hold.
"""

import math
import os
from collections.abc import Iterable
from numbers import Integral, Real

import torch
from torch import Tensor

from rnnlab.base.say import say

LAST_SEED = 2**32 - 1
DEVICES = ("auto", "cpu", "cuda", "mps")
POLICIES = ("reset", "carry")  # for the hidden state between batches
_RANGES = {
    "finite": "{name} is {value!r}; it must be a finite number",
    "positive": "{name} is {value!r}; it must be a finite number above 0",
    "not_negative": "{name} is {value!r}; it must be a finite number of at least 0",
    "fraction": "{name} is {value!r}; it must be a fraction between 0 and 1",
    "fraction_or_0": "{name} is {value!r}; it must be a fraction from 0 to below 1",
}
_PURPOSES = {"run": "to save the run in", "runs": "for the runs"}  # of a file
_PLURALS = (  # what a name is one of
    "cells", "cells of a landscape", "choices", "columns", "devices", "exercises", "extras",
    "faults", "figures", "guesses", "implementations", "lessons", "lists", "losses", "marks",
    "measures", "nonlinearities", "optimizers", "orders", "outcomes", "pictures", "policies",
    "recurrent modules", "tasks", "ways",
)  # fmt: skip


def resolve_device(device: str | torch.device) -> torch.device:
    """Return the device for a name; "auto" is cuda, else mps, else cpu."""
    if isinstance(device, torch.device):
        return device
    gpus = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    have = [*(name for name, present in gpus.items() if present), "cpu"]
    if device == "auto":
        return torch.device(have[0])
    kind = str(device).partition(":")[0]
    if kind not in DEVICES[1:]:
        check_known("device", device, DEVICES, "devices")
    if kind not in have:
        text = "device is {device!r}, which this machine does not have; it has {there}"
        raise ValueError(say(text, device=device, there=", ".join(have)))
    return torch.device(device)


def check_finite(name: str, value: float) -> float:
    """Return a finite number; refuse all else."""
    return _in_range(name, value, math.isfinite(_number(value)), "finite")


def check_positive(name: str, value: float) -> float:
    """Return a finite number above zero; refuse all else."""
    return _in_range(name, value, 0 < _number(value) < math.inf, "positive")


def check_not_negative(name: str, value: float) -> float:
    """Return a finite number of at least zero; refuse all else."""
    return _in_range(name, value, 0 <= _number(value) < math.inf, "not_negative")


def check_fraction(name: str, value: float, *, zero: bool = False) -> float:
    """Return a number between 0 and 1, or 0 if that is allowed; refuse all else."""
    if zero:
        return _in_range(name, value, 0 <= _number(value) < 1, "fraction_or_0")
    return _in_range(name, value, 0 < _number(value) < 1, "fraction")


def check_count(name: str, value: int) -> int:
    """Return an integer of at least 1; refuse all else."""
    return _integer(name, value, 1)


def check_seed(name: str, value: int) -> int:
    """Return an integer from 0 to 2**32 - 1, which every generator takes; refuse all else."""
    seed = _integer(name, value, 0)
    if seed > LAST_SEED:
        text = "{name} is {value}; it must be at most {most}"
        raise ValueError(say(text, name=name, value=seed, most=LAST_SEED))
    return seed


def check_path(name: str, value: object, what: str) -> None:
    """Refuse what cannot be the path of a file for `what`, a "run" or "runs"."""
    what = say(_PURPOSES.get(what, what))
    if not isinstance(value, str | os.PathLike) or not os.fspath(value):
        text = "{name} is {value!r}; expected the path of a file {what}"
        raise TypeError(say(text, name=name, value=value, what=what))
    path = os.fspath(value)
    if os.path.isdir(path):
        text = "{name} is {path!r}, a folder; expected the path of a file {what}"
        raise IsADirectoryError(say(text, name=name, path=path, what=what))
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe would wait for ever
        text = "{name} is {path!r}, which is no regular file; expected the path of a file {what}"
        raise OSError(say(text, name=name, path=path, what=what))


def check_tensor(name: str, value: object) -> None:
    """Refuse what is not a tensor."""
    if not isinstance(value, Tensor):
        text = (
            "{name} is {given}; expected a tensor: use torch.as_tensor({name}, dtype=torch.float32)"
        )
        raise TypeError(say(text, name=name, given=type(value).__name__))


def check_known(name: str, value: object, known: Iterable[str], plural: str) -> None:
    """Refuse a name that is not one of the known ones, and list these."""
    known = list(known)
    if value not in known:
        plural = say(_PLURALS[_PLURALS.index(plural)]) if plural in _PLURALS else plural
        text = "{name} is {value!r}; the known {plural} are {known}"
        raise ValueError(say(text, name=name, value=value, plural=plural, known=", ".join(known)))


def check_policy(policy: str) -> str:
    """Return a policy for the hidden state, if it is one of `POLICIES`."""
    check_known("hidden_state", policy, POLICIES, "policies")
    return policy


def _number(value: object) -> float:
    """Return a number as a float; nan for anything else."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return math.nan
    try:
        return float(value)
    except OverflowError:  # an integer of 400 digits
        return math.inf


def _in_range(name: str, value: float, right: bool, kind: str) -> float:
    if not right:
        raise ValueError(say(_RANGES[kind], name=name, value=value))
    return float(value)


def _integer(name: str, value: int, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        text = "{name} is {value!r}; it must be an integer of at least {least}"
        raise ValueError(say(text, name=name, value=value, least=least))
    return int(value)


def check_lengths(lengths: Tensor, longest: int, count: int | None = None) -> None:
    """Refuse lengths of sequences that are not between 1 and the longest, or not as many."""
    low, high = int(lengths.min()), int(lengths.max())
    if low < 1 or high > longest:
        text = "lengths go from {low} to {high}; expected 1 to {longest}, the steps that there are"
        raise ValueError(say(text, low=low, high=high, longest=longest))
    if count is not None and len(lengths) != count:
        text = "lengths are {given}, and there are {count} sequences; expected as many of both"
        raise ValueError(say(text, given=len(lengths), count=count))
