"""Every error that the public functions raise for bad input: what was given, what to do."""

import math

import pytest
import torch
from torch import nn

import rnnlab
from rnnlab import data, hidden

ZEROS = torch.zeros(6, 2, 1)
PAIR = [(torch.zeros(4, 5, 1), torch.zeros(4, 5, 1))]
WITH_NAN = torch.tensor([[1.0], [2.0], [math.nan]])


def model():
    return rnnlab.SequenceModel(1, 4, 1)


def classifier():
    return rnnlab.SequenceModel(1, 4, 3)


def train(batches=PAIR, module=None, **options):
    options = {"loss_fn": "mse", "device": "cpu", **options}
    next(rnnlab.train(module or model(), batches, **options))


def labels(targets, loss_fn="cross_entropy"):
    train([(torch.zeros(4, 5, 1), targets)], classifier(), loss_fn=loss_fn)


def series(values, times=None):
    times = tuple(range(len(values))) if times is None else times
    return data.Series("Tides", times, torch.as_tensor(values), "m", "hour")


class Nothing(nn.Module):
    """A model without parameters."""


class Text(nn.Linear):
    """A model that returns what no model should."""

    def forward(self, inputs):
        return "0.5"


def other_optimizer():
    return torch.optim.SGD(model().parameters(), lr=0.1)


def own_optimizer_and_rate():
    module = model()
    train(module=module, optimizer=torch.optim.SGD(module.parameters(), lr=0.1), learning_rate=0.1)


