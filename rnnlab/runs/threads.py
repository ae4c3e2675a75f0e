"""How many of torch's threads a model trains fastest on, and computing on just so many."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

# Parameters. Two threads took 1.05 to 1.6 times as long as one for RNNs and GRUs below this size,
# and up to 20 times where a neighbour had the other core.
ONE_THREAD_UP_TO = 2**17


def fitting_threads(model: nn.Module) -> int:
    """Return how many of torch's threads a model of this size trains fastest on."""
    size = sum(parameter.numel() for parameter in model.parameters())
    return 1 if size <= ONE_THREAD_UP_TO else torch.get_num_threads()


@contextmanager
def on_threads(number: int) -> Iterator[None]:
    """Compute on so many intra-op threads in the block, and on as many as before after it."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
