"""What a loss was given: values, and where they come from."""

import math
from typing import Any

import torch
from torch import Tensor

from rnnlab.doctor.recording import padding
from rnnlab.doctor.recording.known_tensors import Info, KnownTensors

LARGEST = 500_000  # elements that are looked at
LIMITS = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "relu": (0.0, math.inf),
          "relu_": (0.0, math.inf), "softplus": (0.0, math.inf), "tanh": (-1.0, 1.0),
          "recurrence": (-1.0, 1.0)}  # fmt: skip
DIFFERENCE = "the difference"  # not said: a name, which `name_of` of the rules shows
DIFFERENCES = {"sub", "__sub__", "__rsub__", "subtract"}  # functions that make one
REGRESSION = {DIFFERENCE, "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"}
SHAPES_LOSS = {"pow", "square", "abs", "mul", "__mul__", "__pow__", "__getitem__", "sqrt", "sum",
               "mean", "div", "__truediv__", "flatten", "view", "reshape"}  # fmt: skip
MASKS = {"mul", "__mul__", "__getitem__"}


def describe(
    known: KnownTensors, name: str, given: Tensor, target: Tensor, kwargs: Any, result: Tensor
) -> dict[str, Any]:
    """Return what there is to say of the predictions and targets of a loss."""
    info, of_target = known.get(given) or Info(), known.get(target) or Info()
    numbers: dict[str, Any] = {"op": info.op, "both": info.both_ways}
    many = max(given.numel(), target.numel()) > LARGEST
    if (
        many
        or not given.numel()
        or not target.numel()
        or {given.device.type, target.device.type} != {"cpu"}
    ):
        return numbers
    values, wanted = given.detach(), target.detach()
    ignored = kwargs.get("ignore_index", -100)
    averaged = kwargs.get("reduction", "mean") != "none"
    numbers["padded"] = (
        (info.padded or of_target.padded) and averaged
        and not padding.is_masked(ignored, kwargs.get("weight"), wanted)
    )  # fmt: skip
    numbers["source"] = of_target.source
    numbers["same"], numbers["shifted"] = _is_input(info, target)
    numbers["empty_rows"] = _empty_rows(values) if info.filled else None
    if name == "nll_loss" and values.dim() > 1:
        numbers["no_logs"] = float(values.logsumexp(1).abs().mean()) > 0.01
    if name in REGRESSION:
        numbers |= _of_regression(info, of_target, values, wanted, result)
    return numbers


def classes(name: str, target: Tensor) -> dict[str, Any]:
    """Return how many examples a classifier's targets are of, and their class if all have one."""
    whole = name == "cross_entropy" and not target.is_floating_point() and target.dim() == 1
    binary = name.startswith("binary_cross_entropy") and target.dim() > 0
    alone = whole or (binary and target.numel() == len(target))  # one target an example
    if not alone or not 0 < target.numel() <= LARGEST or target.device.type != "cpu":
        return {}
    flat = target.detach().reshape(-1)
    one = int(flat[0]) if bool((flat == flat[0]).all()) else None
    return {"one_class": one, "rows": len(flat)}


def _of_regression(
    info: Info, of_target: Info, values: Tensor, wanted: Tensor, result: Tensor
) -> dict[str, Any]:
    numbers: dict[str, Any] = {}
    integers = of_target.whole or not wanted.is_floating_point()
    wanted = wanted.double()
    if info.op in LIMITS:
        low, high = LIMITS[info.op]
        numbers["outside"] = float(((wanted < low - 1e-6) | (wanted > high + 1e-6)).double().mean())
    numbers["target_mean"] = float(wanted.mean())
    numbers["target_std"] = float(wanted.std(correction=0))
    numbers["prediction_mean"] = float(values.double().mean())
    numbers["most"] = float(wanted.max())
    numbers["whole"] = integers and bool(((wanted == wanted.round()) & (wanted >= 0)).all())
    return numbers


def _is_input(info: Info, wanted: Tensor) -> tuple[bool, bool]:
    """Return whether the targets are what the recurrence read, or that one step on."""
    inputs = info.inputs() if info.inputs is not None else None
    if inputs is None or not isinstance(inputs, Tensor):
        return False, False
    if wanted is inputs or wanted._base is inputs:  # its own input, on purpose
        return False, False
    read, wanted = inputs.detach(), wanted.detach()
    if not read.numel() or bool((read == read.reshape(-1)[0]).all()):  # as good as nothing
        return False, False
    if read.dim() in (2, 3) and wanted.numel() > 1 and _is_shorter(read, wanted):
        return False, _is_next_of_shorter(read, wanted)
    if read.numel() == wanted.numel() and read.dim() in (2, 3) and wanted.numel() > 1:
        for order in (read, read.transpose(0, 1)):
            if torch.equal(order.reshape(-1), wanted.reshape(-1).to(read.dtype)):
                return True, False
        shape = read.shape[:2]
        if wanted.numel() == shape.numel() and min(shape) > 2:
            return False, _is_next(read.reshape(shape), wanted.reshape(-1).to(read.dtype))
    return False, False


def _is_shorter(read: Tensor, wanted: Tensor) -> bool:
    """Whether there is a target for each step (B, T) but the first or the last."""
    sizes = read.shape[:2]
    return read.numel() == sizes.numel() and wanted.numel() in (
        sizes[0] * (sizes[1] - 1), (sizes[0] - 1) * sizes[1],
    )  # fmt: skip


def _is_next_of_shorter(read: Tensor, wanted: Tensor) -> bool:
    tokens, targets = read.reshape(read.shape[:2]), wanted.reshape(-1).to(read.dtype)
    for order in (tokens, tokens.T):
        for axis in (0, 1):
            later = order.narrow(axis, 1, order.shape[axis] - 1).reshape(-1)
            if len(later) == len(targets) > 1 and torch.equal(later, targets):
                return True
    return False


def _is_next(read: Tensor, wanted: Tensor) -> bool:
    """Whether the targets are the inputs (B, T) or (T, B), one step on."""
    for order in (read, read.T):  # flattened with either axis first
        later = wanted.reshape(order.shape)
        for axis in (0, 1):
            n = order.shape[axis] - 1
            if n > 1 and torch.equal(order.narrow(axis, 1, n), later.narrow(axis, 0, n)):
                return True
    return False


def _empty_rows(values: Tensor) -> tuple[int, tuple[int, ...]] | None:
    """Return the axis, 0 or 1, and where on it all predictions are exactly 0, others not."""
    for axis in range(min(values.dim(), 2)):
        empty = (
            (values == 0).movedim(axis, 0).flatten(1).all(1) if values.dim() > 1 else values == 0
        )
        if bool(empty.any()) and not bool(empty.all()):
            return axis, tuple(empty.nonzero()[:, 0].tolist())
    return None


def still_compared(name: str, compared: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what is known of a loss by hand after one more function; a mask hides padding."""
    if compared is None or name not in SHAPES_LOSS:
        return None
    return compared | {"padded": False} if name in MASKS else compared
