"""The page's training engine against torch: what is asked of it in node and in a browser alike."""

import contextlib
import itertools
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
import torch
from torch.nn.functional import mse_loss
from torch.nn.utils import clip_grad_norm_

import rnnlab
from rnnlab.tasks.recipe import DEFAULTS, prepare

ROOT = Path(__file__).parents[1]
SCRIPTS = "data", "random", "kernels", "cells", "network", "optimizers", "tasks", "looks", "engine"
FILES = [*(ROOT / f"docs/page/{name}.js" for name in SCRIPTS), ROOT / "tests/page_engine.js"]
NODE = shutil.which("node")
ANSWER = """
const vm = require("vm"), fs = require("fs"), [, ...files] = process.argv;
for (const file of files) vm.runInThisContext(fs.readFileSync(file, "utf8"), { filename: file });
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const [name, question] = JSON.parse(line);
  console.log(JSON.stringify(globalThis.ask(name, question)));
});
"""
CELLS = {"rnn": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}
RATES = 0.001, 0.003, 0.01, 0.02, 0.03
BOUNDS = (1.0, 0), (None, 1), (0.2, 2), (None, 3), (1.0, 4)  # and a seed
ALL = [
    {"cell": cell, "learningRate": rate, "clipNorm": bound, "seed": seed}
    for cell, rate in itertools.product(CELLS, RATES)
    for bound, seed in (BOUNDS[RATES.index(rate)], BOUNDS[RATES.index(rate) - 1])
]
QUICK, REST = ALL[::2], ALL[1::2]
OTHERS = [  # beside the default: sizes and batches that do not come out even, other optimizers
    {"task": "co2", "cell": "rnn", "seed": 5},
    {"task": "co2", "cell": "lstm", "hiddenSize": 7},
    {"cell": "rnn", "hiddenSize": 1, "clipNorm": 0.01},
    {"cell": "gru", "hiddenSize": 9, "seed": 2**32 - 1},
    {"cell": "rnn", "optimizer": "sgd", "learningRate": 0.03},
    {"cell": "gru", "optimizer": "rmsprop", "learningRate": 0.001},
]
STEPS, LOSS, NORM, EXACT = 70, 1e-5, 1e-4, 1e-9
NAMES = "epoch", "index", "loss", "gradNorm", "clipped", "trainLoss", "validationLoss"


@contextlib.contextmanager
def node():
    """Yield a function that asks a node one question of page_engine.js after the other."""
    command = [NODE, "-e", ANSWER, "--", *FILES]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:

        def ask(name, **question):
            print(json.dumps([name, question]), file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())  # empty if node has ended with an error

        yield ask
        process.stdin.close()


def named(settings):
    """Return a test's name for settings."""
    return " ".join(map(str, settings.values()))


def made(settings):
    """Return the task, model, batches and arguments of `train` that the lab has for settings."""
    names = {"hidden_size": "hiddenSize", "learning_rate": "learningRate", "clip_norm": "clipNorm"}
    chosen = {key: settings.get(names.get(key, key), value) for key, value in DEFAULTS.items()}
    task = rnnlab.load_task(chosen["task"])
    size, state = chosen["hidden_size"], chosen["hidden_state"]
    model, batches = prepare(
        task, cell=chosen["cell"], hidden_size=size, hidden_state=state, seed=chosen["seed"]
    )
    trained = {key: chosen[key] for key in ("optimizer", "learning_rate", "epochs", "clip_norm")}
    return task, model, batches, trained


def trained(settings, count, dtype=torch.float32):
    """Return the task and the trained model, its first weights, and the first steps."""
    task, model, batches, options = made(settings)
    start = flat(model)
    batches.inputs, batches.targets = batches.inputs.to(dtype), batches.targets.to(dtype)
    task.scaled, model = task.scaled.to(dtype), model.to(dtype)
    run = rnnlab.train(
        model, batches, loss_fn=task.loss_fn, validation=task.validation_loss, **options
    )
    return task, model, start, list(itertools.islice(run, count))


def flat(model):
    """Return a copy of all parameters, one after the other."""
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def largest(ours, theirs):
    """Return the largest distance of numbers in two lists, which may be None in both."""
    assert [a is None for a in ours] == [b is None for b in theirs]
    there = [(a, b) for a, b in zip(ours, theirs, strict=True) if b is not None]
    return max((abs(a - b) for a, b in there), default=0.0)


