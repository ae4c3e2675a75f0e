"""Promises how resident memory grows with the epochs of one run, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

import psutil
import torch

import rnnlab
from tests.benchmarks.table import markdown, tell

EPOCHS = [1, 10, 100, 1000]


def table(small: bool) -> str:
    """Return a row for each number of epochs: resident memory, and what came since the first."""
    last = EPOCHS[1] if small else EPOCHS[-1]
    tell(f"memory: {last} epochs")
    command = [sys.executable, "-m", "tests.benchmarks.memory", str(last)]
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    first = rows[0][2]
    body = [
        [str(epochs), str(steps), f"{megabytes:.1f}", f"{megabytes - first:+.1f}"]
        for epochs, steps, megabytes in rows
    ]
    title = "Memory: resident MB in one run of rnnlab on sunspots, its history included"
    return markdown(title, ["epochs", "steps", "resident", "since the first"], body)


def resident(last: int) -> list[tuple[int, int, float]]:
    """Train for so many epochs and return (epochs, steps, megabytes) at those of `EPOCHS`."""
    torch.set_num_threads(1)
    task, process = rnnlab.load_task("sunspots"), psutil.Process()
    run = rnnlab.train(
        rnnlab.SequenceModel(1, 32, 1),
        task.batches(),
        loss_fn="mse",
        epochs=last,
        clip_norm=1.0,
        validation=task.validation_loss,
        device="cpu",
    )
    return [
        (step.epoch, step.index + 1, process.memory_info().rss / 1e6)
        for step in run
        if step.train_loss is not None and step.epoch in EPOCHS
    ]


if __name__ == "__main__":
    print(json.dumps(resident(int(sys.argv[1]))))
