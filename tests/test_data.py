"""Data, tasks, model and package: counts, no leaks, errors, import rules."""

import ast
import itertools
import pathlib
import statistics
import subprocess
import sys

import pytest
import torch

import rnnlab
from rnnlab import data, recurrence

ROOT = pathlib.Path(rnnlab.__file__).parent


def test_windows_are_shifted_by_one():
    inputs, targets = rnnlab.windows(torch.arange(10.0).unsqueeze(-1), 4)
    assert inputs.shape == targets.shape == (6, 4, 1)
    assert torch.equal(targets, inputs + 1)


def test_batches_cover_everything_once_and_repeat_by_seed():
    x = torch.arange(10.0).reshape(10, 1, 1)
    batches = rnnlab.Batches(x, x, batch_size=4, shuffle=True, seed=1)
    first, second = ([b[0].flatten().tolist() for b in batches] for _ in range(2))
    assert [len(b) for b in first] == [4, 4, 2]
    assert len(batches) == 3
    assert sorted(x for batch in first for x in batch) == list(range(10))
    assert first != second
    batches.set_epoch(1)
    assert [b[0].flatten().tolist() for b in batches] == first


def test_streams_continue_row_by_row():
    x = torch.arange(22.0).unsqueeze(-1)
    streams = rnnlab.Streams(x, x + 1, batch_size=3, length=3)
    parts = list(streams)
    assert [tuple(i.shape) for i, _ in parts] == [(3, 3, 1), (3, 3, 1), (3, 1, 1)]
    for (_, before), (after, _) in itertools.pairwise(parts):
        assert torch.equal(before[:, -1], after[:, 0])


@pytest.mark.parametrize("name", ["sunspots", "co2", "sine"])
def test_nothing_leaks_from_the_held_out_part(name):
    task = rnnlab.load_task(name)
    changed = data.Series(
        task.series.name, task.series.times, task.series.values.clone(), "", "step"
    )
    changed.values[task.split :] = 777.0
    twin = rnnlab.SeriesTask(changed, changes=task.changes)
    assert (twin.mean, twin.std) == (task.mean, task.std)
    for policy in ("reset", "carry"):
        for ours, theirs in zip(task.batches(policy), twin.batches(policy), strict=True):
            assert torch.equal(ours[0], theirs[0])
            assert torch.equal(ours[1], theirs[1])


def test_sunspots_persistence():
    task = rnnlab.load_task("sunspots")
    assert task.baselines()["persistence"] == pytest.approx(32.7, abs=0.05)
    assert len(task.held_out_values) == 61


def test_missing_months_are_named():
    note = rnnlab.load_task("co2").series.note
    assert note.startswith("5 of 526 months")
    assert "1964-04" in note


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_sunspots_beat_persistence(cell):
    task, errors = rnnlab.load_task("sunspots"), []
    for seed in range(5):
        torch.manual_seed(seed)
        model = rnnlab.SequenceModel(1, 32, 1, cell=cell)
        rnnlab.fit(
            model, task.batches(seed=seed), loss_fn=task.loss_fn, epochs=40, clip_norm=1.0,
            learning_rate=0.003, progress=False, device="cpu",
        )  # fmt: skip
        errors.append(task.rmse(task.one_step_ahead(model)))
    print(f"{cell}: RMSE on held-out years {[round(e, 1) for e in errors]}")
    assert statistics.median(errors) < 0.65 * task.baselines()["persistence"]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_one_step_cells_equal_torch(cell):
    torch.manual_seed(0)
    module = recurrence.CELLS[cell](3, 4, batch_first=True).double()
    inputs = torch.randn(2, 5, 3, dtype=torch.float64)
    expected, _ = module(inputs)
    step = getattr(recurrence, f"{cell}_step")
    zeros = torch.zeros(2, 4, dtype=torch.float64)
    state = (zeros, zeros) if cell == "lstm" else zeros
    for t in range(5):
        state = step(inputs[:, t], state, *module.parameters())
        h = state[0] if cell == "lstm" else state
        torch.testing.assert_close(h, expected[:, t], rtol=0, atol=1e-12)


ZEROS = torch.zeros(6, 2, 1)
ERRORS = [
    (lambda: rnnlab.load_task("tides"), "'tides'; the known tasks are sunspots, co2, sine"),
    (lambda: rnnlab.SequenceModel(1, 0, 1), "hidden_size is 0; it must be"),
    (lambda: rnnlab.SequenceModel(1, 4, 1, cell="rnnn"), "the known cells are rnn, gru, lstm"),
    (lambda: rnnlab.Batches(ZEROS[:0], ZEROS[:0]), "inputs is empty (shape (0, 2, 1))"),
    (lambda: rnnlab.Batches(ZEROS, ZEROS[:5]), "inputs has 6 examples (shape (6, 2, 1))"),
    (lambda: rnnlab.Batches(ZEROS, ZEROS, batch_size=0), "batch_size is 0"),
    (lambda: rnnlab.Batches(ZEROS / 0, ZEROS), "the first is nan at index [0, 0, 0]"),
    (lambda: rnnlab.windows(torch.zeros(5, 1), 5), "has 5 values; a window of 5"),
    (lambda: rnnlab.windows(torch.zeros(5), 2), "add the feature axis"),
    (lambda: rnnlab.load_task("sunspots", window=400), "training part has 248 values"),
    (lambda: rnnlab.load_task("sunspots", held_out=2), "held_out is 2"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_errors_say_what_was_given_and_expected(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)


def test_import_is_light():
    code = "import sys, rnnlab; print({'matplotlib', 'ipywidgets'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_import_directions():
    for path in ROOT.rglob("*.py"):
        imported = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                imported |= {module.split(".")[0], module}
                imported |= {f"{module}.{name.name}" for name in node.names}
        in_widgets = path.parent.name == "widgets"
        if not in_widgets:
            assert not imported & {"ipywidgets", "IPython", "asyncio"}, path
        if not in_widgets and path.name != "plots.py":
            assert "matplotlib" not in imported, path
        if path.name == "loop.py":
            assert not imported & {"rnnlab.model", "rnnlab.tasks", "rnnlab.recurrence"}
