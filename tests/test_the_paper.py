"""Lesson 13: its default runs, counted; its full grid; and a hint that depends on the counts."""

from concurrent.futures import Executor, Future

import nbformat
import pytest

import rnnlab
from rnnlab.course import exercises as checks
from tests.executed import KEPT, ROOT, executed

NOTEBOOK = ROOT / "notebooks" / "13_the_paper.ipynb"
TABLE = "13_rnn.csv"


def cells_with(*words):
    """Return the code cells of the notebook in which one of these words stands."""
    cells = nbformat.read(NOTEBOOK, 4).cells
    code = [cell for cell in cells if cell.cell_type == "code" and "check(" not in cell.source]
    return [cell for cell in code if any(word in cell.source for word in words)]


def count(table):
    """Return how many runs of each (bound, length) have solved the task, and of how many."""
    return {
        pair: (sum(row["outcome"] == "solved" for row in rows), len(rows))
        for pair, rows in table.groups("clip_norm", "length").items()
    }


def test_the_default_runs_show_that_clipping_solves_more(executions, report):
    table = rnnlab.Sweep.from_csv(executed(NOTEBOOK, executions).folder / TABLE)
    assert all(row["outcome"] in ("solved", "finished") for row in table.rows)
    solved = {None: 0, 1.0: 0}
    for (bound, length), (those, runs) in count(table).items():
        assert runs >= 10
        solved[bound] += those
        how = "clipped at 1" if bound else "no clipping"
        report(f"temporal order, length {length}, {how}: {those} of {runs} solved")
    report(f"temporal order, all lengths: {solved[None]} without clipping, {solved[1.0]} with it")
    assert solved[1.0] >= solved[None] + 10


@pytest.mark.slow
def test_so_do_four_of_them_made_anew(tmp_path, monkeypatch, report):
    """The notebook's own cell finds the kept table without them, and runs what is missing."""
    header, *lines = (KEPT / TABLE).read_text().splitlines()
    place = {name: header.split(",").index(name) for name in ("length", "seed")}
    of_rows = [[line.split(",")[place[name]] for name in place] for line in lines]
    left = [line for line, (length, seed) in zip(lines, of_rows, strict=True)
            if length != "50" or seed not in "34"]  # fmt: skip
    assert len(left) == len(lines) - 4
    monkeypatch.chdir(tmp_path)
    (tmp_path / TABLE).write_text("\n".join([header, *left, ""]))
    names = {"__name__": "__main__"}
    for cell in cells_with("import rnnlab", "task = ", "def own_start", "def grid", TABLE):
        exec(cell.source, names)
    assert len(names["plain"]) == len(lines)
    rows = [row for row in names["plain"].rows if row["length"] == 50 and row["seed"] in (3, 4)]
    solved = {bound: sum(row["outcome"] == "solved" for row in rows if row["clip_norm"] == bound)
              for bound in (None, 1.0)}  # fmt: skip
    report(f"temporal order, length 50, 2 seeds made anew: {solved[None]} without clipping, "
           f"{solved[1.0]} with it")  # fmt: skip
    assert solved[1.0] >= solved[None] + 1


class Planned(Executor):
    """Takes runs and does none of them."""

    def __init__(self):
        self.trials = []

    def submit(self, work, subject, trials, stacked):
        self.trials += trials
        future = Future()
        future.set_result([{"outcome": "failed", "message": "not done"}] * len(trials))
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
