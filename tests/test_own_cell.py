"""A cell of one's own, written as one record: a minimal gated unit (Zhou et al. 2016)."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch.nn.functional import linear, mse_loss

import rnnlab
from rnnlab import probes
from rnnlab.model.cells import CELLS, Cell, cell_of


def mgu_gates(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """Return f and n, each (..., H), from x (..., D) and h before it (..., H)."""
    x_f, x_n = linear(x, weight_ih, bias_ih).chunk(2, -1)  # (..., 2H) -> 2 of (..., H)
    h_f, h_n = linear(h, weight_hh, bias_hh).chunk(2, -1)
    f = torch.sigmoid(x_f + h_f)
    return f, torch.tanh(x_n + f * h_n)


def mgu_step(x, h, *weights):
    """Return h' = (1 - f) h + f n, (B, H), from x (B, D) and h (B, H)."""
    f, n = mgu_gates(x, h, *weights)
    return (1 - f) * h + f * n


MGU = Cell("mgu", mgu_step, "fn", mgu_gates, signed_gates="n")
D, H = 2, 5


def model_of(layers=1, **options):
    torch.manual_seed(0)
    return rnnlab.SequenceModel(D, H, 1, MGU, layers, **options)


def batches():
    torch.manual_seed(1)
    return rnnlab.Batches(torch.randn(12, 9, D), torch.randn(12, 9, 1), 4)


def by_equations(model, inputs):
    """Return h_t of each layer, (layers, B, T, H), by the paper's equations."""
    found, x = [], inputs.unbind(1)
    for w_ih, w_hh, b_ih, b_hh in model.recurrence.all_weights:
        hs = [inputs.new_zeros(len(inputs), H)]
        for x_t in x:
            from_x, from_h = x_t @ w_ih.T + b_ih, hs[-1] @ w_hh.T + b_hh
            f = torch.sigmoid(from_x[:, :H] + from_h[:, :H])
            n = torch.tanh(from_x[:, H:] + f * from_h[:, H:])
            hs.append((1 - f) * hs[-1] + f * n)
        x = hs[1:]
        found.append(torch.stack(x, 1))
    return torch.stack(found)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("implementation", ["auto", "torch"])
