"""The state of a run's random generators: saved, restored, made from a seed."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

RandomState = list[Any]


def random_state(batches: object = None) -> RandomState:
    """Return where the generators of torch (on each device), Python and NumPy stand.

    And the one that `batches` draws from, if it has one as its `generator`, as a DataLoader may.
    It is made of what a checkpoint may hold.
    """
    name, keys, *rest = np.random.get_state()
    numpys = [name, torch.from_numpy(np.asarray(keys, "int64")), *rest]
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    mps = [torch.mps.get_rng_state()] if torch.backends.mps.is_available() else []
    own = getattr(batches, "generator", None)
    loader = own.get_state() if isinstance(own, torch.Generator) else None
    return [torch.get_rng_state(), random.getstate(), numpys, cuda, loader, mps]


def set_random_state(state: RandomState, batches: object = None) -> None:
    """Put all generators where `random_state` found them; those of devices, if they are here."""
    _set(state, torch.default_generator, random, np.random)
    here = torch.cuda.device_count() if torch.cuda.is_available() else 0
    for number, cuda in enumerate(state[3][:here]):
        torch.cuda.set_rng_state(cuda, number)
    if state[5:] and torch.backends.mps.is_available():  # checkpoints of before have five parts
        for mps in state[5]:
            torch.mps.set_rng_state(mps)
    own = getattr(batches, "generator", None)
    if isinstance(own, torch.Generator) and state[4] is not None:
        own.set_state(state[4])


def check_random_state(state: RandomState) -> None:
    """Raise an error, of any kind, if the generators do not accept a state."""
    _set(state, torch.Generator(), random.Random(), np.random.RandomState())
    if state[4] is not None:
        torch.Generator().set_state(state[4])


def _set(state: RandomState, torchs: torch.Generator, pythons: Any, numpys: Any) -> None:
    own, (version, values, gauss), (name, keys, *rest), *_ = state
    torchs.set_state(own)
    pythons.setstate((version, tuple(values), gauss))
    numpys.set_state((name, keys.numpy().astype("uint32"), *rest))


@contextmanager
def kept_random(state: RandomState | None = None) -> Iterator[None]:
    """Draw from this state in the block (None: from where it stands); all is as before after it."""
    before = random_state()
    if state is not None:
        set_random_state(state)
    try:
        yield
    finally:
        set_random_state(before)


def seeded_state(seed: int) -> RandomState:
    """Return the state of all generators after seeding them, and leave them as they are."""
    with kept_random():
        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed % 2**32)
        return random_state()