def close(ours, theirs, within):
    """Assert that two lists of numbers are as close as said."""
    assert largest(ours, theirs) <= within


def check_steps(ask, settings, count=STEPS):
    """The first weights are torch's bit for bit; every step is torch's in float64, within 1e-9.

    So it is the notebook's, in float32, within LOSS and NORM, but where training is chaotic:
    there torch's own roundings grow beyond that. Returns the distances from the notebook's.
    """
    answer = ask("steps", settings=settings, count=count)
    _, _, start, steps = trained(settings, count)
    exact = trained(settings, count, torch.float64)[-1]
    assert answer["start"] == start.tolist()
    ours = [rnnlab.Step(*(s[name] for name in NAMES)) for s in answer["steps"]]
    assert [s[:2] for s in ours] == [s[:2] for s in steps]
    assert [s.clipped for s in ours] == [s.clipped for s in exact]
    assert not any(s["diverged"] for s in answer["steps"])
    assert max(distances(ours, exact)) <= EXACT
    found = distances(ours, steps)
    for distance, own, bound in zip(found, distances(exact, steps), (LOSS, NORM), strict=True):
        assert distance <= max(bound, own + EXACT)
    return found


def distances(ours, theirs):
    """Return how far apart the losses of two runs are at most, and their gradient norms."""
    losses = [
        largest([getattr(s, name) for s in ours], [getattr(s, name) for s in theirs])
        for name in ("loss", "train_loss", "validation_loss")
    ]
    return max(losses), largest([s.grad_norm for s in ours], [s.grad_norm for s in theirs])


@cache
def task_of(name):
    return rnnlab.load_task(name)


def check_order(ask, task, seed, epoch):
    """The rows of each batch are those of `rnnlab.Batches`."""
    batches = task_of(task).batches(seed=seed)
    batches.inputs = batches.targets = torch.arange(len(batches.inputs))
    batches.set_epoch(epoch)
    assert ask("order", task=task, seed=seed, epoch=epoch) == [b.tolist() for b, _ in batches]


def check_task(ask, name):
    """The page reads the same numbers as the task, bit for bit, and calls things the same."""
    task, page = task_of(name), ask("task", task=name)
    assert page["scaled"] == task.scaled[:, 0].tolist()
    assert page["values"] == task.values.tolist()
    assert page["times"] == list(task.series.times)
    assert (page["mean"], page["std"], page["split"]) == (task.mean, task.std, task.split)
    said = [page[key] for key in ("name", "title", "unit", "timeUnit", "note", "about")]
    series = task.series
    assert said == [
        task.name, task.title, series.unit, series.time_unit, series.note, task.about,
    ]  # fmt: skip


def put(model, weights):
    """Put a list of weights, one after the other, into a model."""
    torch.nn.utils.vector_to_parameters(torch.tensor(weights), model.parameters())


