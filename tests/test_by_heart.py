"""Lesson 15: what it says of five seeds, of each cure and of a judge that has chosen."""

import re

import nbformat
import pytest
import torch
from torch.optim import AdamW

import rnnlab
from tests.executed import ROOT, executed

pytestmark = pytest.mark.slow  # the notebook takes half a minute
NOTEBOOK = ROOT / "notebooks" / "15_learning_by_heart.ipynb"
NUMBER = r"(-?[\d.]+)"


@pytest.fixture(scope="module")
def printed(executions):
    """Return all that the notebook prints, as it is shipped."""
    cells = executed(NOTEBOOK, executions).notebook.cells
    outputs = [o for cell in cells if cell.cell_type == "code" for o in cell.outputs]
    return "".join(output.get("text", "") for output in outputs)


@pytest.fixture(scope="module")
def lesson():
    """Return what the cells before the first training define."""
    names = {}
    for cell in nbformat.read(NOTEBOOK, 4).cells:
        if "guess(" in cell.source and cell.cell_type == "code" and "import" not in cell.source:
            return names
        if cell.cell_type == "code":
            exec(cell.source, names)
    raise AssertionError("no guess")


def found(pattern, text):
    """Return the numbers that stand in a line in place of each #."""
    match = re.search(re.escape(pattern).replace(r"\#", NUMBER), text)
    assert match, pattern
    return [float(number) for number in match.groups()]


def table(printed, name):
    """Return (smallest, largest) rise above the lowest validation loss, and test loss."""
    _, there, below = printed.partition(f"{name}:\n  validation at its lowest ")
    assert there, name
    rises = found("which is #% to #% above the lowest", below)
    return [rise / 100 for rise in rises], found("test # to #, mean #", below)


def test_without_a_cure_all_five_seeds_learn_by_heart(printed, report):
    (least, most), (low, high, _) = table(printed, "no cure")
    report(f"lesson 15, no cure: validation {least:.0%} to {most:.0%} above its lowest at the end")
    assert least >= 0.5  # the promise of the preset is 0.2
    assert low > 0.25
    assert high < 0.45
    ((first, _), *_, (end, _)) = re.findall(
        rf"epoch +\d+: training {NUMBER}, validation {NUMBER}", printed
    )
    assert float(end) < 0.07 < 0.5 < float(first)  # meanwhile the training loss falls
    noise, *_ = found("mean square of the noise: # on average", printed)
    assert float(end) < 0.5 * noise
    near, far = found("training: # from what was measured, # from the wave", printed)
    assert near < 0.03 < 0.1 < far
    near, far = found("validation: # from what was measured, # from the wave", printed)
    assert near > 0.3
    (measured,) = found("in the validation part #", printed)
    assert far > 2 * measured
    turn = [float(v) for _, v in re.findall(rf"epoch +\d+: training {NUMBER}, validation {NUMBER}",
                                            printed)]  # fmt: skip
    assert 2.5 < turn[-1] / min(turn) < 4  # of this seed
    assert turn[-2] / min(turn) > 1.5


def test_what_helps_and_what_does_not(printed, report):
    _, (_, _, none) = table(printed, "no cure")
    *_, high = found("kept the weights of epoch #\ntest # to #", printed)  # early stopping
    assert high < 0.5 * none
    for name, least, most in (
        ("dropout 0.5", 0.8, 1.2),  # of the test loss without a cure: these do not help
        ("weight decay 0.1", 0.8, 1.2),
        ("rate falls by cosine", 0.7, 1.0),
        ("weight decay 3", 0.3, 0.5),  # these do
        ("rate falls by 5 %", 0.35, 0.55),
        ("4 units", 0.4, 0.7),  # and this one in part
        ("weight decay 30", 2.0, 4.0),  # this one harms
    ):
        (_, most_rise), (_, highest, mean) = table(printed, name)
        report(f"lesson 15, {name}: test loss {mean:.3f}, without a cure {none:.3f}")
        assert least < mean / none < most, name
        if name in ("weight decay 3", "rate falls by 5 %"):
            assert most_rise < 0.2
            assert highest < 0.2
    decay, falling, small = (
        table(printed, name)[1][2] for name in ("weight decay 3", "rate falls by 5 %", "4 units")
    )
    assert decay < falling < small
    (least, _), _ = table(printed, "rate falls by cosine")
    assert least > 0.25


def test_who_has_chosen_flatters(printed):
    for steps, least, most in ((10, 0.6, 0.85), (75, 0.9, 0.995)):
        says, is_so = found(f"{steps} steps: at the chosen epoch they say #; on new data it is #",
                            printed)  # fmt: skip
        assert least < says / is_so < most, steps


def test_the_losses_of_the_lesson_are_those_of_the_package_and_its_lab(lesson):
    torch.manual_seed(0)
    model, task = rnnlab.SequenceModel(1, 32, 1), lesson["task"]
    optimizer = AdamW(model.parameters(), lr=0.01, weight_decay=0)
    batches = task.batches(seed=0)
    ours = [lesson["one_epoch"](model, optimizer, batches) for _ in range(3)]
    validation, test = (lesson["loss_on"](part, model) for part in ("validation", "test"))
    together = (75 * validation + 150 * test) / 225
    assert together == pytest.approx(task.validation_loss(model), rel=1e-5)
    lab = rnnlab.TrainingLab(task=task, cell="rnn", learning_rate=0.01, epochs=150)
    history = lab.run()
    lab.close()
    assert history.train_loss[:3] == pytest.approx(ours, rel=1e-4)
    assert history.validation_loss[2] == pytest.approx(together, rel=1e-3)
    off, rivals = [loss**0.5 * task.std for loss in history.validation_loss], task.baselines()
    assert min(off) < 0.31 < rivals["AR(9)"]
    assert off[-1] > 0.45 > rivals["persistence"]
