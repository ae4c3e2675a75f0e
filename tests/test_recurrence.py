"""The recurrences by hand against torch's own modules: values, states and every gradient."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.autograd import forward_ad

import rnnlab
from rnnlab.model import bptt, fast, recurrence
from rnnlab.model.cells import CELLS, RELU_RNN, cell_of

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


@pytest.mark.parametrize("case", [CASES[0], CASES[2]], ids=["rnn", "gru"])
@pytest.mark.parametrize("time", [1, 7])
def test_the_equations_in_plain_torch(case, time):
    """The lesson's BPTT equals torch's own, and so what trains, which is tested above."""
    torch.manual_seed(0)
    module, twin = twins(case, 2, 4)
    inputs, state = torch.randn(3, time, 2).double(), torch.randn(1, 3, 4).double()
    x, d_outputs = inputs.transpose(0, 1), torch.randn(time, 3, 4).double()
    w_ih, w_hh, b_ih, b_hh = (p.detach() for p in module.parameters())
    if case[0] is recurrence.RNN:
        states = bptt.rnn_forward(x, state[0], w_ih, w_hh, b_ih + b_hh)
        *found, d_b = bptt.rnn_backward(d_outputs, x, states, w_ih, w_hh)
        found += [d_b, d_b]
    else:
        kept = bptt.gru_forward(x, state[0], w_ih, w_hh, b_ih, b_hh)
        states, found = kept[0], bptt.gru_backward(d_outputs, x, kept, w_ih, w_hh)
    for m in (module, twin):
        zeros = torch.zeros(1, 3, 4).double()
        outputs, _, *expected = results(m, inputs, state, d_outputs.transpose(0, 1), zeros)
        expected = [expected[0].transpose(0, 1), expected[-1][0], *expected[1:-1]]
        assert_same(states[1:], outputs.transpose(0, 1))
        assert_same(list(found), expected)


def test_the_loops_take_an_axis_of_runs():
    generator = np.random.default_rng(0)
    time, runs, rows, units = 6, 3, 2, 4
    states, d_h = generator.normal(size=(2, 1 + time, runs, rows, units))
    n, m = generator.normal(size=(2, time, runs, rows, units))
    w_hh = generator.normal(size=(runs, 3 * units, units))
    rz, b_hn = generator.normal(size=(time, runs, rows, 2 * units)), generator.normal(size=units)

    def of(run):
        """Return what both recurrences compute, of all runs or of one."""
        h, h_gru, d, d_gru, r_z, new, mem = (
            array[:, run].copy() for array in (states, states, d_h, d_h, rz, n, m)
        )
        weight = w_hh[run][..., :units, :]
        fast.rnn_forward(h, weight, relu=False)
        fast.rnn_backward(d, h, weight, relu=False)
        fast.gru_forward(h_gru, r_z, new, mem, w_hh[run], b_hn)
        gates, n_factors = np.empty((*new.shape[:-1], 3, new.shape[-1])), np.empty_like(new)
        fast.gru_factors(r_z, new, mem, h_gru, gates, n_factors)
        fast.gru_backward(d_gru, gates, r_z[..., units:], w_hh[run])
        return [h, d, h_gru, gates, n_factors, d_gru]

    for run in range(runs):
        for ours, alone in zip(of(slice(None)), of(run), strict=True):
            np.testing.assert_allclose(ours[:, run], alone, rtol=1e-12)


PEAK = """
import sys, torch, rnnlab
from tests import memory
torch.set_num_threads(1)
torch.manual_seed(0)
model = rnnlab.SequenceModel(1, 64, 1, "gru", implementation=sys.argv[1])
inputs, targets = torch.randn(2, 32, 1600, 1)
for phase in rnnlab.train_batch(model, inputs, targets, loss_fn="mse",
                                optimizer=torch.optim.Adam(model.parameters())):
    pass
print(memory.peak())
"""


@pytest.mark.slow
def test_a_long_step_of_a_gru_takes_no_more_memory_than_torchs_own(report):
    peaks = [
        int(subprocess.check_output([sys.executable, "-c", PEAK, how])) for how in ("auto", "torch")
    ]
    report("gru, T = 1600, H = 64: {:.0f} MB, torch's own {:.0f} MB".format(*peaks))
    assert peaks[0] < peaks[1]


def both(case, seed=0, layers=2):
    """Return our module, torch's with the same weights, inputs (3, 5, 2) and a state."""
    torch.manual_seed(seed)
    module, twin = twins(case, 2, 4, layers)
    return module, twin, torch.randn(3, 5, 2).double(), torch.randn(layers, 3, 4).double()


