"""Where an axis of a tensor goes, when a function of torch moves, drops, splits or merges axes."""

import math
from collections.abc import Sequence
from functools import lru_cache
from numbers import Integral
from typing import Any

import torch
from torch import Tensor

LARGEST = 200_000  # elements of a tensor whose new shape is looked into
SAME = {"clone", "contiguous", "to", "float", "double", "half", "type", "cpu", "cuda", "detach",
        "dropout", "relu", "relu_", "tanh", "sigmoid", "leaky_relu", "gelu", "elu", "softplus",
        "softmax", "log_softmax", "layer_norm", "batch_norm", "add", "sub", "mul", "div", "__add__",
        "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "masked_fill",
        "where", "pin_memory", "cat", "split", "chunk", "tensor_split", "clamp", "exp", "log",
        "long", "int", "narrow", "index_select", "flip", "roll", "cumsum", "data"}  # fmt: skip
FEATURES = {"linear", "embedding", "one_hot"}  # they change the last axis, or add one
RESHAPES = {"view", "reshape", "flatten", "unflatten", "_unsafe_view"}
REDUCES = {"sum", "mean", "amax", "amin", "max", "min", "argmax", "argmin", "logsumexp", "norm",
           "prod", "all", "any", "median"}  # fmt: skip
PIECES = {"split", "chunk", "tensor_split"}
ROWS = {"unbind", "__iter__"}
# torch takes NumPy's names of arguments too
OF_NUMPY = {"axis": "dim", "axis0": "dim0", "axis1": "dim1", "keepdims": "keepdim"}
Origin = list[int | None]


def origin(name: str, args: Any, kwargs: Any, given: Tensor, result: Tensor) -> Origin | None:
    """Return for each axis of a result the axis of what was given that it is; None if not known.

    A reshape is no such function: see `after_reshape`.
    """
    n = given.dim()
    own: Origin = list(range(n))
    if name in SAME or (name in FEATURES and n > 0):
        same = result.dim() == n or (name not in SAME and result.dim() == n + 1)
        fits = same and result.shape[: max(n - 1, 1)].numel() > 0
        if not fits:
            return None
        return [*own, *[None] * (result.dim() - n)]
    if name in ("matmul", "__matmul__", "bmm"):
        return [*own[:-1], None] if result.dim() == n > 1 else None
    if name.startswith(("conv", "max_pool", "avg_pool")) and result.dim() == n > 1:
        return [0, *[None] * (n - 1)]
    move = _MOVES.get(name)
    found = move(own, n, args, kwargs, given) if move else None
    return found if found is not None and len(found) == result.dim() else None


def _dims(args: Any, kwargs: Any, n: int) -> list[int]:
    """Return the axes that are named behind the tensor, counted from 0."""
    given = kwargs.get("dims", kwargs.get("dim", args[1:]))
    flat = given if isinstance(given, (tuple, list)) else (given,)
    if len(flat) == 1 and isinstance(flat[0], (tuple, list)):
        flat = flat[0]
    return [int(d) % n for d in flat if _is_axis(d)] if n else []


def _is_axis(given: Any) -> bool:
    """Whether this names an axis: an integer, NumPy's or a tensor's () too, but no switch."""
    if isinstance(given, Tensor):
        return given.dim() == 0 and not given.is_floating_point()
    return isinstance(given, Integral) and not isinstance(given, bool)


def _transpose(own: Origin, n: int, args: Any, kwargs: Any, given: Tensor) -> Origin | None:
    pair = args[1:3] if len(args) > 2 else (kwargs.get("dim0"), kwargs.get("dim1"))
    if any(not isinstance(d, int) for d in pair):
        return None
    a, b = (d % n for d in pair)
    own[a], own[b] = own[b], own[a]
    return own


def _reverse(own: Origin, n: int, *_: Any) -> Origin:
    return own[::-1]


def _swap_last(own: Origin, n: int, *_: Any) -> Origin:
    return [*own[:-2], *own[:-3:-1]]


def _permute(own: Origin, n: int, args: Any, kwargs: Any, given: Tensor) -> Origin | None:
    dims = _dims(args, kwargs, n)
    return [own[d] for d in dims] if len(dims) == n else None


def _squeeze(own: Origin, n: int, args: Any, kwargs: Any, given: Tensor) -> Origin:
    named = _dims(args, kwargs, n) or range(n)
    return [d for d in own if d not in named or given.shape[d or 0] != 1]


