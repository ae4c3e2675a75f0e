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
from rnnlab import checkpoints

EPOCHS = 3


class LastStep(nn.Module):
    """A learner's own model: one prediction a sequence, and no state."""

    def __init__(self):
        super().__init__()
        self.rnn, self.readout = nn.LSTM(1, 6, batch_first=True), nn.Linear(6, 1)

    def forward(self, inputs):
        return self.readout(self.rnn(inputs)[0][:, -1]).squeeze(1)  # (B, T, 1) -> (B,)


class WithBuffers(nn.Module):
    """A model that draws random numbers, and keeps running figures: each rank its own."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 8, batch_first=True)
        self.readout = nn.Linear(8, 1, bias=False)  # BatchNorm would make its gradient a rounding
        self.norm = nn.BatchNorm1d(1)

    def forward(self, inputs):
        hidden = nn.functional.dropout(self.rnn(inputs)[0], 0.3, self.training)
        return self.norm(self.readout(hidden).transpose(1, 2)).transpose(1, 2)


def pairs(rows, time=5, seed=0):
    """Return inputs and targets (rows, time, 1) in which one row is unlike the other."""
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(rows, time, 1, generator=generator)
    return inputs, inputs.cumsum(1) * torch.linspace(0.1, 0.6, rows)[:, None, None]


def shuffled(rows, size):
    return rnnlab.Batches(*pairs(rows), batch_size=size, shuffle=True, seed=3)


def of_sizes(*sizes):
    return [pairs(size, seed=k) for k, size in enumerate(sizes)]


def streams(pieces):
    series = torch.sin(torch.arange(61.0) / 3)[:, None] * torch.linspace(0.5, 1.5, 61)[:, None]
    return rnnlab.Streams(series[:-1], series[1:], batch_size=pieces, length=4)


def doubled(batches):
    return [(inputs.double(), targets.double()) for inputs, targets in batches]


def of_one_value(batches):
    return [(inputs, targets[:, -1, 0]) for inputs, targets in batches]


def of_classes(batches):
    return [(inputs, (targets[..., 0] > 0).long()) for inputs, targets in batches]


def sequence_model(cell="rnn", outputs=1, **options):
    return rnnlab.SequenceModel(1, 8, outputs, cell, **options)


def skewed(predictions, targets):
    """A loss of one's own, an average over target values."""
    return (predictions - targets).abs().pow(1.5).mean()


DATA = {
    ("reset", "even"): lambda: shuffled(24, 12),
    ("reset", "odd"): lambda: shuffled(29, 8),  # the last batch: 5 rows
    ("reset", "one"): lambda: shuffled(25, 8),  # the last batch: 1 row
    ("carry", "even"): lambda: streams(6),
    ("carry", "odd"): lambda: of_sizes(7, 7, 5, 2),
    ("carry", "one"): lambda: of_sizes(5, 4, 1, 1),
}
# by name: what makes the model, what makes the batches, options of `train`
CASES = {
    f"{cell} {policy} {data} {'clipped' if clip else 'free'}": (
        lambda cell=cell: sequence_model(cell),
        make,
        {"hidden_state": policy, "clip_norm": clip},
    )
    for cell in ("rnn", "gru", "lstm")
    for (policy, data), make in DATA.items()
    for clip in (None, 0.3)
}
CASES |= {
    "fewer rows than ranks": (sequence_model, lambda: streams(1), {"hidden_state": "carry"}),
    "two layers, sgd": (
        lambda: sequence_model("gru", num_layers=2),
        lambda: streams(5),
        {"hidden_state": "carry", "optimizer": "sgd", "learning_rate": 0.1, "clip_norm": 0.5},
    ),
    "torch's own cell": (
        lambda: sequence_model(implementation="torch"),
        lambda: shuffled(29, 8),
        {"optimizer": "rmsprop"},
    ),
    "float64": (
        lambda: sequence_model("gru").double(),
        lambda: doubled(of_sizes(7, 4, 1)),
        {"hidden_state": "carry", "clip_norm": 0.3},
    ),
    "targets (B,)": (LastStep, lambda: of_one_value(of_sizes(5, 3, 1)), {}),
    "classes": (
        lambda: sequence_model(outputs=2),
        lambda: of_classes(of_sizes(5, 3, 1)),
        {"loss_fn": "cross_entropy"},
    ),
    "own loss": (sequence_model, lambda: shuffled(29, 8), {"loss_fn": skewed}),
    "validation by batches": (
        sequence_model,
        lambda: shuffled(29, 8),
        {"validation": of_sizes(5, 4, 1), "hidden_state": "carry"},
    ),
    "validation by a function": (
        lambda: sequence_model("lstm"),
        lambda: shuffled(29, 8),
        {"validation": lambda model: model.readout.bias.item()},  # it gets the model itself
    ),
}


def start(name, on_ranks, epochs=EPOCHS):
    make_model, make_batches, options = CASES[name]
    torch.manual_seed(1)
    model, batches = make_model(), make_batches()
    options = {"loss_fn": "mse", "learning_rate": 0.01, "device": "auto", **options}
    if on_ranks:
        model, batches = DistributedDataParallel(model), rnnlab.Shard(batches)
        if isinstance(options.get("validation"), list):
            options["validation"] = rnnlab.Shard(options["validation"])
    return rnnlab.train(model, batches, epochs=epochs, **options)


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
    checkpoints.EVERY, checkpoints.SHARE = 0.0, 1.0
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
        return len(calls), checkpoints.read(folder / "cut_off.pt")["position"][:3]


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
    carrying = start("rnn carry even free", True)
    next(carrying)
    (folder / "damaged.pt").write_bytes(b"")
    return {
        "no wrapper": said(lambda: go(rnnlab.Shard(of_sizes(4)), sequence_model())),
        "another order": said(lambda: go(rnnlab.Shard(loader))),
        "fewer batches": said(lambda: go(of_sizes(4, 4, 4)[rank:])),
        "grows": said(lambda: go(rnnlab.Shard(of_sizes(3, 1, 3)), hidden_state="carry")),
        "device": said(lambda: go(of_sizes(4), device=torch.device("meta"))),
        "diverges": said(lambda: go(rnnlab.Shard(of_sizes(4, 4)), learning_rate=1e30)),
        "one rank diverges": said(lambda: go([pairs(4)], validation=None, **failing_on(1))),
        "within": said(lambda: rnnlab.save_checkpoint(carrying, folder / "within.pt")),
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
