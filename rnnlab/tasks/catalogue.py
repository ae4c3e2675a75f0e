"""Tasks: data, loss and the picture that suits it, under one name ("sine", "sunspots", ...).

A task is one class in one module of this folder. `TASKS` there gives it its name for `load_task`;
`rnnlab/__init__.py` lists the class, if it is public.
"""

import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from torch import nn

import rnnlab.tasks
from rnnlab.base.checks import check_known
from rnnlab.base.torch_state import check_device
from rnnlab.data.batches import Batches, Streams


class Task(Protocol):
    """What a lab needs of a task.

    It may also have `about`, what is asked in one line, and `result(*answers)`, which returns two
    texts of a few words: how good the answers are, and what that compares with.

    Attributes:
        name: the task's name; title: for pictures, in the language that is spoken.
        input_size, output_size: of the model.
        loss_fn: as for `train`.
        picture: the kind of picture that suits it, "forecast", "text", "grammar",
            "sequence" or "scatter".
    """

    name: str
    title: str
    input_size: int
    output_size: int
    loss_fn: Any
    picture: str

    def batches(
        self, hidden_state: str = "reset", batch_size: int | None = None, seed: int = 0
    ) -> Batches | Streams:
        """Return training batches that suit the policy for the hidden state."""

    def validation_loss(self, model: nn.Module) -> float:
        """Return the loss on the held-out part."""

    def answers(self, model: nn.Module) -> tuple[Any, ...]:
        """Return what the task's picture shows of a model."""

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out part, in words."""


def find_tasks() -> dict[str, Callable[..., Any]]:
    """Return what makes each task, by name: all that the modules of this folder have as `TASKS`."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.iter_modules(rnnlab.tasks.__path__, "rnnlab.tasks."):
        if module.name != __name__:
            found |= getattr(import_module(module.name), "TASKS", {})
    return dict(sorted(found.items()))


def load_task(name: str, **options: Any) -> Any:
    """Return a task by name.

    Args:
        name: "sunspots" (yearly, 1700-2008), "co2" (monthly changes at Mauna Loa), "sine" (noisy),
            "names" (character by character), "recall" (the value of some steps ago), "adding"
            (the sum of two marked values), "reber" (the next symbol of the embedded Reber
            grammar).
        options: `held_out`, `window`, `changes` of `SeriesTask`; for "sine" also `length`,
            `period`, `noise` and `seed` of `data.shipped.make_sine`; the arguments of `NamesTask`,
            `RecallTask`, `AddingTask` and `ReberTask`.

    Raises:
        ValueError: for an unknown name, with the known ones.
    """
    check_known("task", name, TASKS, "tasks")
    check_device("a task", ("cpu", "cuda", "mps"))
    return TASKS[name](**options)


TASKS = find_tasks()  # at the end: `recipe` needs `Task`
