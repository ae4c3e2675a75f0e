"""The file of a sweep: any text in it, several sweeps that write it, and what it belongs to."""

import os
import subprocess
import sys
import warnings
from concurrent.futures import Future
from functools import partial
from importlib.metadata import Distribution, PackageNotFoundError

import numpy as np
import pytest

import rnnlab
from rnnlab.base import files
from rnnlab.base.tables import TableError
from rnnlab.data.shipped import make_sine
from rnnlab.runs.sweeps import fingerprint, kept

BAD = "a\0b \ud800 \x1b[2J é"  # what a file of text, or a terminal, cannot have
LOOKALIKES = [
    1, "1", "01", 1.0, "1.0", "1e5", 1e5, "1_000", 1000, "\uff11", "nan", "inf", "1e999", True,
    "True", False, "False", None, "", "None", " pad ", "pad", "\u00a0pad", "two\nlines",
    "two\r\nlines", "two lines", "a,b", "a;b", "a\tb", '"quoted"', '"', "sep=;", "=1+1", "x" * 5000,
    "x" * 4999 + "y", BAD, "\ufeff", "9" * 5000, "🎈",
]  # fmt: skip


class Here:
    """An executor that does everything at once, in this thread."""

    def submit(self, work, *given):
        future = Future()
        future.set_result(work(*given))
        return future


def small(task, settings):
    return rnnlab.SequenceModel(1, 2, 1)


def sweep(grid, model=small, task=None, **options):
    """Sweep in this thread, by models that are made one by one."""
    task = rnnlab.load_task("sine", length=60) if task is None else task
    options = {"executor": Here(), "progress": False} | options
    return rnnlab.sweep(task, {"epochs": 1} | grid, model=model, **options)


def fails(error):
    def model(task, settings):
        raise error

    return model


def test_an_error_of_any_text_is_written_and_read_again(tmp_path):
    path = tmp_path / "sweep.csv"
    table = sweep({}, fails(ValueError(BAD)), path=path)
    assert table[0]["message"] == r"ValueError: a\x00b \ud800 \x1b[2J é"
    assert rnnlab.Sweep.from_csv(path) == table
    repr(table).encode()  # as print does


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (SystemExit(3), "SystemExit: 3"),
        (SystemExit(), "SystemExit"),
        (GeneratorExit("gone"), "GeneratorExit: gone"),
        (Mute(), "Mute"),
    ],
)
def test_an_error_that_would_end_python_costs_its_run_only(error, message):
    def ends(task, settings):
        return fails(error)(task, settings) if settings["seed"] else small(task, settings)

    table = sweep({"seed": [0, 1, 2]}, ends)
    assert [row["message"] for row in table] == [None, message, message]


class Leaves(rnnlab.SeriesTask):
    """A task whose data end Python, but not for seed 0 alone."""

    def batches(self, hidden_state="reset", batch_size=None, seed=0):
        return sys.exit("no data") if seed or batch_size else super().batches(seed=seed)


def test_a_task_that_leaves_python_costs_its_runs_in_stacks_and_here():
    task = Leaves(make_sine(100))
    table = rnnlab.sweep(task, {"epochs": 1, "seed": [0, 1]}, progress=False)
    assert [row["outcome"] for row in table] == ["finished", "failed"]
    assert table[1]["message"] == "SystemExit: no data"
    table = rnnlab.sweep(
        task, {"epochs": 1, "batch_size": [8, None]}, progress=False, executor=Here()
    )
    assert [row["outcome"] for row in table] == ["failed", "finished"]


def test_a_task_that_leaves_python_when_it_is_made_is_an_error_before_any_run():
    with pytest.raises(RuntimeError, match="cannot be made: its function ended with SystemExit: 2"):
        rnnlab.sweep(lambda: sys.exit(2), {})


