"""Data, tasks, model and package: counts, no leaks, errors, import rules."""

import itertools
import math
import pathlib
import statistics

import pytest
import torch

import rnnlab
from rnnlab.base.say import short
from rnnlab.data import shipped

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
    changed = rnnlab.Series(
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


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "cell", ["rnn", pytest.param("gru", marks=SLOW), pytest.param("lstm", marks=SLOW)]
)
def test_sunspots_beat_persistence(cell, report):
    task, errors = rnnlab.load_task("sunspots"), []
    for seed in range(5):
        torch.manual_seed(seed)
        model = rnnlab.SequenceModel(1, 32, 1, cell=cell)
        rnnlab.fit(
            model, task.batches(seed=seed), loss_fn=task.loss_fn, epochs=40, clip_norm=1.0,
            learning_rate=0.003, progress=False, device="cpu",
        )  # fmt: skip
        errors.append(task.rmse(task.one_step_ahead(model)))
    report(
        f"{cell}: RMSE on held-out years {[round(e, 1) for e in errors]}, "
        f"median {statistics.median(errors):.1f}"
    )
    assert statistics.median(errors) < 0.65 * task.baselines()["persistence"]


def test_errors_in_small_units_are_told_to_three_digits():
    series = shipped.load_sunspots()
    small = rnnlab.Series("Small", series.times, series.values * 1e-4, "m", "year")
    torch.manual_seed(0)
    words = rnnlab.SeriesTask(small).words(rnnlab.SequenceModel(1, 8, 1))
    assert "(persistence 0.00327, AR(9) 0.00192)" in words


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (0.000123456, "0.000123"), (-0.05, "-0.05"), (20.84, "20.8"), (999.4, "999"),
        (999.6, "1000"), (12345.6, "1.23e+04"), (1234567.0, "1.23e+06"), (1e-9, "1e-09"),
        (math.inf, "inf"), (math.nan, "nan"),
    ],
)  # fmt: skip
def test_a_short_number_has_three_significant_digits(number, text):
    assert short(number) == text


@pytest.mark.parametrize("name", ["sunspots", "co2"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_free_running_forecast_reads_its_own_predictions(name, cell):
    class Users(torch.nn.Module):  # a model of the user's: no one_step
        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, inputs, state=None):
            return self.model(inputs, state)

    task = rnnlab.load_task(name)
    model = rnnlab.SequenceModel(1, 8, 1, cell=cell)
    fast, general = task.free_running(model), task.free_running(Users(model))
    torch.testing.assert_close(fast, general, rtol=1e-4, atol=1e-3 * task.std)
    torch.testing.assert_close(fast[:1], task.one_step_ahead(model)[:1], rtol=1e-5, atol=1e-3)
    assert model.training
