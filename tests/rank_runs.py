"""What test_ranks.py runs under torchrun on several ranks, and in its own process to compare.

    torchrun --nproc-per-node 2 -m tests.rank_runs FOLDER

Each rank writes what its runs have left into FOLDER, as rank0.pt, rank1.pt, ...
"""

import contextlib
import io
import pathlib
import sys

import torch
from torch import distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

import rnnlab
from rnnlab.runs import checkpoints
from tests.rank_cases import (
    CASES,
    EPOCHS,
    WithBuffers,
    of_sizes,
    pairs,
    sequence_model,
    shuffled,
    start,
)


def left(run):
    """Return what a run leaves behind: its history and its weights, of the model itself."""
    for _ in run:
        pass
    model = getattr(run.model, "module", run.model)
    steps = [tuple(step) for step in run.history.steps]
    return steps, {name: value.clone() for name, value in model.state_dict().items()}


class InOrder:
    """Batches of 8 in the order that a DistributedSampler draws for each epoch."""

    def set_epoch(self, epoch):
        generator = torch.Generator().manual_seed(4 + epoch)
        order = torch.randperm(24, generator=generator)
        inputs, targets = pairs(24)
        self.batches = [*zip(inputs[order].split(8), targets[order].split(8), strict=True)]

    def __iter__(self):
        return iter(self.batches)


def by_sampler(on_ranks, ranks=2):
    """Train with a DataLoader and its DistributedSampler in the place of a Shard."""
    torch.manual_seed(1)
    model, batches = sequence_model(), InOrder()
    if on_ranks:
        data = TensorDataset(*pairs(24))
        sampler = DistributedSampler(data, seed=4)
        batches = DataLoader(data, batch_size=8 // ranks, sampler=sampler)
        model = DistributedDataParallel(model)
    return left(rnnlab.train(model, batches, loss_fn="mse", epochs=EPOCHS))


def bar_shown():
    """Return whether `fit` shows anything on this rank."""
    with contextlib.redirect_stderr(io.StringIO()) as shown:
        model = DistributedDataParallel(sequence_model())
        rnnlab.fit(model, rnnlab.Shard(of_sizes(4)), loss_fn="mse", epochs=2)
    return "2/2" in shown.getvalue()


def fit(path, on_ranks, epochs, make_model=sequence_model, seed=2, **options):
    """Train to the end with a checkpoint that is written at each chance."""
    checkpoints.FRACTION = 1.0
    torch.manual_seed(seed)
    model, batches = make_model(), shuffled(29, 8)
    if on_ranks:
        model, batches = DistributedDataParallel(model), rnnlab.Shard(batches)
    options = {"loss_fn": "mse", "clip_norm": 1.0, **options}
    history = rnnlab.fit(
        model, batches, epochs=epochs, checkpoint=path, resume=True, progress=False, **options
    )
    return [tuple(step) for step in history.steps], getattr(model, "module", model).state_dict()


def resumed(folder):
    """Return a run of 4 epochs, the same stopped after 2 and resumed, and one process's resumed."""
    seed = 10 + dist.get_rank()  # each rank drops units of its own
    options = {"make_model": WithBuffers, "seed": seed, "validation": sequence_validation}
    found = {"whole": fit(folder / "whole.pt", True, 4, **options)}
    fit(folder / "stopped.pt", True, 2, **options)
    torch.rand(7 + dist.get_rank())
    found["resumed"] = fit(folder / "stopped.pt", True, 4, **options)
    found["nothing to do"] = fit(folder / "stopped.pt", True, 4, **options)
    fit(folder / "ranks.pt", True, 2)
    found["from one process"] = fit(folder / f"one_{dist.get_world_size()}.pt", True, 4)
    return found


def sequence_validation(model):
    return rnnlab.evaluate(model, shuffled(29, 8), loss_fn="mse") + torch.rand(()).item()


def cut_off(folder):
    """Return in which epoch a run was cut off on all ranks, and where its checkpoint stands."""
    calls = []

    def failing(predictions, targets):
        calls.append(None)
        if len(calls) == 7:  # of 4 batches an epoch
            raise KeyboardInterrupt
        return nn.functional.mse_loss(predictions, targets)

    try:
        fit(folder / "cut_off.pt", True, 4, loss_fn=failing)
    except KeyboardInterrupt:
        state = checkpoints.read(folder / "cut_off.pt")
        return len(calls), (state["epoch"], state["index"])


def written(folder):
    """Return how many files this rank has written, in all that it does with checkpoints."""
    count, write = [], checkpoints.write

    def counting(state, path):
        count.append(path)
        write(state, path)

    checkpoints.write = counting
    try:
        found = {"fits": resumed(folder), "cut off": cut_off(folder)}
        run = start("rnn reset odd free", True)
        next(run)
        rnnlab.save_checkpoint(run, folder / "by_hand.pt")
        return {**found, "written": len(count)}
    finally:
        checkpoints.write = write


def said(call):
    """Return kind and words of what a call raises."""
    try:
        call()
    except (ArithmeticError, ValueError, TypeError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return "nothing"


def go(batches, model=None, **options):
    torch.manual_seed(0)
    model = DistributedDataParallel(sequence_model()) if model is None else model
    left(rnnlab.train(model, batches, loss_fn="mse", epochs=2, **options))


def refused(folder):
    """Return what this rank says of what cannot work: all of them at the same place."""
    rank = dist.get_rank()
    own = torch.Generator().manual_seed(rank)
    loader = DataLoader(TensorDataset(*pairs(12)), batch_size=4, shuffle=True, generator=own)
    (folder / "damaged.pt").write_bytes(b"")
    return {
        "no wrapper": said(lambda: go(rnnlab.Shard(of_sizes(4)), sequence_model())),
        "another order": said(lambda: go(rnnlab.Shard(loader))),
        "fewer batches": said(lambda: go(of_sizes(4, 4, 4)[rank:])),
        "grows": said(lambda: go(rnnlab.Shard(of_sizes(3, 1, 3)), hidden_state="carry")),
        "device": said(lambda: go(of_sizes(4), device=torch.device("meta"))),
        "diverges": said(lambda: go(rnnlab.Shard(of_sizes(4, 4)), learning_rate=1e30)),
        "one rank diverges": said(lambda: go([pairs(4)], validation=None, **failing_on(1))),
        "damaged": said(lambda: fit(folder / "damaged.pt", True, 1)),
        "cannot be written": said(lambda: fit(folder / "away" / "run.pt", True, 1)),
    }


def failing_on(rank):
    """Return options with which one rank alone gets a gradient that is not finite."""

    def infinite(model, inputs, output):
        return (output[0] * (torch.inf if dist.get_rank() == rank else 1), output[1])

    model = sequence_model()
    model.register_forward_hook(infinite)
    return {"model": DistributedDataParallel(model)}


def main(folder):
    dist.init_process_group("gloo")
    torch.set_num_threads(1)
    rank, ranks = dist.get_rank(), dist.get_world_size()
    found = {name: left(start(name, True)) for name in CASES}
    if 8 % ranks == 0:
        found["by sampler"] = by_sampler(True, ranks)
    found["checkpoints"] = written(folder)
    found["refused"] = refused(folder)
    found["bar"] = bar_shown()
    torch.save(found, folder / f"rank{rank}.pt")
    dist.destroy_process_group()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
