"""History: what a run did comes back from a CSV file; anything else is refused in words."""

import csv
import math
import pathlib
import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import rnnlab
from rnnlab.base.step import Step
from rnnlab.runs import history
from rnnlab.runs.history import History

HEADER = "epoch,index,loss,grad_norm,clipped,train_loss,validation_loss\n"
GOOD = HEADER + "1,0,0.5,2.0,True,,\n1,1,0.25,1e-05,False,0.375,inf\n"

REFUSED = [
    ("", "f.csv is empty; expected a table with a row for each value"),
    ("loss\n0.5\n", "f.csv, row 1 holds 'loss'; expected epoch,index,loss,grad_norm,clipped,"
     "train_loss,validation_loss: give a file that History.to_csv has written"),
    (GOOD + "2,2,0.5\n", "f.csv, row 4 has 3 columns, row 1 has 7; expected as many: add or delete "
     "cells, and delete lines above the header"),
    (HEADER + "-1,0,0.5,2.0,True,,\n", "f.csv, row 2, column 1 (\"epoch\"): '-1' is not an "
     "integer of at least 0: take another copy of the file, or delete the rows from here on"),
    (HEADER + "1,0.0,0.5,2.0,True,,\n", "f.csv, row 2, column 2 (\"index\"): '0.0' is not an "
     "integer of at least 0: take another copy of the file, or delete the rows from here on"),
    (HEADER + "1," + "9" * 19 + ",0.5,2.0,True,,\n", 'f.csv, row 2, column 2 ("index"): '
     "'9999999999999999999' is not an integer of at least 0: take another copy of the file, or "
     "delete the rows from here on"),
    (HEADER + "1,0,,2.0,True,,\n", "f.csv, row 2, column 3 (\"loss\"): '' is not a number such as "
     "0.5, inf or nan: take another copy of the file, or delete the rows from here on"),
    (HEADER + "1,0,1_0,2.0,True,,\n", "f.csv, row 2, column 3 (\"loss\"): '1_0' is not a number "
     "such as 0.5, inf or nan: take another copy of the file, or delete the rows from here on"),
    (GOOD + "2,2,0.5,1e400,True,,\n", "f.csv, row 4, column 4 (\"grad_norm\"): '1e400' is not a "
     "number such as 0.5, inf or nan: take another copy of the file, or delete the rows from here "
     "on"),
    (HEADER + "1,0,0.5,2.0,,,\n", "f.csv, row 2, column 5 (\"clipped\"): '' is not True or False: "
     "take another copy of the file, or delete the rows from here on"),
    (HEADER + "1,0,0.5,2.0,yes,,\n", "f.csv, row 2, column 5 (\"clipped\"): 'yes' is not True or "
     "False: take another copy of the file, or delete the rows from here on"),
    (HEADER + "1,0,0.5,2.0,True,None,\n", "f.csv, row 2, column 6 (\"train_loss\"): 'None' is not "
     "a number such as 0.5, inf or nan: take another copy of the file, or delete the rows from "
     "here on"),
    (HEADER + '1,0,0.5,2.0,True,,"0.1\n', "f.csv, row 2 cannot be split into cells (unexpected end "
     'of data): close each quotation mark, and write one inside a quoted cell twice ("")'),
]  # fmt: skip

numbers = st.floats()
counts = st.integers(0, 10**9)
steps = st.builds(
    Step, counts, counts, numbers, numbers, st.booleans(), st.none() | numbers, st.none() | numbers
)


def history_of(steps):
    made = History()
    for step in steps:
        made.add(step)
    return made


def fields(history):
    return [tuple(map(repr, step)) for step in [*history.steps, *history.epochs]]


@given(st.lists(steps))
def test_every_history_comes_back(tmp_path_factory, steps):
    path = tmp_path_factory.getbasetemp() / "history.csv"
    before = history_of(steps)
    before.to_csv(path)
    after = History.from_csv(path)
    assert fields(after) == fields(before)  # nan is not equal to itself, its text is
    if "nan" not in str(steps):
        assert after == before


