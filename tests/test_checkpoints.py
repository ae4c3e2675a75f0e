"""Checkpoints: a run goes on bit for bit from any step; only whole files of its own are taken."""

import copy
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
from rnnlab.runs.random_states import random_state, set_random_state
from rnnlab.runs.saved_states import run_state

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
        (run.epoch, run.index), random_state(run.batches),
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
    monkeypatch.setattr(checkpoints, "FRACTION", 1.0)
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
    monkeypatch.setattr(checkpoints, "FRACTION", 1.0)
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


def saved(kind="reset", stop=6):
    run = start(kind, 3)
    for _ in range(stop):
        next(run)
    return run


def changed(where, value):
    """Return what makes a checkpoint with another value in a place."""

    def make(path):
        content = part = run_state(saved())
        for key in where[:-1]:
            part = part[key]
        part[where[-1]] = value
        checkpoints.write(content, path)

    return make


def without_history(path):
    content = run_state(saved())
    del content["history"], content["random"]
    checkpoints.write(content, path)


def by_hand(content):
    """Return what makes a file of torch's with any content."""
    return lambda path: torch.save(content, path)


def of_version(number):
    return by_hand({"format": checkpoints.FORMAT, "version": number})


def cut(path):
    checkpoints.write(run_state(saved()), path)
    path.write_bytes(path.read_bytes()[:-900])


