"""The probes against a plain loop over torch's own cells, NumPy, and formulas by hand."""

import math
import statistics
import time

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, dropout, mse_loss

import rnnlab
from rnnlab import probes
from rnnlab.model import recurrence
from rnnlab.probes import gradients
from rnnlab.probes.calling import call_unrolled

TORCH = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
ONE_STEP = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}
PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
B, D, H, C = 4, 2, 5, 3


class Own(nn.Module):
    """A user's model: a recurrent module of torch's, a readout, and a choice of what it returns."""

    def __init__(self, cell, layers=1, read="all", returns="pair", **options):
        super().__init__()
        self.rnn = TORCH[cell](D, H, layers, **options)
        self.head = nn.Linear(H, C)
        self.read, self.returns = read, returns

    def forward(self, inputs, state=None):
        outputs, state = self.rnn(inputs, hx=state)
        if self.read == "last":
            outputs = outputs[:, -1] if self.rnn.batch_first else outputs[-1]
        self.predictions, self.state = self.head(outputs), state
        return (self.predictions, state) if self.returns == "pair" else self.predictions


def through_cells(module, x, state=None, seed=None):
    """Return outputs and all h_t of a module, by torch's one-step cells; x is (T, B, D)."""
    kind = type(module).__name__.lower()
    every = []
    for layer in range(module.num_layers):
        weights = {part: getattr(module, f"{part}_l{layer}") for part in PARTS if
                   hasattr(module, f"{part}_l{layer}")}  # fmt: skip
        more = {"nonlinearity": module.nonlinearity} if kind == "rnn" else {}
        cell = ONE_STEP[kind](x.shape[2], module.hidden_size, bias=module.bias, **more).to(x)
        cell.load_state_dict(weights)
        h = torch.zeros(x.shape[1], module.hidden_size).to(x)
        now = (h, h) if kind == "lstm" else h
        if state is not None:
            now = (state[0][layer], state[1][layer]) if kind == "lstm" else state[layer]
        if layer > 0 and seed is not None:
            torch.manual_seed(seed)
            x = dropout(x, module.dropout)
        hidden = []
        for x_t in x:
            now = cell(x_t, now)
            hidden.append(now[0] if kind == "lstm" else now)
            hidden[-1].retain_grad()
        every.append(hidden)
        x = torch.stack(hidden)
    return x, every


def norms_at(every, loss):
    """Return the norms (layers, T) of the gradient that one backward pass leaves at each h_t."""
    for hidden in every:
        for h in hidden:
            h.grad = None
    loss.backward(retain_graph=True)
    return torch.stack(
        [torch.stack([torch.zeros(()).to(h) if h.grad is None else h.grad.norm() for h in hidden])
         for hidden in every]
    )  # fmt: skip


def assert_same(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=0)


def random_state(cell, layers, rows=B):
    parts = [torch.randn(layers, rows, H, dtype=torch.float64) for _ in range(2)]
    return tuple(parts) if cell == "lstm" else parts[0]


def data(time, rows=B, outputs=C):
    return (torch.randn(rows, time, D, dtype=torch.float64),
            torch.randn(rows, time, outputs, dtype=torch.float64))  # fmt: skip