def test_a_real_run_comes_back_and_other_programs_read_it(tmp_path):
    task = rnnlab.load_task("sine")
    torch.manual_seed(0)
    before = rnnlab.fit(
        rnnlab.SequenceModel(1, 4, 1), task.batches(), loss_fn="mse", epochs=2, clip_norm=1.0,
        validation=task.validation_loss, device="cpu", progress=False,
    )  # fmt: skip
    before.to_csv(tmp_path / "run.csv")
    assert History.from_csv(tmp_path / "run.csv") == before
    with (tmp_path / "run.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == before.loss
    assert [float(row["validation_loss"] or math.nan) for row in rows][-1] == (
        before.validation_loss[-1]
    )


def test_a_spreadsheet_may_have_saved_it_again(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text(GOOD)
    before = History.from_csv(path)
    assert before.steps[1] == Step(1, 1, 0.25, 1e-5, False, 0.375, math.inf)
    path.write_bytes(
        b"\xef\xbb\xbf"
        + GOOD.replace("\n", "\r\n").replace("True", "TRUE").encode()
        + b",,,,,,\r\n"
    )
    assert History.from_csv(path) == before
    path.write_text(GOOD.replace(",", ";"))
    assert History.from_csv(path) == before


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_is_no_history_is_refused_in_words(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("f.csv").write_text(text)
    with pytest.raises(ValueError) as error:
        History.from_csv("f.csv")
    assert str(error.value) == message


def test_bounds_of_a_history(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    path.write_text(GOOD)
    monkeypatch.setattr(history, "MOST_STEPS", 2)
    assert len(History.from_csv(path)) == 2
    monkeypatch.setattr(history, "MOST_STEPS", 1)
    with pytest.raises(ValueError, match=r"f\.csv has more than 2 rows; at most that many"):
        History.from_csv(path)
    monkeypatch.setattr(history, "MOST_BYTES", len(GOOD) - 1)
    with pytest.raises(ValueError, match=f"f.csv has {len(GOOD)} bytes; at most {len(GOOD) - 1} "):
        History.from_csv(path)
    widest = Step(10**6, 10**6, -1 / 3e-300, -1 / 3e-300, False, -1 / 3e-300, -1 / 3e-300)
    history_of([widest]).to_csv(path)
    assert len(path.read_text().splitlines()[1]) < 150  # bytes of a step, at most


def test_a_history_needs_no_torch():
    code = "import sys, rnnlab.runs.history; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_history_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("before")

    class Unwritable:
        def __str__(self):
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError, match="on the way"):
        history_of([Step(1, 0, 0.5, 1.0), Step(1, 1, Unwritable(), 1.0)]).to_csv(path)
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["f.csv"]
    with pytest.raises(FileNotFoundError) as error:
        History().to_csv(tmp_path / "none" / "f.csv")
    assert str(error.value) == (
        f"the folder {tmp_path / 'none'} of the table f.csv does not exist: create it"
    )


def test_a_history_is_made_a_dataframe_and_read_back_from_it():
    history = History()
    history.restart([Step(1, 0, 0.5, 2.0, True), Step(1, 1, 0.25, 1.0, False, 0.375, 0.4)])
    frame = history.to_dataframe()
    assert tuple(frame.columns) == Step._fields
    assert [*frame["loss"]] == history.loss
    assert [*frame.dropna()["train_loss"]] == history.train_loss == [0.375]


def test_importing_a_history_loads_no_pandas():
    code = "import sys, rnnlab; rnnlab.History().to_csv; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_plot_of_a_history_shows_its_losses_and_norms():
    history = History()
    history.restart([
        Step(1, 0, 0.5, 2.0), Step(1, 1, 0.4, 1.0, False, 0.45, 0.5),
        Step(2, 2, 0.3, 0.8), Step(2, 3, 0.2, 0.7, False, 0.25, 0.3),
    ])  # fmt: skip
    figure = history.plot(clip_norm=1.5)
    losses, norms = figure.axes
    drawn = [[*line.get_ydata()] for line in losses.lines]
    assert history.train_loss in drawn
    assert history.validation_loss in drawn
    assert history.grad_norm in [[*line.get_ydata()] for line in norms.lines]