@pytest.mark.parametrize("stacked", [True, False])
def test_an_interrupt_ends_a_sweep(stacked):
    class Interrupted(rnnlab.SeriesTask):
        def validation_data(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rnnlab.sweep(
            Interrupted(make_sine(100)), {"epochs": 1, "stop_at": 1.0}, repeats=2, progress=False,
            stacked=stacked, executor=Here(),
        )  # fmt: skip


MADE = []


def noted(task, settings):
    MADE.append(settings["text"])
    return small(task, settings)


def test_texts_that_look_like_other_things_are_told_apart_and_done_once(tmp_path):
    path = tmp_path / "sweep.csv"
    MADE.clear()
    table = sweep({"text": LOOKALIKES[::2]}, noted, path=path)
    assert len(MADE) == len(LOOKALIKES[::2])
    found = rnnlab.Sweep.from_csv(path)
    assert found == table
    for row, text in zip(found, LOOKALIKES[::2], strict=True):
        assert type(row["text"]) is type(text)
    MADE.clear()
    table = sweep({"text": LOOKALIKES}, noted, path=path)
    assert [*map(repr, MADE)] == [*map(repr, LOOKALIKES[1::2])]  # the others were there
    assert [*map(repr, (row["text"] for row in table))] == [*map(repr, LOOKALIKES)]
    assert [*map(repr, rnnlab.Sweep.from_csv(path))] == [*map(repr, table)]
    MADE.clear()
    assert sweep({"text": LOOKALIKES}, noted, path=path) == table
    assert not MADE


def test_a_task_with_a_number_for_a_name_goes_on(tmp_path):
    task = rnnlab.SeriesTask(make_sine(100), name="2020")
    table = sweep({}, task=task, path=tmp_path / "sweep.csv")
    assert rnnlab.Sweep.from_csv(tmp_path / "sweep.csv") == table
    assert sweep({}, task=task, path=tmp_path / "sweep.csv") == table


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ({"text": "x" * 100_001}, "text has a text of 100,001 characters; a CSV file holds "
                                  "100,000: shorten it"),
        ({" rate": 1}, "' rate' cannot be a setting: its column needs a name of letters, such as "
                       "dropout"),
        ({"fingerprint": 1}, "'fingerprint' cannot be a setting: the table has a column of this "
                             "name"),
    ],
)  # fmt: skip
def test_what_no_file_can_hold_is_refused_before_the_first_run(grid, message):
    with pytest.raises(ValueError) as raised:
        sweep(grid, fails(AssertionError("run")))
    assert str(raised.value) == message


def test_a_row_varies_by_its_kind_too():
    table = sweep({"option": [1, True, 1.0]})
    assert table.varied == ("option",)


TWO = """
import sys
from concurrent.futures import ThreadPoolExecutor
import rnnlab

def small(task, settings):
    return rnnlab.SequenceModel(1, 2, 1)

seed, stop = int(sys.argv[1]), int(sys.argv[2])
with ThreadPoolExecutor(2) as executor:
    rnnlab.sweep("sine", {"epochs": 1, "length": 60, "seed": range(seed, stop)}, model=small,
                 path="sweep.csv", progress=False, executor=executor)
"""


@pytest.mark.slow
def test_two_sweeps_that_write_into_one_file_lose_no_row(tmp_path):
    (tmp_path / "two.py").write_text(TWO)
    here = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": os.getcwd()}}
    both = [
        subprocess.Popen([sys.executable, "two.py", *given], **here)
        for given in (("0", "14"), ("10", "24"))
    ]
    assert [process.wait() for process in both] == [0, 0]
    rows = rnnlab.Sweep.from_csv(tmp_path / "sweep.csv").rows
    assert sorted(row["seed"] for row in rows) == [*range(24)]
    assert {row["outcome"] for row in rows} == {"finished"}


OTHERS = []


def meanwhile(task, settings):
    """Return a model after another sweep has written into the same file, or fail."""
    if settings["seed"] == 0:
        OTHERS[:] = sweep({"seed": [7, 1], "path": settings["path"]}, path=settings["path"])
        return small(task, settings)
    raise ValueError("late")


