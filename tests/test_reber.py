"""The embedded Reber grammar: its strings against a regular expression, its scores, its picture."""

import math
import re
from collections import Counter

import pytest
import torch
from torch import nn

import rnnlab
from rnnlab.loop.losses import IGNORED
from rnnlab.pictures.task_panels import make_panel
from rnnlab.tasks.reber import SYMBOLS, make_string

TASK = rnnlab.load_task("reber")


def in_the_grammar(string):
    """Tell whether the grammar makes a string, by the arcs of Reber's picture, written out anew."""
    if not re.fullmatch(r"B([TP]).+\1E", string):
        return False
    arcs = {(0, "B"): 1, (1, "T"): 2, (1, "P"): 3, (2, "S"): 2, (2, "X"): 4, (3, "T"): 3}
    arcs |= {(3, "V"): 5, (4, "X"): 3, (4, "S"): 6, (5, "P"): 4, (5, "V"): 6, (6, "E"): 7}
    place = 0
    for symbol in string[2:-2]:
        place = arcs.get((place, symbol))
    return place == 7


def test_strings_follow_the_grammar_and_those_held_out_are_new():
    both = TASK.strings + TASK.held_out_strings
    assert all(map(in_the_grammar, both))
    assert all(map(TASK.follows, both))
    assert len(TASK.strings) == 512
    assert len({*TASK.held_out_strings}) == 256
    assert not {*TASK.strings} & {*TASK.held_out_strings}
    assert min(map(len, both)) == 9
    assert len({*map(len, both)}) > 15
    assert rnnlab.ReberTask(seed=0).strings == TASK.strings != rnnlab.ReberTask(seed=1).strings


def test_a_wrong_symbol_anywhere_is_seen():
    generator = torch.Generator().manual_seed(1)
    for string in TASK.held_out_strings[:30]:
        place = int(torch.randint(len(string), (), generator=generator))
        for symbol in SYMBOLS:
            changed = string[:place] + symbol + string[place + 1 :]
            assert TASK.follows(changed) == in_the_grammar(changed)
        assert not TASK.follows(string[:-1])
        assert not TASK.follows(string + "E")
    assert not TASK.follows("")


def test_both_ways_are_equally_likely():
    generator = torch.Generator().manual_seed(0)
    strings = [make_string(generator) for _ in range(2000)]
    assert Counter(string[1] for string in strings)["T"] == pytest.approx(1000, abs=90)  # 4 sigma
    inner = Counter(string[2:-2] for string in strings)  # the two shortest have three choices each
    assert inner["BTXSE"] / 2000 == pytest.approx(1 / 8, abs=0.03)
    assert inner["BPVVE"] / 2000 == pytest.approx(1 / 8, abs=0.03)


def test_batches_are_one_hot_padded_with_zeros_and_targets_are_the_next_symbols():
    seen = []
    for inputs, targets in TASK.batches(seed=5):
        assert inputs.shape[:2] == targets.shape
        real = targets != IGNORED
        assert torch.equal(inputs.sum(-1), real.float())
        for row, target, length in zip(inputs, targets, real.sum(1), strict=True):
            string = TASK.decode(row[:length].argmax(-1))
            assert TASK.decode(target[: length - 1]) == string[1:]
            assert target[length - 1] == SYMBOLS.index("E")
            seen.append(string + "E")
    assert Counter(seen) == Counter(TASK.strings)


class Knowing(nn.Module):
    """Knows the grammar, but for the last symbol but one, which it forgets in every second call."""

    def __init__(self, forgets=False):
        super().__init__()
        self.forgets, self.calls = forgets, 0

    def forward(self, inputs, state=None):
        logits = torch.full((*inputs.shape[:2], 7), -20.0)
        for row, sequence in enumerate(inputs):
            length = int(sequence.sum())
            string = TASK.decode(sequence[:length].argmax(-1))
            for k, may in enumerate(TASK.allowed(string)):
                if self.forgets and may in "TP" and self.calls % 2 and string[k] == "E":
                    may = "TP".replace(may, "")
                logits[row, k, TASK.encode(may)] = 0.0
        self.calls += 1
        return logits


def test_the_scores_are_those_of_a_model_whose_errors_are_known():
    assert TASK.scores(Knowing()) == (1.0, 1.0)
    assert TASK.validation_loss(Knowing()) == pytest.approx(TASK.floor(), rel=1e-5)
    assert TASK.scores(Knowing(forgets=True)) == (0.5, 0.5)
    torch.manual_seed(0)
    untrained = rnnlab.SequenceModel(7, 8, 7)
    assert TASK.validation_loss(untrained) == pytest.approx(math.log(7), abs=0.2)
    assert TASK.scores(untrained)[0] < 0.05
    choices = [len(may) for string in TASK.held_out_strings for may in TASK.allowed(string)[:-1]]
    assert {*choices} == {1, 2}
    assert TASK.floor() == pytest.approx(math.log(2) * choices.count(2) / len(choices))


@pytest.mark.slow
def test_a_network_learns_it_and_makes_up_strings():
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(7, 32, 7, "gru")
    rnnlab.fit(
        model, TASK.batches(), loss_fn=TASK.loss_fn, learning_rate=0.01, epochs=30, clip_norm=1.0,
        progress=False, device="cpu",
    )  # fmt: skip
    whole, remembered = TASK.scores(model)
    assert whole > 0.9
    assert remembered > 0.95
    made = TASK.generate(model, 50)
    assert made == TASK.generate(model, 50)
    assert all(string.count("E") == 2 and string[-1] == "E" for string in made)
    assert sum(map(TASK.follows, made)) >= 40
    words = TASK.words(model)
    assert f"gets {100 * whole:.0f} right at every place" in words
    assert f"tells in {100 * remembered:.0f} of 100" in words


def test_its_picture_boxes_what_the_grammar_allows():
    _, panel = make_panel(TASK)
    answers = TASK.answers(Knowing())[:2]
    name, chances = answers
    assert f"B{name}E" in TASK.held_out_strings
    assert panel.update(name, chances, ["BTE"])
    shown = ["".join(text.get_text() for text in panel.true)]
    assert shown == [name + "E"]
    allowed = TASK.allowed(f"B{name}E")[:-1]
    assert len(panel.boxes.get_paths()) == sum(map(len, allowed))
    assert panel.title.get_text().startswith(
        f"Reber grammar: right at {len(allowed)} of {len(allowed)} places"
    )
    assert TASK.result(name, torch.full((len(name) + 1, 7), 1 / 7))[0].startswith("right at 0 of")


BAD = [
    (lambda: rnnlab.ReberTask(examples=0), "examples is 0; it must be an integer of at least 1"),
    (lambda: rnnlab.ReberTask(held_out=0), "held_out is 0; it must be an integer of at least 1"),
    (lambda: TASK.batches("carry"), "each sequence of the reber problem stands alone"),
    (lambda: TASK.batches(batch_size=0), "batch_size is 0; it must be an integer"),
    (lambda: TASK.encode("BTA"), "'A' is not one of the symbols BTPSXVE"),
    (lambda: TASK.generate(None, 0), "count is 0; it must be"),
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_errors(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)
