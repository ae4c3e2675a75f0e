"""The recurrences by hand against torch's own modules: values, states and every gradient."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import rnnlab
from rnnlab.model import recurrence

CASES = [
    (recurrence.RNN, nn.RNN, {"nonlinearity": "tanh"}),
    (recurrence.RNN, nn.RNN, {"nonlinearity": "relu"}),
    (recurrence.GRU, nn.GRU, {}),
]
small = st.integers(1, 5)


def twins(case, *sizes, dtype=torch.float64, **options):
    """Return our module and torch's, with the same weights."""
    ours, theirs, more = case
    module = ours(*sizes, batch_first=True, **more, **options).to(dtype)
    twin = theirs(*sizes, batch_first=True, **more, **options).to(dtype)
    twin.load_state_dict(module.state_dict())
    return module, twin


def results(module, inputs, state, out_weight, state_weight, seed=0):
    """Return outputs, state and the gradients of a weighted sum of both by everything."""
    module.zero_grad()
    inputs = inputs.clone().requires_grad_()
    given = None if state is None else state.clone().requires_grad_()
    torch.manual_seed(seed)
    outputs, last = module(inputs, given)
    ((outputs * out_weight).sum() + (last * state_weight).sum()).backward()
    grads = [p.grad for p in (inputs, *module.parameters())]
    return [outputs, last, *grads] + ([] if given is None else [given.grad])


