"""Lesson 14: what its cells have measured is what its prose and its guesses say."""

import re

import pytest

from rnnlab.course.guesses import find_guess
from tests.executed import NOTEBOOKS, executed

(PATH,) = (path for path in NOTEBOOKS if path.stem.startswith("14"))


@pytest.fixture(scope="module")
def said(executions):
    """Return a function: the numbers that a line of the lesson prints after some words."""
    cells = executed(PATH, executions).notebook.cells
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    text = "".join(output.get("text", "") for output in outputs)

    def numbers(words):
        found = [line.partition(words)[2] for line in text.splitlines() if words in line]
        assert found, words
        return [[float(n) for n in re.findall(r"\d+(?:\.\d+)?", line)] for line in found]

    return numbers


def test_a_third_of_the_batches_is_padding(said):
    ((percent,),) = said("batches of   32:")
    guess = find_guess("14.1")
    assert guess.reply(str(percent)) == guess.replies["near"]
    assert said("batches of    1:")[0] == [0]
    assert 40 < said("batches of 1421:")[0][0] < 50


def test_only_the_state_after_the_last_letter_is_that_of_the_name_alone(said):
    away = [line[0] for line in (said(f"step {step}:")[0] for step in range(1, 9))]
    assert away[3] == 0
    assert min(away[:3] + away[4:]) > 0.1
    assert said("what the module returns:")[0] == [away[-1]]


def test_read_from_padding_a_trained_network_guesses(said):
    ((right, count),) = said("last real step        : right for")
    assert count == 355
    assert right > 277  # by the last letter alone
    for way, most in (("last column", 215), ("mean over all columns", 240)):
        assert said(f"{way:22}: right for")[0][0] < most
    assert said("mean over real steps  : right for")[0][0] < right
    assert min(said("rnn: right for")[0][:3]) < 230
    assert min(said("gru: right for")[0][:3]) > 265


def test_the_means_are_different_numbers_and_the_loss_is_that_over_real_steps(said):
    (real,), (sequences,), (columns,), (loss,) = (
        said(words)[-1]
        for words in ("mean over real steps  ", "mean over sequences  ", "mean over all columns ",
                      '"cross_entropy"  ')
    )  # fmt: skip
    assert real == loss
    assert sequences != loss < columns / 4


def test_with_padding_in_the_loss_the_lower_loss_is_that_of_the_worse_network(said):
    real, padded = (said(f"{name:11}: training reports")[0][0] for name in
                    ("real steps", "all columns"))  # fmt: skip
    assert padded < 0.35 < 0.4 < real
    (held_out_real,), (held_out_padded,) = said("held out, over real steps:")
    assert held_out_real < held_out_padded
    (whole_real, _), (whole_padded, _) = said("right at every place:")
    assert whole_padded < 75 < 90 < whole_real
