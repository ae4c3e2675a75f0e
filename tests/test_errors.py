"""Every error that the public functions raise for bad input: what was given, what to do."""

import math

import pytest
import torch
from torch import nn

import rnnlab
from rnnlab.data.shipped import make_sine
from rnnlab.loop import hidden

Z = torch.zeros(4, 5, 1)
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


def fit(batches=PAIR, **options):
    options = {"loss_fn": "mse", "device": "cpu", "progress": False, "epochs": 1, **options}
    rnnlab.fit(model(), batches, **options)


def labels(targets, loss_fn="cross_entropy"):
    train([(torch.zeros(4, 5, 1), targets)], classifier(), loss_fn=loss_fn)


def series(values, times=None):
    times = tuple(range(len(values))) if times is None else times
    return rnnlab.Series("Tides", times, torch.as_tensor(values), "m", "hour")


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
    (lambda: rnnlab.windows(torch.zeros(5, 1), 5), "the series has 5 values; a window of 5 and "
     "its target need at least 6: give a longer series or a shorter window"),
    (lambda: rnnlab.windows(torch.zeros(5, 1), 0), "length is 0; it must be an integer of at "
     "least 1"),
    (lambda: rnnlab.windows(torch.zeros(5), 2), "the series has shape (5,); expected (time, "
     "features): add the feature axis with series.unsqueeze(-1)"),
    (lambda: rnnlab.windows(torch.zeros(0, 1), 2), "the series is empty; expected at least one "
     "value"),
    (lambda: rnnlab.windows(WITH_NAN, 1), "1 of 3 values of the series are not finite numbers; "
     "the first is nan at index [2, 0]: fill or drop them"),
    (lambda: rnnlab.Batches(ZEROS[:0], ZEROS[:0]), "inputs is empty (shape (0, 2, 1)); expected "
     "at least one example"),
    (lambda: rnnlab.Batches(ZEROS, ZEROS[:5]), "inputs has 6 examples (shape (6, 2, 1)), targets "
     "has 5 (shape (5, 2, 1)); expected as many of both"),
    (lambda: rnnlab.Batches(ZEROS, ZEROS, batch_size=0), "batch_size is 0; it must be an "
     "integer of at least 1"),
    (lambda: rnnlab.Batches(ZEROS, ZEROS, batch_size=2.5), "batch_size is 2.5; it must be an "
     "integer of at least 1"),
    (lambda: rnnlab.Batches(ZEROS / 0, ZEROS), "12 of 12 values of inputs are not finite "
     "numbers; the first is nan at index [0, 0, 0]: fill or drop them"),
    (lambda: rnnlab.Batches(ZEROS, ZEROS + math.inf), "12 of 12 values of targets are not finite "
     "numbers; the first is inf at index [0, 0, 0]: fill or drop them"),
    (lambda: rnnlab.Streams(ZEROS[:, 0], ZEROS[:, 0], batch_size=7),
     "6 values cannot be split into 7 pieces: give more values or a smaller batch_size"),
    (lambda: rnnlab.Streams(ZEROS[:, 0], ZEROS[:, 0], length=0), "length is 0; it must be an "
     "integer of at least 1"),
    (lambda: make_sine(length=0), "length is 0; it must be an integer of at least 1"),
    (lambda: make_sine(period=0), "period is 0; it must be a finite number above 0"),
    (lambda: make_sine(noise=-1), "noise is -1; it must be a finite number of at "
     "least 0"),
    (lambda: make_sine(seed=-1), "seed is -1; it must be an integer of at least 0"),
    (lambda: rnnlab.Shard([]), "batches is empty; expected at least one pair (inputs, targets)"),
    # tasks
    (lambda: rnnlab.load_task("tides"), "task is 'tides'; the known tasks are adding, co2, "
     "names, reber, recall, sine, sunspots"),
    (lambda: rnnlab.load_task("sunspots", held_out=2), "held_out is 2; it must be a fraction "
     "between 0 and 1"),
    (lambda: rnnlab.load_task("sunspots", held_out=0.001), "held_out is 0.001 of 309 values, "
     "which is none: hold out a larger fraction"),
    (lambda: rnnlab.load_task("sunspots", window=400), "the training part has 248 values; a "
     "window of 400 and its target need at least 401: give a longer series, or a shorter "
     "window=..."),
    (lambda: rnnlab.SeriesTask(series([1.0, 2.0, 4.0, 3.0, 5.0]), window=1),
     "the training part has 4 values; the linear formula of the last nine, with which a forecast "
     "is compared, needs at least 10: give a longer series"),
    (lambda: rnnlab.SeriesTask(series([1.0] * 50)), "the training part of Tides never changes: "
     "nothing to learn"),
    (lambda: rnnlab.SeriesTask(series([1.0, math.nan] * 30, range(1900, 1960))),
     "30 of 60 values of the series are not finite numbers; the first is nan at index [1, 0] "
     "(time 1901): fill or drop them"),
    (lambda: rnnlab.load_task("sine").batches("keep"), "hidden_state is 'keep'; the known "
     "policies are reset, carry"),
    (lambda: rnnlab.load_task("sine").batches(batch_size=-1), "batch_size is -1; it must be an "
     "integer of at least 1"),
    (lambda: rnnlab.load_task("sine").free_running(nn.Linear(1, 1)),
     "a free-running forecast needs a model that returns (predictions, state)"),
    # model
    (lambda: rnnlab.SequenceModel(1, 0, 1), "hidden_size is 0; it must be an integer of at "
     "least 1"),
    (lambda: rnnlab.SequenceModel(1, 4.0, 1), "hidden_size is 4.0; it must be an integer of "
     "at least 1"),
    (lambda: rnnlab.SequenceModel(0, 4, 1), "input_size is 0; it must be an integer of at "
     "least 1"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, num_layers=0), "num_layers is 0; it must be an "
     "integer of at least 1"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, cell="rnnn"), "cell is 'rnnn'; the known cells are "
     "rnn, gru, lstm"),
    (lambda: model()(torch.zeros(4, 5)), "inputs have shape (4, 5); expected (batch, time, "
     "input_size) with input_size = 1: add the feature axis with inputs.unsqueeze(-1)"),
    (lambda: rnnlab.SequenceModel(3, 4, 1)(torch.zeros(5, 3)), "inputs have shape (5, 3); "
     "expected (batch, time, input_size) with input_size = 3: add the batch axis with "
     "inputs.unsqueeze(0)"),
    (lambda: model()(torch.zeros(0, 5, 1)), "inputs have shape (0, 5, 1); expected (batch, time, "
     "input_size) with input_size = 1: an empty batch has nothing to learn from"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, dropout=1.5), "dropout is 1.5; it must be a fraction "
     "from 0 to below 1"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, nonlinearity="relu6"), "nonlinearity is 'relu6'; the "
     "known nonlinearities are tanh, relu"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, implementation="cudnn"), "implementation is 'cudnn'; "
     "the known implementations are auto, torch"),
    (lambda: model()(torch.zeros(4, 5, 2)), "inputs have shape (4, 5, 2); expected (batch, time, "
     "input_size) with input_size = 1"),
    # losses
    (lambda: train(loss_fn="mae"), "loss_fn is 'mae'; the known losses are mse, cross_entropy"),
    (lambda: train([(torch.zeros(4, 5, 1), torch.zeros(4, 5))]), "predictions have shape (4, 5, "
     "1), targets have shape (4, 5); this loss compares them element by element, so the shapes "
     "must be equal: reshape the targets, or take the time steps you want to predict"),
    (lambda: labels(torch.zeros(4, 4).long()), "predictions have shape (4, 5, 3), targets have "
     "shape (4, 4); with the 3 classes last, expected targets of shape (4, 5)"),
    (lambda: labels(torch.zeros(4, 5).long(), nn.CrossEntropyLoss()),
     "predictions have shape (4, 5, 3), targets have shape (4, 5); with the 5 classes on axis 1, "
     "expected targets of shape (4, 3)"),
    (lambda: labels(torch.full((4, 5), 7)), "targets hold the class numbers 7 to 7; predictions "
     "have 3 classes, so expected 0 to 2: look at the labels, or enlarge output_size"),
    # optimizer and device
    (lambda: train(optimizer="adamw"), "optimizer is 'adamw'; the known optimizers are adam, "
     "sgd, rmsprop"),
    (lambda: train(learning_rate=0.0), "learning_rate is 0.0; it must be a finite number above 0"),
    (lambda: train(learning_rate=-1), "learning_rate is -1; it must be a finite number above 0"),
    (lambda: train(module=Nothing()), "Nothing has no parameters; there is nothing to train"),
    (lambda: train(optimizer=other_optimizer()), "the optimizer holds no parameter of this "
     "model: make it from model.parameters()"),
    (own_optimizer_and_rate, "learning_rate is for an optimizer given by name; yours has its "
     "own: set it there, optimizer.param_groups[0]['lr']"),
    (lambda: train(device="tpu"), "device is 'tpu'; the known devices are auto, cpu, cuda, mps"),
    # loop
    (lambda: train(epochs=0), "epochs is 0; it must be an integer of at least 1"),
    (lambda: train(epochs=1.5), "epochs is 1.5; it must be an integer of at least 1"),
    (lambda: train(clip_norm=-1.0), "clip_norm is -1.0; it must be a finite number above 0"),
    (lambda: train(clip_norm=math.inf), "clip_norm is inf; it must be a finite number above 0"),
    (lambda: train(hidden_state="keep"), "hidden_state is 'keep'; the known policies are reset, "
     "carry"),
    (lambda: train([]), "batches is empty; expected at least one pair (inputs, targets)"),
    (lambda: train(iter(()), epochs=1), "batches gave nothing at epoch 1; expected at least one"),
    (lambda: train([(ZEROS, ZEROS[:5])]), "a batch has inputs of shape (6, 2, 1) and targets of "
     "shape (5, 2, 1); expected as many examples of both, on the first axis"),
    (lambda: train(module=nn.Linear(1, 1), hidden_state="carry"), 'hidden_state="carry" needs a '
     "model that returns (predictions, state); this one returned predictions only: return its "
     'state, or use "reset"'),
    (lambda: rnnlab.evaluate(model(), [], loss_fn="mse"), "batches is empty; expected at least "
     "one pair (inputs, targets)"),
    (lambda: rnnlab.evaluate(model(), iter(()), loss_fn="mse"), "batches is empty; expected at "
     "least one pair (inputs, targets)"),
    (lambda: hidden.truncate_batch(torch.zeros(1, 2, 3), 4), "the carried hidden state has 2 "
     "rows, the batch has 4: a batch may be smaller than the one before it, not larger; reset "
     "the state, or put it last"),
    # more of the loop
    (lambda: train([(Z, Z * math.nan)]), "20 of 20 values of the targets at epoch 1, step 0 are "
     "not finite numbers; the first is nan at index [0, 0, 0]: fill or drop them"),
    (lambda: train([(Z / 0, Z)]), "20 of 20 values of the inputs at epoch 1, step 0 are not "
     "finite numbers; the first is nan at index [0, 0, 0]: fill or drop them"),
    (lambda: train([(torch.tensor(1.0), torch.tensor(1.0))]), "a batch has inputs of shape () "
     "and targets of shape (); expected as many examples of both, on the first axis"),
    (lambda: train([(Z.long(), Z)]), "RNN input dtype (torch.int64) does not match weight dtype "
     "(torch.float32). Convert input: input.to(torch.float32), or convert model: "
     "model.to(torch.int64)"),
    (lambda: train(epochs=True), "epochs is True; it must be an integer of at least 1"),
    (lambda: train(epochs="3"), "epochs is '3'; it must be an integer of at least 1"),
    (lambda: train(clip_norm="1"), "clip_norm is '1'; it must be a finite number above 0"),
    (lambda: train(learning_rate="fast"), "learning_rate is 'fast'; it must be a finite number "
     "above 0"),
    (lambda: train(learning_rate=math.nan), "learning_rate is nan; it must be a finite number "
     "above 0"),
    (lambda: train(device=5), "device is 5; the known devices are auto, cpu, cuda, mps"),
    (lambda: train(hidden_state=None), "hidden_state is None; the known policies are reset, carry"),
    (lambda: train(validation=[]), "validation is empty; expected at least one pair (inputs, "
     "targets)"),
    (lambda: fit(validation=[(Z, Z[:2])]), "a batch has inputs of shape (4, 5, 1) and targets of "
     "shape (2, 5, 1); expected as many examples of both, on the first axis"),
    (lambda: fit([(Z[:2], Z[:2]), (Z, Z)], hidden_state="carry"), "the carried hidden state has "
     "2 rows, the batch has 4: a batch may be smaller than the one before it, not larger; reset "
     "the state, or put it last"),
    (lambda: fit(resume=True), "resume=True needs a checkpoint to go on from: "
     "checkpoint='my_run.pt'"),
    (lambda: rnnlab.evaluate(model(), PAIR, loss_fn="mse", state=torch.zeros(3, 3)),
     "the carried hidden state has 3 rows, the batch has 4: a batch may be smaller than the one "
     "before it, not larger; reset the state, or put it last"),
    # more of data, tasks and model
    (lambda: rnnlab.Batches(ZEROS, ZEROS, seed="a"), "seed is 'a'; it must be an integer of "
     "at least 0"),
    (lambda: rnnlab.Batches(ZEROS, ZEROS, seed=2**32), "seed is 4294967296; it must be at most "
     "4294967295"),
    (lambda: make_sine(noise="loud"), "noise is 'loud'; it must be a finite number of "
     "at least 0"),
    (lambda: rnnlab.windows(torch.zeros(5, 1), "two"), "length is 'two'; it must be an "
     "integer of at least 1"),
    (lambda: rnnlab.load_task(5), "task is 5; the known tasks are adding, co2, names, reber, "
     "recall, sine, sunspots"),
    (lambda: rnnlab.load_task("sunspots", window=0), "window is 0; it must be an integer of "
     "at least 1"),
    (lambda: rnnlab.load_task("sunspots", held_out="a fifth"), "held_out is 'a fifth'; it must be "
     "a fraction between 0 and 1"),
    (lambda: rnnlab.load_task("sunspots", held_out=math.nan), "held_out is nan; it must be a "
     "fraction between 0 and 1"),
    (lambda: rnnlab.load_task("sine").batches("carry", batch_size=10**9),
     "319 values cannot be split into 1000000000 pieces: give more values or a smaller batch_size"),
    (lambda: rnnlab.load_task("names", window=0), "window is 0; it must be an integer of at "
     "least 1"),
    (lambda: rnnlab.load_task("recall", delay=-1), "delay is -1; it must be an integer of at "
     "least 1"),
    (lambda: rnnlab.load_task("recall", window=2, length=50), "length is 50; 32 rows of windows "
     "of 2 need at least 64"),
    (lambda: rnnlab.load_task("adding", length=1), "length is 1; two marks need at least 2 time "
     "steps"),
    (lambda: rnnlab.SeriesTask(series([1.0] * 50, range(9))), "the values of Tides have shape "
     "(50,) and there are 9 times; expected as many values (N,) as times, or as many rows (N, D)"),
    (lambda: rnnlab.SeriesTask(series([[1.0, 2.0]] * 50, range(9))), "the values of Tides have "
     "shape (50, 2) and there are 9 times; expected as many values (N,) as times, or as many rows "
     "(N, D)"),
    (lambda: rnnlab.SequenceModel(True, 4, 1), "input_size is True; it must be an integer of "
     "at least 1"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, dropout="half"), "dropout is 'half'; it must be a "
     "fraction from 0 to below 1"),
    # exercises
    (lambda: rnnlab.check("99.9", 1), "the lesson is '99'; the known lessons are 00, 01, 02, 03, "
     "04, 05, 06, 07, 08, 09, 10, 11, 12, 13, 14, "
     "15"),
    (lambda: rnnlab.solution("zz"), "the exercise is 'zz'; expected a number like \"04.2\""),
    # labs
    (lambda: rnnlab.TrainingLab(hidden_size=10**6), "hidden_size is 1000000; a lab takes at most "
     "1024, so that it stays quick and within memory: go further with rnnlab.fit"),
    (lambda: rnnlab.TrainingLab(epochs=10**6), "epochs is 1000000; a lab takes at most 10000, so "
     "that it stays quick and within memory: go further with rnnlab.fit"),
    (lambda: rnnlab.TrainingLab(None), "task is None, which has no name, title, input_size, "
     "output_size, loss_fn, picture, batches, validation_loss, answers, words; give one of the "
     "names adding, co2, names, reber, recall, sine, sunspots, or an object with all that "
     "rnnlab.tasks.catalogue.Task asks for"),
    (lambda: rnnlab.TrainingLab(apply_while_training="yes"), "apply_while_training is 'yes'; it "
     "must be True or False"),
    (lambda: rnnlab.LoopStepper(fault="none"), "fault is 'none'; the known faults are nothing, "
     "missing-zero-grad, zero-grad-after-backward, state-not-detached, clip-before-backward, "
     "missing-step"),
    (lambda: rnnlab.LoopStepper(speed=0), "speed is 0; it must be a finite number above 0"),
    (lambda: rnnlab.GradientLab(length=1), "length is 1; it must be from 2 to 100 time steps"),
    (lambda: rnnlab.GradientLab(scale=0), "scale is 0; it must be a finite number above 0"),
    (lambda: rnnlab.GradientLab(forget_bias=math.inf), "forget_bias is inf; it must be a finite "
     "number"),
    (lambda: rnnlab.StateLab(way="keep"), "way is 'keep'; the known ways are reset, carry and "
     "detach, carry without detach, carry with shuffle"),
    (lambda: rnnlab.StateLab(window=65), "window is 65; the lab reads at most 64 time steps per "
     "batch"),
    (lambda: rnnlab.TrainingLab(cell="foo"), "cell is 'foo'; the known cells are rnn, gru, lstm"),
    (lambda: rnnlab.TrainingLab(epochs=0), "epochs is 0; it must be an integer of at least 1"),
]  # fmt: skip

