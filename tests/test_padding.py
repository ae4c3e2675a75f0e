"""Sequences of different length: a batch of them is worth its sequences one by one."""

import pytest
import torch
from torch.nn.functional import cross_entropy, one_hot
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import rnnlab
from rnnlab.base.nested import map_tensors
from rnnlab.loop.losses import IGNORED, with_count
from rnnlab.loop.losses import cross_entropy as classes_last
from rnnlab.model.cells import CELLS
from rnnlab.pictures.stepper_panels import first_sequence
from rnnlab.probes.losses import shares_by_time
from tests.test_own_cell import MGU

LENGTHS, D, H, C = (4, 1, 7, 7, 2), 3, 5, 4
EACH_CELL = pytest.mark.parametrize("cell", [*CELLS, MGU], ids=str)


def sequences():
    """Return inputs (T, D) and targets (T,) of each sequence, in double precision."""
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.randn(n, D, generator=generator).double() for n in LENGTHS]
    return inputs, [torch.randint(0, C, (n,), generator=generator) for n in LENGTHS]


def model_of(cell, **options):
    torch.manual_seed(1)
    return rnnlab.SequenceModel(D, H, C, cell, **options).double()


def gradients(loss, model):
    return torch.autograd.grad(loss, [*model.parameters()])


def one_by_one(model, at_each_step=True):
    """Return the sum over single sequences divided by all that counts, and its gradients."""
    total, count = 0.0, 0
    for inputs, targets in zip(*sequences(), strict=True):
        logits = model(inputs[None])[0][0]  # (1, T, C) -> (T, C)
        chosen = slice(None) if at_each_step else slice(-1, None)
        total = total + cross_entropy(logits[chosen], targets[chosen], reduction="sum")
        count += len(targets[chosen])
    return total / count, gradients(total / count, model)


def assert_same(one, other):
    torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


@EACH_CELL
@pytest.mark.parametrize("layers", [1, 2])
def test_the_masked_loss_of_a_padded_batch_is_the_mean_over_real_steps(cell, layers):
    model = model_of(cell, num_layers=layers)
    ((inputs, targets),) = rnnlab.PaddedBatches(*sequences(), batch_size=5)
    loss, count = with_count(classes_last(model(inputs)[0], targets), classes_last, targets)
    assert count == sum(LENGTHS)
    assert_same((loss, gradients(loss, model)), one_by_one(model))
    mask = rnnlab.is_real(torch.tensor(LENGTHS))
    assert torch.equal(mask, targets != IGNORED)
    each = cross_entropy(model(inputs)[0].transpose(1, 2), targets, reduction="none")
    assert_same(each[mask].mean(), loss)
    inputs[~mask] = 99.0  # whatever stands in the padding
    loss = classes_last(model(inputs)[0], targets)
    assert_same((loss, gradients(loss, model)), one_by_one(model))


@EACH_CELL
def test_the_same_packed(cell):
    model = model_of(cell, implementation="torch", num_layers=2)
    padded, lengths = rnnlab.pad(sequences()[0])
    packed = pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False)
    outputs, state = model.recurrence(packed)
    outputs, back = pad_packed_sequence(outputs, batch_first=True)
    assert torch.equal(back, lengths)
    targets, _ = rnnlab.pad(sequences()[1], IGNORED)
    loss = classes_last(model.readout(outputs), targets)
    assert_same((loss, gradients(loss, model)), one_by_one(model))
    hidden = state[0] if isinstance(state, tuple) else state
    assert_same(rnnlab.last_step(outputs, lengths), hidden[-1])


@EACH_CELL
@pytest.mark.parametrize("implementation", ["auto", "torch"])
def test_with_lengths_a_model_answers_once_from_the_last_real_state(cell, implementation):
    model = model_of(cell, implementation=implementation, num_layers=2)
    inputs, targets = sequences()
    last = torch.stack([target[-1] for target in targets])
    ((given, labels),) = rnnlab.PaddedBatches(inputs, last, batch_size=5)
    assert torch.equal(labels, last)
    start = torch.randn(2, 5, H, generator=torch.Generator().manual_seed(2)).double()
    for begin in (None, (start, start + 1) if cell == "lstm" else start):
        logits, state = model(given, begin)
        assert logits.shape == (5, C)
        for row, sequence in enumerate(inputs):
            own = map_tensors(lambda part, b=row: part[:, b : b + 1].contiguous(), begin)
            single, end = model(sequence[None], own)
            assert_same(logits[row], single[0, -1])
            assert_same(map_tensors(lambda part, b=row: part[:, b : b + 1], state), end)
    loss = classes_last(model(given)[0], labels)
    assert_same((loss, gradients(loss, model)), one_by_one(model, at_each_step=False))
    outputs, _ = model.recurrence(given[0])
    assert_same(model(given)[0], model.readout(rnnlab.last_step(outputs, given[1])))


@pytest.mark.parametrize("at_each_step", [True, False])
def test_an_epochs_loss_weighs_batches_by_what_counts(at_each_step):
    model, (inputs, targets) = model_of("gru"), sequences()
    labels = targets if at_each_step else torch.stack([target[-1] for target in targets])
    batches = rnnlab.PaddedBatches(inputs, labels, batch_size=2)
    expected = one_by_one(model, at_each_step)[0].item()
    for loss_fn in ("cross_entropy",) if at_each_step else ("cross_entropy", cross_entropy):
        loss = rnnlab.evaluate(model, batches, loss_fn=loss_fn)
        assert loss == pytest.approx(expected, rel=1e-9)
    history = rnnlab.fit(
        model, batches, loss_fn="cross_entropy", learning_rate=1e-12, epochs=1, progress=False,
        device="cpu",
    )  # fmt: skip
    assert history.train_loss[0] == pytest.approx(expected, rel=1e-6)


