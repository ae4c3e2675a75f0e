"""Lesson 12: what its prose and its guesses' replies say of the sweeps and of two processes."""

import re

import pytest

from tests.executed import ROOT, executed

pytestmark = pytest.mark.slow  # the notebook takes half a minute
NOTEBOOK = ROOT / "notebooks" / "12_beyond_one_machine.ipynb"


@pytest.fixture(scope="module")
def printed(executions):
    """Return what each cell prints, by its id, as the notebook is shipped."""
    cells = executed(NOTEBOOK, executions).notebook.cells
    return {
        cell.id: "".join(output.get("text", "") for output in cell.outputs)
        for cell in cells
        if cell.cell_type == "code"
    }


def test_clipping_saves_the_rates_at_which_runs_diverge(printed):
    shares = re.findall(r"learning rate +([\d.]+): (\d+)% of the runs diverged", printed["c7"])
    assert shares[:4] == [(rate, "0") for rate in ("0.01", "0.03", "0.1", "0.3")]
    assert shares[4:] == [("1.0", "50"), ("3.0", "50")], "all without clipping, none with it"
    assert re.search(r"^clip_norm +None$", printed["c7"], re.MULTILINE)
    assert "30 finished, 6 diverged" in printed["c4"]


def test_a_process_that_is_killed_costs_its_own_run_which_alone_is_done_again(printed):
    outcomes = re.findall(r"^(\d) (\w+)", printed["c17"], re.MULTILINE)
    assert outcomes == [*((str(seed), "finished") for seed in range(3)), ("3", "failed")]
    assert "its worker was killed" in printed["c17"]
    assert "trained now: seed 3\n" in printed["c19"]


def test_two_processes_have_the_losses_of_one_whether_or_not_a_batch_is_split(printed):
    for cell, bound in (("c25", 1e-6), ("c32", 1e-6)):
        count, apart = re.search(r"(\d+) losses, at most (\S+) apart", printed[cell]).groups()
        assert int(count) == 21
        assert float(apart) < bound
    assert "batches of 32 32 32 32 32 32 31" in printed["c25"]
    assert "2 processes: " in printed["c25"]
