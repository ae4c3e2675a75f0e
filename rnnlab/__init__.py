"""rnnlab: see, change and debug the training loop of a recurrent network.

The source stands in rooms, one folder each; read `loop` first, then `model`. Names are imported
when first used, so `import rnnlab` loads neither torch, matplotlib nor ipywidgets.
"""

# ruff: noqa: F401 - the names are public, and resolved below
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnlab.base.step import Step
    from rnnlab.course.exercises import check, expect_error, progress, solution
    from rnnlab.data.batches import Batches, Streams, windows
    from rnnlab.data.reading import read_series
    from rnnlab.data.series import Series
    from rnnlab.doctor.watch import watch
    from rnnlab.loop.batch import Phase, train_batch
    from rnnlab.loop.training import Run
    from rnnlab.model.cells import rnn_step
    from rnnlab.model.sequence_model import SequenceModel
    from rnnlab.pictures.heat_map import heat_map
    from rnnlab.probes import gradient_through_time, spectral_radius
    from rnnlab.runs.checkpoints import CheckpointError, load_checkpoint, save_checkpoint
    from rnnlab.runs.checks import TrainingDiverged
    from rnnlab.runs.fitting import fit
    from rnnlab.runs.history import Epoch, History
    from rnnlab.runs.shards import Shard
    from rnnlab.runs.sweeps.sweeping import sweep
    from rnnlab.runs.sweeps.table import Sweep
    from rnnlab.runs.training import evaluate, train
    from rnnlab.tasks.adding import AddingTask
    from rnnlab.tasks.catalogue import load_task
    from rnnlab.tasks.forecast import SeriesTask
    from rnnlab.tasks.names import NamesTask
    from rnnlab.tasks.recall import RecallTask
    from rnnlab.tasks.temporal_order import TemporalOrderTask
    from rnnlab.widgets.gradient_lab import GradientLab
    from rnnlab.widgets.lab import TrainingLab
    from rnnlab.widgets.state_lab import StateLab
    from rnnlab.widgets.stepper import LoopStepper

__version__ = "0.1.0"

_HOME = {
    "watch": "doctor.watch",
    "check": "course.exercises",
    "expect_error": "course.exercises",
    "progress": "course.exercises",
    "solution": "course.exercises",
    "Batches": "data.batches",
    "Series": "data.series",
    "Streams": "data.batches",
    "Shard": "runs.shards",
    "windows": "data.batches",
    "read_series": "data.reading",
    "Epoch": "runs.history",
    "History": "runs.history",
    "Step": "base.step",
    "Phase": "loop.batch",
    "Run": "loop.training",
    "TrainingDiverged": "runs.checks",
    "evaluate": "runs.training",
    "fit": "runs.fitting",
    "CheckpointError": "runs.checkpoints",
    "load_checkpoint": "runs.checkpoints",
    "save_checkpoint": "runs.checkpoints",
    "train": "runs.training",
    "train_batch": "loop.batch",
    "rnn_step": "model.cells",
    "SequenceModel": "model.sequence_model",
    "heat_map": "pictures.heat_map",
    "gradient_through_time": "probes",
    "spectral_radius": "probes",
    "AddingTask": "tasks.adding",
    "NamesTask": "tasks.names",
    "RecallTask": "tasks.recall",
    "TemporalOrderTask": "tasks.temporal_order",
    "SeriesTask": "tasks.forecast",
    "load_task": "tasks.catalogue",
    "Sweep": "runs.sweeps.table",
    "sweep": "runs.sweeps.sweeping",
    "TrainingLab": "widgets.lab",
    "LoopStepper": "widgets.stepper",
    "GradientLab": "widgets.gradient_lab",
    "StateLab": "widgets.state_lab",
}

_MODULES = {  # that lessons take whole
    "carrying": "microscope.carrying",
    "drawings": "course.drawings",
    "extras": "course.extras",
    "hidden": "loop.hidden",
    "keras_layout": "twins.keras_layout",
}

__all__ = [*_HOME]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"rnnlab.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"rnnlab.{_MODULES[name]}")
    raise AttributeError(f"module 'rnnlab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_MODULES])
