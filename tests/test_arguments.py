"""Checks of arguments: NumPy's integers and numbers are taken, truth values never."""

import os

import numpy as np
import pytest
import torch

import rnnlab
from rnnlab.base import checks
from rnnlab.data.shipped import make_sine

ZEROS = torch.zeros(8, 2, 1)


@pytest.mark.parametrize(
    ("check", "value", "plain"),
    [
        (checks.check_count, np.int64(8), 8),
        (checks.check_count, np.uint8(200), 200),
        (checks.check_seed, np.int32(2**31 - 1), 2**31 - 1),
        (checks.check_finite, np.float32(-0.5), -0.5),
        (checks.check_positive, np.float64(0.1), 0.1),
        (checks.check_positive, np.int64(2), 2.0),
        (checks.check_not_negative, 0, 0.0),
        (checks.check_fraction, np.float32(0.25), 0.25),
    ],
)
def test_numbers_of_numpy_are_numbers_and_become_pythons(check, value, plain):
    checked = check("n", value)
    assert checked == plain
    assert type(checked) in (int, float)


BAD = [True, np.True_, "1", None, 1j, torch.tensor(1), np.array([1])]


@pytest.mark.parametrize("value", BAD, ids=repr)
def test_what_is_no_number_is_refused(value):
    for check in (checks.check_count, checks.check_seed):
        with pytest.raises(ValueError, match=r"n is .* it must be an integer of at least "):
            check("n", value)
    for check in (checks.check_finite, checks.check_positive, checks.check_not_negative):
        with pytest.raises(ValueError, match=r"n is .* it must be a finite number"):
            check("n", value)


def test_an_integer_with_more_digits_than_a_float_can_hold_is_not_finite():
    with pytest.raises(ValueError, match="it must be a finite number above 0"):
        checks.check_positive("n", 10**400)


def test_numpys_numbers_work_wherever_a_number_is_asked_for(tmp_path):
    n, half = np.int64(2), np.float32(0.5)
    assert rnnlab.windows(torch.zeros(9, 1), n)[0].shape == (7, 2, 1)
    batches = rnnlab.Batches(ZEROS, ZEROS, np.uint8(3), shuffle=True, seed=np.uint8(200))
    assert len(list(batches)) == 3
    assert len(rnnlab.Streams(ZEROS[:, 0], ZEROS[:, 0], np.uint8(2), np.int8(3))) == 2
    make_sine(np.int64(9), np.float32(3), half, np.int64(1))
    for name in ("sunspots", "names"):
        task = rnnlab.load_task(name, held_out=half, window=np.int32(8))
        assert type(task.window) is int
    assert rnnlab.RecallTask(delay=n, window=np.int8(4)).delay == 2
    assert rnnlab.AddingTask(length=np.int8(20), examples=np.int16(40)).length == 20
    rnnlab.TemporalOrderTask(length=np.int8(20), steps=n, held_out=n, seed=n).batches(seed=n)
    model = rnnlab.SequenceModel(np.int64(1), np.int64(8), 1, num_layers=n, dropout=half)
    rnnlab.fit(
        model, [(ZEROS, ZEROS)], loss_fn="mse", epochs=np.int64(1), learning_rate=np.float32(0.1),
        clip_norm=half, progress=False, device="cpu",
    )  # fmt: skip
    (tmp_path / "f.csv").write_text("1990,1\n1991,2\n")
    series = rnnlab.read_series(tmp_path / "f.csv", value=np.int64(2), time=np.int64(1))
    assert series.times == (1990, 1991)


def test_a_path_that_is_no_regular_file_is_refused_at_once(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no pipes with names")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match=r"pipe', which is no regular file; expected the path of a"):
        checks.check_path("checkpoint", tmp_path / "pipe", "to save the run in")