def test_batches_are_padded_to_their_own_longest_and_shuffled_by_seed_and_epoch():
    inputs, targets = sequences()
    batches = rnnlab.PaddedBatches(inputs, targets, batch_size=2)
    assert [given.shape for given, _ in batches] == [(2, 4, D), (2, 7, D), (1, 2, D)]
    labels = torch.arange(5)
    batches = rnnlab.PaddedBatches(inputs, labels, batch_size=2, shuffle=True, seed=3)
    plain = rnnlab.Batches(labels, labels, batch_size=2, shuffle=True, seed=3)
    for _ in range(2):
        orders = []
        for (padded, lengths), rows in batches:
            orders += rows.tolist()
            for sequence, length, row in zip(padded, lengths, rows, strict=True):
                assert torch.equal(sequence[:length], inputs[row])
                assert sequence[length:].abs().sum() == 0
        assert orders == torch.cat([rows for rows, _ in plain]).tolist()
    assert len(batches) == 3


@EACH_CELL
def test_an_embedding_is_a_row_of_its_weight_for_each_symbol(cell):
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(6, H, C, cell, embedding_size=D)
    twin = rnnlab.SequenceModel(D, H, C, cell)
    names = [name for name, _ in model.named_parameters()]
    assert names == ["embedding.weight", *(name for name, _ in twin.named_parameters())]
    twin.load_state_dict({k: v for k, v in model.state_dict().items() if "embedding" not in k})
    symbols = torch.tensor([[0, 5, 2], [1, 1, 0]])
    rows = one_hot(symbols, 6).float() @ model.embedding.weight  # (2, 3, 6) -> (2, 3, D)
    lengths = torch.tensor([3, 1])
    torch.testing.assert_close(model(symbols), twin(rows))
    torch.testing.assert_close(model((symbols, lengths)), twin((rows, lengths)))
    torch.testing.assert_close(model.one_step(symbols[:, 0]), twin.one_step(rows[:, 0]))


def test_an_embedding_learns_through_train():
    symbols = [torch.tensor(word) for word in ([0, 1], [2, 1, 1], [1, 0, 1, 1], [1, 2])]
    batches = rnnlab.PaddedBatches(symbols, torch.tensor([0, 1, 0, 1]))  # is there a 0 or a 2?
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(3, 8, 2, "gru", embedding_size=4)
    history = rnnlab.fit(
        model, batches, loss_fn="cross_entropy", learning_rate=0.03, epochs=40, progress=False,
        device="cpu",
    )  # fmt: skip
    assert history.loss[-1] < 0.1 < history.loss[0]


def test_pictures_of_a_padded_batch_end_where_the_sequence_does_and_count_real_steps():
    model, (inputs, labels) = model_of("rnn"), sequences()
    ((inputs, targets),) = rnnlab.PaddedBatches(inputs, labels, batch_size=5)
    logits = model(inputs)[0]
    truth, right, _ = first_sequence(targets, logits)
    chances = logits[0, : LENGTHS[0]].softmax(-1)[range(LENGTHS[0]), labels[0]]
    assert len(truth) == LENGTHS[0]
    torch.testing.assert_close(torch.tensor(right), chances.float())
    shares = shares_by_time(classes_last, logits, targets)
    each = cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    torch.testing.assert_close(shares, each.detach().sum(0) / sum(LENGTHS))


PADDED, LAST = torch.zeros(2, 4, D), torch.zeros(2, dtype=torch.int64)
BAD = [
    (lambda: rnnlab.pad([]), "sequences is empty; expected at least one tensor (T, ...)"),
    (lambda: rnnlab.pad([PADDED[0], PADDED[0, :0]]), "sequence 1 has shape (0, 3); expected at"),
    (lambda: rnnlab.is_real(torch.tensor([2, 5]), 4), "lengths go from 2 to 5; expected 1 to 4"),
    (lambda: rnnlab.last_step(PADDED, torch.tensor([0, 1])), "lengths go from 0 to 1; expected 1"),
    (lambda: rnnlab.last_step(PADDED, torch.tensor([1])), "lengths are 1, and there are 2 seq"),
    (
        lambda: rnnlab.PaddedBatches([PADDED[0]], [LAST]),
        "sequence 0 has 4 inputs and 2 targets; expected as many of both",
    ),
    (lambda: rnnlab.PaddedBatches([PADDED[0]], LAST), "inputs has 1 examples"),
    (lambda: rnnlab.SequenceModel(3, 4, 2, embedding_size=0), "embedding_size is 0; it must be"),
    (
        lambda: rnnlab.SequenceModel(3, 4, 2, embedding_size=2)(PADDED),
        "inputs have shape (2, 4, 3) and dtype torch.float32; expected (batch, time), int64",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_errors(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("inputs", "lengths", "message"),
    [
        ([[1, 2], [3, 4]], [0, 2], "lengths go from 0 to 2; expected 1 to 2"),
        ([[1, 2], [3, 4]], [1, 9], "lengths go from 1 to 9; expected 1 to 2"),
        ([[1, 2], [3, 4]], [1, 2, 2], "lengths are 3, and there are 2 sequences"),
        ([[1, 5], [3, 4]], [1, 2], "inputs go from 1 to 5; expected symbols from 0 to 4"),
        ([[-1, 2], [3, 4]], [1, 2], "inputs go from -1 to 4; expected symbols from 0 to 4"),
    ],
)
def test_a_model_refuses_symbols_and_lengths_that_there_cannot_be(inputs, lengths, message):
    model = rnnlab.SequenceModel(5, 4, 2, embedding_size=3)
    with pytest.raises(ValueError, match=message):
        model((torch.tensor(inputs), torch.tensor(lengths)))
