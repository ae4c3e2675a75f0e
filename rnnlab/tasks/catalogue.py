"""Tasks: data, loss and the picture that suits it, under one name ("sine", "sunspots", ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from torch import nn

from rnnlab.base.checks import check_known
from rnnlab.data.batches import Batches, Streams
from rnnlab.data.shipped import load_co2, load_sunspots, make_sine
from rnnlab.tasks.sequences import AddingTask, NamesTask, RecallTask
from rnnlab.tasks.series import SeriesTask


class Task(Protocol):
    """What a lab needs of a task.

    Attributes:
        name: the task's name; title: for pictures.
        input_size, output_size: of the model.
        loss_fn: as for `train`.
        picture: the kind of picture that suits it, "forecast", "text", "sequence" or "scatter".
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
        ...

    def validation_loss(self, model: nn.Module) -> float:
        """Return the loss on the held-out part."""
        ...

    def answers(self, model: nn.Module) -> tuple[Any, ...]:
        """Return what the task's picture shows of a model."""
        ...

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out part, in words."""
        ...


def _sine(
    length: int = 400, period: float = 25.0, noise: float = 0.1, seed: int = 0, **options: Any
) -> SeriesTask:
    return SeriesTask(make_sine(length, period, noise, seed), "sine", **options)


def _sunspots(**options: Any) -> SeriesTask:
    return SeriesTask(load_sunspots(), "sunspots", **options)


def _co2(**options: Any) -> SeriesTask:
    return SeriesTask(load_co2(), "co2", **{"changes": True, **options})


TASKS: dict[str, Callable[..., Any]] = {
    "sunspots": _sunspots,
    "co2": _co2,
    "sine": _sine,
    "names": NamesTask,
    "recall": RecallTask,
    "adding": AddingTask,
}


def load_task(name: str, **options: Any) -> Any:
    """Return a task by name.

    Args:
        name: "sunspots" (yearly, 1700-2008), "co2" (monthly changes at Mauna Loa), "sine" (noisy),
            "names" (character by character), "recall" (the value of some steps ago), "adding"
            (the sum of two marked values).
        options: `held_out`, `window`, `changes` of `SeriesTask`; for "sine" also `length`,
            `period`, `noise` and `seed` of `data.shipped.make_sine`; the arguments of `NamesTask`,
            `RecallTask` and `AddingTask`.

    Raises:
        ValueError: for an unknown name, with the known ones.
    """
    check_known("task", name, TASKS, "tasks")
    return TASKS[name](**options)