def _drop(own: Origin, n: int, args: Any, kwargs: Any, given: Tensor) -> Origin | None:
    named = _dims(args, kwargs, n)
    if kwargs.get("keepdim"):
        return [None if d in named else d for d in own]
    return [d for d in own if d not in named] if named else []


def _unbind(own: Origin, n: int, args: Any, kwargs: Any, given: Tensor) -> Origin:
    axis = (_dims(args, kwargs, n) or [0])[0]
    return [d for d in own if d != axis]


def _insert(own: Origin, n: int, args: Any, kwargs: Any, given: Tensor) -> Origin:
    own.insert((_dims(args, kwargs, n + 1) or [0])[0], None)
    return own


def _index(own: Origin, n: int, args: Any, kwargs: Any, given: Tensor) -> Origin | None:
    index = args[1] if isinstance(args[1], tuple) else (args[1],)
    found: Origin = []
    left = [*own]
    after = [part for part in index if part is not None and part is not Ellipsis]
    for part in index:
        if part is Ellipsis:
            keep = len(left) - (len(after) - (n - len(left)))
            found, left = [*found, *left[:keep]], left[keep:]
        elif part is None:
            found.append(None)
        elif isinstance(part, Tensor) and part.dtype == torch.bool:
            return None
        elif isinstance(part, (slice, list)) or (isinstance(part, Tensor) and part.dim() == 1):
            found.append(left.pop(0))
        elif isinstance(part, int) or (isinstance(part, Tensor) and part.dim() == 0):
            left.pop(0)
        else:
            return None
    return [*found, *left]


_MOVES: dict[str, Any] = {
    "transpose": _transpose, "swapaxes": _transpose, "swapdims": _transpose, "T": _reverse,
    "mT": _swap_last, "t": _reverse, "permute": _permute, "unsqueeze": _insert,
    "squeeze": _squeeze, "unbind": _unbind, "__iter__": _unbind, "stack": _insert,
    "__getitem__": _index, **dict.fromkeys(REDUCES, _drop),
}  # fmt: skip


@lru_cache(500)
def after_reshape(shape: tuple[int, ...], axis: int, new: tuple[int, ...]) -> int | None:
    """Return where an axis is after a view or reshape.

    Returns:
        its place; -1 if it was merged with others, or was split; None if its entries are mixed with
        those of other axes, so that no axis tells them apart any more.
    """
    size = shape[axis]
    if size < 2 or math.prod(shape) > LARGEST or math.prod(shape) == 0:
        return -1
    own = [size if k == axis else 1 for k in range(len(shape))]
    entries = torch.arange(size).view(own).expand(shape).reshape(new)
    along = [k for k in range(len(new)) if bool((entries.diff(dim=k) != 0).any())]
    if len(along) == 1:
        return along[0] if new[along[0]] == size else -1
    return -1 if math.prod(new[k] for k in along) == size else None


def of_windows(name: str, args: Any, kwargs: Any, given: Tensor) -> int | None:
    """Return the axis of the examples, where windows of one series are stacked; else None."""
    base = given._base
    if name != "stack" or base is None or base.dim() != 1 or given.dim() != 1:
        return None
    axis = kwargs.get("dim", args[1] if len(args) > 1 else 0)
    return axis if isinstance(axis, int) and axis >= 0 else None


def is_random(index: Any) -> bool:
    """Whether an index takes rows in an order of its own: each one once, not going up."""
    if isinstance(index, Tensor):
        if index.dim() != 1 or index.is_floating_point() or index.dtype == torch.bool:
            return False
        index = index.tolist() if len(index) < 5000 else []
    elif hasattr(index, "tolist") and getattr(index, "ndim", 0) == 1:  # NumPy's
        index = index.tolist()
    if not isinstance(index, Sequence) or isinstance(index, (tuple, str)) or len(index) < 4:
        return False
    whole = all(isinstance(k, int) and not isinstance(k, bool) for k in index)
    return whole and len(set(index)) == len(index) and list(index) != sorted(index)


def takes_examples(name: str, args: Any, kwargs: Any) -> bool:
    """Whether a function takes some of the examples on axis 0, and leaves others."""
    if name == "__getitem__":
        index = args[1][0] if isinstance(args[1], tuple) and args[1] else args[1]
        return isinstance(index, (int, slice)) and index != slice(None)
    if name not in PIECES | ROWS:
        return False
    place = 1 if name in ROWS else 2  # of the axis among the arguments
    return kwargs.get("dim", args[place] if len(args) > place else 0) == 0