def test_rows_that_another_sweep_wrote_meanwhile_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "differences", lambda theirs, ours: {})  # of the two models
    path = str(tmp_path / "sweep.csv")
    table = sweep({"seed": [0, 1], "path": path}, meanwhile, path=path)
    assert [row["outcome"] for row in table] == ["finished", "failed"]
    found = rnnlab.Sweep.from_csv(path)
    assert [row["seed"] for row in found] == [0, 1, 7]
    assert found[1:] == OTHERS[::-1]  # of two of the same run, the one that did not fail


def test_a_lock_that_never_opens_is_said(tmp_path, monkeypatch):
    from filelock import FileLock

    monkeypatch.setattr(kept, "PATIENCE", 0.1)
    with FileLock(tmp_path / ".sweep.csv.lock"), pytest.raises(OSError) as raised:
        sweep({}, fails(AssertionError("run")), path=tmp_path / "sweep.csv")
    assert str(raised.value) == (
        f"{tmp_path / 'sweep.csv'} has been locked by another process for 0.1 seconds, by its file "
        f"{tmp_path / '.sweep.csv.lock'}: end that process, or give another path"
    )


def test_a_folder_that_is_missing_is_said_before_the_first_run(tmp_path):
    with pytest.raises(FileNotFoundError) as raised:
        sweep({}, fails(AssertionError("run")), path=tmp_path / "none" / "sweep.csv")
    assert str(raised.value) == (
        f"the folder {tmp_path / 'none'} of the table sweep.csv does not exist: create it"
    )


def test_a_folder_that_cannot_be_written_is_said_before_the_first_run(tmp_path, monkeypatch):
    def refuse(self, *given, **options):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(files.pathlib.Path, "open", refuse)
    with pytest.raises(PermissionError) as raised:
        sweep({}, fails(AssertionError("run")), path=tmp_path / "sweep.csv")
    assert str(raised.value) == (
        f"the table sweep.csv cannot be written into {tmp_path} (Permission denied): choose "
        "a place where you may write"
    )


def closed_over(size):
    return lambda task, settings: rnnlab.SequenceModel(1, size, 1)


class Maker:
    def __init__(self, size):
        self.size = size

    def __call__(self, task, settings):
        return rnnlab.SequenceModel(1, self.size, 1)


def refused(path, what, **options):
    with pytest.raises(TableError) as raised:
        sweep({"seed": [0, 1]}, path=path, **options)
    assert str(raised.value) == (
        f"{path} keeps a sweep that differs from this one in {what}: give another path, or delete "
        "the column 'fingerprint' if the runs are the same all the same"
    )


def test_other_data_of_the_same_name_are_refused(tmp_path):
    path, series = tmp_path / "sweep.csv", make_sine(100)
    first = sweep({}, task=rnnlab.SeriesTask(series), path=path)
    again = sweep({"seed": [0, 1]}, task=rnnlab.SeriesTask(make_sine(100)), path=path)
    assert again[0] == first[0]
    data = "the task's data, or the function that makes it"
    for at in (0, -1):  # trained on, and held out
        values = series.values.clone()
        values[at] += 1
        other = rnnlab.Series(series.name, series.times, values, series.unit, series.time_unit)
        refused(path, data, task=rnnlab.SeriesTask(other))
    path.unlink()
    sweep({}, task=partial(rnnlab.SeriesTask, series, window=12), path=path)
    refused(path, data, task=partial(rnnlab.SeriesTask, series, window=13))


