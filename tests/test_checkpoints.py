"""Checkpoints: a run goes on bit for bit from any step; only whole files of its own are taken."""

import copy
import io
import math
import os
import random
import signal

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import rnnlab
from rnnlab.runs import checkpoints
from rnnlab.runs.random_states import random_state

EPOCHS = 3


class WithDropout(nn.Module):
    """A learner's own model: it returns predictions alone, and draws random numbers."""

    def __init__(self):
        super().__init__()
        self.rnn, self.readout = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
        self.norm = nn.BatchNorm1d(1)  # it keeps running figures of its own

    def forward(self, inputs):
        hidden = nn.functional.dropout(self.rnn(inputs)[0], 0.3, self.training)
        return self.norm(self.readout(hidden).transpose(1, 2)).transpose(1, 2)


def windows():
    series = torch.sin(torch.arange(90.0) / 4).unsqueeze(1)
    return rnnlab.windows(series, 6)


def pairs(**options):
    return DataLoader(TensorDataset(*windows()), batch_size=16, shuffle=True, **options)


def noisy(model):
    """Draw from all three generators: the loss of a validation that does."""
    return random.random() + np.random.rand() + torch.rand(()).item()


def sequence_model(**options):
    return rnnlab.SequenceModel(1, 8, 1, **options)


def own_adam():
    model = sequence_model()
    return model, {"optimizer": torch.optim.Adam(model.parameters(), lr=0.01, amsgrad=True)}


# what makes a model with options of `train`, and what makes its batches
KINDS = {
    "reset": (lambda: (sequence_model(), {}), lambda: rnnlab.Batches(*windows(), 16, True)),
    "carry": (
        lambda: (sequence_model(cell="lstm", num_layers=2), {"hidden_state": "carry"}),
        lambda: rnnlab.load_task("sine").batches("carry"),
    ),
    "DataLoader": (lambda: (WithDropout(), {"optimizer": "rmsprop"}), pairs),
    "DataLoader with a generator": (
        lambda: (WithDropout(), {"optimizer": "sgd", "clip_norm": 0.1}),
        lambda: pairs(generator=torch.Generator().manual_seed(5)),
    ),
    "own optimizer": (own_adam, lambda: [*pairs()][:3]),
}


def seed(number):
    torch.manual_seed(number)
    random.seed(number)
    np.random.seed(number)


def start(kind, number):
    make_model, make_batches = KINDS[kind]
    seed(1)
    batches = make_batches()
    seed(number)
    model, options = make_model()
    return rnnlab.train(
        model, batches, loss_fn="mse", epochs=EPOCHS, validation=noisy, device="cpu", **options
    )


def equal(one, other):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other


def end(run):
    """Return all that a run leaves behind, random generators included."""
    for _ in run:
        pass
    return copy.deepcopy((
        run.model.state_dict(), run.optimizer.state_dict(), run.history.steps, run.history.epochs,
        tuple(run.position), random_state(run.batches),
    ))  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_goes_on_from_every_step_as_if_it_had_not_stopped(kind, tmp_path):
    path = tmp_path / "run.pt"
    whole = end(start(kind, 3))
    steps = len(whole[2])
    for stop in range(steps + 1):
        run = start(kind, 3)
        for _ in range(stop):
            next(run)
        rnnlab.save_checkpoint(run, path)
        other = start(kind, 4)  # other weights, other random numbers
        next(other)
        rnnlab.load_checkpoint(other, path)
        seed(9)  # drawn in between: of no account
        rnnlab.save_checkpoint(other, path)  # saved once more before it has begun
        rnnlab.load_checkpoint(other, path)
        assert equal(end(other), whole), f"stopped after {stop} of {steps} steps"


