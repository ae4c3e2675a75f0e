"""README's "any iterable of (inputs, targets)": streams, tuples, dictionaries, packed, masked."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.data import DataLoader, IterableDataset

import rnnlab
from rnnlab.runs.checks import count_batches

LENGTHS = torch.tensor([5, 4, 2])
OPTIONS = {"optimizer": "sgd", "learning_rate": 0.1, "epochs": 3, "device": "cpu"}


def data(seed=0):
    torch.manual_seed(seed)
    return torch.randn(3, 5, 1), torch.randn(3, 5, 1)


def model():
    torch.manual_seed(1)
    return rnnlab.SequenceModel(1, 4, 1)


class Wrapped(nn.Module):
    """Takes one argument of any kind."""

    def __init__(self, take):
        super().__init__()
        self.model, self.take = model(), take

    def forward(self, inputs, state=None):
        return self.take(self.model, inputs)


def losses(module, batches, loss_fn="mse", **options):
    run = rnnlab.train(module, batches, loss_fn=loss_fn, **OPTIONS, **options)
    return [step.loss for step in run], run.history.train_loss


class Endless(IterableDataset):
    def __iter__(self):
        x, y = data()
        yield from zip(x, y, strict=True)


def test_a_loader_over_an_iterable_dataset_has_no_length_and_trains():
    loader = DataLoader(Endless(), batch_size=2)
    assert count_batches(loader) is None
    x, y = data()
    assert losses(model(), loader) == losses(model(), [(x[:2], y[:2]), (x[2:], y[2:])])


@pytest.mark.parametrize(("give", "take"), [
    (lambda x: (x, LENGTHS), lambda net, inputs: net(inputs[0])),
    (lambda x: {"x": x, "lengths": LENGTHS}, lambda net, inputs: net(inputs["x"])),
    (lambda x: [x, LENGTHS], lambda net, inputs: net(inputs[0])),
    (lambda x: pack_padded_sequence(x, torch.tensor([5, 5, 5]), batch_first=True),
     lambda net, inputs: net(pad_packed_sequence(inputs, batch_first=True)[0])),
])  # fmt: skip
def test_inputs_of_any_kind_go_to_the_model_as_one_argument(give, take):
    x, y = data()
    plain = losses(model(), [(x, y)], validation=[(x, y)])
    assert losses(Wrapped(take), [(give(x), y)], validation=[(give(x), y)]) == plain


def masked(predictions, targets):
    values, mask = targets
    errors = (predictions - values).square()[mask]
    return errors.mean(), errors.numel()


def test_a_masked_loss_says_how_many_values_it_averages():
    x, y = data()
    mask = (torch.arange(5) < LENGTHS[:, None]).unsqueeze(-1)
    batches = [(x[:1], (y[:1], mask[:1])), (x[1:], (y[1:], mask[1:]))]
    each, (average, *_) = losses(model(), batches, masked)
    assert average == pytest.approx((5 * each[0] + 6 * each[1]) / 11)
    value = rnnlab.evaluate(model(), batches, loss_fn=masked)
    errors = (model()(x)[0] - y).square()[mask]
    assert value == pytest.approx(errors.mean().item(), rel=1e-6)
    with pytest.raises(TypeError, match=r"targets are a tuple: let loss_fn return the pair \(loss"):
        losses(model(), batches, lambda p, t: masked(p, t)[0])


def test_ignored_classes_do_not_count():
    logits = nn.Linear(1, 3)
    x = torch.randn(4, 5, 1)
    y = torch.randint(0, 3, (4, 5))
    y[0, 1:] = -100

    class Flat(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = logits

        def forward(self, inputs):
            return self.linear(inputs).transpose(1, 2)

    batches = [(x[:1], y[:1]), (x[1:], y[1:])]
    value = rnnlab.evaluate(Flat(), batches, loss_fn=nn.CrossEntropyLoss())
    whole = nn.functional.cross_entropy(Flat()(x), y)
    assert value == pytest.approx(whole.item(), rel=1e-6)


@pytest.mark.parametrize(("output", "given"), [
    (lambda p: {"logits": p}, "dict of 1"),
    (lambda p: [p, None], "list of 2"),
    (lambda p: (p, None, None), "tuple of 3"),
])  # fmt: skip
def test_a_model_that_returns_something_else_gets_the_remedy(output, given):
    x, y = data()
    with pytest.raises(
        TypeError, match=rf"the model returned {given}; expected .* wrap it in a mo"
    ):
        losses(Wrapped(lambda net, inputs: output(net(inputs)[0])), [(x, y)])


def test_a_batch_of_three_things_gets_the_remedy():
    x, y = data()
    with pytest.raises(
        TypeError, match=r"a batch is tuple of 3; .*\(\(inputs, lengths\), targets\)"
    ):
        losses(model(), [(x, y, LENGTHS)])


def test_evaluate_moves_the_model_to_a_device():
    model, batches = rnnlab.SequenceModel(1, 2, 1), [(torch.zeros(2, 3, 1),) * 2]
    with pytest.raises(RuntimeError, match="meta"):  # where there are shapes, but no numbers
        rnnlab.evaluate(model, batches, loss_fn="mse", device=torch.device("meta"))
    assert {parameter.device.type for parameter in model.parameters()} == {"meta"}