TYPE = [
    (lambda: rnnlab.windows([1.0, 2.0], 1), "series is list; expected a tensor: use "
     "torch.as_tensor(series, dtype=torch.float32)"),
    (lambda: rnnlab.Batches([1.0], ZEROS), "inputs is list; expected a tensor: use "
     "torch.as_tensor(inputs, dtype=torch.float32)"),
    (lambda: rnnlab.Batches(ZEROS, [1.0]), "targets is list; expected a tensor: use "
     "torch.as_tensor(targets, dtype=torch.float32)"),
    (lambda: rnnlab.SeriesTask([1.0, 2.0]), "series is list; expected a rnnlab.Series"),
    (lambda: train(loss_fn=3), "loss_fn is 3; expected a name (mse, cross_entropy) or a function "
     "of (predictions, targets)"),
    (lambda: labels(torch.zeros(4, 5)), "targets have dtype torch.float32; cross-entropy expects "
     "the number of the right class as torch.int64: use targets.long()"),
    (lambda: train(optimizer=3), "optimizer is int; expected a name (adam, sgd, rmsprop) or a "
     "torch.optim.Optimizer"),
    (lambda: rnnlab.train("model", PAIR, loss_fn="mse"), "model is str; expected a "
     "torch.nn.Module"),
    (lambda: rnnlab.evaluate(None, PAIR, loss_fn="mse"), "model is NoneType; expected a "
     "torch.nn.Module"),
    (lambda: train(3), "batches is int; expected pairs (inputs, targets): rnnlab.Batches, a "
     "DataLoader or a list"),
    (lambda: train(iter(PAIR), epochs=2), "batches is a list_iterator that can be read only "
     "once, and epochs is 2; give a list, a DataLoader or rnnlab.Batches"),
    (lambda: train([torch.zeros(4, 5, 1)]), "a batch is Tensor; expected a pair (inputs, "
     "targets) of tensors"),
    (lambda: train([5]), "a batch is int; expected a pair (inputs, targets) of tensors"),
    (lambda: train(module=Text(1, 1)), "the model returned str; expected predictions as a "
     "tensor, or the pair (predictions, state): wrap it in a module whose forward returns these"),
    (lambda: train([(None, None)]), "inputs is NoneType; expected a tensor: use "
     "torch.as_tensor(inputs, dtype=torch.float32)"),
    (lambda: train([([1.0], [1.0])]), "inputs is list; expected a tensor: use "
     "torch.as_tensor(inputs, dtype=torch.float32)"),
    (lambda: train([(Z.numpy(), Z.numpy())]), "inputs is ndarray; expected a tensor: use "
     "torch.as_tensor(inputs, dtype=torch.float32)"),
    (lambda: train([(Z, Z, Z)]), "a batch is tuple of 3; expected a pair (inputs, targets) "
     "of tensors: lengths or a mask stand with the inputs, ((inputs, lengths), targets), or with "
     "the targets, (inputs, (targets, mask)), as one argument of the model or of loss_fn"),
    (lambda: train("ab"), "a batch is str; expected a pair (inputs, targets) of tensors"),
    (lambda: train({"inputs": Z, "targets": Z}), "a batch is str; expected a pair (inputs, "
     "targets) of tensors"),
    (lambda: train(loss_fn=None), "loss_fn is None; expected a name (mse, cross_entropy) or a "
     "function of (predictions, targets)"),
    (lambda: train(optimizer=torch.optim.Adam), "optimizer is type; expected a name (adam, sgd, "
     "rmsprop) or a torch.optim.Optimizer"),
    (lambda: train(validation=5), "validation is int; expected pairs (inputs, targets): "
     "rnnlab.Batches, a DataLoader or a list"),
    (lambda: train(history="mine"), "history is 'mine'; expected a rnnlab.History, or None for a "
     "new one"),
    (lambda: fit(validation=lambda model: "low"), "validation returned 'low'; expected the loss "
     "as a number, or a tensor () of it"),
    (lambda: fit(checkpoint=5), "checkpoint is 5; expected the path of a file to save the run in"),
    (lambda: fit(checkpoint=""), "checkpoint is ''; expected the path of a file to save the run "
     "in"),
    (lambda: rnnlab.evaluate(model(), [5], loss_fn="mse"), "a batch is int; expected a pair "
     "(inputs, targets) of tensors"),
    (lambda: rnnlab.SeriesTask(rnnlab.Series("Tides", (1.0, 2.0), [1.0, 2.0], "m", "hour")),
     "values is list; expected a tensor: use torch.as_tensor(values, dtype=torch.float32)"),
    (lambda: model()([1.0, 2.0]), "inputs is list; expected a tensor: use "
     "torch.as_tensor(inputs, dtype=torch.float32)"),
    (lambda: rnnlab.Streams([1.0], [1.0]), "inputs is list; expected a tensor: use "
     "torch.as_tensor(inputs, dtype=torch.float32)"),
    (lambda: rnnlab.TrainingLab(checkpoint=5), "checkpoint is 5; expected the path of a file to "
     "save the run in"),
    (lambda: rnnlab.Shard(3), "batches is int; expected pairs (inputs, targets): rnnlab.Batches, "
     "a DataLoader or a list"),
    (lambda: rnnlab.Shard(iter(PAIR)), "batches is a list_iterator; a Shard needs batches that "
     "have a length and can be read again: a list, a DataLoader or rnnlab.Batches"),
    (lambda: train(rnnlab.Shard([5])), "a batch is int; expected a pair (inputs, targets) of "
     "tensors"),
    (lambda: rnnlab.LoopStepper(model=model()), "batches and loss_fn is missing: give either a "
     "task, or model, batches and loss_fn together"),
    (lambda: rnnlab.LoopStepper("sine", model(), batches=PAIR, loss_fn="mse"),
     "a task is given too: give either a task, or model, batches and loss_fn together"),
    (lambda: rnnlab.LoopStepper(rate=1), "unknown settings ['rate']; known are task, cell, "
     "hidden_size, hidden_state, learning_rate, clip, clip_norm, seed, fault, speed"),
    (lambda: rnnlab.StateLab(rate=1), "unknown settings ['rate']; known are way, window, "
     "hidden_size, epochs, seed"),
    (lambda: rnnlab.TrainingLab(rate=1), "unknown settings ['rate']; known are task, cell, "
     "learning_rate, epochs, clip, clip_norm, optimizer, hidden_size, hidden_state, seed, seeds, "
     "speed, free_running, apply_while_training"),
]  # fmt: skip

CASES = [(ValueError, *case) for case in VALUE] + [(TypeError, *case) for case in TYPE]


@pytest.mark.parametrize(("kind", "call", "message"), CASES, ids=[c[2][:40] for c in CASES])
def test_errors_say_what_was_given_and_what_to_do(kind, call, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has what the error misses")
def test_a_device_that_is_not_there():
    with pytest.raises(ValueError, match="device is 'cuda', which this machine does not have; it "):
        train(device="cuda")
