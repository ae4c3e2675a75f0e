"""The state between batches: detached, truncated on its batch axis, of every kind of model."""

import pytest
import torch
from torch import nn

import rnnlab
from rnnlab.loop import hidden
from rnnlab.microscope.stepping import PhaseStepper

T, B, H = 5, 4, 6


def test_every_kind_of_state_is_detached():
    h = torch.randn(2, B, H, requires_grad=True) * 2
    assert hidden.detach(None) is None
    for state in (h, (h, h), [h, h], {"h": h}, (h, (h, h))):
        cut = hidden.detach(state)
        assert type(cut) is type(state)
        flat = [cut] if isinstance(cut, torch.Tensor) else torch.utils._pytree.tree_leaves(cut)
        assert not any(part.requires_grad for part in flat)
        assert all(torch.equal(part, h) for part in flat)


@pytest.mark.parametrize(("shape", "axis"), [
    ((2, 4, 6), 1),  # (layers, B, H), of nn.RNN
    ((4, 6), 0),  # (B, H), of nn.RNNCell
    ((4, 2, 6), 0),  # (B, layers, H), which some write themselves
    ((4, 4, 6), 1),  # where both could be meant: torch's
])  # fmt: skip
def test_the_rows_of_a_smaller_batch_are_taken_from_the_batch_axis(shape, axis):
    state = torch.randn(shape)
    cut = hidden.truncate_batch(state, 3, before=4)
    assert torch.equal(cut, state.narrow(axis, 0, 3))
    assert cut.is_contiguous()
    assert hidden.truncate_batch(state, 4, before=4) is state
    with pytest.raises(ValueError, match="the carried hidden state has 4 rows, the batch has 5"):
        hidden.truncate_batch(state, 5, before=4)


class Cells(nn.Module):
    """A loop over time by one of torch's cells; its state has no axis of layers."""

    def __init__(self, kind):
        super().__init__()
        self.cell, self.readout = kind(1, H), nn.Linear(H, 1)

    def forward(self, inputs, state=None):
        outputs = []
        for x_t in inputs.unbind(1):
            state = self.cell(x_t, state)
            outputs.append(state[0] if isinstance(state, tuple) else state)
        return self.readout(torch.stack(outputs, 1)), state


class TimeFirst(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.recurrence, self.readout = kind(1, H), nn.Linear(H, 1)

    def forward(self, inputs, state=None):
        outputs, state = self.recurrence(inputs, state)
        return self.readout(outputs), state


MODELS = {  # what makes one, and whether its batches come first
    "RNNCell": (lambda: Cells(nn.RNNCell), True),
    "GRUCell": (lambda: Cells(nn.GRUCell), True),
    "LSTMCell": (lambda: Cells(nn.LSTMCell), True),
    "RNN, time first": (lambda: TimeFirst(nn.RNN), False),
    "LSTM, time first": (lambda: TimeFirst(nn.LSTM), False),
}


def batches_of(batch_first):
    """Return batches whose last one is smaller."""
    generator = torch.Generator().manual_seed(0)
    pairs = []
    for rows in (B, B, 3):
        x, y = (torch.randn(rows, T, 1, generator=generator) for _ in range(2))
        pairs.append((x, y) if batch_first else (x.transpose(0, 1), y.transpose(0, 1)))
    return pairs


def by_hand(model, batches, batch_first):
    """Train with the state carried, by a loop that uses nothing of rnnlab."""
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.1), []
    for _ in range(2):
        state = None
        for inputs, targets in batches:
            rows = inputs.shape[0 if batch_first else 1]
            parts = state if isinstance(state, tuple) else (state,)
            if state is not None:
                axis = parts[0].dim() - 2
                parts = tuple(p.detach().narrow(axis, 0, rows).contiguous() for p in parts)
                state = parts if len(parts) > 1 else parts[0]
            optimizer.zero_grad()
            predictions, state = model(inputs, state)
            loss = nn.functional.mse_loss(predictions, targets)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@pytest.mark.parametrize("name", MODELS)
def test_any_model_carries_its_state_in_train_evaluate_and_the_stepper(name):
    make, batch_first = MODELS[name]
    models = []
    for _ in range(3):
        torch.manual_seed(1)
        models.append(make())
    batches = batches_of(batch_first)
    expected = by_hand(models[0], batches, batch_first)
    options = {"loss_fn": "mse", "hidden_state": "carry", "batch_first": batch_first}
    ours = torch.optim.SGD(models[1].parameters(), lr=0.1)
    run = rnnlab.train(models[1], batches, optimizer=ours, epochs=2, device="cpu", **options)
    assert [step.loss for step in run] == expected
    theirs = torch.optim.SGD(models[2].parameters(), lr=0.1)
    stepper = PhaseStepper(models[2], batches, optimizer=theirs, device="cpu", **options)
    for _ in expected:
        stepper.next_batch()
    assert stepper.history.loss == expected
    state, errors = None, []
    with torch.no_grad():
        for inputs, targets in batches:
            state = hidden.truncate_batch(state, inputs.shape[0 if batch_first else 1])
            predictions, state = models[1](inputs, state)
            errors.append((predictions - targets).square().flatten())
    wanted = torch.cat(errors).mean().item()
    assert rnnlab.evaluate(models[1], batches, **options) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("batches", [
    rnnlab.Batches(torch.randn(8, T, 1), torch.randn(8, T, 1), 4, shuffle=True),
    torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.randn(8, T, 1), torch.randn(8, T, 1)), 4, shuffle=True
    ),
])  # fmt: skip
def test_carrying_over_shuffled_batches_is_warned_of(batches):
    with pytest.warns(UserWarning, match=r"the batches are shuffled: .* use rnnlab.Streams, or sh"):
        rnnlab.train(rnnlab.SequenceModel(1, 4, 1), batches, loss_fn="mse", hidden_state="carry")
