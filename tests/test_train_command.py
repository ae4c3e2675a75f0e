"""`rnnlab train`: the lab's own runs, their files however they end, and how to go on."""

import errno
import math
import os
import shlex
import signal
from pathlib import Path

import pytest
import torch
from PIL import Image

import rnnlab
from rnnlab.commands.main import main
from rnnlab.tasks.forecast import SeriesTask
from rnnlab.tasks.recipe import DEFAULTS
from tests.conftest import refuse

pytestmark = pytest.mark.usefixtures("here")
FILES = ["history.csv", "model.pt", "picture.png"]
QUICK = ["train", "--task", "sine", "--epochs", "2", "--quiet"]


def test_it_trains_as_the_lab_does(here, capsys):
    assert main(["train", "--task", "sine", "--epochs", "3"]) == 0
    lab = rnnlab.TrainingLab("sine", epochs=3)
    assert rnnlab.History.from_csv("rnnlab-train/history.csv") == lab.run()
    weights = torch.load("rnnlab-train/model.pt", weights_only=True)
    assert weights.keys() == lab.model.state_dict().keys()
    assert all(torch.equal(weights[k], v) for k, v in lab.model.state_dict().items())
    picture = Image.open("rnnlab-train/picture.png")
    assert picture.size == (2160, 540)
    *words, _, _ = lab.describe().splitlines()  # of the task; then of the loss and the gradient
    assert picture.info["Description"].splitlines() == words
    assert len(words) == 2
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "SeriesTask('sine': 320 steps to train on from 0, 80 held out from 320)",
        "rnn, 32 units, 1153 weights; hidden state: reset; adam, learning rate 0.003, 3 epochs of "
        "10 batches, clipped above 1, seed 0",
        f"After epoch 3: loss {lab.history.train_loss[-1]:.4g}, held out "
        f"{lab.history.validation_loss[-1]:.4g}.",
        *words,
        f"Written to {here}/rnnlab-train: history.csv, picture.png, model.pt.",
    ]
    assert "3/3" in said.err  # the bar


def test_each_option_arrives(here, monkeypatch):
    given = {}
    monkeypatch.setattr(
        "rnnlab.commands.running.fit",
        lambda model, batches, **options: given.update(options, model=model, batches=batches),
    )
    other = "--optimizer sgd --learning-rate 0.5 --hidden-state carry --cell gru --hidden-size 7"
    assert main([*QUICK, "--no-clip", *other.split()]) == 0
    assert given["clip_norm"] is None
    assert (given["optimizer"], given["learning_rate"], given["epochs"]) == ("sgd", 0.5, 2)
    assert given["hidden_state"] == "carry"
    assert (given["progress"], given["resume"], given["checkpoint"]) == (False, False, None)
    assert (given["model"].cell, given["model"].recurrence.hidden_size) == ("gru", 7)
    assert isinstance(given["batches"], rnnlab.Streams)
    assert not (here / "rnnlab-train").exists()  # no step, nothing to write
    assert main([*QUICK, "--clip-norm", "0.5", "--seed", "3"]) == 0
    assert (given["clip_norm"], given["batches"].seed) == (0.5, 3)
    assert (given["learning_rate"], given["optimizer"]) == (DEFAULTS["learning_rate"], "adam")


def test_it_trains_on_a_series_of_ones_own(here):
    rows = [f"{1900 + k};{math.sin(k / 3):.3f}" for k in range(60)]
    rows[30] = "1930;"
    (here / "tides.csv").write_text("\n".join(["year;level", *rows]))
    line = "train --csv tides.csv --column 2 --time-column year --fill-gaps --epochs 2 --quiet"
    assert main(line.split()) == 0
    series = rnnlab.read_series("tides.csv", value="level", time="year", fill_gaps=True)
    lab = rnnlab.TrainingLab(rnnlab.SeriesTask(series), epochs=2)
    assert rnnlab.History.from_csv("rnnlab-train/history.csv") == lab.run()