@settings(deadline=None, max_examples=40)
@given(
    case=st.sampled_from(CASES), rows=small, time=st.integers(1, 9), features=small, hidden=small,
    layers=st.integers(1, 3), carried=st.booleans(), seed=st.integers(0, 10**6),
)  # fmt: skip
def test_equals_torch(case, rows, time, features, hidden, layers, carried, seed):
    torch.manual_seed(seed)
    module, twin = twins(case, features, hidden, layers)
    inputs, out_weight = torch.randn(rows, time, features), torch.randn(rows, time, hidden)
    state, state_weight = torch.randn(2, layers, rows, hidden)
    data = [t.double() for t in (inputs, state, out_weight, state_weight)]
    if not carried:
        data[1] = None
    for ours, theirs in zip(results(module, *data), results(twin, *data), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("hidden", [32, 192])  # products by NumPy, and by torch
def test_long_sequences_dropout_and_float32(case, hidden):
    torch.manual_seed(0)
    module, twin = twins(case, 2, hidden, 2, dtype=torch.float32, dropout=0.5)
    data = [torch.randn(8, 60, 2), torch.randn(2, 8, hidden), torch.randn(8, 60, hidden)]
    data.append(torch.randn(2, 8, hidden))
    for ours, theirs in zip(results(module, *data), results(twin, *data), strict=True):
        assert ours.dtype == torch.float32
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)
    module.eval()
    twin.eval()
    torch.testing.assert_close(module(data[0])[0], twin(data[0])[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_the_slope(case):
    module, _ = twins(case, 2, 3)
    parameters = [p.detach().requires_grad_() for p in module.parameters()]
    inputs = torch.randn(2, 4, 2, dtype=torch.float64, requires_grad=True)

    def run(inputs, *weights):
        named = dict(zip(dict(module.named_parameters()), weights, strict=True))
        return torch.func.functional_call(module, named, (inputs,))

    assert torch.autograd.gradcheck(run, (inputs, *parameters))


@pytest.mark.parametrize("case", CASES)
def test_a_second_derivative_is_refused_with_the_remedy(case):
    module, _ = twins(case, 1, 2)
    loss = module(torch.randn(1, 3, 1).double())[0].sum()
    with pytest.raises(RuntimeError, match=r'create_graph=True.*implementation="torch"'):
        torch.autograd.grad(loss, [*module.parameters()], create_graph=True)


@pytest.mark.parametrize("case", CASES)
def test_graphs_gradients_and_layouts_that_users_make(case):
    module, twin = twins(case, 3, 4)
    inputs = torch.randn(3, 6, 5, dtype=torch.float64).transpose(0, 2)[:, ::2]  # (5, 3, 3) strided
    for m in (module, twin):
        outputs, _ = m(inputs)
        outputs[:, -1].sum().backward(retain_graph=True)
        outputs.mean().backward()  # the second pass adds to the first
    for ours, theirs in zip(module.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-10, atol=1e-10)
    assert module.bias_ih_l0.grad.data_ptr() != module.bias_hh_l0.grad.data_ptr()
    module.weight_hh_l0.requires_grad_(False)  # a frozen weight
    module.zero_grad()
    module(inputs)[0].sum().backward()
    assert module.weight_hh_l0.grad is None
    with torch.no_grad():
        assert not module(inputs)[0].requires_grad


@pytest.mark.parametrize("case", CASES)
def test_what_is_left_to_torch(case):
    module, twin = twins(case, 3, 4, bidirectional=True)
    inputs = torch.randn(2, 5, 3, dtype=torch.float64)
    assert torch.equal(module(inputs)[0], twin(inputs)[0])
    module, twin = twins(case, 3, 4)
    packed = nn.utils.rnn.pack_padded_sequence(inputs, [5, 3], batch_first=True)
    assert torch.equal(module(packed)[0].data, twin(packed)[0].data)
    assert torch.equal(module(inputs[0])[0], twin(inputs[0])[0])  # (T, D), no batch
    assert module.to("meta")(inputs.to("meta"))[0].shape == (2, 5, 4)


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused(case):
    module, twin = twins(case, 3, 4)
    for shape in ((0, 5, 3), (2, 0, 3)):
        with pytest.raises(ValueError, match="with at least one of each"):
            module(torch.zeros(shape, dtype=torch.float64))
    bad = [
        (torch.zeros(2, 5, 4).double(), None),
        (torch.zeros(2, 5, 3), None),
        (torch.zeros(2, 5, 3).double(), torch.zeros(1, 3, 4).double()),
    ]
    for arguments in bad:
        with pytest.raises((RuntimeError, ValueError)) as theirs:
            twin(*arguments)
        with pytest.raises(type(theirs.value)) as ours:
            module(*arguments)
        assert str(ours.value) == str(theirs.value)
    with pytest.raises(RuntimeError, match="not at the same device"):
        module.to("meta")(torch.zeros(2, 5, 3).double())


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_model_says_which_implementation_runs_and_weights_go_both_ways(cell):
    ours = rnnlab.SequenceModel(1, 8, 1, cell, 2)
    theirs = rnnlab.SequenceModel(1, 8, 1, cell, 2, implementation="torch")
    assert ("by hand on the CPU" in repr(ours)) == (cell != "lstm")
    assert "by hand" not in repr(theirs)
    theirs.load_state_dict(ours.state_dict())
    ours.load_state_dict(theirs.state_dict())
    inputs = torch.randn(3, 7, 1)
    torch.testing.assert_close(ours(inputs)[0], theirs(inputs)[0], rtol=1e-5, atol=1e-6)
    names = [name for name, _ in ours.named_parameters()]
    assert names[:4] == [
        f"recurrence.{n}_l0" for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]
    assert names[-2:] == ["readout.weight", "readout.bias"]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_one_step_cells_equal_torch(cell):
    torch.manual_seed(0)
    module = recurrence.TORCH_CELLS[cell](3, 4, batch_first=True).double()
    inputs = torch.randn(2, 5, 3, dtype=torch.float64)
    expected, _ = module(inputs)
    step = getattr(recurrence, f"{cell}_step")
    zeros = torch.zeros(2, 4, dtype=torch.float64)
    state = (zeros, zeros) if cell == "lstm" else zeros
    for t in range(5):
        state = step(inputs[:, t], state, *module.parameters())
        h = state[0] if cell == "lstm" else state
        torch.testing.assert_close(h, expected[:, t], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("cell", "options"), [("rnn", {}), ("rnn", {"nonlinearity": "relu"}),
                                               ("gru", {}), ("lstm", {})])  # fmt: skip
@pytest.mark.parametrize("layers", [1, 3])
def test_one_step_equals_forward_step_by_step(cell, options, layers):
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(2, 5, 3, cell, layers, **options).double()
    inputs, state = torch.randn(4, 6, 2, dtype=torch.float64), None
    expected, end = model(inputs)
    for t in range(6):
        predictions, state = model.one_step(inputs[:, t], state)
        torch.testing.assert_close(predictions, expected[:, t], rtol=0, atol=1e-12)
    torch.testing.assert_close(state, end, rtol=0, atol=1e-12)
