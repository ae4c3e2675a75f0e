"""The page's training engine against torch: what is asked of it in node and in a browser alike."""

import contextlib
import itertools
import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
import torch

import rnnlab
from rnnlab.loop.batch import PHASES
from rnnlab.tasks.recipe import DEFAULTS, prepare

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/page"
NAMED = re.findall(r'<script src="(\w+\.js)">', (PAGE / "page.html").read_text(encoding="utf-8"))
ENGINE = NAMED[: NAMED.index("engine.js") + 1]  # what follows is what is seen of it
FILES = [*(PAGE / name for name in ENGINE), ROOT / "tests/page_engine.js"]
NODE = shutil.which("node")
ANSWER = """
const vm = require("vm"), fs = require("fs"), [, ...files] = process.argv;
for (const file of files) vm.runInThisContext(fs.readFileSync(file, "utf8"), { filename: file });
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const [name, question] = JSON.parse(line);
  console.log(JSON.stringify(globalThis.ask(name, question)));
});
"""
CELLS = "rnn", "gru", "lstm"
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
NAMES_OF_PHASES = [phase.__name__ for phase in PHASES]
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


def check_alike(ours, theirs, within):
    """Assert that two nested records are alike, their numbers as close as said."""
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys()
        for name, part in theirs.items():
            check_alike(ours[name], part, within)
    elif isinstance(theirs, list) and isinstance(theirs[0], dict | list):
        for one, other in zip(ours, theirs, strict=True):
            check_alike(one, other, within)
    elif isinstance(theirs, list):
        close(ours, theirs, within)
    elif isinstance(theirs, float):
        close([ours], [theirs], within)
    else:
        assert ours == theirs


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


def check_divergence(ask):
    """A run whose loss is no longer finite ends where the notebook's does, before the update."""
    settings = {"cell": "rnn", "optimizer": "sgd", "learningRate": 1e4, "clipNorm": None}
    answer = ask("steps", settings=settings, count=300)
    task, model, batches, options = made(settings)
    with pytest.raises(rnnlab.TrainingDiverged) as caught:
        list(rnnlab.train(model, batches, loss_fn=task.loss_fn, **options))
    assert abs(len(answer["steps"]) - 1 - caught.value.index) <= 1  # what grows so, soon differs
    assert [s["diverged"] for s in answer["steps"]] == [False] * (len(answer["steps"]) - 1) + [True]
    assert answer["over"]
    steps = len(answer["steps"]) - 1
    found = ask("phases", settings=settings, before=steps)  # the step at which it ends
    assert [phase["name"] for phase in found["phases"]] == NAMES_OF_PHASES[:4]
    assert found["phases"][-1]["record"] == answer["steps"][-1]
    assert found["after"] == found["before"]
    assert found["next"] is None


def milliseconds(ask, report, where):
    """Report how long the default run takes, of each cell."""
    for cell in CELLS:
        took = ask("milliseconds", settings={"cell": cell}, count=280)
        report(f"page: 280 steps of the default {cell} in {where}: {took:.0f} ms")
