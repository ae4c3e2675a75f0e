"""Weights in Keras' layout: against Keras' equations written out, there and back, and errors."""

import re

import numpy as np
import pytest
import torch

import rnnlab
from rnnlab.model.cells import CELLS, Cell
from rnnlab.twins import keras_layout
from rnnlab.twins.keras_layout import one_bias, to_keras, to_torch

SIZES = [(1, 1), (2, 5), (27, 16), (1, 32)]  # input and hidden


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def keras_step(cell, x, h, c, kernel, recurrent, bias):
    """One step as the documentation of Keras' cells has it; the gates in Keras' order."""
    if cell == "rnn":
        return np.tanh(x @ kernel + h @ recurrent + bias), c
    if cell == "gru":
        x_z, x_r, x_h = np.split(x @ kernel + bias[0], 3, axis=-1)
        h_z, h_r, h_h = np.split(h @ recurrent + bias[1], 3, axis=-1)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        return z * h + (1 - z) * np.tanh(x_h + r * h_h), c
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def random_model(cell, sizes=(2, 5), output_size=1, num_layers=1, **options):
    torch.manual_seed(7)
    model = rnnlab.SequenceModel(*sizes, output_size, cell, num_layers, **options)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape) * 0.5)
    return model


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_weights_compute_what_keras_equations_say(cell, sizes):
    model = random_model(cell, sizes).double()
    (weights,) = model.recurrence.all_weights
    inputs = torch.randn(3, 6, sizes[0], dtype=torch.float64)
    outputs, _ = model.recurrence(inputs)
    h = c = np.zeros((3, sizes[1]))
    for t in range(6):
        h, c = keras_step(cell, inputs[:, t].numpy(), h, c, *to_keras(cell, weights))
        torch.testing.assert_close(outputs[:, t].detach(), torch.from_numpy(h))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_keras_to_torch_to_keras_changes_nothing(cell, sizes):
    theirs = to_keras(cell, random_model(cell, sizes).recurrence.all_weights[0])
    again = to_keras(cell, to_torch(cell, theirs))
    assert [a.tobytes() for a in again] == [a.tobytes() for a in theirs]
    assert [a.shape for a in again] == [a.shape for a in theirs]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_torch_to_keras_to_torch_changes_nothing_of_a_gru_or_of_one_bias(cell):
    before = one_bias(random_model(cell)).recurrence.all_weights[0]
    for a, b in zip(before, to_torch(cell, to_keras(cell, before)), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_two_biases_come_back_as_their_sum_and_zeros(cell):
    weight_ih, weight_hh, bias_ih, bias_hh = random_model(cell).recurrence.all_weights[0]
    again = to_torch(cell, to_keras(cell, (weight_ih, weight_hh, bias_ih, bias_hh)))
    assert torch.equal(again[0], weight_ih)
    assert torch.equal(again[1], weight_hh)
    assert torch.equal(again[2], bias_ih + bias_hh)
    assert torch.equal(again[3], torch.zeros_like(bias_hh))


@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_one_bias_computes_the_same_and_trains_one(cell, num_layers):
    model, folded = (random_model(cell, num_layers=num_layers) for _ in range(2))
    assert one_bias(folded) is folded
    inputs = torch.randn(3, 6, 2)
    torch.testing.assert_close(folded(inputs)[0], model(inputs)[0])
    before = [p.detach().clone() for p in folded.parameters()]
    for _ in rnnlab.train(
        folded, [(inputs, torch.ones(3, 6, 1))], loss_fn="mse", optimizer="sgd", epochs=2
    ):
        pass
    moved = {
        name: not torch.equal(a, b)
        for (name, a), b in zip(folded.named_parameters(), before, strict=True)
    }
    assert moved == {name: cell == "gru" or "bias_hh" not in name for name in moved}


GOOD = (np.zeros((2, 5)), np.zeros((5, 5)), np.zeros(5))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: to_torch("gru2", GOOD), "cell is 'gru2'; the known cells are rnn, gru, lstm"),
        (
            lambda: to_torch("rnn", GOOD[:2]),
            "the weights have shapes [(2, 5), (5, 5)]; expected kernel, recurrent_kernel, bias "
            "of one rnn layer with 1 * hidden_size columns and biases",
        ),
        (lambda: to_torch("lstm", GOOD), "of one lstm layer with 4 * hidden_size columns"),
        (lambda: to_torch("rnn", (GOOD[0].T, *GOOD[1:])), "the weights have shapes [(5, 2)"),
        (
            lambda: to_torch("gru", (np.zeros((2, 15)), np.zeros((5, 15)), np.zeros(15))),
            "of one gru layer",
        ),
        (lambda: to_keras("rnn", [torch.zeros(2)] * 4), "weight_ih, weight_hh, bias_ih, bias_hh"),
        (
            lambda: to_keras("gru", random_model("lstm").recurrence.all_weights[0]),
            "of one gru layer with 3 * hidden_size rows",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(call, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        call()


def test_another_model_is_refused():
    with pytest.raises(TypeError, match=re.escape("model is LSTM; expected a rnnlab.Sequence")):
        one_bias(torch.nn.LSTM(1, 2))


def test_a_cell_that_keras_does_not_have_is_refused():
    model = rnnlab.SequenceModel(1, 2, 1, Cell("mine", CELLS["rnn"].step))
    with pytest.raises(ValueError, match="cell is 'mine'; the known cells are rnn, gru, lstm"):
        one_bias(model)


def test_the_table_of_the_docstring_has_the_gates_of_the_records():
    for name in ("gru", "lstm"):
        ours, theirs = CELLS[name].gate_names, CELLS[name].keras.gates
        assert f"| {' '.join(ours)} | {' '.join(theirs)} " in keras_layout.__doc__