NO_CHECKPOINT = (
    "is no checkpoint of rnnlab: expected a file that save_checkpoint, fit(checkpoint=...) or a "
    "lab has written"
)
REFUSED = [
    (lambda path: path.write_bytes(b""), NO_CHECKPOINT),
    (lambda path: path.write_text("epoch,loss\n1,2\n"), NO_CHECKPOINT),
    (lambda path: path.write_text("rnnlab checkpoint 1 0\n"), NO_CHECKPOINT),
    (by_hand("text"), NO_CHECKPOINT),
    (lambda path: torch.save(sequence_model().state_dict(), path), NO_CHECKPOINT),
    (cut, "is damaged, its content is not what was written: take another copy of it, or begin anew "
     "under another name"),
    (of_version(3), "was written by a newer rnnlab (version 3 of checkpoints; this one reads 2): "
     "pip install --upgrade rnnlab, or begin anew under another name"),
    (of_version(1), "was written by an older rnnlab (version 1 of checkpoints; this one reads 2)"),
    (by_hand(sequence_model()), "cannot be read (Weights only load failed"),
    (by_hand([1]), NO_CHECKPOINT),
    (without_history, "is not whole: it has no history, random"),
    (changed(["made_with", "optimizer"], "SGD"), "optimizer was 'SGD' and is 'Adam' now"),
    (changed(["made_with", "hidden_state"], "carry"), "hidden_state was 'carry' and is 'reset' no"),
    (changed(["made_with", "batches"], 7), "batches was 7 and is 6 now"),
    (changed(["model", "readout.weight"], torch.zeros(1, 9)), "does not fit this run: Error(s) in "
     "loading state_dict for SequenceModel: size mismatch for readout.weight"),
    (changed(["model"], {}), "Missing key(s) in state_dict"),
    (changed(["epoch"], -1), "its epoch and step are (-1, 6)"),
    (changed(["index"], 1.5), "its epoch and step are (1, 1.5)"),
    (changed(["history", 0], (1, 0, "0.5", 1.0, False, None, None)), "a row of its history is (1"),
    (changed(["history"], [()]), "does not fit this run: Step.__new__() missing 4"),
    (changed(["random"], []), "does not fit this run: list index out of range"),
    (changed(["optimizer", "state", 0, "exp_avg"], torch.zeros(3)), "the optimizer's exp_avg is "
     "(3,) for a parameter of shape (8, 1)"),
    (changed(["optimizer", "state", 0, "exp_avg"], 0.5), "the optimizer's exp_avg is 0.5 for a"),
    (changed(["optimizer", "state", 1], {}), "the optimizer has other state for other parameters"),
    (changed(["optimizer", "param_groups", 0, "lr"], "high"), "the optimizer's lr was 'high'"),
    (changed(["optimizer", "param_groups", 0, "betas"], (0.9,)), "the optimizer's betas was (0.9,"),
    (changed(["model", "readout.bias"], torch.zeros(1).long()), "readout.bias was torch.int64 and"),
    (changed(["optimizer", "param_groups"], []), "loaded state dict has a different number of par"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_is_no_checkpoint_of_this_run_is_refused_and_changes_nothing(make, said, tmp_path):
    path, run = tmp_path / "run.pt", saved(stop=2)
    make(path)
    before = copy.deepcopy(run_state(run))
    with pytest.raises(rnnlab.CheckpointError) as caught:
        rnnlab.load_checkpoint(run, path)
    assert str(caught.value).startswith(f"{path} ")
    assert said in str(caught.value)
    assert equal(run_state(run), before)


def test_files_that_are_not_there_or_cannot_be_written(tmp_path):
    run = saved()
    with pytest.raises(FileNotFoundError, match=r"there is no checkpoint .*none.pt: give the path"):
        rnnlab.load_checkpoint(run, tmp_path / "none.pt")
    with pytest.raises(FileNotFoundError, match=r"the folder .*away of the checkpoint run.pt does"):
        rnnlab.save_checkpoint(run, tmp_path / "away" / "run.pt")
    with pytest.raises(IsADirectoryError, match="a folder; expected the path of"):
        rnnlab.load_checkpoint(run, tmp_path)
    os.mkfifo(tmp_path / "fifo.pt")
    with pytest.raises(OSError, match="no regular file; expected the path of a file"):
        rnnlab.load_checkpoint(run, tmp_path / "fifo.pt")
    (tmp_path / "fifo.pt").unlink()
    with pytest.raises(ValueError, match="resume=True needs a checkpoint to go on from"):
        rnnlab.fit(sequence_model(), [], loss_fn="mse", resume=True)
    run.optimizer.param_groups[0]["note"] = {1}
    for _ in range(6):
        next(run)
    with pytest.raises(TypeError, match=r"optimizer.param_groups.note holds a set; a checkpoint h"):
        rnnlab.save_checkpoint(run, tmp_path / "run.pt")
    assert [*tmp_path.iterdir()] == []


def test_a_changed_byte_is_seen_or_changes_nothing(tmp_path):
    path = tmp_path / "run.pt"
    rnnlab.save_checkpoint(saved(stop=6), path)
    content, whole, seen = checkpoints.read(path), path.read_bytes(), 0
    places = [*range(100), *range(100, len(whole), 53)]
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        try:
            assert equal(checkpoints.read(path), content)  # it was padding
        except rnnlab.CheckpointError:
            seen += 1
    assert seen > 0.5 * len(places)


def test_a_checkpoint_is_a_plain_file_of_torchs(tmp_path):
    rnnlab.save_checkpoint(saved(stop=6), tmp_path / "run.pt")
    state = torch.load(tmp_path / "run.pt", weights_only=True)
    assert (state["format"], state["version"]) == ("rnnlab checkpoint", 2)
    assert (state["epoch"], state["index"], len(state["history"])) == (1, 6, 6)


# ---- whatever interrupts or raises, the file holds the end of a whole epoch -------------------


def breaking(moment, kind):
    """Return validation and batches of which one breaks at a moment, once."""
    task, calls = rnnlab.load_task("sine"), []

    def count():
        calls.append(None)
        if len(calls) == moment:
            if kind == "double interrupt":
                signal.raise_signal(signal.SIGINT)
                signal.raise_signal(signal.SIGINT)
            raise OSError("the disk is gone")

    class Breaking:
        def __init__(self, batches):
            self.batches = batches

        def __iter__(self):
            for pair in self.batches:
                if kind in ("data", "double interrupt"):
                    count()
                yield pair[0] + 0.1 * torch.randn_like(pair[0]), pair[1]

        def __len__(self):
            return len(self.batches)

        def set_epoch(self, epoch):
            self.batches.set_epoch(epoch)

    def validation(model):
        if kind == "validation":
            count()
        return task.validation_loss(model) + noisy(model)

    return validation, Breaking(task.batches())


MOMENTS = [(kind, moment) for kind, moments in {
    "double interrupt": range(2, 42, 2), "data": (1, 3, 11, 12, 30), "validation": range(1, 6),
}.items() for moment in moments]  # fmt: skip
MOMENTS = [
    pytest.param(*moment, marks=[pytest.mark.slow] * (k % 4 != 0))
    for k, moment in enumerate(MOMENTS)
]


@pytest.mark.parametrize(("kind", "moment"), MOMENTS)
def test_what_breaks_within_an_epoch_spoils_no_checkpoint(kind, moment, tmp_path):
    def fit(moment, kind, **options):
        seed(5)
        model = sequence_model(cell="gru", num_layers=2, dropout=0.2)
        validation, batches = breaking(moment, kind)
        history = rnnlab.fit(
            model, batches, validation=validation, loss_fn="mse", epochs=5, device="cpu",
            progress=False, **options,
        )  # fmt: skip
        return history.steps, model.state_dict()

    path = tmp_path / "run.pt"
    whole = fit(None, None)
    with pytest.raises((OSError, KeyboardInterrupt)):
        fit(moment, kind, checkpoint=path)
    state = checkpoints.read(path)
    assert state["index"] == len(state["history"])
    assert state["epoch"] == sum(row[5] is not None for row in state["history"])
    assert equal(fit(None, None, checkpoint=path, resume=True), whole)


@pytest.mark.parametrize("kind", ["data", "validation"])
def test_a_run_that_is_asked_again_after_an_exception_says_so(kind, tmp_path):
    validation, batches = breaking(2, kind)
    run = rnnlab.train(
        sequence_model(), batches, validation=validation, loss_fn="mse", epochs=5, device="cpu"
    )
    with pytest.raises(OSError, match="the disk is gone"):
        for _ in run:
            pass
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"has ended in epoch . with OSError.*load a checkp"):
            next(run)
    rnnlab.save_checkpoint(run, tmp_path / "run.pt")
    rnnlab.load_checkpoint(run, tmp_path / "run.pt")
    for _ in run:  # the batches break once
        pass
    assert len(run.history.epochs) == 5


def test_generators_of_devices_are_set_where_these_devices_are(monkeypatch):
    """A checkpoint of a machine with three GPUs is taken up on one, on a Mac, and on a CPU."""
    state = [*random_state()[:3], [torch.tensor([n]) for n in range(3)], None, [torch.tensor([9])]]
    done = []
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda *pair: done.append(pair))
    monkeypatch.setattr(torch.mps, "set_rng_state", lambda *one: done.append(one))
    for gpus, mac in ((0, False), (1, False), (3, False), (0, True)):
        done.clear()
        monkeypatch.setattr(torch.cuda, "is_available", lambda gpus=gpus: gpus > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda gpus=gpus: gpus)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda mac=mac: mac)
        set_random_state(state)
        assert done == [(state[3][n], n) for n in range(gpus)] + [(state[5][0],)] * mac
    set_random_state(state[:5])  # as it was written before there were generators of Macs
    monkeypatch.setattr(torch.mps, "get_rng_state", lambda: state[5][0])
    assert random_state()[5] == state[5]