@pytest.mark.parametrize("cell", TORCH)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("steps", [1, 2, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("model_of", ["auto", "torch", "pair", "tensor"])
def test_gradient_equals_that_of_a_plain_loop(cell, layers, steps, model_of):
    torch.manual_seed(steps)
    if model_of in ("auto", "torch"):
        model = rnnlab.SequenceModel(D, H, C, cell, layers, implementation=model_of).double()
        module, head = model.recurrence, model.readout
        twin = TORCH[cell](D, H, layers).double()
        twin.load_state_dict(module.state_dict())
    else:
        model = Own(cell, layers, returns=model_of, batch_first=True).double()
        twin, head = model.rnn, model.head
    inputs, targets = data(steps)
    state = None if model_of == "tensor" else random_state(cell, layers)
    outputs, every = through_cells(twin, inputs.transpose(0, 1), state)
    squares = (head(outputs).transpose(0, 1) - targets) ** 2 / targets.numel()  # (B, T, C)
    whole = norms_at(every, squares.sum())
    rows = torch.stack([norms_at(every, squares[:, s].sum()) for s in range(steps)])
    for layer in (*range(layers), -1):
        found = probes.gradient_through_time(
            model, inputs, targets, "mse", state=state, layer=layer
        )
        assert_same(found.norms, whole[layer].detach())
        assert_same(found.matrix, rows[:, layer].detach())
        assert found.matrix.shape == (steps, steps)
        assert torch.equal(found.matrix, found.matrix.tril())
        assert found.norms.all()


def test_gradient_equals_the_backward_by_hand():
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(D, H, C).double()
    inputs, targets = data(12)
    hidden = probes.hidden_states(model, inputs)[0]  # (B, T, H)
    d_predictions = 2 * (model(inputs)[0] - targets) / targets.numel()
    w_hh, w_out = model.recurrence.weight_hh_l0, model.readout.weight
    d_h, expected = torch.zeros(B, H, dtype=torch.float64), []
    for t in reversed(range(12)):
        slope = 1 - hidden[:, t + 1] ** 2 if t < 11 else 0
        d_h = d_predictions[:, t] @ w_out + (d_h * slope) @ w_hh
        expected.insert(0, d_h.norm())
    found = probes.gradient_through_time(model, inputs, targets, "mse")
    assert_same(found.norms, torch.stack(expected).detach())


@pytest.mark.parametrize("cell", TORCH)
def test_time_first_no_bias_and_a_sum_of_steps(cell):
    torch.manual_seed(0)
    model = Own(cell, 2, bias=False).double()  # time first
    inputs, targets = (part.transpose(0, 1) for part in data(7))
    weights = torch.arange(7.0).view(7, 1, 1)  # the first step does not count

    def loss_fn(predictions, targets):
        return (weights * (predictions - targets).abs()).sum()

    outputs, every = through_cells(model.rnn, inputs)
    terms = weights * (model.head(outputs) - targets).abs()
    for layer in (0, 1):
        found = probes.gradient_through_time(model, inputs, targets, loss_fn, layer=layer)
        assert_same(found.norms, norms_at(every, terms.sum())[layer].detach())
        rows = torch.stack([norms_at(every, term.sum())[layer] for term in terms])
        assert_same(found.matrix, rows.detach())
        assert not found.matrix[0].any()


@pytest.mark.parametrize("cell", TORCH)
@pytest.mark.parametrize("steps", [1, 6])
@pytest.mark.parametrize("batch_first", [True, False])
def test_a_prediction_at_the_end_counts_at_the_last_step(cell, steps, batch_first):
    torch.manual_seed(0)
    model = Own(cell, read="last", batch_first=batch_first).double()
    inputs, targets = data(steps)
    outputs, every = through_cells(model.rnn, inputs.transpose(0, 1))
    expected = norms_at(every, mse_loss(model.head(outputs[-1]), targets[:, -1]))[0].detach()
    given = inputs if batch_first else inputs.transpose(0, 1)
    found = probes.gradient_through_time(model, given, targets[:, -1], "mse")
    assert_same(found.norms, expected)
    assert_same(found.matrix[-1], expected)
    assert not found.matrix[:-1].any()


class From(nn.Module):
    """A recurrent module whose outputs and state some function turns into predictions."""

    def __init__(self, function, cell="gru", **options):
        super().__init__()
        self.rnn = TORCH[cell](D, H, **options)
        self.head = nn.Linear(H, C)
        self.function = function

    def forward(self, inputs):
        return self.function(self, inputs)


def classes_on_axis_1(model, inputs):
    return model.head(model.rnn(inputs)[0]).transpose(1, 2)  # (B, C, T)


def batch_first_outside_only(model, inputs):
    return model.head(model.rnn(inputs.transpose(0, 1))[0]).transpose(0, 1)


def forecast_at_the_end(model, inputs):
    return model.head(model.rnn(inputs)[1][-1])  # (B, C) of the last state


def from_the_cell_alone(model, inputs):
    return model.head(model.rnn(inputs)[1][1][-1])


@pytest.mark.parametrize("steps", [C, B, 6])
def test_the_time_axis_is_found_wherever_it_is(steps):
    torch.manual_seed(0)
    inputs, _ = data(steps)
    classes = torch.randint(0, C, (B, steps))
    model = From(classes_on_axis_1, batch_first=True).double()
    outputs, every = through_cells(model.rnn, inputs.transpose(0, 1))
    logits = model.head(outputs)  # (T, B, C)
    terms = [cross_entropy(logits[t], classes[:, t], reduction="sum") for t in range(steps)]
    expected = torch.stack([norms_at(every, term / classes.numel())[0] for term in terms]).detach()
    found = probes.gradient_through_time(model, inputs, classes, nn.CrossEntropyLoss())
    assert_same(found.matrix, expected)
    turned = From(batch_first_outside_only).double()
    turned.load_state_dict(model.state_dict())
    assert_same(
        probes.gradient_through_time(turned, inputs, classes, "cross_entropy").matrix, expected
    )


def test_a_forecast_of_as_many_values_as_steps_is_made_at_the_end():
    torch.manual_seed(0)
    model = From(forecast_at_the_end, batch_first=True).double()
    inputs, _ = data(C)
    found = probes.gradient_through_time(model, inputs, torch.zeros(B, C).double(), "mse")
    assert found.norms.all()
    assert torch.equal(found.matrix[-1], found.norms)
    assert not found.matrix[:-1].any()


def test_predictions_from_an_lstms_cell_do_not_use_its_last_hidden_state():
    torch.manual_seed(0)
    model = From(from_the_cell_alone, "lstm", batch_first=True).double()
    found = probes.gradient_through_time(model, *data(5)[:1], torch.zeros(B, C).double(), "mse")
    assert found.norms[-1] == 0
    assert found.norms[:-1].all()


@pytest.mark.parametrize("cell", TORCH)
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("given_state", [True, False])
def test_the_unrolled_call_computes_what_the_module_computes(cell, batch_first, given_state):
    torch.manual_seed(0)
    model = Own(cell, 3, batch_first=batch_first, dropout=0.4).double()
    inputs, targets = data(9)
    if not batch_first:
        inputs, targets = inputs.transpose(0, 1), targets.transpose(0, 1)
    state = random_state(cell, 3) if given_state else None
    results = []
    for call in (
        lambda: model(inputs, state),
        lambda: probes.gradient_through_time(model, inputs, targets, "mse", state=state),
        lambda: probes.hidden_states(model, inputs, state=state),
    ):
        torch.manual_seed(1)  # the same units are dropped
        call()
        results.append((model.predictions.detach(), model.state))
    for found in results[1:]:
        torch.testing.assert_close(found, results[0], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("cell", TORCH)
def test_gradient_with_dropout_between_layers(cell):
    torch.manual_seed(0)
    model = Own(cell, 2, dropout=0.5).double()
    inputs, targets = (part.transpose(0, 1) for part in data(6))
    outputs, every = through_cells(model.rnn, inputs, seed=7)
    expected = norms_at(every, mse_loss(model.head(outputs), targets)).detach()
    for layer in (0, 1):
        torch.manual_seed(7)
        found = probes.gradient_through_time(model, inputs, targets, "mse", layer=layer)
        assert_same(found.norms, expected[layer])
    model.eval()
    outputs, every = through_cells(model.rnn, inputs)
    expected = norms_at(every, mse_loss(model.head(outputs), targets)).detach()
    found = probes.gradient_through_time(model, inputs, targets, "mse", layer=0)
    assert_same(found.norms, expected[0])


def test_relu_frozen_weights_and_no_grad_around():
    torch.manual_seed(0)
    model = Own("rnn", 2, nonlinearity="relu").double()
    inputs, targets = (part.transpose(0, 1) for part in data(6))
    outputs, every = through_cells(model.rnn, inputs)
    expected = norms_at(every, mse_loss(model.head(outputs), targets)).detach()
    model.requires_grad_(False)
    with torch.no_grad():
        found = probes.gradient_through_time(model, inputs, targets, "mse", layer=0)
    assert_same(found.norms, expected[0])


def test_the_parts_sum_to_the_whole_and_many_steps_go_in_pieces(monkeypatch):
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(D, H, C, "lstm").double()
    inputs, targets = data(11)
    found = probes.gradient_through_time(model, inputs, targets, "mse")
    assert (found.matrix.sum(0) >= found.norms * (1 - 1e-12)).all()  # triangle inequality
    assert_same(found.matrix[-1, -1], found.norms[-1])  # the last state feeds the last one only
    monkeypatch.setattr(gradients, "NUMBERS_AT_ONCE", 4 * 11 * B * H)  # 4, 4 and 3 rows
    assert_same(probes.gradient_through_time(model, inputs, targets, "mse").matrix, found.matrix)


class Doubled(torch.autograd.Function):
    """2 x, with a backward pass that torch cannot do for many gradients at a time."""

    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    def backward(ctx, d_x):
        return torch.from_numpy(2 * d_x.numpy())


class Two(nn.Module):
    """An encoder and a decoder, the second behind an operation that goes row by row."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(D, H, batch_first=True)
        self.decoder = recurrence.RNN(H, C, batch_first=True)

    def decode(self, outputs):
        return self.decoder(Doubled.apply(outputs))[0]

    def forward(self, inputs):
        return self.decode(self.encoder(inputs)[0])


class Neighbours(Own):
    """Each prediction looks at the outputs beside it, one step later too, and at the last state."""

    def forward(self, inputs, state=None):
        outputs, state = self.rnn(inputs, hx=state)
        earlier = torch.cat([outputs[:, :1], outputs[:, :-1]], 1)
        later = torch.cat([outputs[:, 1:], outputs[:, -1:]], 1)
        mixed = outputs + 0.5 * earlier + 0.3 * later
        if self.read == "state":
            last = state[1] if isinstance(state, tuple) else state
            mixed = torch.cat([mixed[:, :2], mixed[:, 2:] + last[-1].unsqueeze(1)], 1)
        return self.head(mixed), state


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("read", ["all", "state"])
@pytest.mark.parametrize("at_once", [2**23, 3 * 7 * B * H])
def test_readouts_that_look_ahead_are_exact_too(cell, read, at_once, monkeypatch):
    monkeypatch.setattr(gradients, "NUMBERS_AT_ONCE", at_once)
    torch.manual_seed(0)
    model = Neighbours(cell, 2, read, batch_first=True).double()
    inputs, targets = torch.randn(B, 7, D).double(), torch.randn(B, 7, C).double()
    found = probes.gradient_through_time(model, inputs, targets, "mse")
    lower = probes.gradient_through_time(model, inputs, targets, "mse", layer=0)
    outputs, every = through_cells(model.rnn, inputs.transpose(0, 1))
    if cell == "lstm" and read == "state":  # the plain loop keeps no c: compare by autograd alone
        matrix = generic_matrix(model, inputs, targets, -1)
        torch.testing.assert_close(found.matrix, matrix, rtol=1e-6, atol=1e-15)
        return
    outputs = outputs.transpose(0, 1)

    class Given(nn.Module):
        batch_first = True

        def forward(self, x, hx=None):
            return outputs, torch.stack([hidden[-1] for hidden in every])

    twin = Neighbours(cell, 2, read, batch_first=True).double()
    twin.load_state_dict(model.state_dict())
    twin.rnn = Given()
    predictions, _ = twin(inputs)
    each = ((predictions - targets) ** 2).mean((0, 2)) / 7  # the share of each prediction
    rows = torch.stack([norms_at(every, share) for share in each])  # (T, layers, T)
    for got, layer in ((found, 1), (lower, 0)):
        torch.testing.assert_close(got.matrix, rows[:, layer].tril(), rtol=1e-6, atol=1e-15)
        torch.testing.assert_close(
            got.norms, norms_at(every, each.sum())[layer], rtol=1e-6, atol=1e-15
        )


def generic_matrix(model, inputs, targets, layer):
    """Return the matrix by autograd alone, without the equations."""
    unrolled = call_unrolled(model, inputs, None, None)
    _, *hidden = unrolled.layers[layer].hidden
    loss = mse_loss(unrolled.predictions, targets)
    (d_predictions,) = torch.autograd.grad(loss, unrolled.predictions, retain_graph=True)
    return gradients._by_prediction(unrolled, hidden, d_predictions, 1, None).matrix


def test_one_of_several_modules_and_an_operation_that_goes_row_by_row():
    torch.manual_seed(0)
    model = Two().double()
    inputs, targets = data(6)
    outputs, every = through_cells(model.encoder, inputs.transpose(0, 1))
    squares = (model.decode(outputs.transpose(0, 1)) - targets) ** 2 / targets.numel()
    rows = torch.stack([norms_at(every, squares[:, s].sum())[0] for s in range(6)]).detach()
    found = probes.gradient_through_time(model, inputs, targets, "mse", module="encoder")
    assert_same(found.matrix, rows)
    assert_same(found.norms, norms_at(every, squares.sum())[0].detach())
    assert probes.hidden_states(model, inputs, module="decoder").shape == (1, B, 6, C)
    assert probes.spectral_radius(model, module="encoder").shape == (1, 3)


def test_gradients_too_small_or_large_to_square_in_float32():
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(D, H, C)
    inputs, targets = (part.float() for part in data(5))
    plain = probes.gradient_through_time(model, inputs, targets, "mse")
    for factor in (1e-26, 1e26):
        scaled = probes.gradient_through_time(
            model, inputs, targets, lambda p, t, factor=factor: factor * mse_loss(p, t)
        )
        for ours, theirs in zip(scaled, plain, strict=True):
            assert ours.dtype == torch.float32
            torch.testing.assert_close(ours, theirs * factor, rtol=1e-4, atol=0)


@pytest.mark.parametrize("cell", TORCH)
@pytest.mark.parametrize("layers", [1, 2])
def test_hidden_states_equal_the_outputs_of_torch(cell, layers):
    torch.manual_seed(0)
    model = Own(cell, layers, batch_first=True).double()
    inputs, _ = data(7)
    state = random_state(cell, layers)
    outputs, end = model.rnn(inputs, state)
    found = probes.hidden_states(model, inputs, state=state)  # (layers, B, T, H)
    assert found.shape == (layers, B, 7, H)
    assert not found.requires_grad
    torch.testing.assert_close(found[-1], outputs.detach(), rtol=0, atol=1e-12)
    last = end[0] if cell == "lstm" else end
    torch.testing.assert_close(found[:, :, -1], last.detach(), rtol=0, atol=1e-12)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("bias", [True, False])
def test_gates_equal_the_equations_in_numpy(cell, bias):
    torch.manual_seed(0)
    model = Own(cell, 2, batch_first=True, bias=bias).double()
    inputs, state = data(6)[0], random_state(cell, 2)
    found = probes.gate_activity(model, inputs, state=state)
    assert list(found) == list("ifgo" if cell == "lstm" else "rzn")
    hidden = probes.hidden_states(model, inputs, state=state).numpy()
    first = (state[0] if cell == "lstm" else state).numpy()
    for layer in range(2):
        x = inputs.numpy() if layer == 0 else hidden[0]
        before = np.concatenate([first[layer][:, None], hidden[layer][:, :-1]], 1)
        w = {
            part: getattr(model.rnn, f"{part}_l{layer}").detach().numpy()
            for part in (PARTS if bias else PARTS[:2])
        }
        from_x = x @ w["weight_ih"].T + w.get("bias_ih", 0)
        from_h = before @ w["weight_hh"].T + w.get("bias_hh", 0)
        gates = len(found)
        a, b = np.split(from_x, gates, -1), np.split(from_h, gates, -1)
        if cell == "lstm":
            expected = [sigmoid(a[k] + b[k]) for k in range(4)]
            expected[2] = np.tanh(a[2] + b[2])
        else:
            r = sigmoid(a[0] + b[0])
            expected = [r, sigmoid(a[1] + b[1]), np.tanh(a[2] + r * b[2])]
        for activity, values in zip(found.values(), expected, strict=True):
            np.testing.assert_allclose(activity.values[layer].numpy(), values, atol=1e-12)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_saturation_is_the_share_at_either_end(cell):
    """All weights 0: a gate is a function of its bias, the same at every step."""
    model = rnnlab.SequenceModel(1, 4, 1, cell, 2)
    names = "ifgo" if cell == "lstm" else "rzn"
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        first = model.recurrence.bias_ih_l0.view(len(names), 4)
        first[0] = torch.tensor([-9.0, -9, -9, 9])
        first[1] = torch.tensor([0.0, 1, 2.1, 2.3])  # sigmoid 0.5, 0.73, 0.891, 0.909
        first[2] = torch.tensor([-1.4, -1.5, 1.4, 1.5])  # tanh -0.885, -0.905, 0.885, 0.905
    found = probes.gate_activity(model, torch.randn(3, 5, 1))
    shares = {name: (gate.closed.tolist(), gate.open.tolist()) for name, gate in found.items()}
    expected = [([0.75, 0], [0.25, 0]), ([0, 0], [0.25, 0]), ([0.25, 0], [0.25, 0])]
    expected += [([0, 0], [0, 0])] * (len(names) - 3)
    assert shares == dict(zip(names, expected, strict=True))
    assert found[names[0]].values.shape == (2, 3, 5, 4)


@pytest.mark.parametrize(("cell", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_spectral_radius_equals_numpy(cell, gates):
    torch.manual_seed(0)
    module = TORCH[cell](D, H, 2).double()  # a recurrent module alone is a model too
    found = probes.spectral_radius(module)
    assert found.shape == (2, gates)
    for layer in range(2):
        weight = getattr(module, f"weight_hh_l{layer}").detach().numpy()
        for gate, block in enumerate(np.split(weight, gates)):
            expected = np.abs(np.linalg.eigvals(block)).max()
            assert found[layer, gate].item() == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_spectral_radius_of_weights_that_are_no_numbers(bad, dtype):
    module = nn.GRU(D, 4, 2).to(dtype)
    expected = probes.spectral_radius(module)
    with torch.no_grad():
        module.weight_hh_l1[5, 0] = bad  # the block of gate z
    expected[1, 1] = math.nan
    torch.testing.assert_close(probes.spectral_radius(module), expected, equal_nan=True)


def test_parameter_gradients():
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(D, H, C)
    assert set(probes.parameter_gradients(model).values()) == {None}
    model.readout.bias.requires_grad_(False)
    model(torch.randn(B, 3, D))[0].square().sum().backward()
    found = probes.parameter_gradients(model)
    assert list(found) == [name for name, _ in model.named_parameters()]
    assert found.pop("readout.bias") is None
    for name, value in found.items():
        expected = np.sqrt((model.get_parameter(name).grad.numpy() ** 2).sum())
        assert value == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("cell", TORCH)
def test_nothing_is_left_behind(cell):
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(D, H, C, cell, 2).double()
    inputs, targets = data(4)
    model(inputs)[0].sum().backward()
    model.recurrence.eval()
    before = [p.clone() for p in model.parameters()], [p.grad.clone() for p in model.parameters()]
    bad = random_state(cell, 3)
    random, attributes = torch.get_rng_state(), set(vars(model.recurrence))
    expected = model(inputs)[0]
    probes.gradient_through_time(model, inputs, targets, "mse")
    probes.hidden_states(model, inputs)
    probes.spectral_radius(model)
    if cell != "rnn":
        probes.gate_activity(model, inputs)
    with pytest.raises(ValueError, match="targets have shape"):  # after the call of the model
        probes.gradient_through_time(model, inputs, targets[:, :2], "mse")
    with pytest.raises(RuntimeError, match=r"[Ee]xpected"):  # inside it, torch's own words
        probes.hidden_states(model, inputs, state=bad)
    assert set(vars(model.recurrence)) == attributes
    assert torch.equal(model(inputs)[0], expected)
    assert torch.equal(torch.get_rng_state(), random)
    assert (model.training, model.recurrence.training) == (True, False)
    after = [list(model.parameters()), [p.grad for p in model.parameters()]]
    assert all(torch.equal(a, b) for x, y in zip(before, after, strict=True)
               for a, b in zip(x, y, strict=True))  # fmt: skip
    assert not inputs.requires_grad


class Residual(nn.GRU):
    def forward(self, inputs, state=None):
        outputs, state = super().forward(inputs, state)
        return inputs + outputs, state


class Inherits(nn.GRU):
    pass


def test_a_subclass_that_computes_as_its_parent_is_read():
    module = Inherits(D, H, batch_first=True)
    inputs = torch.randn(B, 3, D)
    torch.testing.assert_close(probes.hidden_states(module, inputs)[0], module(inputs)[0])


def packed(model, inputs):
    return model.rnn(nn.utils.rnn.pack_padded_sequence(inputs, [3] * B, batch_first=True))[0].data


FORWARDS = [
    (packed, "the recurrent module was given a PackedSequence; the probes read plain tensors: "
     "give sequences of one length, not packed"),
    (lambda model, x: model.rnn(x[0])[0],
     "the recurrent module was given inputs of shape (3, 2); expected three axes, batch, time and "
     "features, with at least one of each: a single sequence is a batch of one"),
    (lambda model, x: model.rnn(x[:, :0])[0],
     "the recurrent module was given inputs of shape (4, 0, 2); expected three axes, batch, time "
     "and features, with at least one of each: a single sequence is a batch of one"),
    (lambda model, x: model.rnn(model.rnn(x)[0][..., :D])[0],
     "the model calls its recurrent module more than once in a forward; the probes look at one "
     "call over all of time"),
    (lambda model, x: model.head(torch.zeros(B, 3, H)),
     "the model's forward did not call its recurrent module"),
    (lambda model, x: model.head(model.rnn(x)[0]).flatten(0, 1),
     "predictions have shape (12, 3), with batch and time on one axis; keep them apart, as in "
     "(batch, time, ...) = (4, 3, ...)"),
    (lambda model, x: model.head(model.rnn(x)[0]).detach(),
     "no gradient flows from the predictions to the hidden states: look for no_grad(), detach() "
     "or argmax() in the model's forward"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "text"), FORWARDS)
def test_forwards_that_are_refused(function, text):
    model = From(function, batch_first=True)
    with pytest.raises(ValueError) as refusal:
        probes.gradient_through_time(
            model, torch.randn(B, 3, D), torch.zeros(B, 3, C), lambda p, t: p.sum()
        )
    assert str(refusal.value) == text
    assert "forward" not in vars(model.rnn)


def wrapped(module):
    module.forward = module.forward
    return module


MODELS = [
    (lambda: nn.Linear(D, C), None, ValueError,
     "the model, Linear, holds no nn.RNN, nn.GRU or nn.LSTM; the probes look into one of these"),
    (Two, None, ValueError, "the model holds 2 recurrent modules: encoder, decoder; say which, as "
     'in module="encoder"'),
    (Two, "head", ValueError,
     "module is 'head'; the known recurrent modules are encoder, decoder"),
    (lambda: "gru", None, TypeError, "model is str; expected a torch.nn.Module"),
    (lambda: Own("lstm", bidirectional=True), None, ValueError,
     "the model's LSTM is bidirectional; the probes follow a state one way through time: use "
     "bidirectional=False"),
    (lambda: Own("lstm", proj_size=2), None, ValueError,
     "the model's LSTM has proj_size 2; the probes know none: use proj_size=0"),
    (lambda: Residual(H, H), None, ValueError,
     "the model's Residual has a forward of its own, which the probes cannot unroll: hold an "
     "nn.RNN, nn.GRU or nn.LSTM in a module, and call it there"),
    (lambda: wrapped(nn.GRU(D, H)), None, ValueError,
     "the model's GRU has a forward of its own, which the probes cannot unroll: hold an nn.RNN, "
     "nn.GRU or nn.LSTM in a module, and call it there"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "name", "error", "text"), MODELS)
def test_models_that_are_refused(make, name, error, text):
    model, inputs = make(), torch.randn(B, 3, D)
    for call in (
        lambda: probes.gradient_through_time(model, inputs, inputs, "mse", module=name),
        lambda: probes.hidden_states(model, inputs, module=name),
        lambda: probes.gate_activity(model, inputs, module=name),
        lambda: probes.spectral_radius(model, module=name),
    ):
        with pytest.raises(error) as refusal:
            call()
        assert str(refusal.value) == text


def test_other_refusals():
    model = rnnlab.SequenceModel(D, H, C, "rnn", 2).double()
    for layer in (2, -3):
        with pytest.raises(ValueError) as refusal:
            probes.gradient_through_time(model, *data(3), "mse", layer=layer)
        assert str(refusal.value) == (
            f"layer is {layer}; the recurrent module has 2, so expected 0 to 1, or -1 for the last"
        )
    with pytest.raises(ValueError) as refusal:
        probes.gate_activity(model, data(3)[0])
    assert str(refusal.value) == (
        "the model's recurrence is an RNN, which has no gates; give a GRU or LSTM"
    )
    with pytest.raises(ValueError, match="loss_fn is 'mae'; the known losses are"):
        probes.gradient_through_time(model, *data(3), "mae")


@pytest.mark.slow
@pytest.mark.parametrize("cell", TORCH)
def test_how_long_it_takes(cell, report):
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(2, 32, 1, cell)
    for steps in (50, 100):
        inputs, targets = torch.randn(16, steps, 2), torch.randn(16, steps, 1)
        times = []
        for _ in range(7):
            start = time.perf_counter()
            probes.gradient_through_time(model, inputs, targets, "mse")
            times.append(1000 * (time.perf_counter() - start))
        report(
            f"gradient through time, {cell}, H = 32, B = 16, T = {steps}: "
            f"{statistics.median(times[1:]):.0f} ms (median of 6), the first {times[0]:.0f} ms"
        )
