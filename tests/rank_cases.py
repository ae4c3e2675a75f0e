"""Training runs for test_ranks.py: the same on several ranks and in one process."""

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

import rnnlab

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


def padded(batches):
    """Return class targets; in the first row of each batch the last three are padding."""
    pairs = of_classes(batches)
    for _, targets in pairs:
        targets[0, -3:] = -100
    return pairs


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
    "padded": (
        lambda: sequence_model(outputs=2),
        lambda: padded(of_sizes(5, 3, 1)),
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


def start(name, on_ranks, epochs=EPOCHS, device="auto"):
    make_model, make_batches, options = CASES[name]
    torch.manual_seed(1)
    model, batches = make_model(), make_batches()
    options = {"loss_fn": "mse", "learning_rate": 0.01, "device": device, **options}
    if on_ranks:
        model, batches = DistributedDataParallel(model), rnnlab.Shard(batches)
        if isinstance(options.get("validation"), list):
            options["validation"] = rnnlab.Shard(options["validation"])
    return rnnlab.train(model, batches, epochs=epochs, **options)
