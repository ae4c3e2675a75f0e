"""The hidden state between batches: start from zero, carry, detach, fit to a smaller batch.

A state is what a recurrent module returns beside its outputs: a tensor (layers, B, H) for an
RNN or GRU, a pair `(h, c)` of such tensors for an LSTM. All functions take either.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rnnlab.base.checks import check_known

State = Any  # Tensor (L, B, H), or a tuple of them; None stands for zeros

POLICIES = ("reset", "carry")


def check_policy(policy: str) -> str:
    """Return `policy` if it is known.

    Raises:
        ValueError: for any other value, naming the known ones.
    """
    check_known("hidden_state", policy, POLICIES, "policies")
    return policy


def detach(state: State) -> State:
    """Return the same values cut off from the graph that computed them."""
    if state is None:
        return None
    if isinstance(state, Tensor):
        return state.detach()
    return tuple(detach(part) for part in state)


def to(state: State, device: torch.device) -> State:
    """Return the same state on a device."""
    if state is None:
        return None
    if isinstance(state, Tensor):
        return state.to(device)
    return tuple(to(part, device) for part in state)


def batch_size(state: State) -> int | None:
    """Return B of a state (L, B, H) or of a tuple of such, None for no state."""
    while isinstance(state, (tuple, list)):
        state = state[0]
    return None if state is None else int(state.shape[1])


def fit(state: State, size: int) -> State:
    """Return the state of the first `size` rows: the last batch of an epoch may be smaller.

    Raises:
        ValueError: if the state has fewer rows than `size`; there is nothing to fill them with.
    """
    have = batch_size(state)
    if have is None or have == size:
        return state
    if have < size:
        raise ValueError(
            f"the carried hidden state has {have} rows, the batch has {size}: a batch may be "
            "smaller than the one before it, not larger; reset the state, or put it last"
        )
    if isinstance(state, Tensor):
        return state[:, :size].contiguous()  # (L, B, H) -> (L, size, H)
    return tuple(fit(part, size) for part in state)
