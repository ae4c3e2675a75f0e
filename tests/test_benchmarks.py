"""The benchmarks come out whole. What they measure is not judged here: machines differ."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import rnnlab
from tests.benchmarks import drawing, learners, many, promises, scaling, training
from tests.benchmarks.bounds import NumpyRNN
from tests.benchmarks.case import Case
from tests.benchmarks.contenders import CONTENDERS, PEERS, installed, there
from tests.benchmarks.table import alone

ROOT = Path(__file__).parents[1]
# --small has an RNN with T = 24 and H = 32 alone
NEVER_MEASURED = ("T=100 <= 0.40", "at H=128 <= 1.00", "gru at H=32", "lstm at H=32")


@pytest.fixture(scope="module")
def page():
    command = [sys.executable, "-m", "tests.benchmarks", "--small"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert result.returncode == 0, result.stderr
    return result.stdout


def tables(page):
    """Return the rows of each table, as lists of cells, by the first word of its heading."""
    sections = [part.partition("\n") for part in page.split("\n## ")[1:]]
    return {
        title.split()[0].strip(":"): [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in body.splitlines()
            if line.startswith("|") and not line.startswith("|-")
        ]
        for title, _, body in sections
    }


@pytest.mark.skipif(sys.platform != "linux", reason="only there a process is copied")
def test_a_measure_leaves_nothing_to_the_next():
    left = []
    assert alone(lambda: left.append("a setting") or 2.5) == 2.5
    assert left == []
    with pytest.raises(EOFError):
        alone(lambda: os._exit(1))


@pytest.mark.slow
def test_the_tables_are_whole(page):
    rows = tables(page)
    assert list(rows) == [
        "Training", "Lower", "Many", "Live", "Watching", "Scaling", "Growth", "Memory", "Learners"
    ]  # fmt: skip
    lengths = [2, 2, 1 + len(many.ways()), 7 if peers() else 6, 12, 2, 9, 3, 2]
    assert [len(table) for table in rows.values()] == lengths
    for name, (header, *body) in rows.items():
        assert all(len(row) == len(header) for row in body), name
        assert not any("" in row for row in body), name
    assert all(float(row[1]) > 0 for row in rows["Live"][2:] if row[1] != "not installed")
    assert [row[:2] for row in rows["Many"][1:]] == [["rnn", name] for name in many.ways()]
    figures = rows["Training"][1][3:5]
    assert all(float(figure.split()[0]) > 0 for figure in figures)


@pytest.mark.slow
def test_every_promise_gets_a_verdict(page):
    lines = [line for line in page.splitlines() if line.startswith("- ") and "<=" in line]
    for line in lines:
        assert line.endswith(("met", "not measured"))
        assert line.endswith("not measured") == any(part in line for part in NEVER_MEASURED), line
    assert len(lines) == 10


def peers():
    return all(map(there, CONTENDERS)) and installed("livelossplot")


@pytest.mark.slow
def test_all_peers_are_measured(page):
    if not peers():
        pytest.skip("packages to compare with are not installed: 'make test-all' installs them")
    assert "not installed" not in page


def test_who_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(drawing, "installed", lambda package: False)
    samples = {name: [2.0] for name in CONTENDERS if name not in PEERS} | {"products": [1.0]}
    text = training.tables([training.Row(Case(), samples, 1.0)])
    assert text.count("not installed") == len(PEERS)
    assert "not installed" in drawing.table({"no picture": [drawing.Pictures(1, 1, 0)]})


@pytest.mark.parametrize(("ms", "verdict"), [(4.4, "met"), (4.6, "NOT met")])
def test_a_promise_is_judged_by_its_bound(ms, verdict):
    row = training.Row(Case(), {"plain": [10.0], "rnnlab": [ms]}, 1.0)
    assert promises.of_training([row]).splitlines()[0] == (
        f"- rnnlab / plain, rnn at H=32, T=24 <= 0.45: {ms / 10:.2f}, {verdict}"
    )


@pytest.mark.parametrize(("peak", "verdict"), [(899.0, "met"), (901.0, "NOT met")])
def test_kernel_and_server_together_are_judged(peak, verdict):
    costs = [learners.Cost(name, mb, 300.0, 200.0, 100.0, 4.0, 9.0)
             for name, mb in (("one", 400.0), ("two", peak))]  # fmt: skip
    assert promises.of_learners(costs).strip() == (
        f"- kernel and server <= 1000 MB, what Binder gives: {peak + 100:.0f} MB at most (two), "
        f"{verdict}"
    )


@pytest.mark.parametrize(
    ("cores", "all_cores", "verdict"),
    [(2, 5.8, "1.72 times, met"), (2, 6.0, "1.67 times, NOT met"), (4, 3.0, "not measured")],
)
def test_a_sweep_on_two_cores_is_judged(monkeypatch, cores, all_cores, verdict):
    monkeypatch.setattr(promises.loky, "cpu_count", lambda: cores)
    one = scaling.Cost(2.0, 10.0, 10.0)
    seconds = (all_cores, all_cores, 1.0)
    rounds = [scaling.Round(one, scaling.Cost(2.0, clock, 5.0)) for clock in seconds]
    assert promises.of_scaling(rounds).strip() == (
        f"- a sweep on two cores is 1.7 times as fast as on one, by the clock: {verdict}"
    )


def trained(seconds, compiling=0.0):
    return [many.Trained(seconds, compiling, np.ones(3))]


@pytest.mark.parametrize(
    ("seconds", "jax", "verdicts"),
    [(7.0, (1.0, 1.1), ("3.50 times, met", "1.05 times, met")),
     (6.9, (1.0, 0.9), ("3.45 times, NOT met", "0.95 times, NOT met"))],
)  # fmt: skip
def test_many_runs_are_judged(seconds, jax, verdicts):
    costs = {"fit one by one": trained(seconds), "train_stacked": trained(2.0),
             "JAX vmap": trained(*jax), "JAX vmap, unrolled": trained(1.0, 5.0)}  # fmt: skip
    lines = promises.of_many({"rnn": costs}).splitlines()
    assert lines == [
        f"- train_stacked is 3.5 times as fast as fit one by one, rnn: {verdicts[0]}",
        f"- train_stacked is faster than JAX's vmap with its compilation, rnn: {verdicts[1]}",
    ]
    del costs["JAX vmap"], costs["JAX vmap, unrolled"]
    assert promises.of_many({"rnn": costs}).splitlines()[1].endswith("rnn: not measured")


def test_who_trains_something_else_is_not_timed():
    ways = {name: way("rnn", 2, 1) for name, way in many.ways().items() if "JAX" not in name}
    many.check_losses(ways)
    one = ways["train_stacked"]
    ways["train_stacked"] = one._replace(losses=one.losses * [1, 1.0002])
    with pytest.raises(RuntimeError, match=r"train_stacked has the losses .* fit has "):
        many.check_losses(ways)


@pytest.mark.skipif(sys.platform != "linux", reason="only there a process is copied")
def test_who_trains_another_network_is_not_timed(monkeypatch):
    def other(case):
        return CONTENDERS["plain"](case._replace(hidden=case.hidden + 1))

    monkeypatch.setattr(training, "CONTENDERS", {"plain": CONTENDERS["plain"], "other": other})
    with pytest.raises(RuntimeError, match=r"other, rnn T=24 H=32, update 10: the loss is "):
        training.check_losses(Case())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's peak")
def test_the_peak_is_what_was_once_resident():
    code = """
