"""The temporal-order problem: its sequences against a slow count, its chances, its measures."""

import math

import pytest
import torch
from torch import nn

import rnnlab
from rnnlab.pictures.task_panels import make_panel
from rnnlab.tasks.temporal_order import CLASSES, SYMBOLS, FreshSequences, last_logits


def sequences(length, epochs=4, seed=0):
    """Return the texts of the sequences of some epochs, and their classes as texts."""
    task = rnnlab.TemporalOrderTask(length=length)
    batches = task.batches(seed=seed)
    pairs = [pair for _ in range(epochs) for pair in batches]
    texts = [task.decode(row) for inputs, _ in pairs for row in inputs]
    return texts, [CLASSES[number] for _, targets in pairs for number in targets.tolist()]


@pytest.mark.parametrize("length", [10, 19, 20, 45, 100])
def test_a_sequence_holds_two_symbols_at_their_places_and_its_class_says_which(length):
    texts, classes = sequences(length)
    first, second = set(), set()
    for text, told in zip(texts, classes, strict=True):
        assert len(text) == length
        places = [place for place, symbol in enumerate(text) if symbol in "XY"]
        assert "".join(text[place] for place in places) == told  # two of them, in their order
        first.add(places[0])
        second.add(places[1])
    tenth = length // 10
    assert first == set(range(tenth, 2 * tenth))
    assert second == set(range(length // 2, length // 2 + tenth))


def test_classes_distractors_and_places_are_equally_likely():
    texts, classes = sequences(50, epochs=10)
    assert len(texts) == 10_000
    counts = [classes.count(name) for name in CLASSES]
    assert chi_square(counts) < 16.3  # 3 degrees of freedom: one sample in 1,000 has more
    letters = "".join(texts)
    assert chi_square([letters.count(symbol) for symbol in "abcd"]) < 16.3
    for low in (5, 25):
        found = [sum(text[place] in "XY" for text in texts) for place in range(low, low + 5)]
        assert sum(found) == 10_000
        assert chi_square(found) < 18.5  # 4 degrees of freedom
    both = [
        sum(text[a] in "XY" and text[b] in "XY" for text in texts)
        for a in range(5, 10) for b in range(25, 30)
    ]  # fmt: skip
    assert chi_square(both) < 51.2  # 24 degrees of freedom: the two places are independent


def chi_square(counts):
    """Return how far counts are from being all alike."""
    mean = sum(counts) / len(counts)
    return sum((count - mean) ** 2 / mean for count in counts)


def test_same_seed_and_epoch_same_sequences_and_no_others():
    def epoch(seed, number):
        batches = FreshSequences(20, 20, 50, seed)
        batches.set_epoch(number)
        assert len(batches) == 50
        return torch.cat([inputs for inputs, _ in batches])

    assert epoch(3, 2).shape == (1000, 20, 6)
    assert torch.equal(epoch(3, 2), epoch(3, 2))
    batches = FreshSequences(20, 20, 50, 3)
    passes = [torch.cat([inputs for inputs, _ in batches]) for _ in range(2)]
    assert torch.equal(passes[1], epoch(3, 2))
    held_out = rnnlab.TemporalOrderTask(seed=3).held_out[0]
    others = [passes[0], passes[1], epoch(4, 1), epoch(4, 2), held_out]
    for k, one in enumerate(others):
        for other in others[:k]:
            assert (one != other).flatten(1).any(1).float().mean() > 0.99


class Slow(nn.Module):
    """Tells each sequence by looking for its symbols, and misses those in `wrong`."""

    def __init__(self, wrong=0, value=20.0):
        super().__init__()
        self.wrong, self.value, self.seen = wrong, value, 0

    def forward(self, inputs):
        logits = torch.zeros(*inputs.shape[:2], 4)
        for row, sequence in enumerate(inputs):
            text = "".join(SYMBOLS[k] for k in sequence.argmax(1))
            number = CLASSES.index("".join(s for s in text if s in "XY"))
            number = (number + (self.seen < self.wrong)) % 4
            logits[row, -1, number] = self.value
            self.seen += 1
        return logits


def test_the_measures_are_those_of_a_model_whose_errors_are_known():
    task = rnnlab.TemporalOrderTask(measure="errors")
    assert task.validation_loss(Slow()) == 0.0
    assert task.validation_loss(Slow(wrong=10)) == 0.01  # so a sweep's bound of 0.01 holds it
    assert task.validation_loss(Slow(value=math.nan)) == 1.0  # NaN is no answer
    plain = rnnlab.TemporalOrderTask()
    right = math.log(1 + 3 * math.exp(-20))
    assert plain.validation_loss(Slow(wrong=10)) == pytest.approx(right + 0.01 * 20, rel=1e-4)
    assert plain.validation_loss(Slow(value=0.0)) == pytest.approx(math.log(4))
    assert plain.words(Slow(wrong=10)) == (
        "Held out: 10 of 1000 sequences classified wrongly (guessing: about 750)."
    )
    true, mean = plain.answers(Slow())
    torch.testing.assert_close(mean, true)


def test_the_loss_looks_at_the_last_step_alone():
    task = rnnlab.TemporalOrderTask()
    inputs, targets = next(iter(task.batches()))
    assert inputs.shape == (20, 20, 6)
    logits = torch.randn(20, 20, 4, requires_grad=True)
    loss = task.loss_fn(logits, targets)
    by_hand = -logits[:, -1].log_softmax(1)[torch.arange(20), targets].mean()
    torch.testing.assert_close(loss, by_hand)
    loss.backward()
    assert logits.grad[:, :-1].abs().max() == 0
    assert logits.grad[:, -1].abs().min() > 0


def test_a_solved_model_is_right_on_sequences_that_it_has_never_seen():
    task = rnnlab.TemporalOrderTask(length=10, measure="errors")
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(6, 50, 4)
    nn.init.normal_(model.recurrence.weight_hh_l0, std=1.2 / 50**0.5)
    assert task.validation_loss(model) > 0.5
    run = rnnlab.train(
        model, task.batches(), loss_fn=task.loss_fn, optimizer="sgd", learning_rate=0.1,
        epochs=10, clip_norm=1.0, validation=task.validation_loss, device="cpu",
    )  # fmt: skip
    solved = False
    for step in run:
        solved = step.validation_loss is not None and step.validation_loss <= 0.01
        if solved:
            break
    assert solved
    fresh = rnnlab.TemporalOrderTask(length=10, held_out=10_000, seed=99)
    assert fresh.errors(model) < 0.02
    logits = last_logits(model, fresh.held_out[0])
    torch.testing.assert_close(logits, model(fresh.held_out[0])[0][:, -1])


def test_a_run_that_was_left_goes_on_exactly(tmp_path):
    def trained(epochs, **options):
        torch.manual_seed(1)
        model, task = rnnlab.SequenceModel(6, 8, 4), rnnlab.TemporalOrderTask(length=10, steps=7)
        return rnnlab.fit(
            model, task.batches(), loss_fn=task.loss_fn, epochs=epochs, progress=False,
            device="cpu", **options,
        ).loss  # fmt: skip

    whole = trained(3)
    assert len(whole) == 21
    kept = {"checkpoint": tmp_path / "run.pt", "resume": True}
    assert trained(2, **kept) == whole[:14]
    assert trained(3, **kept) == whole


def test_its_picture_and_a_lab_take_it():
    task = rnnlab.TemporalOrderTask(length=10, steps=3, held_out=50)
    _, panel = make_panel(task)
    panel.update(*task.answers(Slow()))
    true, predicted = panel.dots.get_data()
    assert set(true) == {0, 1, 2, 3}
    assert predicted == pytest.approx(true, abs=1e-5)
    lab = rnnlab.TrainingLab(task)
    assert lab.task is task
    lab.close()


BAD = [
    (lambda: rnnlab.TemporalOrderTask(length=9), "length is 9; the two places of the"),
    (lambda: rnnlab.TemporalOrderTask(length=2.5), "length is 2.5; it must be an integer"),
    (lambda: rnnlab.TemporalOrderTask(steps=0), "steps is 0; it must be an integer"),
    (lambda: rnnlab.TemporalOrderTask(held_out=0), "held_out is 0; it must be an integer"),
    (
        lambda: rnnlab.TemporalOrderTask(measure="error"),
        "measure is 'error'; the known measures are cross_entropy, errors",
    ),
    (lambda: rnnlab.TemporalOrderTask().batches("carry"), 'stands alone: use "reset"'),
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_errors(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)
