"""The run one phase at a time: the same as `train`, and back and forth without a difference."""

import itertools
import random
from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

import rnnlab
from rnnlab.loop.batch import PHASES
from rnnlab.microscope.faults import FAULTS, plan_batch, take_batch
from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.microscope.words import phase_words, shape


def model_of(cell="gru", dropout=0.3, seed=0):
    torch.manual_seed(seed)
    return rnnlab.SequenceModel(1, 4, 1, cell, 2, dropout=dropout)


def data(count=22, length=5):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(2, count, length, 1, generator=generator)


class Noisy(Dataset):
    """Examples that draw random numbers of three kinds each time they are read."""

    inputs, targets = data()

    def __len__(self):
        return len(self.inputs)

    def __getitem__(self, k):
        noise = torch.randn(1) + random.random() + np.random.rand()
        return self.inputs[k] + noise.float(), self.targets[k]


def batches_of(kind):
    if kind == "noisy":
        return DataLoader(Noisy(), batch_size=8, shuffle=True)
    if kind == "loader":
        return DataLoader(TensorDataset(*data()), batch_size=8, shuffle=True)
    if kind == "streams":
        return rnnlab.Streams(*data(120, 1)[:, :, 0], 4, 6)
    return rnnlab.Batches(*data(), 8, shuffle=True)


def stepper_of(kind="batches", cell="gru", **options):
    options = {"loss_fn": "mse", "learning_rate": 0.05, "clip_norm": 0.1, "seed": 3} | options
    return PhaseStepper(model_of(cell), batches_of(kind), **options)


def everything(stepper):
    """All that a step depends on, as one nested value that compares bit for bit."""

    def frozen(value):
        if isinstance(value, torch.Tensor):
            return value.dtype, value.shape, value.detach().numpy().tobytes()
        if isinstance(value, np.ndarray):
            return value.tobytes()
        if isinstance(value, dict):
            return tuple((str(k), frozen(v)) for k, v in value.items())
        if isinstance(value, (list, tuple)):
            return tuple(map(frozen, value))
        return repr(value)

    names = ("inputs", "targets", "predictions", "state", "loss", "grad_norm")
    return frozen([
        stepper.model.state_dict(), [p.grad for p in stepper.model.parameters()],
        stepper.optimizer.state_dict(), stepper._random, stepper.phase, stepper.epoch,
        stepper.index, stepper.outputs, stepper.after, stepper.history.steps,
        stepper.history.epochs,
        [getattr(stepper.batch, name) for name in names],
    ])  # fmt: skip