import psutil, resource
from tests.benchmarks.learners import peak
process = psutil.Process()
before = peak(process)
held = bytearray(b"x" * 100_000_000)
del held
print(before, peak(process), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
    # Linux counts the process that forks into ru_maxrss: a small shell has to, not these tests.
    shell = ["sh", "-c", '"$0" -c "$1"; true', sys.executable, code]
    done = subprocess.run(shell, cwd=ROOT, capture_output=True, text=True)
    before, after, kernels = map(float, done.stdout.split())
    assert after - before > 90e6
    assert after == pytest.approx(kernels, rel=0.02)


@pytest.mark.slow
def test_processes_that_a_notebook_starts_are_counted():
    # in a process of its own, whose memory stands still but for what the test starts
    code = """
import statistics, subprocess, sys
import psutil
from tests.benchmarks.learners import family_watched
CHILD = "import time, psutil; held = bytearray(100_000_000); own = psutil.Process(); "
CHILD += "print(own.memory_full_info().uss); time.sleep(2)"
alone = psutil.Process().memory_info().rss
with family_watched(psutil.Process()) as sums:
    child = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, check=True)
while_it_sleeps = statistics.median(total for total in sums if total - alone > 50e6)
print(while_it_sleeps - alone, float(child.stdout))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    counted, childs_own = map(float, done.stdout.split())
    assert childs_own > 100e6
    assert counted == pytest.approx(childs_own, rel=0.1)


def test_the_numpy_bound_does_the_same_training():
    case = Case(length=12, hidden=8, batch=4)
    torch.manual_seed(0)
    model = case.rnnlab_model()
    network = NumpyRNN(model, case)
    history = rnnlab.fit(
        model, case.batches(5), loss_fn="mse", epochs=2, clip_norm=1.0, progress=False,
        device="cpu",
    )  # fmt: skip
    losses = [
        network.step(*(part.transpose(0, 1).numpy() for part in pair))
        for batches in [case.batches(5)]
        for _ in range(2)
        for pair in batches
    ]
    np.testing.assert_allclose(losses, history.loss, rtol=1e-4)
