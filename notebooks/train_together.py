"""Train a network on the sunspots together with the other processes that run this script.

    torchrun --nproc-per-node=2 train_together.py history.csv

With the word `whole` at the end no batch is split.
"""

import sys
from time import perf_counter

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

import rnnlab

torch.set_num_threads(1)
distributed.init_process_group("gloo")  # how the processes talk; on GPUs it is "nccl"
torch.manual_seed(0)
model = DistributedDataParallel(rnnlab.SequenceModel(1, 32, 1))
batches = rnnlab.load_task("sunspots", window=25).batches(seed=0)
if "whole" not in sys.argv:
    batches = rnnlab.Shard(batches)  # of each batch, the rows of this process

history = rnnlab.History()
start = perf_counter()
for _ in rnnlab.train(
    model, batches, loss_fn="mse", epochs=3, clip_norm=1.0, device="cpu", history=history
):
    pass
seconds = perf_counter() - start

if distributed.get_rank() == 0:  # one process writes
    history.to_csv(sys.argv[1])
    processes = distributed.get_world_size()
    print(f"{processes} processes: {1000 * seconds / len(history):.2f} ms a step")
distributed.destroy_process_group()