def check_forecast(ask, settings, count):
    """Both forecasts are those of the task for the same weights, whichever run asks."""
    answer = ask("steps", settings=settings, count=count)
    task, model, _, _ = made(settings)
    digits = 1e-4 * task.std
    for forecast, weights in ("forecast", "weights"), ("atStart", "start"), ("again", "weights"):
        put(model, answer[weights])
        found, held_out = answer[forecast], len(task.held_out_values)
        first = found["firstValidation"]
        assert found["times"][first:] == list(task.held_out_times)
        assert found["observed"] == task.values[-len(found["times"]) :].tolist()
        assert found["predicted"][:first] == [None] * (held_out // 2)
        ahead = task.one_step_ahead(model)
        close(found["predicted"][first:], ahead.tolist(), digits)
        close([found["error"]], [task.rmse(ahead)], digits)
        close([found["persistence"]], [task.baselines()["persistence"]], 1e-9)
        assert found["unit"] == task.series.unit
    assert answer["free"]["times"] == list(task.held_out_times)
    close(answer["free"]["predicted"], task.free_running(model).tolist(), 100 * digits)


def check_phases(ask, settings, before):
    """What each phase leaves is what autograd and torch's own functions find, `before` steps on."""
    answer = ask("phases", settings=settings, before=before)
    _, model, batches, options = made(settings)
    classes = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
    kind = classes[options["optimizer"]]
    optimizer = kind(model.parameters(), lr=options["learning_rate"])
    bound, size = options["clip_norm"], len(batches)
    run = rnnlab.train(
        model, batches, loss_fn="mse", optimizer=optimizer, epochs=40, clip_norm=bound
    )
    list(itertools.islice(run, before))
    batches.set_epoch(before // size + 1)
    inputs, targets = list(batches)[before % size]
    close(answer["before"], flat(model).tolist(), 1e-5)

    cell = CELLS[settings["cell"]](1, model.recurrence.hidden_size)
    for ours, theirs in zip(cell.parameters(), model.recurrence.parameters(), strict=True):
        ours.data = theirs.data  # one memory: the optimizer's update reaches both
    states, predictions = unrolled(cell, model.readout, inputs)
    loss = mse_loss(predictions, targets)
    model.zero_grad()
    loss.backward()
    for ours, theirs in zip(cell.parameters(), model.recurrence.parameters(), strict=True):
        theirs.grad = ours.grad

    zero_grad, forward, by_time, backward, clip, step = answer["phases"]
    names = [phase["name"] for phase in answer["phases"]]
    assert names == ["zero_grad", "forward", "loss", "backward", "clip", "step"]
    assert (zero_grad["batchSize"], zero_grad["timeSteps"]) == tuple(inputs.shape[:2])
    close(forward["inputs"], inputs[0, :, 0].tolist(), 0)
    close(forward["targets"], targets[0, :, 0].tolist(), 0)
    close(forward["predictions"], predictions[0, :, 0].tolist(), 1e-5)
    for ours, theirs in zip(forward["states"], states, strict=True):
        close(ours, theirs[0].tolist(), 1e-5)
    close([by_time["loss"]], [loss.item()], 1e-5)
    parts = (predictions - targets).square().mean((0, 2))
    close(by_time["lossByTime"], parts.tolist(), 1e-5)
    close(backward["gradientByTime"], [h.grad.norm().item() for h in states], 1e-5)
    norms = [p.grad.norm().item() for p in model.parameters()]
    assert [p["shape"] for p in backward["parameters"]] == [
        list(p.shape) for p in model.parameters()
    ]
    close([p["norm"] for p in backward["parameters"]], norms, 1e-5)
    whole = clip_grad_norm_(model.parameters(), float("inf") if bound is None else bound).item()
    after = torch.cat([p.grad.flatten() for p in model.parameters()]).norm().item()
    close([backward["gradNorm"], clip["before"], clip["after"]], [whole, whole, after], 1e-5)
    assert clip["bound"] == bound
    assert clip["clipped"] == (bound is not None and whole > bound)
    start = [p.detach().clone() for p in model.parameters()]
    optimizer.step()
    moved = [(p - q).norm().item() for p, q in zip(model.parameters(), start, strict=True)]
    close([p["norm"] for p in step["parameters"]], moved, 1e-5)
    close([step["moved"]], [torch.tensor(moved).norm().item()], 1e-5)
    again = mse_loss(unrolled(cell, model.readout, inputs)[1], targets)
    close([step["lossBefore"], step["lossAfter"]], [loss.item(), again.item()], 1e-5)
    close(answer["after"], flat(model).tolist(), 1e-5)
    record = answer["steps"][before]  # of the same run without a look
    assert step["record"] == record
    assert answer["next"] == answer["steps"][before + 1]


def unrolled(cell, readout, inputs):
    """Return the hidden states (B, H), whose gradients are kept, and the predictions (B, T, 1)."""
    state, states = None, []
    for t in range(inputs.shape[1]):
        state = cell(inputs[:, t], state)
        states.append(state[0] if isinstance(state, tuple) else state)
        states[-1].retain_grad()
    return states, readout(torch.stack(states, 1))


def check_divergence(ask):
    """A run whose loss is no longer finite ends at the step at which the notebook's does."""
    settings = {"cell": "rnn", "optimizer": "sgd", "learningRate": 1e4, "clipNorm": None}
    answer = ask("steps", settings=settings, count=300)
    task, model, batches, options = made(settings)
    with pytest.raises(rnnlab.TrainingDiverged) as caught:
        list(rnnlab.train(model, batches, loss_fn=task.loss_fn, **options))
    assert [s["diverged"] for s in answer["steps"]] == [False] * caught.value.index + [True]
    assert answer["over"]
    return caught.value.index


def milliseconds(ask, report, where):
    """Report how long the default run takes, of each cell."""
    for cell in CELLS:
        took = min(ask("milliseconds", settings={"cell": cell}, count=280) for _ in range(2))
        report(f"page: 280 steps of the default {cell} in {where}: {took:.0f} ms")
