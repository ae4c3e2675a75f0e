"""Train a network on the sunspots together with the other processes that run this script.

    torchrun --nproc-per-node=2 train_together.py split.csv all_rows.csv

Twice, from the same start: first each process gets its part of each batch; then, to compare, each
gets all rows. The files are for the two histories.
"""

import sys
from time import perf_counter

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

import rnnlab


def train(batches):
    """Return the history of three epochs, and how many seconds the steps took."""
    torch.manual_seed(0)
    model = DistributedDataParallel(rnnlab.SequenceModel(1, 32, 1))
    run = rnnlab.train(model, batches, loss_fn="mse", epochs=3, clip_norm=1.0, device="cpu")
    start = perf_counter()
    for _ in run:
        pass
    return run.history, perf_counter() - start


torch.set_num_threads(1)
distributed.init_process_group("gloo")  # how the processes talk; on GPUs it is "nccl"
task = rnnlab.load_task("sunspots", window=25)

batches = rnnlab.Shard(task.batches(seed=0))  # of each batch, the rows of this process
split, seconds = train(batches)
all_rows, _ = train(task.batches(seed=0))

if distributed.get_rank() == 0:  # one process writes
    split.to_csv(sys.argv[1])
    all_rows.to_csv(sys.argv[2])
    processes = distributed.get_world_size()
    print(f"{processes} processes: {1000 * seconds / len(split):.2f} ms a step")
distributed.destroy_process_group()
