"""What the training loop refuses of models, batches and validation, and in which words."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.base.checks import check_tensor

Batch = tuple[Tensor, Tensor]


def as_pair(batch: Batch) -> Batch:
    """Return a batch after a look at what it is: (inputs, targets), as many rows of both."""
    try:
        inputs, targets = batch
    except (TypeError, ValueError):
        raise TypeError(
            f"a batch is {type(batch).__name__}; expected a pair (inputs, targets) of tensors"
        ) from None
    check_tensor("inputs", inputs)
    check_tensor("targets", targets)
    if inputs.shape[:1] != targets.shape[:1] or inputs.dim() == 0:
        raise ValueError(
            f"a batch has inputs of shape {tuple(inputs.shape)} and targets of shape "
            f"{tuple(targets.shape)}; expected as many examples of both, on the first axis"
        )
    return inputs, targets


def on_device(batch: Batch, device: torch.device) -> Batch:
    """Return a batch on a device, after a look at what it is."""
    inputs, targets = as_pair(batch)
    return inputs.to(device), targets.to(device)


def check_batch(inputs: Tensor, targets: Tensor, epoch: int, index: int) -> None:
    """Refuse a batch with values that are not finite: no learning rate would help."""
    for name, values in (("inputs", inputs), ("targets", targets)):
        bad = values.numel() - int(torch.isfinite(values).sum())
        if bad:
            raise ValueError(
                f"{bad} of {values.numel()} values of the {name} at epoch {epoch}, step {index} "
                "are not finite numbers: fill or drop them in the data"
            )


def check_model(model: object) -> None:
    """Refuse what is no module."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model is {type(model).__name__}; expected a torch.nn.Module")


def as_loss(value: Any) -> float:
    """Return what a validation function has returned, as a number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(
            f"validation returned {value!r}; expected the loss as a number, or a tensor () of it"
        ) from None


def check_batches(batches: Any, name: str = "batches") -> None:
    """Refuse what gives no batches, as far as that can be seen without reading them."""
    if not isinstance(batches, Iterable):
        raise TypeError(
            f"{name} is {type(batches).__name__}; expected pairs (inputs, targets): "
            "rnnlab.Batches, a DataLoader or a list"
        )
    if isinstance(batches, Sized) and len(batches) == 0:
        raise ValueError(f"{name} is empty; expected at least one pair (inputs, targets)")