def test_fit_saves_as_it_goes_and_resumes(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    monkeypatch.setattr(checkpoints, "SHARE", 1.0)
    task, path = rnnlab.load_task("sine"), tmp_path / "run.pt"
    options = {"loss_fn": "mse", "device": "cpu", "progress": False, "clip_norm": 1.0}

    def fit(validation=task.validation_loss, epochs=4, **more):
        torch.manual_seed(0)
        model = sequence_model()
        history = rnnlab.fit(
            model, task.batches(), validation=validation, epochs=epochs, **options, **more
        )
        return history, model.state_dict()

    def interrupted(model, seen=[]):  # noqa: B006 - it counts
        seen.append(None)
        if len(seen) == 3:
            signal.raise_signal(signal.SIGINT)
        return task.validation_loss(model)

    whole = fit()
    with pytest.raises(KeyboardInterrupt):
        fit(interrupted, checkpoint=path)
    assert len(checkpoints.read(path)["history"]) == 3 * len(task.batches())
    assert equal(fit(checkpoint=path, resume=True), whole)
    assert equal(fit(checkpoint=path, resume=True), whole)  # nothing is left to do
    with pytest.raises(FileExistsError, match=r"is there already: resume=True goes on from it; to"):
        fit(checkpoint=path)
    assert equal(fit(epochs=6, checkpoint=path, resume=True), fit(epochs=6))
    assert [*tmp_path.iterdir()] == [path]


def test_a_run_that_diverged_goes_on_with_a_lower_learning_rate(tmp_path):
    task, path = rnnlab.load_task("sine"), tmp_path / "run.pt"

    def fit(rate, **more):
        torch.manual_seed(0)
        model = rnnlab.SequenceModel(1, 8, 1)
        return rnnlab.fit(
            model, task.batches(), loss_fn=failing, epochs=2, learning_rate=rate, device="cpu",
            progress=False, checkpoint=path, **more,
        )  # fmt: skip

    def failing(predictions, targets):
        loss = nn.functional.mse_loss(predictions, targets)
        calls.append(None)
        return loss * math.inf if len(calls) == 5 else loss

    calls = []
    with pytest.raises(rnnlab.TrainingDiverged):
        fit(0.1)
    history = fit(0.001, resume=True)
    assert len(history) == 2 * len(task.batches())
    assert checkpoints.read(path)["optimizer"]["param_groups"][0]["lr"] == 0.001


def test_a_disk_that_fills_up_stops_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    monkeypatch.setattr(checkpoints, "SHARE", 1.0)
    task, path, saves = rnnlab.load_task("sine"), tmp_path / "run.pt", []

    def full(file):
        saves.append(None)
        if len(saves) > 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    options = {"loss_fn": "mse", "epochs": 2, "device": "cpu", "progress": False}
    with pytest.warns(RuntimeWarning, match="No space left on device.*the last whole one stays"):
        history = rnnlab.fit(sequence_model(), task.batches(), checkpoint=path, **options)
    assert len(history.epochs) == 2
    assert 0 < len(checkpoints.read(path)["history"]) < len(history)
    assert [*tmp_path.iterdir()] == [path]


def saved(kind="reset", stop=4):
    run = start(kind, 3)
    for _ in range(stop):
        next(run)
    return run


def changed(where, value):
    """Return what makes a checkpoint with another value in a place."""

    def make(path):
        content = part = checkpoints.run_state(saved())
        for key in where[:-1]:
            part = part[key]
        part[where[-1]] = value
        checkpoints.write(content, path)

    return make


def without_history(path):
    content = checkpoints.run_state(saved())
    del content["history"], content["random"]
    checkpoints.write(content, path)


def by_hand(content, version=1):
    """Return what makes a file with a right first line and any content."""

    def make(path):
        file = io.BytesIO()
        torch.save(content, file)
        path.write_bytes(checkpoints._first_line(version, file.getvalue()) + file.getvalue())

    return make


def cut(path):
    checkpoints.write(checkpoints.run_state(saved()), path)
    path.write_bytes(path.read_bytes()[:-900])


NO_CHECKPOINT = (
    "is no checkpoint of rnnlab: expected a file that save_checkpoint, fit(checkpoint=...) or a "
    "lab has written"
)
REFUSED = [
    (lambda path: path.write_bytes(b""), NO_CHECKPOINT),
    (lambda path: path.write_text("epoch,loss\n1,2\n"), NO_CHECKPOINT),
    (lambda path: path.write_text("rnnlab checkpoint 1"), NO_CHECKPOINT),
    (lambda path: path.write_text("rnnlab checkpoint one 1\n"), NO_CHECKPOINT),
    (lambda path: torch.save(sequence_model().state_dict(), path), NO_CHECKPOINT),
    (cut, "is damaged, its content is not what was written: take another copy of it, or begin anew "
     "under another name"),
    (by_hand({}, version=2), "was written by a newer rnnlab (version 2 of checkpoints; this one "
     "reads up to 1): pip install --upgrade rnnlab"),
    (by_hand(sequence_model()), "cannot be read, though it is what was written (Weights only load "
     "failed"),
    (by_hand([1]), "cannot be read, though it is what was written ('list' object has no attribute"),
    (without_history, "is not whole: it has no history, random"),
    (changed(["made_with", "optimizer"], "SGD"), "optimizer was 'SGD' and is 'Adam' now"),
    (changed(["made_with", "hidden_state"], "carry"), "hidden_state was 'carry' and is 'reset' no"),
    (changed(["made_with", "batches"], 7), "batches was 7 and is 6 now"),
    (changed(["model", "readout.weight"], torch.zeros(1, 9)), "does not fit this run: Error(s) in "
     "loading state_dict for SequenceModel: size mismatch for readout.weight"),
    (changed(["model"], {}), "Missing key(s) in state_dict"),
    (changed(["position"], (1, -1, 4, None, 0.0, 0)), "its place in the data is (1, -1, 4)"),
    (changed(["position"], (1, 6, 6, None, 0.0, 0)), "it stands at batch 6 of 6"),
    (changed(["history", 0], (1, 0, "0.5", 1.0, False, None, None)), "a row of its history is (1"),
    (changed(["history"], [()]), "does not fit this run: Step.__new__() missing 4"),
    (changed(["random"], []), "does not fit this run: not enough values to unpack"),
    (changed(["optimizer", "state", 0, "exp_avg"], torch.zeros(3)), "the optimizer's exp_avg is "
     "(3,) for a parameter of shape (8, 1)"),
    (changed(["optimizer", "state", 0, "exp_avg"], 0.5), "the optimizer's exp_avg is 0.5 for a"),
    (changed(["optimizer", "state", 1], {}), "the optimizer has kept other figures for other par"),
    (changed(["optimizer", "param_groups", 0, "lr"], "high"), "the optimizer's lr was 'high'"),
    (changed(["optimizer", "param_groups", 0, "betas"], (0.9,)), "the optimizer's betas was (0.9,"),
    (changed(["model", "readout.bias"], torch.zeros(1).long()), "readout.bias was torch.int64 and"),
    (changed(["position"], (1, 1, 4, "zeros", 0.0, 0)), "its hidden state or its loss so far is n"),
    (changed(["optimizer", "param_groups"], []), "loaded state dict has a different number of par"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_is_no_checkpoint_of_this_run_is_refused_and_changes_nothing(make, said, tmp_path):
    path, run = tmp_path / "run.pt", saved(stop=2)
    make(path)
    before = copy.deepcopy(checkpoints.run_state(run))
    with pytest.raises(rnnlab.CheckpointError) as caught:
        rnnlab.load_checkpoint(run, path)
    assert str(caught.value).startswith(f"{path} ")
    assert said in str(caught.value)
    assert equal(checkpoints.run_state(run), before)


def test_files_that_are_not_there_or_cannot_be_written(tmp_path):
    run = saved()
    with pytest.raises(FileNotFoundError, match=r"there is no checkpoint .*none.pt: give the path"):
        rnnlab.load_checkpoint(run, tmp_path / "none.pt")
    with pytest.raises(FileNotFoundError, match=r"the folder .*away of the checkpoint run.pt does"):
        rnnlab.save_checkpoint(run, tmp_path / "away" / "run.pt")
    with pytest.raises(IsADirectoryError, match="a folder; expected the path of"):
        rnnlab.load_checkpoint(run, tmp_path)
    with pytest.raises(ValueError, match="resume=True needs a checkpoint to go on from"):
        rnnlab.fit(sequence_model(), [], loss_fn="mse", resume=True)
    run.optimizer.param_groups[0]["note"] = {1}
    with pytest.raises(TypeError, match=r"optimizer.param_groups.note holds a set; a checkpoint h"):
        rnnlab.save_checkpoint(run, tmp_path / "run.pt")
    assert [*tmp_path.iterdir()] == []


def test_a_changed_byte_is_seen(tmp_path):
    path = tmp_path / "run.pt"
    rnnlab.save_checkpoint(saved(), path)
    whole = path.read_bytes()
    for place in [*range(100), *range(100, len(whole), 53)]:
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        with pytest.raises(rnnlab.CheckpointError):
            checkpoints.read(path)