def test_quiet_says_nothing(capfd):
    assert main(QUICK) == 0
    assert capfd.readouterr() == ("", "")
    assert sorted(os.listdir("rnnlab-train")) == FILES


def test_a_second_run_gets_a_folder_of_its_own(here, capsys):
    for seed in range(3):
        assert main([*QUICK[:-1], "--seed", str(seed)]) == 0
    said = capsys.readouterr().out
    for seed, name in enumerate(["rnnlab-train", "rnnlab-train-2", "rnnlab-train-3"]):
        again = rnnlab.TrainingLab("sine", epochs=2, seed=seed).run()
        assert rnnlab.History.from_csv(f"{name}/history.csv") == again
        assert sorted(os.listdir(name)) == FILES
        assert f"Written to {here}/{name}: " in said


def test_two_runs_at_once_do_not_share_a_folder(here, monkeypatch):
    fit, inner = rnnlab.fit, []

    def fit_while_another_runs(*given, **options):
        if not inner:
            inner.append(0)
            inner[0] = main([*QUICK, "--seed", "1"])
        return fit(*given, **options)

    monkeypatch.setattr("rnnlab.commands.running.fit", fit_while_another_runs)
    assert (main(QUICK), inner) == (0, [0])
    for name, seed in {"rnnlab-train": 0, "rnnlab-train-2": 1}.items():
        history = rnnlab.History.from_csv(f"{name}/history.csv")
        assert history == rnnlab.TrainingLab("sine", epochs=2, seed=seed).run()


def test_an_interrupted_second_run_goes_on_in_its_folder(here, capsys, monkeypatch):
    assert main(QUICK) == 0
    with monkeypatch.context() as patch:
        interrupt_in_epoch(patch, 2)
        assert main([*QUICK, "--seed", "3", "--checkpoint", "run.pt"]) == 130
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.endswith("--checkpoint run.pt --resume --force --output rnnlab-train-2")
    assert main(shlex.split(line.removeprefix("To go on: rnnlab "))) == 0
    went_on = rnnlab.History.from_csv("rnnlab-train-2/history.csv")
    assert went_on == rnnlab.TrainingLab("sine", epochs=2, seed=3).run()
    assert sorted(os.listdir()) == ["rnnlab-train", "rnnlab-train-2", "run.pt"]


def test_force_replaces(here):
    assert main(QUICK) == 0
    first = Path("rnnlab-train/history.csv").read_bytes()
    with pytest.raises(SystemExit):
        main([*QUICK, "--output", "rnnlab-train"])
    assert main([*QUICK, "--force", "--seed", "1"]) == 0
    assert os.listdir() == ["rnnlab-train"]
    assert Path("rnnlab-train/history.csv").read_bytes() != first


def test_a_run_that_diverges_leaves_what_was_reached(capsys):
    line = [*QUICK, "--learning-rate", "1e15", "--optimizer", "sgd", "--no-clip"]
    assert main(line) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("rnnlab train: error: the loss is inf at epoch 1, step ")
    assert said.err.endswith("Try a lower learning rate, or clip the gradient (--clip-norm 1.0)\n")
    assert sorted(os.listdir("rnnlab-train")) == FILES
    assert len(rnnlab.History.from_csv("rnnlab-train/history.csv")) > 0


def interrupt_in_epoch(monkeypatch, epoch):
    """Press Ctrl-C while the given epoch is validated."""
    loss, calls = SeriesTask.validation_loss, []

    def validation_loss(task, model):
        calls.append(0)
        if len(calls) == epoch:
            signal.raise_signal(signal.SIGINT)
        return loss(task, model)

    monkeypatch.setattr(SeriesTask, "validation_loss", validation_loss)


