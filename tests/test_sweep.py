"""sweep: the same table on every executor, whatever dies on the way, and no run done twice."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import loky
import numpy as np
import psutil
import pytest
import torch

import rnnlab
from rnnlab.base.extras import MissingExtra
from rnnlab.base.tables import TableError
from rnnlab.runs.sweeps import pool, stacking
from rnnlab.runs.sweeps.grid import plan
from rnnlab.runs.sweeps.trial import SETTINGS, Subject
from rnnlab.tasks.catalogue import TASKS

GRID = {
    "learning_rate": [0.003, 0.03, 1e6], "clip_norm": [None, 1.0], "cell": ["rnn", "gru"],
    "optimizer": "sgd", "hidden_size": 4, "epochs": 2, "length": 150,
}  # fmt: skip
SCRIPT = """
import os, sys, rnnlab

def counted(task, settings):
    with open("runs.txt", "a") as file:
        file.write(f"{settings['seed']}\\n")
    return rnnlab.SequenceModel(1, 8, 1)

print(rnnlab.sweep("sine", {"epochs": 20}, repeats=12, model=counted, path="sweep.csv"))
"""


@pytest.fixture(scope="module")
def expected():
    """Return the table of 24 runs, made in processes of this machine."""
    return run()


def run(executor=None, **options):
    return rnnlab.sweep("sine", GRID, repeats=2, executor=executor, progress=False, **options)


def test_a_row_of_runs_one_by_one_is_what_fit_gives():
    table = run(stacked=False)
    assert len(table) == 24
    ended = [row for row in table.rows if row["outcome"] == "finished"]
    assert len(ended) >= 16
    for row in ended:
        task = rnnlab.load_task("sine", length=row["length"])
        torch.manual_seed(row["seed"])
        model = rnnlab.SequenceModel(1, row["hidden_size"], 1, row["cell"])
        history = rnnlab.fit(
            model, task.batches(seed=row["seed"]), loss_fn="mse", optimizer="sgd", epochs=2,
            learning_rate=row["learning_rate"], clip_norm=row["clip_norm"], progress=False,
            device="cpu",
        )  # fmt: skip
        assert row["train_loss"] == history.train_loss[-1]
        assert row["validation_loss"] == task.validation_loss(model)
        assert (row["epochs_done"], row["steps"]) == (2, len(history))


def test_stacked_runs_are_those_of_one_by_one_up_to_the_last_digits(expected):
    numbers = ("train_loss", "validation_loss")
    for row, alone in zip(expected.rows, run(stacked=False).rows, strict=True):
        if row["learning_rate"] < 1:
            assert {n: row[n] for n in row if n not in numbers} == {
                n: alone[n] for n in row if n not in numbers
            }
            assert [row[n] for n in numbers] == pytest.approx([alone[n] for n in numbers], rel=1e-5)
        assert row["outcome"] == alone["outcome"]


def test_a_grid_is_stacked_where_it_can_be():
    grid = {"cell": ["rnn", "lstm"], "hidden_size": [4, 8], "epochs": 1, "stop_at": [None, 1.5]}
    trials = dict(enumerate(plan(Subject(TASKS["sine"], None), grid, 20)))
    subject, task = Subject(TASKS["sine"], None), rnnlab.load_task("sine")
    pieces, few = stacking.pieces_of(subject, task, trials, True, 2)
    assert sorted(number for piece in pieces for number in piece.numbers) == [*trials]
    assert not few  # an lstm is no part of a stack
    for piece in pieces:
        own = [trials[number] for number in piece.numbers]
        assert piece.stacked == (own[0]["cell"] == "rnn")
        assert len({(trial["cell"], trial["hidden_size"]) for trial in own}) == 1
        assert len(own) <= (16 if piece.stacked else 1)
    pieces, few = stacking.pieces_of(subject, task, trials, False, 2)
    assert not any(piece.stacked for piece in pieces)
    few_trials = {0: trials[0], 1: trials[1]}
    for model, here in ((None, True), (small, False)):  # a function may end the notebook's process
        pieces, few = stacking.pieces_of(Subject(TASKS["sine"], model), task, few_trials, True, 2)
        assert (few, [piece.stacked for piece in pieces]) == (here, [True] * len(pieces))


def small(task, settings):
    """Return a model with a start of its own."""
    model = rnnlab.SequenceModel(task.input_size, 4, task.output_size, settings["cell"])
    torch.nn.init.orthogonal_(model.recurrence.weight_hh_l0)
    return model


def in_a_module(task, settings):
    """Return a model that cannot stand in a stack."""
    return torch.nn.Sequential(small(task, settings))


def test_models_that_a_function_makes_are_stacked_where_they_can_be():
    options = {"grid": {"epochs": 2, "learning_rate": [0.001, 0.01]}, "repeats": 3}
    with ThreadPoolExecutor(1) as one_thread:
        tables = {
            (model, stacked): rnnlab.sweep(
                "sine", model=model, stacked=stacked, progress=False, executor=one_thread, **options
            )
            for model in (small, in_a_module)
            for stacked in (True, False)
        }
    assert tables[in_a_module, True] == tables[in_a_module, False]  # bit for bit
    losses = [[row["train_loss"] for row in tables[small, s].rows] for s in (True, False)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert losses[0] != losses[1]  # they were in a stack


def test_runs_that_reach_their_bound_leave_the_stack():
    grid = {"stop_at": [None, 1.0], "epochs": 5, "learning_rate": 0.01}
    tables = [
        rnnlab.sweep("sine", grid, repeats=3, progress=False, stacked=stacked)
        for stacked in (True, False)
    ]
    ends = [[(r["outcome"], r["epochs_done"]) for r in table.rows] for table in tables]
    assert ends[0] == ends[1]
    assert {outcome for outcome, _ in ends[0]} == {"finished", "solved"}


def test_runs_that_diverge_are_rows_that_say_so(expected):
    lost = [row for row in expected.rows if row["outcome"] == "diverged"]
    assert lost
    for row in lost:
        assert row["learning_rate"] == 1e6
        assert row["validation_loss"] is None
        assert "cannot go on" in row["message"] or "validation loss is" in row["message"]
    assert expected.share("diverged", "learning_rate")[0.003,] == 0


def test_rows_stand_in_the_order_of_the_grid(expected):
    names = ("learning_rate", "clip_norm", "cell", "seed")
    assert expected.varied == ("cell", "learning_rate", "clip_norm", "seed")  # as columns stand
    places = [tuple(row[name] for name in names) for row in expected.rows]
    assert places == [
        (rate, bound, cell, seed)
        for rate in GRID["learning_rate"] for bound in GRID["clip_norm"]
        for cell in GRID["cell"] for seed in (0, 1)
    ]  # fmt: skip


@pytest.mark.parametrize(("stacked", "times"), [(True, 1), (False, 3)])
def test_a_task_is_made_once_to_look_at_it_and_then_once_a_piece(monkeypatch, stacked, times):
    made, make_sine = [], TASKS["sine"]

    def make(**options):
        made.append(options)
        return make_sine(**options)

    monkeypatch.setitem(TASKS, "sine", make)
    with ThreadPoolExecutor(1) as executor:
        rnnlab.sweep(
            "sine", {"epochs": 1}, repeats=3, executor=executor, progress=False, stacked=stacked
        )
    assert len(made) == 1 + times


def test_threads_give_the_same_table(expected):
    before = torch.get_num_threads(), torch.get_rng_state()
    with ThreadPoolExecutor(3) as executor:
        assert run(executor) == expected
    assert torch.get_num_threads() == before[0]
    assert torch.equal(torch.get_rng_state(), before[1])


def test_a_process_pool_gives_the_same_table(expected):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert run(executor) == expected


@pytest.mark.slow
def test_a_cluster_gives_the_same_table_though_a_worker_is_killed(expected, tmp_path):
    distributed = pytest.importorskip("distributed", reason="extra scale is not installed")
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert run(client.get_executor()) == expected
        kill_when_there(tmp_path / "sweep.csv", lambda: next(iter(client.run(os.getpid).values())))
        assert run(client.get_executor(), path=tmp_path / "sweep.csv") == expected


def kill_when_there(path, find):
    """Kill a process as soon as the file of a sweep is there."""

    def wait():
        while not path.exists():
            time.sleep(0.01)
        os.kill(find(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


@pytest.mark.slow
def test_a_killed_worker_of_the_own_pool_loses_nothing(expected, tmp_path, monkeypatch):
    monkeypatch.setattr(stacking, "FEW", 0)  # in processes, however few they are
    killed, before = [], {*psutil.Process().children(recursive=True)}  # a server, of other tests

    def one_at_work():
        workers = {*psutil.Process().children(recursive=True)} - before
        killed.append(max(workers, key=lambda p: p.cpu_times()).pid)
        return killed[0]

    kill_when_there(tmp_path / "sweep.csv", one_at_work)
    assert run(path=tmp_path / "sweep.csv") == expected
    assert killed


def deadly(task, settings):
    """Return a model, but not with seed 2."""
    if settings["seed"] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    if settings["seed"] == 3:
        raise ZeroDivisionError("of the learner's own")
    return rnnlab.SequenceModel(1, 4, 1)


@pytest.mark.slow
def test_a_run_that_kills_its_worker_or_raises_costs_itself_only():
    table = rnnlab.sweep("sine", {"epochs": 1}, repeats=6, model=deadly, progress=False)
    outcomes = [row["outcome"] for row in table.rows]
    assert outcomes == ["finished", "finished", "failed", "failed", "finished", "finished"]
    assert table.rows[2]["message"] == "its worker was killed, perhaps for lack of memory"
    assert table.rows[3]["message"] == "ZeroDivisionError: of the learner's own"
    assert "2 failed" in repr(table)


def test_a_broken_executor_of_the_users_costs_what_it_had_left():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        table = rnnlab.sweep(
            "sine", {"epochs": 1}, repeats=4, model=deadly, progress=False, executor=executor
        )
    assert [row["outcome"] for row in table.rows][2:] == ["failed", "failed"]
    assert "start the sweep again with a new one" in table.rows[2]["message"]


def lines(path):
    return path.read_text().splitlines()


@pytest.mark.slow
def test_a_killed_sweep_goes_on_and_repeats_no_run(tmp_path):
    (tmp_path / "runs.py").write_text(SCRIPT)
    here = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": os.getcwd()}}
    process = subprocess.Popen([sys.executable, "runs.py"], start_new_session=True, **here)
    while not ((tmp_path / "sweep.csv").exists() and len(lines(tmp_path / "sweep.csv")) > 3):
        time.sleep(0.01)
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = rnnlab.Sweep.from_csv(tmp_path / "sweep.csv")
    (tmp_path / "runs.txt").unlink()
    subprocess.run([sys.executable, "runs.py"], check=True, **here)
    done = sorted(map(int, lines(tmp_path / "runs.txt")))
    assert done == sorted({*range(12)} - {row["seed"] for row in kept.rows})
    assert 0 < len(kept) < 12
    whole = rnnlab.Sweep.from_csv(tmp_path / "sweep.csv")
    assert [row["seed"] for row in whole.rows] == [*range(12)]
    (tmp_path / "sweep.csv").unlink()
    subprocess.run([sys.executable, "runs.py"], check=True, **here)
    assert rnnlab.Sweep.from_csv(tmp_path / "sweep.csv") == whole


@pytest.mark.slow
def test_workers_end_by_themselves_when_their_parent_is_killed(tmp_path):
    (tmp_path / "runs.py").write_text(SCRIPT.replace('"epochs": 20', '"epochs": 10**6'))
    here = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": os.getcwd()}}
    process = psutil.Popen([sys.executable, "runs.py"], **here)
    while not (tmp_path / "runs.txt").exists():  # a worker is in the midst of a run
        time.sleep(0.01)
        assert process.poll() is None
    workers = process.children(recursive=True)
    assert workers
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=60)
    for worker in alive:
        worker.kill()
    assert not alive


def test_failed_runs_are_done_again_and_other_rows_stay(tmp_path):
    path = tmp_path / "sweep.csv"

    def fails_once(task, settings):
        if not (tmp_path / "mended").exists():
            raise OSError("not mended")
        return rnnlab.SequenceModel(1, 4, 1)

    with ThreadPoolExecutor(1) as executor:
        options = {"model": fails_once, "executor": executor, "progress": False, "path": path}
        first = rnnlab.sweep("sine", {"epochs": 1, "seed": 7}, **options)
        assert [row["outcome"] for row in first.rows] == ["failed"]
        (tmp_path / "mended").touch()
        again = rnnlab.sweep("sine", {"epochs": 1, "seed": 7}, **options)
        assert [row["outcome"] for row in again.rows] == ["finished"]
        other = rnnlab.sweep("sine", {"epochs": 1, "seed": 8}, **options)
        (tmp_path / "mended").unlink()  # from here on a run that is done again would fail
        both = rnnlab.sweep("sine", {"epochs": 1, "seed": [7, 8]}, **options)
    assert both.rows == again.rows + other.rows
    kept = rnnlab.Sweep.from_csv(path).rows
    assert sorted(kept, key=lambda row: row["seed"]) == both.rows


def test_a_run_ends_when_it_has_solved_its_task():
    with ThreadPoolExecutor(1) as executor:
        table = rnnlab.sweep(
            "sine", {"epochs": 20, "learning_rate": 0.01, "stop_at": [0.2, 1e-9]},
            executor=executor, progress=False,
        )  # fmt: skip
    solved, unsolved = table.rows
    assert solved["outcome"] == "solved"
    assert solved["validation_loss"] <= 0.2
    assert solved["epochs_done"] < 20
    assert (unsolved["outcome"], unsolved["epochs_done"]) == ("finished", 20)


def test_a_table_goes_to_csv_and_back(expected, tmp_path):
    expected.to_csv(tmp_path / "table.csv")
    assert rnnlab.Sweep.from_csv(tmp_path / "table.csv") == expected


def test_a_grid_in_another_order_goes_on_from_the_same_file(tmp_path):
    path = tmp_path / "sweep.csv"
    with ThreadPoolExecutor(1) as executor:
        options = {"executor": executor, "path": path, "progress": False}
        first = rnnlab.sweep("sine", {"length": 150, "window": 20, "epochs": 1}, **options)
        kept = path.stat().st_mtime_ns
        again = rnnlab.sweep("sine", {"epochs": 1, "window": 20, "length": 150}, **options)
    assert again == first
    assert path.stat().st_mtime_ns == kept  # nothing was done again


def test_a_file_of_another_sweep_is_refused(expected, tmp_path):
    path = tmp_path / "table.csv"
    expected.to_csv(path)
    with pytest.raises(TableError, match=r"keeps the sweep of the task 'sine'.*give another path"):
        rnnlab.sweep("recall", {"length": [500]}, path=path)
    path.write_text(path.read_text().replace("diverged", "exploded", 1))
    with pytest.raises(TableError) as raised:
        rnnlab.Sweep.from_csv(path)
    number = next(k for k, row in enumerate(expected.rows, 2) if row["outcome"] == "diverged")
    column = [*expected.rows[0]].index("outcome") + 1
    assert str(raised.value) == (
        f"{path}, row {number}, column {column} (\"outcome\"): 'exploded' is not one of finished, "
        "solved, diverged, failed: delete the row, or the file, and start the sweep again"
    )
    path.write_text("time,value\n1,2\n")
    with pytest.raises(TableError, match="give a file that a sweep has written"):
        rnnlab.Sweep.from_csv(path)


ERRORS = [
    ({"learning_rate": [0.1, -1]}, {}, "learning_rate is -1; it must be a finite number above 0"),
    ({"learning_rate": []}, {}, "learning_rate has no values: give one or more, or leave it out"),
    ({"seed": [1, 2]}, {"repeats": 3}, "seed has 2 values and repeats is 3: give one of the two"),
    (
        {"cell": ["rnn", "rnn"]}, {},
        "cell has a value twice: ['rnn', 'rnn']; for more seeds give repeats=",
    ),
    ({"cell": "lstn"}, {}, "cell is 'lstn'; the known cells are rnn, gru, lstm"),
    ({}, {"repeats": 0}, "repeats is 0; it must be an integer of at least 1"),
    (
        {"window": [[1]]}, {},
        "window has [1]; expected text, numbers, True, False or None, which a CSV file can hold",
    ),
    ({"steps": [1]}, {}, "'steps' cannot be a setting: the table has a column of this name"),
    (
        ["learning_rate"], {},
        "grid is list; expected a dict with a list of values for each setting, such as "
        '{"learning_rate": [0.001, 0.01]}',
    ),
    (
        {}, {"executor": 2},
        "executor is int; expected a concurrent.futures.Executor, such as Dask's "
        "client.get_executor(), or None for processes on this machine",
    ),
    (
        {"learning_rat": [0.1]}, {},
        "the task cannot be made of the grid's options (learning_rat), which are no settings of a "
        "sweep: SeriesTask.__init__() got an unexpected keyword argument 'learning_rat'",
    ),
    (
        {}, {"model": threading.Lock()},
        "model is lock; expected a function of (task, settings) that returns a model, or None",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("grid", "options", "message"), ERRORS)
def test_what_cannot_work_is_refused_with_the_remedy(grid, options, message):
    with pytest.raises((ValueError, TypeError)) as raised:
        rnnlab.sweep("sine", grid, **options)
    assert str(raised.value) == message


def test_a_grid_takes_numbers_of_numpy_and_torch_one_or_many():
    grid = {
        "hidden_size": np.int64(8), "learning_rate": torch.tensor(0.5), "clip_norm": np.ones(1),
        "epochs": np.arange(1, 3), "window": [np.uint8(9)],
    }  # fmt: skip
    trials = plan(Subject(rnnlab.SeriesTask, None), grid, np.int64(2))
    assert [settings["epochs"] for settings in trials] == [1, 1, 2, 2]
    assert [settings["seed"] for settings in trials] == [0, 1, 0, 1]
    for settings in trials:
        assert [*settings] == [*SETTINGS, "window"]
        assert settings["window"] == 9
        assert (settings["hidden_size"], settings["learning_rate"]) == (8, 0.5)
        assert {type(value) for value in settings.values()} <= {int, float, str, type(None)}


def die_or_answer(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.slow
def test_a_process_that_died_before_the_next_piece_is_handed_out_costs_its_piece_only(monkeypatch):
    """As above, but each piece is handed out when what went before has surely come to its end."""
    submit = loky.ProcessPoolExecutor.submit

    def late(*given):
        time.sleep(0.3)
        return submit(*given)

    monkeypatch.setattr(loky.ProcessPoolExecutor, "submit", late)
    monkeypatch.setattr(loky, "cpu_count", lambda: 2)
    results = dict(pool.in_processes(die_or_answer, {k: (k,) for k in range(6)}))
    assert results == {0: 0, 1: 1, 2: 2, 3: None, 4: 4, 5: 5}


def test_without_loky_runs_are_done_here_and_a_warning_says_so(expected, monkeypatch, tmp_path):
    for name in ("loky", "cloudpickle"):
        monkeypatch.setitem(sys.modules, name, None)  # as if it were not installed
    how = 'loky is not installed. To get it: pip install "rnnlab[scale]"'
    monkeypatch.setattr(stacking, "FEW", 0)
    with pytest.warns(UserWarning, match="one after another in this process, on one core") as said:
        assert run() == expected
    assert str(said[0].message).endswith(how)
    assert said[0].filename == __file__
    with ThreadPoolExecutor(2) as executor:
        assert run(executor) == expected

    def small(task, settings):
        return rnnlab.SequenceModel(1, 4, 1)

    with pytest.raises(MissingExtra, match=re.escape(how)):
        rnnlab.sweep("sine", {"epochs": 1}, model=die_or_answer, progress=False)
    with pytest.raises(TypeError, match=re.escape('need pip install "rnnlab[scale]"')):
        rnnlab.sweep("sine", {"epochs": 1}, model=small, progress=False)
    options = {"model": make_small, "progress": False, "path": tmp_path / "done.csv"}
    with ThreadPoolExecutor(1) as executor:
        table = rnnlab.sweep("sine", {"epochs": 1}, executor=executor, **options)
    assert table.rows[0]["outcome"] == "finished"
    assert rnnlab.sweep("sine", {"epochs": 1}, **options) == table  # nothing is left to train


def make_small(task, settings):
    return rnnlab.SequenceModel(1, 4, 1)
