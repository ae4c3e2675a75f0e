"""Women's or men's names: the lists, the batches, the baseline, and a network that beats it."""

import pytest
import torch
from torch import nn

import rnnlab
from rnnlab.data.shipped import read_names
from rnnlab.tasks.names import NamesTask

TASK = rnnlab.NameListTask()


def test_the_lists_are_those_of_the_census():
    women, men = read_names("women"), read_names("men")
    assert (len(women), len(men), len({*women} & {*men})) == (4275, 1219, 331)
    for names in (women, men):
        assert names == sorted({*names})
        assert all(name.isascii() and name.isalpha() and name.islower() for name in names)
    assert {"linda", "susan"} < {*women} - {*men}
    assert {"ralph"} < {*men} - {*women}
    with pytest.raises(ValueError, match="whose is 'cats'; the known lists are women, men"):
        read_names("cats")


def test_as_many_of_each_list_and_none_of_both():
    names = TASK.names + TASK.held_out_names
    labels = [*TASK.labels.tolist(), *TASK.held_out_labels.tolist()]
    women, men = {*read_names("women")}, {*read_names("men")}
    assert len({*names}) == len(names) == 2 * len(men - women) == 1776
    assert sum(labels) == 888
    for name, label in zip(names, labels, strict=True):
        assert (name in men, name in women) == (bool(label), not label)
    assert len(TASK.held_out_names) == 355
    assert rnnlab.NameListTask().names == TASK.names != rnnlab.NameListTask(seed=1).names


@pytest.mark.parametrize("embedding", [False, True])
def test_a_batch_spells_its_names(embedding):
    task, seen = rnnlab.NameListTask(embedding=embedding), {}
    for (inputs, lengths), targets in task.batches(seed=2):
        numbers = inputs if embedding else inputs.argmax(-1)
        assert numbers.shape == (len(targets), lengths.max())
        for row, length, target in zip(numbers, lengths, targets.tolist(), strict=True):
            seen[NamesTask.decode(row[:length])] = target
    assert seen == dict(zip(task.names, task.labels.tolist(), strict=True))


class LastLetter(nn.Module):
    """Puts a name where most names with its last letter stand."""

    def forward(self, pair):
        inputs, lengths = pair
        logits = torch.zeros(len(inputs), 2)
        letters = [name[-1] for name in TASK.names]
        for row, last in enumerate(rnnlab.last_step(inputs, lengths)):
            same = [letter == NamesTask.decode(last.argmax()[None]) for letter in letters]
            logits[row, int(TASK.labels[torch.tensor(same)].float().mean() > 0.5)] = 1.0
        return logits


@pytest.mark.slow
def test_the_rule_about_the_last_letter_is_the_best_one():
    true, chances = TASK.answers(LastLetter())
    right = int(((chances > 0.5) == (true > 0.5)).sum())
    assert right == TASK.by_last_letter()
    assert TASK.result(true, chances)[0] == f"right for {right} of 355 names"


@pytest.mark.slow
def test_a_network_beats_the_last_letter_and_a_lab_takes_the_task():
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(27, 32, 2, "lstm")
    rnnlab.fit(
        model, TASK.batches(), loss_fn=TASK.loss_fn, learning_rate=0.01, epochs=8, clip_norm=1.0,
        progress=False, device="cpu",
    )  # fmt: skip
    true, chances = TASK.answers(model)
    assert ((chances > 0.5) == (true > 0.5)).sum() > TASK.by_last_letter()
    assert TASK.validation_loss(model) < 0.6
    assert "that it has never seen (by the last letter alone: 277)" in TASK.words(model)
    lab = rnnlab.TrainingLab(TASK, epochs=1)
    lab.run()
    assert lab.history.epochs[-1].validation_loss < 0.7
    assert lab._message.value == ""
    lab.close()


def test_there_is_no_state_to_carry():
    with pytest.raises(ValueError, match='name-list problem stands alone: use "reset"'):
        TASK.batches("carry")