def test_it_computes_its_equations_with_torchs_names_and_start(layers, implementation):
    model = model_of(layers, implementation=implementation).double()
    inputs = torch.randn(3, 7, D).double()
    expected = by_equations(model, inputs)
    predictions, state = model(inputs)
    torch.testing.assert_close(predictions, model.readout(expected[-1]), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(state, expected[:, :, -1], rtol=1e-12, atol=1e-12)
    now = None
    for t in range(7):
        one, now = model.one_step(inputs[:, t], now)
        torch.testing.assert_close(one, predictions[:, t], rtol=1e-12, atol=1e-12)
    assert model.cell == "mgu"
    assert cell_of(model.recurrence) is MGU
    gru = torch.nn.GRU(D, H, layers)
    shapes = {name: tuple(p.shape) for name, p in gru.named_parameters()}
    assert [*shapes] == [name for name, _ in model.recurrence.named_parameters()]
    for name, parameter in model.recurrence.named_parameters():
        assert tuple(parameter.shape) == (2 * H, *shapes[name][1:])
        assert 0 < parameter.abs().max() <= H**-0.5


def test_it_is_one_more_name_for_nobody_but_its_model():
    assert "mgu" not in CELLS
    with pytest.raises(ValueError, match="cell is 'mgu'; the known cells are rnn, gru, lstm"):
        rnnlab.SequenceModel(1, 2, 1, "mgu")


def test_dropout_and_sizes_that_do_not_fit():
    model = model_of(2, dropout=0.5)
    inputs = torch.ones(3, 7, D)
    assert not torch.equal(model(inputs)[0], model(inputs)[0])
    model.eval()
    assert torch.equal(model(inputs)[0], model(inputs)[0])
    with pytest.raises(RuntimeError, match=r"shape \(1, 3, 5\); expected \(2, 3, 5\)"):
        model(inputs, torch.zeros(1, 3, H))
    with pytest.raises(RuntimeError, match="inputs have 4 features; expected input_size = 2"):
        model.recurrence(torch.zeros(3, 7, 4))


def test_it_trains():
    model, inputs = model_of(), torch.linspace(0, 6, 24).sin().view(1, 24, 1)
    model = rnnlab.SequenceModel(1, H, 1, MGU)
    steps = rnnlab.train(
        model, [(inputs[:, :-1], inputs[:, 1:])], loss_fn="mse", learning_rate=0.02, epochs=80,
        clip_norm=1.0, hidden_state="carry", device="cpu",
    )  # fmt: skip
    losses = [step.loss for step in steps]
    assert losses[-1] < losses[0] / 10


@pytest.mark.parametrize("layers", [1, 2])
def test_probes(layers):
    model = model_of(layers).double()
    inputs, targets = torch.randn(3, 6, D).double(), torch.randn(3, 6, 1).double()
    states = by_equations(model, inputs)
    torch.testing.assert_close(probes.hidden_states(model, inputs), states.detach())
    gates = probes.gate_activity(model, inputs)
    assert [*gates] == ["f", "n"]
    assert gates["f"].values.shape == (layers, 3, 6, H)
    assert gates["f"].values.min() > 0 > gates["n"].values.min()
    blocks = model.recurrence.weight_hh_l0.detach().split(H)
    expected = torch.stack([torch.linalg.eigvals(block).abs().max() for block in blocks])
    torch.testing.assert_close(probes.spectral_radius(model)[0], expected)
    found = probes.gradient_through_time(model, inputs, targets, "mse")
    hs = [h.detach().requires_grad_() for h in states[-1].unbind(1)]
    weights = model.recurrence.all_weights[-1]
    reads = inputs if layers == 1 else states[0].detach()
    later, norms = hs[0], []
    for t in range(6):  # from each h_t on: what follows from it alone
        later, outputs = hs[t], [hs[t]]
        for x_t in reads[:, t + 1 :].unbind(1):
            later = mgu_step(x_t, later, *weights)
            outputs.append(later)
        loss = mse_loss(model.readout(torch.stack(outputs, 1)), targets[:, t:]) * (6 - t) / 6
        norms.append(torch.autograd.grad(loss, hs[t])[0].norm())
    torch.testing.assert_close(found.norms, torch.stack(norms))


def test_a_checkpoint_resumes_bit_for_bit(tmp_path):
    options = {"loss_fn": "mse", "progress": False, "device": "cpu"}
    whole = rnnlab.fit(model_of(2, dropout=0.2), batches(), epochs=4, **options)
    path = tmp_path / "run.pt"
    rnnlab.fit(model_of(2, dropout=0.2), batches(), epochs=2, checkpoint=path, **options)
    again = rnnlab.fit(
        model_of(2, dropout=0.2), batches(), epochs=4, checkpoint=path, resume=True, **options
    )
    assert again.steps == whole.steps


@pytest.mark.parametrize("processes", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_sweep_takes_records_and_writes_their_names(processes, tmp_path):
    path = tmp_path / "sweep.csv"
    grid = {"cell": [MGU, "rnn"], "hidden_size": 4, "epochs": 1}
    executor = None if processes else ThreadPoolExecutor(1)
    found = rnnlab.sweep("sine", grid, executor=executor, path=path, progress=False)
    assert [row["cell"] for row in found.rows] == ["mgu", "rnn"]
    assert {row["outcome"] for row in found.rows} == {"finished"}
    assert rnnlab.Sweep.from_csv(path) == found
    assert rnnlab.sweep("sine", grid, path=path, progress=False) == found  # nothing is done again
    with pytest.raises(ValueError, match="a value twice"):
        rnnlab.sweep("sine", {"cell": ["rnn", CELLS["rnn"]]}, progress=False)


def test_it_trains_in_the_training_lab():
    lab = rnnlab.TrainingLab(cell=MGU, epochs=2, hidden_size=4)
    first, second = lab.run().epochs
    assert second.train_loss < first.train_loss
    lab.close()


def test_it_walks_in_the_loop_stepper():
    task, model = rnnlab.load_task("sunspots"), rnnlab.SequenceModel(1, 4, 1, MGU)
    before = model.recurrence.weight_hh_l0.detach().clone()
    stepper = rnnlab.LoopStepper(model=model, batches=task.batches(), loss_fn=task.loss_fn)
    stepper.next_batch()
    assert not torch.equal(stepper.stepper.model.recurrence.weight_hh_l0, before)
    stepper.close()


@pytest.mark.parametrize("cell", [*CELLS.values(), MGU], ids=str)
def test_a_record_travels(cell):
    assert pickle.loads(pickle.dumps(cell)) == cell
    assert hash(pickle.loads(pickle.dumps(cell))) == hash(cell)
    assert str(cell) == cell.name