VALUE = [
    # data
    (lambda: rnnlab.windows(torch.zeros(5, 1), 5), "the series has 5 values; a window of 5 and its "
     "target need at least 6: give a longer series or a shorter window"),
    (lambda: rnnlab.windows(torch.zeros(5, 1), 0), "length is 0; it must be a whole number"),
    (lambda: rnnlab.windows(torch.zeros(5), 2), "shape (5,); expected (time, features): add the "
     "feature axis with series.unsqueeze(-1)"),
    (lambda: rnnlab.windows(torch.zeros(0, 1), 2), "the series is empty; expected at least one"),
    (lambda: rnnlab.windows(WITH_NAN, 1), "the series has 1 values that are not finite numbers; "
     "the first is nan at index [2, 0]: fill or drop them"),
    (lambda: rnnlab.Batches(ZEROS[:0], ZEROS[:0]), "inputs is empty (shape (0, 2, 1)); expected"),
    (lambda: rnnlab.Batches(ZEROS, ZEROS[:5]), "inputs has 6 examples (shape (6, 2, 1)), targets "
     "has 5 (shape (5, 2, 1)); expected as many of both"),
    (lambda: rnnlab.Batches(ZEROS, ZEROS, batch_size=0), "batch_size is 0; it must be"),
    (lambda: rnnlab.Batches(ZEROS, ZEROS, batch_size=2.5), "batch_size is 2.5; it must be"),
    (lambda: rnnlab.Batches(ZEROS / 0, ZEROS), "inputs has 12 values that are not finite numbers"),
    (lambda: rnnlab.Batches(ZEROS, ZEROS + math.inf), "the first is inf at index [0, 0, 0]"),
    (lambda: rnnlab.Streams(ZEROS[:, 0], ZEROS[:, 0], batch_size=7), "6 values cannot be cut into "
     "7 pieces: give more values or a smaller batch_size"),
    (lambda: rnnlab.Streams(ZEROS[:, 0], ZEROS[:, 0], length=0), "length is 0; it must be"),
    (lambda: data.make_sine(length=0), "length is 0; it must be a whole number"),
    (lambda: data.make_sine(period=0), "period is 0; it must be a finite number above 0"),
    (lambda: data.make_sine(noise=-1), "noise is -1; a standard deviation is a number of at least"),
    (lambda: data.make_sine(seed=-1), "seed is -1; it must be a whole number of at least 0"),
    # tasks
    (lambda: rnnlab.load_task("tides"), "task is 'tides'; the known tasks are sunspots, co2, sine"),
    (lambda: rnnlab.load_task("sunspots", held_out=2), "held_out is 2; it is a share between"),
    (lambda: rnnlab.load_task("sunspots", held_out=0.001), "which is none: hold out a larger"),
    (lambda: rnnlab.load_task("sunspots", window=400), "the training part has 248 values; a window "
     "of 400 and its target need at least 401"),
    (lambda: rnnlab.SeriesTask(series([1.0] * 50)), "Tides never changes: nothing to learn"),
    (lambda: rnnlab.SeriesTask(series([1.0, math.nan] * 30, range(1900, 1960))),
     "the first is nan at index [1, 0] (time 1901)"),
    (lambda: rnnlab.load_task("sine").batches("keep"), "hidden_state is 'keep'; the known policies "
     "are reset, carry"),
    (lambda: rnnlab.load_task("sine").batches(batch_size=-1), "batch_size is -1; it must be"),
    (lambda: rnnlab.load_task("sine").free_running(nn.Linear(1, 1)), "needs a model that returns "
     "(predictions, state)"),
    # model
    (lambda: rnnlab.SequenceModel(1, 0, 1), "hidden_size is 0; it must be a whole number of"),
    (lambda: rnnlab.SequenceModel(1, 4.0, 1), "hidden_size is 4.0; it must be a whole number of"),
    (lambda: rnnlab.SequenceModel(0, 4, 1), "input_size is 0; it must be"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, num_layers=0), "num_layers is 0; it must be"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, cell="rnnn"), "cell is 'rnnn'; the known cells are rnn, "
     "gru, lstm"),
    (lambda: model()(torch.zeros(4, 5)), "inputs have shape (4, 5); expected (batch, time, "
     "input_size) with input_size = 1: add the feature axis with inputs.unsqueeze(-1)"),
    (lambda: rnnlab.SequenceModel(3, 4, 1)(torch.zeros(5, 3)), "add the batch axis with "
     "inputs.unsqueeze(0)"),
    (lambda: model()(torch.zeros(0, 5, 1)), "inputs have shape (0, 5, 1); expected (batch, time, "
     "input_size) with input_size = 1: an empty batch has nothing to learn from"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, dropout=1.5), "dropout is 1.5; it is a share from 0"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, nonlinearity="relu6"), "nonlinearity is 'relu6'; the "
     "known nonlinearities are tanh, relu"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, implementation="cudnn"), "implementation is 'cudnn'; "
     "the known implementations are auto, torch"),
    (lambda: model()(torch.zeros(4, 5, 2)), "inputs have shape (4, 5, 2); expected (batch, time, "),
    # losses
    (lambda: train(loss_fn="mae"), "loss_fn is 'mae'; the known losses are mse, cross_entropy"),
    (lambda: train([(torch.zeros(4, 5, 1), torch.zeros(4, 5))]), "predictions have shape (4, 5, 1),"
     " targets have shape (4, 5); this loss compares them element by element"),
    (lambda: labels(torch.zeros(4, 4).long()), "predictions have shape (4, 5, 3), targets have "
     "shape (4, 4); with the 3 classes last, expected targets of shape (4, 5)"),
    (lambda: labels(torch.zeros(4, 5).long(), nn.CrossEntropyLoss()), "with the 5 classes on axis "
     "1, expected targets of shape (4, 3)"),
    (lambda: labels(torch.full((4, 5), 7)), "targets hold the class numbers 7 to 7; predictions "
     "have 3 classes, so expected 0 to 2"),
    # optimizer and device
    (lambda: train(optimizer="adamw"), "optimizer is 'adamw'; the known optimizers are adam, sgd, "
     "rmsprop"),
    (lambda: train(learning_rate=0.0), "learning_rate is 0.0; it must be a finite number above 0"),
    (lambda: train(learning_rate=-1), "learning_rate is -1; it must be"),
    (lambda: train(module=Nothing()), "Nothing has no parameters; there is nothing to train"),
    (lambda: train(optimizer=other_optimizer()), "the optimizer holds no parameter of this model: "
     "make it from model.parameters()"),
    (own_optimizer_and_rate, "learning_rate is for an optimizer given by name; yours has its own"),
    (lambda: train(device="tpu"), "device is 'tpu'; the known devices are auto, cpu, cuda, mps"),
    # loop
    (lambda: train(epochs=0), "epochs is 0; it must be a whole number of at least 1"),
    (lambda: train(epochs=1.5), "epochs is 1.5; it must be a whole number"),
    (lambda: train(clip_norm=-1.0), "clip_norm is -1.0; it must be a finite number above 0"),
    (lambda: train(clip_norm=math.inf), "clip_norm is inf; it must be a finite number above 0"),
    (lambda: train(hidden_state="keep"), "hidden_state is 'keep'; the known policies are reset"),
    (lambda: train([]), "batches is empty; expected at least one pair (inputs, targets)"),
    (lambda: train(iter(()), epochs=1), "batches gave nothing at epoch 1; expected at least one"),
    (lambda: train([(ZEROS, ZEROS[:5])]), "a batch has 6 inputs and 5 targets: shapes (6, 2, 1) "
     "and (5, 2, 1); expected as many"),
    (lambda: train(module=nn.Linear(1, 1), hidden_state="carry"), 'hidden_state="carry" needs a '
     "model that returns (predictions, state)"),
    (lambda: rnnlab.evaluate(model(), [], loss_fn="mse"), "batches is empty; expected at least"),
    (lambda: rnnlab.evaluate(model(), iter(()), loss_fn="mse"), "batches is empty; expected"),
    (lambda: hidden.fit(torch.zeros(1, 2, 3), 4), "the carried hidden state has 2 rows, the batch "
     "has 4: a batch may be smaller than the one before it, not larger"),
    # lab
    (lambda: rnnlab.TrainingLab(cell="foo"), "cell is 'foo'; the known cells are rnn, gru, lstm"),
    (lambda: rnnlab.TrainingLab(epochs=0), "epochs is 0; it must be a whole number"),
]  # fmt: skip

