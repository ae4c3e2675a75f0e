"""rnnlab: see, change and debug the training loop of a recurrent network.

The source in reading order: loop (one batch, then all of them), hidden (state between batches),
model, recurrence, bptt, data, reading, losses, optimizers, tasks, history, probes, phases,
stepping, carrying, plots, widgets. Names are imported when first used, so `import rnnlab` loads
neither matplotlib nor ipywidgets.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnlab.checkpoints import CheckpointError, load_checkpoint, save_checkpoint
    from rnnlab.checks import check, progress, solution
    from rnnlab.data import Batches, Series, Streams, windows
    from rnnlab.doctor.watch import watch
    from rnnlab.fitting import fit
    from rnnlab.history import Epoch, History, Step
    from rnnlab.loop import Phase, Run, TrainingDiverged, evaluate, train, train_batch
    from rnnlab.model import SequenceModel
    from rnnlab.reading import read_series
    from rnnlab.sequences import AddingTask, NamesTask, RecallTask
    from rnnlab.series import SeriesTask
    from rnnlab.shards import Shard
    from rnnlab.sweeps.sweeping import sweep
    from rnnlab.sweeps.table import Sweep
    from rnnlab.tasks import load_task
    from rnnlab.temporal_order import TemporalOrderTask
    from rnnlab.widgets.gradient_lab import GradientLab
    from rnnlab.widgets.lab import TrainingLab
    from rnnlab.widgets.state_lab import StateLab
    from rnnlab.widgets.stepper import LoopStepper

__version__ = "0.1.0"

_HOME = {
    "watch": "doctor.watch",
    "check": "checks",
    "progress": "checks",
    "solution": "checks",
    "Batches": "data",
    "Series": "data",
    "Streams": "data",
    "Shard": "shards",
    "windows": "data",
    "read_series": "reading",
    "Epoch": "history",
    "History": "history",
    "Step": "history",
    "Phase": "loop",
    "Run": "loop",
    "TrainingDiverged": "loop",
    "evaluate": "loop",
    "fit": "fitting",
    "CheckpointError": "checkpoints",
    "load_checkpoint": "checkpoints",
    "save_checkpoint": "checkpoints",
    "train": "loop",
    "train_batch": "loop",
    "SequenceModel": "model",
    "AddingTask": "sequences",
    "NamesTask": "sequences",
    "RecallTask": "sequences",
    "TemporalOrderTask": "temporal_order",
    "SeriesTask": "series",
    "load_task": "tasks",
    "Sweep": "sweeps.table",
    "sweep": "sweeps.sweeping",
    "TrainingLab": "widgets.lab",
    "LoopStepper": "widgets.stepper",
    "GradientLab": "widgets.gradient_lab",
    "StateLab": "widgets.state_lab",
}

__all__ = [  # noqa: RUF022 - in the order of the map above
    "Batches",
    "Series",
    "Streams",
    "Shard",
    "windows",
    "read_series",
    "Epoch",
    "History",
    "Step",
    "Phase",
    "Run",
    "TrainingDiverged",
    "evaluate",
    "fit",
    "CheckpointError",
    "load_checkpoint",
    "save_checkpoint",
    "train",
    "train_batch",
    "SequenceModel",
    "AddingTask",
    "NamesTask",
    "RecallTask",
    "TemporalOrderTask",
    "SeriesTask",
    "load_task",
    "Sweep",
    "sweep",
    "TrainingLab",
    "LoopStepper",
    "GradientLab",
    "StateLab",
    "watch",
    "check",
    "progress",
    "solution",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"rnnlab.{_HOME[name]}"), name)
    raise AttributeError(f"module 'rnnlab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