def assert_same(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_a_second_derivative(case):
    *modules, inputs, state = both(case)
    found = []
    for module in modules:
        x, h_0 = inputs.clone().requires_grad_(), state.clone().requires_grad_()
        outputs, last = module(x, h_0 + x.mean())  # a state that depends on the inputs
        by = [x, h_0, *module.parameters()]
        loss = outputs.square().sum() + last.sin().sum()
        first = torch.autograd.grad(loss, by, create_graph=True)
        second = torch.autograd.grad(sum(d.square().sum() for d in first), by)
        found.append([*first, *second])
    assert_same(*found)


@pytest.mark.parametrize("case", [CASES[0], CASES[2]], ids=["rnn", "gru"])
def test_a_second_derivative_is_the_slope_of_the_first(case):
    module, _ = twins(case, 2, 3)
    inputs = torch.randn(2, 3, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(lambda x: module(x)[0], (inputs,))


def loss_of(module, inputs, named=None):
    outputs, last = torch.func.functional_call(module, named or {}, (inputs,))
    return outputs.square().sum() + last.sin().sum()


def weights(module):
    return {name: parameter.detach() for name, parameter in module.named_parameters()}


def many_gradients(module, inputs):
    outputs, _ = module(inputs)
    torch.manual_seed(1)
    rows = torch.randn(6, *outputs.shape, dtype=outputs.dtype)
    return torch.autograd.grad(outputs, [*module.parameters()], rows, is_grads_batched=True)


def forward_mode(module, inputs):
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(inputs, torch.ones_like(inputs))
        return forward_ad.unpack_dual(module(dual)[0]).tangent


def tangent_of_a_gradient(module, inputs):
    """Return what a dual number in the loss, after the module, makes of its gradient."""
    outputs, _ = module(inputs)
    with forward_ad.dual_level():
        weight = forward_ad.make_dual(torch.ones_like(outputs), torch.ones_like(outputs))
        gradient = torch.autograd.grad((outputs * weight).sum(), module.weight_hh_l0)[0]
        return forward_ad.unpack_dual(gradient).tangent


def in_place(module, inputs):
    outputs, last = module(inputs)
    outputs += 1
    gradients = torch.autograd.grad(outputs.square().sum() + last.sum(), [*module.parameters()])
    return [outputs, last, *gradients]


TRANSFORMS = {
    "grad": lambda m, x: torch.func.grad(lambda w: loss_of(m, x, w))(weights(m)),
    "grad by the inputs": lambda m, x: torch.func.grad(lambda x: loss_of(m, x))(x),
    "jvp": lambda m, x: torch.func.jvp(lambda x: loss_of(m, x), (x,), (torch.ones_like(x),)),
    "jvp by the weights": lambda m, x: torch.func.jvp(
        lambda w: loss_of(m, x, w), (weights(m),), (weights(m),)
    ),
    "hessian": lambda m, x: torch.func.hessian(lambda w: loss_of(m, x[:1], w))(weights(m)),
    "jacrev": lambda m, x: torch.func.jacrev(lambda x: m(x)[0])(x),
    "forward mode": forward_mode,
    "forward over backward": tangent_of_a_gradient,
    "many gradients at once": many_gradients,
    "in place": in_place,
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", TRANSFORMS)
def test_what_torchs_own_takes_is_taken(case, name):
    module, twin, inputs, _ = both(case)
    assert_same(TRANSFORMS[name](module, inputs), TRANSFORMS[name](twin, inputs))


@pytest.mark.parametrize("case", CASES)
def test_what_torchs_own_refuses_is_refused_in_its_words(case):
    module, twin, inputs, _ = both(case)
    said = []
    for m in (module, twin):
        with pytest.raises(RuntimeError) as refusal:
            torch.func.vmap(lambda x, m=m: m(x)[0])(inputs.unsqueeze(1))
        said.append(str(refusal.value))
    assert said[0] == said[1]


@pytest.mark.filterwarnings("ignore")  # torch advises against tracing
@pytest.mark.parametrize("case", CASES)
def test_a_traced_module_computes_the_same(case):
    module, _, inputs, _ = both(case)
    traced = torch.jit.trace(module, inputs)
    assert_same(traced(2 * inputs)[0], module(2 * inputs)[0])


@pytest.mark.parametrize("case", CASES)
def test_a_loss_of_the_state_alone_and_one_taken_twice(case):
    found = []
    for module in both(case)[:2]:
        _, last = module(both(case)[2])
        by = [*module.parameters()]
        first = torch.autograd.grad(last.square().sum(), by, retain_graph=True)
        found.append([*first, *torch.autograd.grad(last.square().sum(), by)])
    assert_same(*found)


@pytest.mark.parametrize("case", CASES)
def test_gradients_that_are_scaled_in_place_are_tensors_of_their_own(case):
    norms = []
    for module in both(case)[:2]:
        parameters = [*module.parameters()]
        loss = module(both(case)[2])[0].square().sum()
        for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            p.grad = g
        nn.utils.clip_grad_norm_(parameters, 0.01)
        norms.append({name: p.grad.norm() for name, p in module.named_parameters()})
    assert_same(*norms)


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


@pytest.mark.parametrize("cell", [*CELLS.values(), RELU_RNN], ids=str)
def test_the_step_of_each_cell_equals_torch(cell):
    torch.manual_seed(0)
    module = cell.torch_module(3, 4, batch_first=True, **cell.options).double()
    assert cell_of(module) is cell
    inputs = torch.randn(2, 5, 3, dtype=torch.float64)
    expected, end = module(inputs)
    state = cell.state(torch.zeros(2, 4, dtype=torch.float64) for _ in cell.state_parts)
    for t in range(5):
        state = cell.step(inputs[:, t], state, *module.parameters())
        torch.testing.assert_close(cell.parts(state)[0], expected[:, t], rtol=0, atol=1e-12)
    for part, last in zip(cell.parts(state), cell.parts(end), strict=True):
        torch.testing.assert_close(part, last[0], rtol=0, atol=1e-12)


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