def test_an_interrupted_run_says_how_to_go_on_and_is_then_the_whole_run(capsys, monkeypatch):
    line = ["train", "--task", "sine", "--epochs", "4", "--learning-rate", "0.01"]
    assert main([*line, "--output", "whole"]) == 0
    with monkeypatch.context() as patch:
        interrupt_in_epoch(patch, 2)
        assert main([*line, "--checkpoint", "my run.pt"]) == 130
    said = capsys.readouterr().err.splitlines()
    assert said[-2] == "Interrupted in epoch 2 of 4, after 20 steps."
    assert said[-1] == (
        "To go on: rnnlab train --task sine --epochs 4 --learning-rate 0.01 "
        "--checkpoint 'my run.pt' --resume --force"
    )
    whole = rnnlab.History.from_csv("whole/history.csv")
    assert rnnlab.History.from_csv("rnnlab-train/history.csv").steps == whole.steps[:20]
    assert main(shlex.split(said[-1].removeprefix("To go on: rnnlab "))) == 0
    assert rnnlab.History.from_csv("rnnlab-train/history.csv") == whole
    assert Path("rnnlab-train/picture.png").read_bytes() == Path("whole/picture.png").read_bytes()


def test_a_checkpoint_keeps_its_learning_rate(capsys):
    line = ["train", "--task", "sine", "--checkpoint", "run.pt"]
    assert main([*line, "--learning-rate", "0.01", "--epochs", "1"]) == 0
    assert main([*line, "--resume", "--force", "--epochs", "2"]) == 0
    assert "adam, the checkpoint's learning rate, 2 epochs" in capsys.readouterr().out
    straight = [*QUICK, "--learning-rate", "0.01", "--output", "straight"]
    assert main(straight) == 0
    went_on = rnnlab.History.from_csv("rnnlab-train/history.csv")
    assert went_on == rnnlab.History.from_csv("straight/history.csv")


def test_an_interrupt_without_a_checkpoint(capsys, monkeypatch):
    interrupt_in_epoch(monkeypatch, 1)
    assert main(QUICK) == 130
    assert capsys.readouterr() == ("", "Interrupted in epoch 1 of 2, after 10 steps.\n")
    assert sorted(os.listdir("rnnlab-train")) == FILES


def test_an_interrupt_outside_of_training(capsys, monkeypatch):
    def load_task(name):
        raise KeyboardInterrupt

    monkeypatch.setattr("rnnlab.commands.train.load_task", load_task)
    assert main(QUICK) == 130
    assert capsys.readouterr().err == "\nInterrupted.\n"


def test_what_the_system_refuses_a_run(here, capsys, monkeypatch):
    (here / "notes.txt").write_text("mine")
    assert main([*QUICK, "--output", "notes.txt/out"]) == 1
    assert main([*QUICK, "--checkpoint", "nowhere/run.pt"]) == 1
    assert main([*QUICK, "--checkpoint", ".", "--resume"]) == 1
    assert os.listdir() == ["notes.txt"]
    monkeypatch.setattr(os, "fsync", refuse(errno.ENOSPC))
    assert main(QUICK) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"rnnlab train: error: cannot write to {here}/notes.txt/out: Not a "
        "directory; choose a place that does not lie below a file",
        "rnnlab train: error: the folder nowhere of the checkpoint run.pt does not exist: create "
        "it",
        "rnnlab train: error: checkpoint is '.', a folder; expected the path of a file to save the "
        "run in",
        f"rnnlab train: error: cannot write to {here}/rnnlab-train: {here}/rnnlab-train/"
        "history.csv: No space left on device; make room, or choose a place on another disk",
    ]


def test_a_network_too_large_for_the_machine(capsys):
    assert main([*QUICK, "--hidden-size", "10000000"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("rnnlab train: error: the network cannot be made: ")
    assert said.endswith("; give a smaller --hidden-size\n")


def test_a_checkpoint_of_another_run_is_refused_in_words(capsys):
    assert main([*QUICK, "--checkpoint", "run.pt"]) == 0
    with pytest.raises(SystemExit) as end:
        main([*QUICK, "--checkpoint", "run.pt", "--resume", "--force", "--hidden-size", "8"])
    assert end.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(
        "rnnlab train: error: argument --checkpoint: run.pt does not fit this run: "
    )