TYPE = [
    (lambda: rnnlab.windows([1.0, 2.0], 1), "the series is list; expected a tensor (N, D)"),
    (lambda: rnnlab.Batches([1.0], ZEROS), "inputs is list; expected a tensor: use "
     "torch.as_tensor(inputs, dtype=torch.float32)"),
    (lambda: rnnlab.Batches(ZEROS, [1.0]), "targets is list; expected a tensor"),
    (lambda: rnnlab.SeriesTask([1.0, 2.0]), "series is list; expected a rnnlab.Series"),
    (lambda: train(loss_fn=3), "loss_fn is 3; expected a name (mse, cross_entropy) or a function"),
    (lambda: labels(torch.zeros(4, 5)), "targets have dtype torch.float32; cross-entropy wants the "
     "number of the right class as torch.int64: use targets.long()"),
    (lambda: train(optimizer=3), "optimizer is int; expected a name (adam, sgd, rmsprop) or a"),
    (lambda: rnnlab.train("model", PAIR, loss_fn="mse"), "model is str; expected a torch.nn.Mod"),
    (lambda: rnnlab.evaluate(None, PAIR, loss_fn="mse"), "model is NoneType; expected a torch.nn"),
    (lambda: train(3), "batches is int; expected pairs (inputs, targets): rnnlab.Batches, a"),
    (lambda: train(iter(PAIR), epochs=2), "batches is a list_iterator that can be read only once, "
     "and epochs is 2; give a list, a DataLoader or rnnlab.Batches"),
    (lambda: train([torch.zeros(4, 5, 1)]), "a batch is Tensor; expected a pair (inputs, targets)"),
    (lambda: train([5]), "a batch is int; expected a pair (inputs, targets) of tensors"),
    (lambda: train(module=Text(1, 1)), "the model returned str; expected predictions as a tensor, "
     "or the pair (predictions, state)"),
    (lambda: rnnlab.TrainingLab(rate=1), "unknown settings ['rate']; known are task, cell, "),
]  # fmt: skip

CASES = [(ValueError, *case) for case in VALUE] + [(TypeError, *case) for case in TYPE]


@pytest.mark.parametrize(("kind", "call", "message"), CASES, ids=[c[2][:40] for c in CASES])
def test_errors_say_what_was_given_and_what_to_do(kind, call, message):
    with pytest.raises(kind) as error:
        call()
    assert message in str(error.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has what the error misses")
def test_a_device_that_is_not_there():
    with pytest.raises(ValueError, match="device is 'cuda', which this machine does not have; it "):
        train(device="cuda")
