"""A recipe: the settings of a training run, their defaults, and the model and batches they make.

The lab and the command line train by it, so that the same settings give the same run in both.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import torch

from rnnlab.base.checks import check_count, check_policy, check_positive, check_seed
from rnnlab.base.say import say
from rnnlab.data.batches import Batches, Streams
from rnnlab.model.cells import Cell, resolve_cell
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.tasks.catalogue import Task

DEFAULTS: dict[str, Any] = {
    "task": "sunspots",
    "cell": "rnn",
    "hidden_size": 32,
    "hidden_state": "reset",
    "learning_rate": 0.003,
    "epochs": 40,
    "optimizer": "adam",
    "clip": True,
    "clip_norm": 1.0,
    "seed": 0,
}


def check_switch(name: str, value: Any) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool):
        text = "{name} is {value!r}; it must be True or False"
        raise ValueError(say(text, name=name, value=value))


CHECKS: dict[str, Callable[[str, Any], object]] = {
    "cell": lambda _, value: resolve_cell(value),
    "hidden_size": check_count,
    "hidden_state": lambda _, value: check_policy(value),
    "learning_rate": check_positive,
    "epochs": check_count,
    "clip": check_switch,
    "clip_norm": check_positive,
    "seed": check_seed,
}

Made = TypeVar("Made")
_SEEDING = threading.RLock()  # torch's generator is one for all threads; a function may seed again


def check_setting(name: str, value: Any) -> None:
    """Refuse a value that cannot work for a setting; the task is checked by whoever shows it.

    Raises:
        ValueError: naming the setting, the value and what was expected.
    """
    CHECKS[name](name, value)


def prepare(
    task: Task, *, cell: str | Cell, hidden_size: int, hidden_state: str, seed: int
) -> tuple[SequenceModel, Batches | Streams]:
    """Return a new model for a task and the task's batches, both from the seed."""
    sizes = task.input_size, hidden_size, task.output_size
    model = seeded(lambda: SequenceModel(*sizes, cell), seed)
    return model, task.batches(hidden_state, seed=seed)


def seeded(make: Callable[[], Made], seed: int) -> Made:
    """Return what a function makes with random numbers from the seed.

    The random numbers of the caller stay as they are, and threads do not mix theirs.
    """
    with _SEEDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make()
