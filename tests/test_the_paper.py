"""Lesson 13: its default runs, counted; its full grid; and a hint that depends on the counts."""

from concurrent.futures import Executor, Future

import nbformat
import pytest

import rnnlab
from rnnlab.course import exercises as checks
from tests.executed import ROOT, executed

NOTEBOOK = ROOT / "notebooks" / "13_the_paper.ipynb"


def cells_with(*words):
    """Return the code cells of the notebook in which one of these words stands."""
    cells = nbformat.read(NOTEBOOK, 4).cells
    code = [cell for cell in cells if cell.cell_type == "code" and "check(" not in cell.source]
    return [cell for cell in code if any(word in cell.source for word in words)]


@pytest.mark.parametrize(
    "table", ["kept", pytest.param("made anew", marks=pytest.mark.slow)]
)  # which takes minutes
def test_the_default_runs_show_that_clipping_solves_more(table, executions, report):
    left = executed(NOTEBOOK, executions, fresh=table != "kept")
    table = rnnlab.Sweep.from_csv(left.folder / "13_rnn.csv")
    solved = {None: 0, 1.0: 0}
    for (bound, length), rows in table.groups("clip_norm", "length").items():
        assert len({row["seed"] for row in rows}) == len(rows) >= 10
        assert all(row["outcome"] in ("solved", "finished") for row in rows)
        count = sum(row["outcome"] == "solved" for row in rows)
        solved[bound] += count
        how = "clipped at 1" if bound else "no clipping"
        report(f"temporal order, length {length}, {how}: {count} of {len(rows)} solved")
    report(f"temporal order, all lengths: {solved[None]} without clipping, {solved[1.0]} with it")
    assert solved[1.0] >= solved[None] + 10


class Planned(Executor):
    """Takes runs and does none of them."""

    def __init__(self):
        self.trials = []

    def submit(self, work, subject, trial):
        self.trials.append(trial)
        future = Future()
        future.set_result({"outcome": "failed", "message": "not done"})
        return future


def test_the_full_grid_is_one_argument():
    names = {}
    for cell in cells_with("import rnnlab", "def grid"):
        exec(cell.source, names)
    executor = Planned()
    rnnlab.sweep(
        rnnlab.TemporalOrderTask, {**names["grid"](full=True), "clip_norm": [None, 1.0]},
        repeats=10, executor=executor, progress=False,
    )  # fmt: skip
    lengths = {settings["length"] for settings in executor.trials}
    assert max(lengths) == 200
    assert lengths > set(names["grid"]()["length"])
    assert len(executor.trials) == 2 * 10 * len(lengths)
    assert all(settings["epochs"] * 50 == 5_000_000 for settings in executor.trials)


def test_counts_that_differ_are_not_yet_a_clear_difference(monkeypatch):
    counts = {
        (20, None): (9, 10), (20, 1.0): (10, 10), (30, None): (2, 10), (30, 1.0): (9, 10),
        (40, None): (0, 10), (40, 1.0): (5, 10),
    }  # fmt: skip
    monkeypatch.setattr(checks.kept, "keep_solved", lambda number: None)
    checks._tries["13.3"] = 0
    said = checks.check("13.3", [20, 30, 40], counts)
    assert "these are all lengths at which the counts differ" in said.text
    assert checks.check("13.3", [30], counts).passed
