"""Tools for the hidden state between batches: detach it, truncate it to a smaller batch.

A state is what a recurrent module returns beside its outputs: a tensor (num_layers, B, H) of an
RNN or GRU, (B, H) of a cell for one time step, a pair `(h, c)` of these, or a list or dict.
"""

from typing import Any

from torch import Tensor

from rnnlab.base.nested import map_tensors
from rnnlab.base.say import say

State = Any  # None stands for zeros


def detach(state: State) -> State:
    """Return the same values, cut off from the graph that computed them."""
    return map_tensors(Tensor.detach, state)


def truncate_batch(state: State, size: int, before: int | None = None) -> State:
    """Return the state of the first `size` rows: the last batch of an epoch may be smaller.

    `before` is how many rows it has, which tells their axis; None: axis 1, or 0 of a state (B, H).
    """
    if state is None or size == before:
        return state

    def truncate(tensor: Tensor) -> Tensor:
        axes = [max(tensor.dim() - 2, 0), *range(tensor.dim())]  # 1 of (L, B, H), 0 of (B, H)
        axis = next((k for k in axes if before in (None, tensor.shape[k])), axes[0])
        if tensor.shape[axis] < size:
            raise ValueError(say(
                "the carried hidden state has {rows} rows, the batch has {size}: a batch may be "
                "smaller than the one before it, not larger; reset the state, or put it last",
                rows=tensor.shape[axis], size=size))  # fmt: skip
        return tensor.narrow(axis, 0, size).contiguous()  # (L, B, H) -> (L, size, H)

    return map_tensors(truncate, state)
