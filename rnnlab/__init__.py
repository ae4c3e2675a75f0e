"""rnnlab: see, change and debug the training loop of a recurrent network.

The source stands in rooms, one folder each; read `loop` first, then `model`. Names are imported
when first used, so `import rnnlab` loads neither torch, matplotlib nor ipywidgets.
"""

# ruff: noqa: F401 - the names are public, and resolved below
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rnnlab.base import VERSION as __version__

if TYPE_CHECKING:
    from rnnlab.base.say import set_language
    from rnnlab.base.step import Step
    from rnnlab.course.exercises import check, expect_error, solution
    from rnnlab.course.guess_page import guess
    from rnnlab.course.progress import progress
    from rnnlab.course.the_loop import show_loop
    from rnnlab.data.batches import Batches, Streams, windows
    from rnnlab.data.padding import PaddedBatches, is_real, last_step, pad
    from rnnlab.data.reading import read_series
    from rnnlab.data.series import Series
    from rnnlab.doctor.preflight import preflight
    from rnnlab.doctor.watch import watch
    from rnnlab.loop.batch import Phase, train_batch
    from rnnlab.loop.losses import AtLastStep
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
    from rnnlab.runs.stacks.stack import Stack, train_stacked
    from rnnlab.runs.sweeps.sweeping import sweep
    from rnnlab.runs.sweeps.table import Sweep
    from rnnlab.runs.training import evaluate, train
    from rnnlab.tasks.adding import AddingTask
    from rnnlab.tasks.catalogue import load_task
    from rnnlab.tasks.forecast import SeriesTask
    from rnnlab.tasks.name_list import NameListTask
    from rnnlab.tasks.names import NamesTask
    from rnnlab.tasks.reber import ReberTask
    from rnnlab.tasks.recall import RecallTask
    from rnnlab.tasks.temporal_order import TemporalOrderTask
    from rnnlab.widgets.gradient_lab import GradientLab
    from rnnlab.widgets.lab import TrainingLab
    from rnnlab.widgets.landscape.landscape_lab import LandscapeLab
    from rnnlab.widgets.state_lab import StateLab
    from rnnlab.widgets.stepper.loop_stepper import LoopStepper

_NAMES = {
    "base.say": "set_language",
    "base.step": "Step",
    "course.exercises": "check expect_error solution",  # not said
    "course.guess_page": "guess",
    "course.progress": "progress",
    "course.the_loop": "show_loop",
    "data.batches": "Batches Streams windows",  # not said
    "data.padding": "PaddedBatches is_real last_step pad",  # not said
    "data.reading": "read_series",
    "data.series": "Series",
    "doctor.preflight": "preflight",
    "doctor.watch": "watch",
    "loop.batch": "Phase train_batch",  # not said
    "loop.losses": "AtLastStep",
    "loop.training": "Run",
    "model.cells": "rnn_step",
    "model.sequence_model": "SequenceModel",
    "pictures.heat_map": "heat_map",
    "probes": "gradient_through_time spectral_radius",  # not said
    "runs.checkpoints": "CheckpointError load_checkpoint save_checkpoint",  # not said
    "runs.checks": "TrainingDiverged",
    "runs.fitting": "fit",
    "runs.history": "Epoch History",  # not said
    "runs.shards": "Shard",
    "runs.stacks.stack": "Stack train_stacked",  # not said
    "runs.sweeps.sweeping": "sweep",
    "runs.sweeps.table": "Sweep",
    "runs.training": "evaluate train",  # not said
    "tasks.adding": "AddingTask",
    "tasks.catalogue": "load_task",
    "tasks.forecast": "SeriesTask",
    "tasks.name_list": "NameListTask",
    "tasks.names": "NamesTask",
    "tasks.reber": "ReberTask",
    "tasks.recall": "RecallTask",
    "tasks.temporal_order": "TemporalOrderTask",
    "widgets.gradient_lab": "GradientLab",
    "widgets.lab": "TrainingLab",
    "widgets.landscape.landscape_lab": "LandscapeLab",
    "widgets.state_lab": "StateLab",
    "widgets.stepper.loop_stepper": "LoopStepper",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}
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
    raise AttributeError(f"module 'rnnlab' has no attribute {name!r}")  # not said


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_MODULES])
