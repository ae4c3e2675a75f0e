"""The made tasks: their targets by definition, their order, their baselines, their errors."""

import itertools
import sys

import pytest
import torch

import rnnlab
from rnnlab.tasks import catalogue
from rnnlab.tasks.names import ALPHABET


def test_names_are_shifted_by_one_and_held_out():
    task = rnnlab.load_task("names")
    assert len(task.names) + len(task.held_out_names) == 5163
    assert not set(task.names) & set(task.held_out_names)
    inputs, targets = next(iter(task.batches()))
    assert inputs.shape == (32, 24, 27)
    assert targets.shape == (32, 24)
    assert torch.equal(inputs.sum(-1), torch.ones(32, 24))
    assert torch.equal(inputs[:, 1:].argmax(-1), targets[:, :-1])
    text = "".join(task.decode(targets.flatten()) for _, targets in task.batches("carry"))
    assert set(text) == set(ALPHABET)
    for (_, before), (after, _) in itertools.pairwise(task.batches("carry")):
        assert torch.equal(before[:, -1], after[:, 0].argmax(-1))
    assert task.decode(task.encode("anna.")) == "anna."


def test_untrained_names_cost_about_log_27_and_probabilities_sum_to_one():
    task = rnnlab.load_task("names")
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(27, 16, 27, cell="gru")
    assert task.validation_loss(model) == pytest.approx(3.296, abs=0.1)
    probabilities = task.probabilities(model, ".ann")
    assert probabilities.shape == (4, 27)
    torch.testing.assert_close(probabilities.sum(1), torch.ones(4))
    made = task.generate(model, 5, seed=1)
    assert made == task.generate(model, 5, seed=1)
    assert len(made) == 5
    assert all("." not in name and len(name) <= 20 for name in made)


def test_recall_asks_for_the_value_of_two_steps_ago():
    task = rnnlab.load_task("recall")
    inputs, targets = (torch.cat([pair[k] for pair in task.batches("carry")], 1) for k in (0, 1))
    assert torch.equal(inputs[:, :-2], targets[:, 2:])
    assert set(inputs.flatten().tolist()) == {-1.0, 1.0}
    for order, count in (("shuffled", 32), ("streams", 32)):
        batches = task.batches(order=order)
        assert len(batches) == count
        assert next(iter(batches))[0].shape == (32, 4, 1)


def test_adding_marks_one_value_in_each_half_and_one_costs_a_sixth():
    task = rnnlab.load_task("adding", length=10, examples=4000)
    values, marks = task.inputs.unbind(-1)
    assert torch.equal(marks[:, :5].sum(1), torch.ones(4000))
    assert torch.equal(marks[:, 5:].sum(1), torch.ones(4000))
    torch.testing.assert_close((values * marks).sum(1, keepdim=True), task.targets)
    assert (task.targets - 1).square().mean().item() == pytest.approx(1 / 6, rel=0.05)


@pytest.mark.parametrize("name", ["names", "reber", "recall", "adding"])
def test_they_train(name):
    task = rnnlab.load_task(name)
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(task.input_size, 16, task.output_size, cell="gru")
    before = task.validation_loss(model)
    policy = "carry" if name == "recall" else "reset"
    rnnlab.fit(
        model, task.batches(policy), hidden_state=policy, loss_fn=task.loss_fn, epochs=3,
        learning_rate=0.01, clip_norm=1.0, progress=False, device="cpu",
    )  # fmt: skip
    assert task.validation_loss(model) < before
    assert task.words(model)
    assert task.answers(model)


def test_a_new_task_is_one_new_file(tmp_path, monkeypatch):
    (tmp_path / "echo.py").write_text("TASKS = {'echo': dict}\n")
    monkeypatch.setattr(rnnlab.tasks, "__path__", [*rnnlab.tasks.__path__, str(tmp_path)])
    found = catalogue.find_tasks()
    monkeypatch.delitem(sys.modules, "rnnlab.tasks.echo")
    assert found == dict(sorted({**catalogue.TASKS, "echo": dict}.items()))


BAD = [
    (lambda: rnnlab.NamesTask(held_out=0), "held_out is 0; it must be a fraction between 0 and 1"),
    (lambda: rnnlab.NamesTask(window=0), "window is 0; it must be an integer"),
    (lambda: rnnlab.NamesTask.encode("Anna"), "'A' is not in the alphabet '.abc"),
    (lambda: rnnlab.NamesTask().generate(None, 0), "count is 0; it must be"),
    (lambda: rnnlab.RecallTask(delay=0), "delay is 0; it must be an integer"),
    (lambda: rnnlab.RecallTask(length=100), "length is 100; 32 rows of windows of 4 need at least"),
    (lambda: rnnlab.RecallTask().batches(order="sorted"), "the known orders are shuffled, streams"),
    *[
        (lambda task=task: rnnlab.load_task(task[0]).batches(task[1], 0), "batch_size is 0; it")
        for task in itertools.product(catalogue.TASKS, ("reset", "carry"))
        if task[0] not in ("adding", "reber")
    ],
    (lambda: rnnlab.AddingTask(length=1), "length is 1; two marks need at least 2 time steps"),
    (lambda: rnnlab.AddingTask().batches("carry"), "each sequence of the adding problem stands"),
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_errors(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)