@pytest.mark.parametrize(
    ("model", "other"),
    [
        (small, lambda task, settings: rnnlab.SequenceModel(1, 3, 1)),
        (closed_over(2), closed_over(3)),
        (partial(closed_over(2)), partial(closed_over(3))),
        (Maker(2), Maker(3)),
    ],
)
def test_another_model_function_is_said_and_what_is_done_stays(tmp_path, model, other):
    first = sweep({}, model, path=tmp_path / "sweep.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sweep({"seed": [0, 1]}, model, path=tmp_path / "sweep.csv")
    with pytest.warns(UserWarning, match="another source of the model's function; these are not"):
        table = sweep({"seed": [0, 1, 2]}, other, path=tmp_path / "sweep.csv")
    assert (len(table), table[0]) == (3, first[0])


def test_a_model_function_that_was_mended_goes_on_with_what_has_failed(tmp_path):
    sweep({"seed": [0, 1]}, late_for_one, path=tmp_path / "sweep.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = sweep({"seed": [0, 1]}, small, path=tmp_path / "sweep.csv")
    assert [row["outcome"] for row in table] == ["finished", "finished"]


def late_for_one(task, settings):
    if settings["seed"] == 1:
        raise ValueError("late")
    return small(task, settings)


HASH = """
import rnnlab, sys
from rnnlab.runs.sweeps.fingerprint import fingerprint
from rnnlab.runs.sweeps.trial import Subject

class Net(rnnlab.SequenceModel):
    kinds = frozenset({"a", "b", "c"})

def model(task, settings):
    size = 3 if settings["cell"] in {"rnn", "gru", "lstm", "mgu"} else 2
    return Net(1, size, 1)

print(fingerprint(Subject(task := rnnlab.load_task("sine"), model), task))
"""


def test_a_fingerprint_is_the_same_in_every_process(tmp_path):
    (tmp_path / "script.py").write_text(HASH)  # a function's source stands in a file
    processes = [
        subprocess.Popen(
            [sys.executable, tmp_path / "script.py"], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONHASHSEED": seed},
        )
        for seed in "12"
    ]  # fmt: skip
    first, second = (process.communicate()[0] for process in processes)
    assert first == second
    assert first.startswith("rnnlab=")
    assert "?" not in first


def test_a_file_of_another_version_is_refused_and_an_old_one_is_read(tmp_path, monkeypatch):
    path = tmp_path / "sweep.csv"
    first = sweep({}, path=path)
    ours = rnnlab.__version__
    monkeypatch.setattr(fingerprint, "VERSION", "9.9.9")
    refused(path, f"the version of rnnlab ({ours}; this is 9.9.9)")
    first.to_csv(path)  # without a fingerprint, as all were at first
    assert "fingerprint" not in path.read_text()
    assert sweep({}, fails(AssertionError("done again")), path=path) == first
    assert len(sweep({"seed": [0, 1]}, path=path)) == 2
    assert "rnnlab=9.9.9" in path.read_text()
    assert rnnlab.Sweep.from_csv(path)[0] == first[0]


def test_a_clone_that_is_not_installed_writes_its_file_too(tmp_path, monkeypatch):
    def nothing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(Distribution, "from_name", nothing)
    sweep({}, path=tmp_path / "sweep.csv")
    assert f"rnnlab={rnnlab.__version__} " in (tmp_path / "sweep.csv").read_text()


def test_data_that_change_from_pass_to_pass_are_not_compared(tmp_path):
    class Fresh(rnnlab.SeriesTask):
        def batches(self, *given, **options):
            batches = super().batches(*given, **options)
            np.random.default_rng().shuffle(order := [*range(len(batches))])
            return [[*batches][k] for k in order]

    for seeds in ([0], [0, 1]):
        table = sweep({"seed": seeds}, task=Fresh(make_sine(300)), path=tmp_path / "sweep.csv")
    assert len(table) == 2
    assert "task=?" in (tmp_path / "sweep.csv").read_text()


def test_a_sweep_is_a_list_of_its_rows_and_a_dataframe(monkeypatch):
    table = sweep({"seed": [3, 4, 5]})
    assert [*table] == table.rows == table[:]
    assert (len(table), table[-1]) == (3, table.rows[2])
    with pytest.raises(IndexError):
        table[3]
    frame = table.to_dataframe()
    assert [*frame.columns] == [*table[0]]
    assert frame["seed"].tolist() == [3, 4, 5]
    assert frame["validation_loss"].tolist() == [row["validation_loss"] for row in table]
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="to_dataframe needs pandas: pip install pandas"):
        table.to_dataframe()
