"""The run that test_killed.py kills: what a notebook's cell would hold."""

import random

import numpy as np
import torch
import tqdm.auto  # noqa: F401 - here, so that a forked process has it

import rnnlab
from rnnlab.runs import (
    checkpoints,
    fitting,  # noqa: F401
)

torch.optim.Adam([torch.zeros(1)])  # the first one loads torch's compiler, a second's work


def fit(path, epochs=12):
    """Train, or go on training; saved far more often than by itself, so that kills meet saving."""
    checkpoints.FRACTION = 0.5
    torch.set_num_threads(1)
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    task = rnnlab.load_task("sunspots")
    model = rnnlab.SequenceModel(1, 16, 1, "gru", num_layers=2, dropout=0.2)
    return rnnlab.fit(
        model, task.batches(), loss_fn="mse", epochs=epochs, clip_norm=1.0, progress=False,
        validation=task.validation_loss, device="cpu", checkpoint=path, resume=True,
    )  # fmt: skip
