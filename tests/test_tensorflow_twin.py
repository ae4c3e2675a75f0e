"""The Keras twin against torch: outputs, states, gradients' effect, and the losses of training."""

import re

import numpy as np
import pytest
import torch
from torch import nn

import rnnlab
from rnnlab.base import extras
from rnnlab.loop import hidden
from rnnlab.twins.tensorflow_twin import (
    copy_to_keras,
    copy_to_torch,
    make_twin,
    one_bias,
    start_tensorflow,
)
from tests.test_keras_layout import random_model

pytestmark = pytest.mark.slow  # TensorFlow is loaded
CELLS = ["rnn", "gru", "lstm"]
SIZES = [(1, 1, 1, 1), (2, 5, 3, 1), (27, 16, 27, 1), (1, 32, 1, 2)]  # D, H, output, layers
LEARNING_RATE = 0.05

if not extras.is_installed("tensorflow"):
    pytest.skip(extras.how_to_get("tensorflow"), allow_module_level=True)


@pytest.fixture(scope="module", autouse=True)
def tensorflow():
    """Load TensorFlow on one thread, or say why not."""
    try:
        extras.require("tensorflow")
    except extras.MissingExtra as error:
        pytest.skip(str(error))
    import tensorflow

    start_tensorflow(cpu_devices=2)
    return tensorflow


def as_torch(theirs):
    return torch.tensor(np.asarray(theirs))


def states_as_torch(states, cell):
    """Return Keras' states, a list for each layer, as torch has them."""
    parts = [torch.stack([as_torch(part) for part in parts]) for parts in zip(*states, strict=True)]
    return tuple(parts) if cell == "lstm" else parts[0]


def states_as_keras(state, cell):
    parts = state if cell == "lstm" else (state,)
    return [[layer.numpy() for layer in layers] for layers in zip(*parts, strict=True)]


