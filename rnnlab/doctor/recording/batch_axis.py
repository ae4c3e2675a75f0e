"""Where the examples of a batch are, after a function of torch; they were on axis 0 before."""

from __future__ import annotations

from typing import Any

from torch import Tensor

PIECES = {"split", "chunk", "tensor_split"}
ROWS = {"unbind", "__iter__"}
# What leaves the examples on axis 0, where the sizes say so too. What is not here may move them.
KEEPS_AXIS = {
    "float", "double", "half", "to", "type", "cpu", "cuda", "clone", "contiguous", "detach", "add",
    "sub", "mul", "div", "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__",
    "__truediv__", "embedding", "one_hot", "linear", "relu", "tanh", "sigmoid", "dropout",
    "layer_norm", "pin_memory",
}  # fmt: skip


def axis_after(name: str, given: Tensor, args: Any, result: Any) -> int | None:
    """Return 0 if the examples are still on axis 0 of what came out, None if that is not sure."""
    if name in PIECES:
        return 0
    if not isinstance(result, Tensor) or result.dim() == 0:
        return None
    if name == "__getitem__":
        index = args[1] if isinstance(args[1], tuple) else (args[1],)
        return 0 if index and (isinstance(index[0], slice) or index[0] is Ellipsis) else None
    if name == "unsqueeze":
        return 0 if len(args) > 1 and args[1] in (-1, given.dim()) else None
    same = result.dim() >= given.dim() and result.shape[0] == given.shape[0]
    return 0 if name in KEEPS_AXIS and same else None


def takes_examples(name: str, args: Any, kwargs: Any) -> bool:
    """Whether a function takes some of the examples on axis 0, and leaves others."""
    if name == "__getitem__":
        index = args[1][0] if isinstance(args[1], tuple) and args[1] else args[1]
        return isinstance(index, (int, slice)) and index != slice(None)
    if name not in PIECES | ROWS:
        return False
    place = 1 if name in ROWS else 2  # of the axis among the arguments
    return kwargs.get("dim", args[place] if len(args) > place else 0) == 0