@pytest.mark.parametrize("kind", ["batches", "loader", "noisy", "streams"])
@pytest.mark.parametrize("hidden_state", ["reset", "carry"])
@pytest.mark.parametrize("clip_norm", [0.1, None])
@pytest.mark.filterwarnings("ignore:hidden_state is .carry.")  # of shuffled batches
def test_every_phase_makes_the_run_of_train(kind, hidden_state, clip_norm):
    options = {"loss_fn": "mse", "learning_rate": 0.05, "clip_norm": clip_norm,
               "hidden_state": hidden_state}  # fmt: skip
    model = model_of()
    torch.manual_seed(3), random.seed(3), np.random.seed(3)
    run = rnnlab.train(model, batches_of(kind), epochs=2, **options)
    expected = [*run]
    stepper = stepper_of(kind, **options)
    outside = torch.get_rng_state()
    for step in expected:
        stepper.next_batch()
        assert stepper.history.steps[-1] == step
    assert torch.equal(torch.get_rng_state(), outside)  # the caller's numbers stay
    for ours, theirs in zip(stepper.model.parameters(), model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_phases_do_what_their_names_say():
    stepper, plain = stepper_of(cell="rnn"), model_of("rnn")
    optimizer = torch.optim.Adam(plain.parameters(), lr=0.05, fused=True)
    for _ in range(3):
        stepper.next_batch()
    plain.load_state_dict(stepper.model.state_dict())
    optimizer.load_state_dict(deepcopy(stepper.optimizer.state_dict()))
    filled = stepper.after
    assert stepper.next_phase() == "batch"
    assert stepper.after.gradients == filled.gradients  # taking a batch changes no gradient
    assert stepper.next_phase() == "zero_grad"
    assert {*stepper.after.gradients.values()} == {None}
    rng = stepper._random[0]
    assert stepper.next_phase() == "forward"
    assert {*stepper.after.gradients.values()} == {None}
    assert stepper.next_phase() == "loss"
    outside = torch.get_rng_state()
    torch.set_rng_state(rng)
    predictions, _ = plain(stepper.batch.inputs)
    torch.set_rng_state(outside)
    loss = nn.functional.mse_loss(predictions, stepper.batch.targets)
    assert torch.equal(loss, stepper.batch.loss)
    assert stepper.next_phase() == "backward"
    loss.backward()
    grads = {name: p.grad for name, p in plain.named_parameters()}
    assert stepper.after.gradients == {name: g.norm().item() for name, g in grads.items()}
    norm = nn.utils.clip_grad_norm_(plain.parameters(), 0.1).item()
    assert stepper.after.grad_norm == norm > 0.1
    assert {*stepper.after.moved.values()} == {0.0}
    assert stepper.next_phase() == "clip"
    assert stepper.after.gradients == {name: g.norm().item() for name, g in grads.items()}
    assert stepper.after.grad_norm == pytest.approx(0.1, rel=1e-4)
    assert {*stepper.after.moved.values()} == {0.0}
    before = {name: p.detach().clone() for name, p in plain.named_parameters()}
    optimizer.step()
    assert stepper.next_phase() == "step"
    moved = {n: (p.detach() - before[n]).norm().item() for n, p in plain.named_parameters()}
    assert stepper.after.moved == moved
    assert min(moved.values()) > 0


@pytest.mark.parametrize("kind", [pytest.param("noisy", marks=pytest.mark.slow), "streams"])
@settings(max_examples=50, deadline=None)
@given(walk=st.lists(st.sampled_from(["next", "next", "batch", "back"]), max_size=60))
def test_back_and_next_over_random_walks(kind, walk):
    stepper = stepper_of(kind, hidden_state="carry" if kind == "streams" else "reset")
    seen = [everything(stepper)]  # by the number of phases that were done
    place = 0
    for move in walk:
        if move == "back":
            assert stepper.back() == (place > 0)
            place = max(0, place - 1)
        else:
            for _ in range(1 if move == "next" else len(stepper.phases)):
                stepper.next_phase()
                place += 1
                if place == len(seen):
                    seen.append(everything(stepper))
        assert everything(stepper) == seen[place]


def test_restart_gives_the_same_run_again():
    stepper = stepper_of("noisy")
    first = []
    for _ in range(30):
        stepper.next_phase()
        first.append(everything(stepper))
    stepper.restart()
    assert stepper.phase is None
    assert len(stepper.history) == 0
    for expected in first:
        stepper.next_phase()
        assert everything(stepper) == expected


def test_next_epoch_ends_with_the_average():
    stepper = stepper_of()
    for _ in range(2):
        assert [*stepper.next_epoch()][-1] == "step"
    losses = [epoch.train_loss for epoch in stepper.history.epochs]
    assert len(losses) == 2
    assert len(stepper.history) == 6


def test_the_past_that_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr("rnnlab.microscope.stepping.KEPT_BATCHES", 3)
    stepper = stepper_of()
    for _ in range(10):
        stepper.next_batch()
    assert len(stepper._moments) == 3
    backs = sum(1 for _ in itertools.takewhile(lambda _: stepper.back(), range(100)))
    assert backs == 3 * len(stepper.phases) - 1
    before = everything(stepper)
    assert not stepper.back()
    assert everything(stepper) == before


@pytest.mark.parametrize(("moments", "kept"), [(1000, 13), (4, 4), (0, 2)])
def test_the_past_is_bounded_in_bytes_too(monkeypatch, moments, kept):
    stepper = stepper_of()
    weights = sum(p.numel() * 4 for p in stepper.model.parameters())
    batch = 2 * 8 * 5 * 4  # inputs and targets (8, 5, 1), the last of an epoch a little smaller
    monkeypatch.setattr("rnnlab.microscope.stepping.KEPT_BYTES", moments * (4 * weights + batch))
    for _ in range(12):
        stepper.next_batch()
    assert len(stepper._moments) == kept  # at most the start and those of 12 batches


def test_without_a_fault_the_phases_are_those_of_train_batch():
    plan = plan_batch()
    assert [phase.function for phase in plan] == [take_batch, *PHASES]
    assert [phase.name for phase in plan] == ["batch", *(phase.__name__ for phase in PHASES)]
    assert not any(phase.left_out or phase.moved for phase in plan)


def test_a_fault_is_another_order_of_the_same_functions():
    for fault in FAULTS:
        functions = [phase.function for phase in plan_batch(fault=fault)]
        assert sorted(f.__name__ for f in functions[1:]) == sorted(f.__name__ for f in PHASES)
        assert {*functions[1:]} == {*PHASES}


def test_unknown_faults_are_refused():
    with pytest.raises(ValueError, match="fault is 'sleep'; the known faults are missing-zero"):
        stepper_of(fault="sleep")
    with pytest.raises(ValueError, match="nothing is clipped: set clip_norm"):
        stepper_of(fault="clip-before-backward", clip_norm=None)


# ---- each fault shows its symptom ------------------------------------------------------------


def small_run(fault, steps=300, clip_norm=None, optimizer="adam", rate=0.01):
    """A run that learns a sine well without a fault."""
    torch.manual_seed(0)
    times = torch.arange(400) / 4
    inputs, targets = rnnlab.windows(torch.sin(times)[:, None], 20)
    batches = rnnlab.Batches(inputs, targets, 32, shuffle=True)
    stepper = PhaseStepper(
        rnnlab.SequenceModel(1, 16, 1), batches, loss_fn="mse", optimizer=optimizer,
        learning_rate=rate, clip_norm=clip_norm, fault=fault, seed=0,
    )  # fmt: skip
    for _ in range(steps):
        stepper.next_batch()
    return stepper


@pytest.mark.slow
def test_missing_zero_grad_adds_gradients_up_and_ends_far_higher(report):
    right, wrong = small_run(None), small_run("missing-zero-grad")
    ends = [sum(s.history.loss[-20:]) / 20 for s in (right, wrong)]
    report(f"missing-zero-grad: loss {ends[1]:.3g}, right {ends[0]:.3g}")
    assert ends[1] > 10 * ends[0]
    wrong.next_phase()
    assert wrong.next_phase() == "zero_grad"
    assert None not in wrong.after.gradients.values()  # nothing was cleared
    before = {n: p.grad.clone() for n, p in wrong.model.named_parameters()}
    wrong.next_phase(), wrong.next_phase()
    own = torch.autograd.grad(wrong.batch.loss, [*wrong.model.parameters()], retain_graph=True)
    wrong.next_phase()
    for (name, p), gradient in zip(wrong.model.named_parameters(), own, strict=True):
        torch.testing.assert_close(p.grad, before[name] + gradient)


def test_zero_grad_after_backward_leaves_nothing_to_the_step():
    stepper = small_run("zero-grad-after-backward", steps=26)
    assert stepper.phases.index("zero_grad") == stepper.phases.index("backward") + 1
    assert {*stepper.after.gradients.values()} == {None}
    assert {*stepper.after.moved.values()} == {0.0}
    losses = [epoch.train_loss for epoch in stepper.history.epochs]
    assert losses[1] == pytest.approx(losses[0], rel=1e-6)  # the loss never moves


def test_a_missing_step_moves_no_weight():
    stepper = small_run("missing-step", steps=26)
    assert {*stepper.after.moved.values()} == {0.0}
    assert stepper.after.grad_norm > 0
    losses = [epoch.train_loss for epoch in stepper.history.epochs]
    assert losses[1] == pytest.approx(losses[0], rel=1e-6)


def test_clip_before_backward_clips_nothing():
    stepper = small_run("clip-before-backward", steps=3, clip_norm=0.01, optimizer="sgd")
    assert stepper.phases.index("clip") == stepper.phases.index("loss") + 1
    assert not any(step.clipped for step in stepper.history.steps)
    assert stepper.after.grad_norm > 0.05  # what the step used
    right = small_run(None, steps=3, clip_norm=0.01, optimizer="sgd")
    assert right.after.grad_norm == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_a_state_that_is_not_detached_raises_torchs_error_at_the_second_batch(cell):
    stepper = stepper_of("streams", cell, hidden_state="carry", fault="state-not-detached")
    stepper.next_batch()
    with pytest.raises(RuntimeError) as raised:
        stepper.next_batch()
    assert str(raised.value).startswith(
        "Trying to backward through the graph a second time (or directly access saved tensors "
        "after they have already been freed)."
    )
    assert stepper.following == "backward"  # it is not done
    assert stepper.back()
    assert stepper.phase == "forward"
    while stepper.back():
        pass
    assert stepper.phase is None
    stepper.next_batch()  # the first batch works as before
    assert len(stepper.history) == 1


def test_a_state_that_does_not_fit_is_tried_again_and_left_by_back():
    batches = [data(3)[:], data(5)[:]]
    stepper = PhaseStepper(model_of(), batches, loss_fn="mse", hidden_state="carry")
    stepper.next_batch()
    end = everything(stepper)
    for _ in range(2):
        with pytest.raises(ValueError, match="the carried hidden state has 3 rows, the batch has"):
            stepper.next_phase()
    assert stepper.back()
    assert everything(stepper) == end


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "none"),
        (torch.zeros(8, 5, 1), "(8, 5, 1)"),
        ((torch.zeros(2, 3), torch.zeros(4)), "((2, 3), (4,))"),
        ({"x": torch.zeros(8, 5)}, "{'x': (8, 5)}"),
        (nn.utils.rnn.pack_sequence([torch.zeros(3, 2), torch.zeros(1, 2)]), "(4, 2)"),
    ],
)
def test_shapes_in_words(value, words):
    assert shape(value) == words


def test_inputs_in_a_dictionary_are_described():
    model = model_of()
    model.forward = lambda inputs, state=None: type(model).forward(model, inputs["x"], state)
    inputs, targets = data(8)
    stepper = PhaseStepper(model, [({"x": inputs}, targets)], loss_fn="mse")
    stepper.next_phase()
    assert "inputs {'x': (8, 5, 1)}, targets (8, 5, 1)" in phase_words(stepper)


def test_every_fault_has_a_test():
    assert {*FAULTS} == {"missing-zero-grad", "zero-grad-after-backward", "state-not-detached",
                         "clip-before-backward", "missing-step"}  # fmt: skip