def assert_same_outputs(model, twin, tolerance):
    inputs = torch.randn(4, 7, model.recurrence.input_size).to(model.readout.weight.dtype)
    shape = (model.recurrence.num_layers, 4, model.recurrence.hidden_size)
    h, c = (torch.rand(shape).to(inputs.dtype) - 0.5 for _ in range(2))
    for state in (None, (h, c) if model.cell == "lstm" else h):
        with torch.no_grad():
            ours, end = model(inputs, state)
        start = None if state is None else states_as_keras(state, model.cell)
        theirs, their_end = twin(inputs.numpy(), start)
        torch.testing.assert_close(as_torch(theirs), ours, rtol=tolerance, atol=tolerance)
        their_end = states_as_torch(their_end, model.cell)
        torch.testing.assert_close(their_end, end, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_outputs_and_states_agree_from_random_weights(cell, sizes):
    model = random_model(cell, sizes[:2], *sizes[2:])
    assert_same_outputs(model, make_twin(model), 1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_they_agree_to_twelve_digits_in_float64(cell):
    model = random_model(cell).double()
    assert_same_outputs(model, make_twin(model), 1e-12)


def test_relu_is_relu_there_too():
    model = random_model("rnn", nonlinearity="relu")
    assert_same_outputs(model, make_twin(model), 1e-5)
    assert model(torch.ones(1, 3, 2))[1].min() == 0


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_keras_to_torch_to_keras_changes_no_bit(cell, sizes, tensorflow):
    model = random_model(cell, sizes[:2], *sizes[2:])
    twin, generator = make_twin(model), np.random.default_rng(0)
    theirs = [generator.normal(size=w.shape).astype(np.float32) * 0.5 for w in twin.get_weights()]
    twin.set_weights(theirs)
    copy_to_torch(twin, model)
    assert_same_outputs(model, twin, 1e-5)
    twin.set_weights([np.zeros_like(w) for w in theirs])
    copy_to_keras(model, twin)
    assert all(np.array_equal(a, b) for a, b in zip(twin.get_weights(), theirs, strict=True))


@pytest.mark.parametrize("cell", CELLS)
def test_torch_to_keras_to_torch(cell):
    model = one_bias(random_model(cell, num_layers=2))
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    twin = make_twin(model)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    copy_to_torch(twin, model)
    assert all(torch.equal(p, before[name]) for name, p in model.named_parameters())


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_two_biases_come_back_as_one_that_computes_the_same(cell):
    model, inputs = random_model(cell), torch.randn(4, 7, 2)
    before, sums = model(inputs)[0], sum(model.recurrence.all_weights[0][2:])
    copy_to_torch(make_twin(model), model)
    _, _, bias_ih, bias_hh = model.recurrence.all_weights[0]
    assert torch.equal(bias_ih, sums)
    assert not bias_hh.any()
    torch.testing.assert_close(model(inputs)[0], before)


def in_torch(model, batches, clip_norm, hidden_state, epochs):
    steps = rnnlab.train(
        model, batches, loss_fn="mse", optimizer="sgd", learning_rate=LEARNING_RATE, epochs=epochs,
        clip_norm=clip_norm, hidden_state=hidden_state, device="cpu",
    )  # fmt: skip
    return [step.loss for step in steps]


def in_tensorflow(tf, twin, batches, clip_norm, hidden_state, epochs, optimizer=None):
    import keras

    optimizer, losses = optimizer or keras.optimizers.SGD(LEARNING_RATE), []
    for epoch in range(1, epochs + 1):
        if hasattr(batches, "set_epoch"):
            batches.set_epoch(epoch)
        state = None
        for inputs, targets in batches:
            with tf.GradientTape() as tape:
                predictions, end = twin(inputs.numpy(), state)
                loss = tf.reduce_mean(tf.square(predictions - targets.numpy()))
            gradients = tape.gradient(loss, twin.trainable_variables)
            if clip_norm is not None:
                gradients, _ = tf.clip_by_global_norm(gradients, clip_norm)
            optimizer.apply_gradients(zip(gradients, twin.trainable_variables, strict=True))
            losses.append(float(loss))
            state = end if hidden_state == "carry" else None
    return losses


def test_tensorflow_is_started_once(tensorflow):
    make_twin(random_model("rnn"))
    start_tensorflow(cpu_devices=2)  # as it is: nothing to do
    devices = tensorflow.config.list_logical_devices("CPU")
    assert [device.name[-5:] for device in devices] == ["CPU:0", "CPU:1"]
    assert tensorflow.config.threading.get_intra_op_parallelism_threads() == 1
    text = "TensorFlow has computed already, so it cannot be set to one thread and 3 CPU device(s)"
    with pytest.raises(RuntimeError, match=re.escape(text)):
        start_tensorflow(cpu_devices=3)


@pytest.mark.parametrize("hidden_state", ["reset", "carry"])
@pytest.mark.parametrize("clip_norm", [None, 0.25])
@pytest.mark.parametrize("cell", CELLS)
def test_losses_of_three_epochs_agree(cell, clip_norm, hidden_state, tensorflow, report):
    batches = rnnlab.load_task("sunspots").batches(hidden_state)
    torch.manual_seed(0)
    model = one_bias(rnnlab.SequenceModel(1, 32, 1, cell))
    twin = make_twin(model)
    ours = in_torch(model, batches, clip_norm, hidden_state, epochs=3)
    theirs = in_tensorflow(tensorflow, twin, batches, clip_norm, hidden_state, epochs=3)
    assert len(ours) == len(theirs) == 21
    apart = max(abs(a - b) / a for a, b in zip(ours, theirs, strict=True))
    report(
        f"torch and TensorFlow, {cell}, SGD, clip_norm={clip_norm}, {hidden_state}: losses of 21 "
        f"updates ({ours[0]:.3f} to {ours[-1]:.3f}) agree to {apart:.1e}"
    )
    assert apart < 1e-4


@pytest.mark.parametrize("hidden_state", ["reset", "carry"])
@pytest.mark.parametrize("clip_norm", [None, 0.25])
@pytest.mark.parametrize("cell", CELLS)
def test_every_weight_agrees_after_one_step(cell, clip_norm, hidden_state, tensorflow, report):
    batches = [next(iter(rnnlab.load_task("sunspots").batches(hidden_state)))]
    torch.manual_seed(1)  # torch's own start: from large random weights an RNN's gradient explodes,
    model = one_bias(rnnlab.SequenceModel(1, 32, 1, cell))  # and no two sums agree to 1e-5
    theirs = one_bias(rnnlab.SequenceModel(1, 32, 1, cell))
    before = nn.utils.parameters_to_vector(model.parameters()).detach()
    twin = make_twin(model)
    in_torch(model, batches, clip_norm, hidden_state, epochs=1)
    in_tensorflow(tensorflow, twin, batches, clip_norm, hidden_state, epochs=1)
    copy_to_torch(twin, theirs)
    apart = 0.0
    for (name, a), b in zip(model.named_parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5, msg=name)
        apart = max(apart, (a - b).abs().max().item())
    moved = (nn.utils.parameters_to_vector(model.parameters()).detach() - before).abs().max().item()
    assert moved > 1e-3
    report(
        f"torch and TensorFlow, {cell}, one step of SGD, clip_norm={clip_norm}, {hidden_state}: "
        f"weights moved by up to {moved:.1e}, agree to {apart:.1e}"
    )


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_with_two_biases_they_part(cell, tensorflow):
    """So `one_bias` is needed, and the bound above is not too wide to notice."""
    batches = rnnlab.load_task("sunspots").batches()
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(1, 32, 1, cell)
    twin = make_twin(model)
    ours = in_torch(model, batches, None, "reset", epochs=1)
    theirs = in_tensorflow(tensorflow, twin, batches, None, "reset", epochs=1)
    assert max(abs(a - b) / a for a, b in zip(ours, theirs, strict=True)) > 1e-4


def test_with_adam_they_agree_to_fewer_digits_than_with_sgd(tensorflow, report):
    import keras

    batches, apart = rnnlab.load_task("sunspots").batches(), {}
    for name, kind in (("sgd", keras.optimizers.SGD), ("adam", keras.optimizers.Adam)):
        torch.manual_seed(0)
        model = one_bias(rnnlab.SequenceModel(1, 32, 1))
        twin = make_twin(model)
        options = {"loss_fn": "mse", "learning_rate": 0.003, "epochs": 3, "device": "cpu"}
        ours = [step.loss for step in rnnlab.train(model, batches, optimizer=name, **options)]
        theirs = in_tensorflow(tensorflow, twin, batches, None, "reset", 3, kind(0.003))
        apart[name] = max(abs(a - b) / a for a, b in zip(ours, theirs, strict=True))
    report(f"torch and TensorFlow, 21 updates: agree to {apart['sgd']:.0e} by SGD, "
           f"{apart['adam']:.0e} by Adam")  # fmt: skip
    assert 10 * apart["sgd"] < apart["adam"] < 1e-3


@pytest.mark.parametrize("cell", CELLS)
def test_a_stateful_twin_goes_on_where_it_ended_until_it_is_reset(cell):
    model = random_model(cell, num_layers=2)
    twin, state = make_twin(model, batch_size=4), None
    parts = torch.randn(3, 4, 5, 2)
    for part in parts:
        with torch.no_grad():
            ours, state = model(part, hidden.detach(state))
        torch.testing.assert_close(as_torch(twin(part.numpy())[0]), ours, rtol=1e-5, atol=1e-5)
    twin.reset_state()
    ours = model(parts[0])[0].detach()
    torch.testing.assert_close(as_torch(twin(parts[0].numpy())[0]), ours, rtol=1e-5, atol=1e-5)


def test_the_model_and_its_random_numbers_stay_as_they_were():
    model = random_model("lstm")
    before, numbers = [p.detach().clone() for p in model.parameters()], torch.get_rng_state()
    make_twin(model)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), before, strict=True))
    assert torch.equal(torch.get_rng_state(), numbers)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: make_twin(nn.LSTM(1, 2)), TypeError, "model is LSTM; expected a rnnlab.Sequence"),
        (
            lambda: make_twin(rnnlab.SequenceModel(1, 2, 1, num_layers=2, dropout=0.5)),
            ValueError,
            "the model has dropout 0.5; expected 0",
        ),
        (
            lambda: make_twin(random_model("rnn"), batch_size=0),
            ValueError,
            "batch_size is 0; it must be an integer of at least 1",
        ),
        (
            lambda: copy_to_keras(random_model("rnn"), make_twin(random_model("gru"))),
            ValueError,
            "the model has cell and sizes ('rnn', 2, 5, 1), the twin ('gru', 2, 5, 1)",
        ),
        (
            lambda: copy_to_torch(make_twin(random_model("rnn", (3, 5))), random_model("rnn")),
            ValueError,
            "they must be the same: make_twin(model) builds one that fits",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, kind, text):
    with pytest.raises(kind, match=re.escape(text)):
        call()
