"""Checks of what a user gives, and the device for a name; every refusal says what to give."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable

import torch
from torch import Tensor

LAST_SEED = 2**32 - 1
DEVICES = ("auto", "cpu", "cuda", "mps")
POLICIES = ("reset", "carry")  # for the hidden state between batches


def resolve_device(device: str | torch.device) -> torch.device:
    """Return the device for a name; "auto" is cuda, else mps, else cpu."""
    if isinstance(device, torch.device):
        return device
    have = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if device == "auto":
        return torch.device(next(name for name in ("cuda", "mps", "cpu") if have[name]))
    kind = str(device).partition(":")[0]
    if kind not in have:
        check_known("device", device, DEVICES, "devices")
    if not have[kind]:
        there = ", ".join(name for name, present in have.items() if present)
        raise ValueError(f"device is {device!r}, which this machine does not have; it has {there}")
    return torch.device(device)


def check_finite(name: str, value: float) -> None:
    """Refuse what is not a finite number."""
    if not _is_finite(value):
        raise ValueError(f"{name} is {value!r}; it must be a finite number")


def check_positive(name: str, value: float) -> None:
    """Refuse what is not a finite number above zero."""
    if not _is_finite(value) or value <= 0:
        raise ValueError(f"{name} is {value!r}; it must be a finite number above 0")


def check_count(name: str, value: int) -> None:
    """Refuse what is not an integer of at least 1."""
    _check_integer(name, value, 1)


def check_seed(name: str, value: int) -> None:
    """Refuse what is not an integer from 0 to 2**32 - 1, which every generator takes."""
    _check_integer(name, value, 0)
    if value > LAST_SEED:
        raise ValueError(f"{name} is {value}; it must be at most {LAST_SEED}")


def check_fraction(name: str, value: float) -> None:
    """Refuse what is not a number between 0 and 1."""
    if not _is_finite(value) or not 0 < value < 1:
        raise ValueError(f"{name} is {value!r}; it must be a fraction between 0 and 1")


def check_path(name: str, value: object, what: str) -> None:
    """Refuse what is not the path of a file; `what` the file is for."""
    if not isinstance(value, str | os.PathLike) or not os.fspath(value):
        raise TypeError(f"{name} is {value!r}; expected the path of a file {what}")
    if os.path.isdir(value):
        raise IsADirectoryError(
            f"{name} is {os.fspath(value)!r}, a folder; expected the path of a file {what}"
        )


def check_tensor(name: str, value: object) -> None:
    """Refuse what is not a tensor."""
    if not isinstance(value, Tensor):
        raise TypeError(
            f"{name} is {type(value).__name__}; expected a tensor: "
            f"use torch.as_tensor({name}, dtype=torch.float32)"
        )


def check_known(name: str, value: object, known: Iterable[str], plural: str) -> None:
    """Refuse a name that is not one of the known ones, and list these."""
    known = list(known)
    if value not in known:
        raise ValueError(f"{name} is {value!r}; the known {plural} are {', '.join(known)}")


def check_policy(policy: str) -> str:
    """Return a policy for the hidden state, if it is one of `POLICIES`."""
    check_known("hidden_state", policy, POLICIES, "policies")
    return policy


def _is_finite(value: object) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value)  # type: ignore[arg-type]  # it is a number


def _check_integer(name: str, value: int, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} is {value!r}; it must be an integer of at least {least}")
