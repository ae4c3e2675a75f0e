"""The loop against the same loop written out by hand in plain PyTorch, bit for bit."""

import contextlib
import itertools
import math
import os
import signal

import pytest
import torch
from torch import nn

import rnnlab
from rnnlab.loop import batch, hidden
from rnnlab.loop import clipping as gradients
from rnnlab.loop.batch import PHASES
from rnnlab.runs.interrupts import InterruptHeld

NAMES = tuple(phase.__name__ for phase in PHASES)


def make(cell="rnn", seed=0, implementation="auto"):
    torch.manual_seed(seed)
    return rnnlab.SequenceModel(1, 8, 1, cell=cell, implementation=implementation)


def make_batches(shuffle=True):
    generator = torch.Generator().manual_seed(1)
    inputs, targets = (torch.randn(10, 5, 1, generator=generator) for _ in range(2))
    return rnnlab.Batches(inputs, targets, batch_size=4, shuffle=shuffle, seed=3)


def by_hand(parts, batches, epochs, optimizer, clip_norm, carry):
    """Train torch's own modules with a loop that uses nothing of rnnlab."""
    recurrence, readout = parts
    parameters = [*recurrence.parameters(), *readout.parameters()]
    losses = []
    for _ in range(epochs):
        state = None
        for inputs, targets in batches:
            if isinstance(state, tuple):
                state = tuple(s[:, : len(inputs)].contiguous() for s in state)
            elif state is not None:
                state = state[:, : len(inputs)].contiguous()
            optimizer.zero_grad()
            outputs, state = recurrence(inputs, state)
            loss = nn.functional.mse_loss(readout(outputs), targets)
            loss.backward()
            if clip_norm:
                nn.utils.clip_grad_norm_(parameters, clip_norm)
            optimizer.step()
            losses.append(loss.item())
            if not carry:
                state = None
            elif isinstance(state, tuple):
                state = tuple(s.detach() for s in state)
            else:
                state = state.detach()
    return losses


def torch_twin(model):
    """Return torch's own recurrence and readout with the weights of a model of ours."""
    kind = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[model.cell]
    recurrence, readout = kind(1, 8, batch_first=True), nn.Linear(8, 1)
    parts = nn.ModuleList([recurrence, readout])
    with torch.no_grad():
        for theirs, ours in zip(parts.parameters(), model.parameters(), strict=True):
            theirs.copy_(ours)
    return parts


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("clip_norm", [None, 0.1])
@pytest.mark.parametrize("policy", ["reset", "carry"])
@pytest.mark.parametrize("optimizer", ["by name", "handed in"])
@pytest.mark.parametrize("implementation", ["auto", "torch"])
@pytest.mark.filterwarnings("ignore:hidden_state is .carry.")  # of shuffled batches, as by hand
def test_equals_plain_pytorch(cell, clip_norm, policy, optimizer, implementation):
    model = make(cell, implementation=implementation)
    twin = torch_twin(model)
    options = {"lr": 0.01} if optimizer == "handed in" else {"lr": 0.01, "fused": True}
    theirs = torch.optim.Adam(twin.parameters(), **options)
    expected = by_hand(twin, make_batches(), 3, theirs, clip_norm, policy == "carry")
    ours = {"learning_rate": 0.01}
    if optimizer == "handed in":
        ours = {"optimizer": torch.optim.Adam(model.parameters(), lr=0.01)}
    run = rnnlab.train(
        model, make_batches(), loss_fn="mse", epochs=3, clip_norm=clip_norm,
        hidden_state=policy, device="cpu", **ours,
    )  # fmt: skip
    losses = [step.loss for step in run]
    assert len(expected) == 9
    if implementation == "torch":
        assert losses == expected
        for one, other in zip(model.parameters(), twin.parameters(), strict=True):
            assert torch.equal(one, other)
    else:
        assert losses == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_phases_in_order_and_what_they_do():
    model, (inputs, targets) = make(), next(iter(make_batches()))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    weights = [p.detach().clone() for p in model.parameters()]
    seen = []
    for phase in rnnlab.train_batch(
        model, inputs, targets, loss_fn="mse", optimizer=optimizer, clip_norm=1e-3
    ):
        seen.append(phase.name)
        moved = any(not torch.equal(a, b) for a, b in zip(weights, model.parameters(), strict=True))
        assert moved == (phase.name == "step")
        norm = math.sqrt(
            sum(p.grad.square().sum().item() for p in model.parameters() if p.grad is not None)
        )
        if phase.name == "backward":
            assert norm == pytest.approx(phase.grad_norm.item(), rel=1e-5)
        if phase.name == "clip":
            assert norm == pytest.approx(1e-3, rel=1e-2)
    assert tuple(seen) == NAMES
    names = [
        p.name
        for p in rnnlab.train_batch(model, inputs, targets, loss_fn="mse", optimizer=optimizer)
    ]
    assert "clip" not in names


OPTIONS = {"loss_fn": "mse", "epochs": 4, "clip_norm": 0.5, "device": "cpu"}


def test_same_seed_same_history_and_pause_changes_nothing():
    whole = rnnlab.fit(make(), make_batches(), progress=False, **OPTIONS)
    run = rnnlab.train(make(), make_batches(), **OPTIONS)
    list(itertools.islice(run, 5))
    for _ in run:
        pass
    assert run.history == whole
    assert len(whole) == 12
    assert len(whole.epochs) == 4


def place_interrupt(place, model, optimizer, batches, monkeypatch):
    """Send SIGINT the sixth time that the run comes by a place (validation: the second time)."""
    calls, when = itertools.count(), 1 if place == "validation" else 5

    def interrupt(*_):
        if next(calls) == when:
            os.kill(os.getpid(), signal.SIGINT)

    def before(owner, name):
        real = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *a, **k: (interrupt(), real(*a, **k))[1])

    if place == "batch":
        real = batches.__iter__
        monkeypatch.setattr(
            type(batches), "__iter__", lambda _: (interrupt() or pair for pair in real())
        )
    elif place == "forward":
        model.readout.register_forward_hook(interrupt)
    elif place == "backward":
        model.readout.weight.register_hook(interrupt)
    elif place == "clip":
        before(batch, "clip_gradient")
    elif place in ("zero_grad", "step"):
        before(optimizer, place)
    return (lambda _: interrupt() or 0.5) if place == "validation" else lambda _: 0.5, interrupt


@pytest.mark.parametrize("place", ["batch", *NAMES, "validation"])
def test_an_interrupt_at_any_place_loses_nothing(place, monkeypatch):
    options = {**OPTIONS, "validation": lambda _: 0.5}
    whole = rnnlab.fit(make(), make_batches(), progress=False, **options)
    weights = make()
    expected = rnnlab.fit(weights, make_batches(), progress=False, **options)
    assert expected == whole
    model, batches = make(), make_batches()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003, fused=True)
    validation, interrupt = place_interrupt(place, model, optimizer, batches, monkeypatch)
    if place == "loss":
        options["loss_fn"] = lambda p, t: (interrupt(), nn.functional.mse_loss(p, t))[1]
    options["validation"] = validation
    run = rnnlab.train(model, batches, optimizer=optimizer, **options)
    steps = []
    with pytest.raises(KeyboardInterrupt):
        steps.extend(run)  # keeps what it took before the interrupt
    assert 4 <= len(steps) <= 6
    assert run.history.steps[: len(steps)] == steps
    steps.extend(run)
    assert run.history == whole
    assert steps == whole.steps
    for one, other in zip(model.parameters(), weights.parameters(), strict=True):
        assert torch.equal(one, other)


def test_epoch_average_is_over_examples():
    history = rnnlab.fit(make(), make_batches(), progress=False, **OPTIONS)
    losses = history.loss[:3]  # batches of 4, 4 and 2
    assert history.train_loss[0] == pytest.approx(
        (4 * losses[0] + 4 * losses[1] + 2 * losses[2]) / 10
    )


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
@pytest.mark.parametrize("policy", ["reset", "carry"])
def test_evaluate_is_the_average_over_all_targets(cell, policy):
    model, batches = make(cell), make_batches(shuffle=False)
    model.train()
    got = rnnlab.evaluate(model, batches, loss_fn="mse", hidden_state=policy)
    assert model.training
    errors, state = [], None
    with torch.no_grad():
        for inputs, targets in batches:
            state = hidden.truncate_batch(state, len(inputs)) if policy == "carry" else None
            predictions, state = model(inputs, state)
            errors.append((predictions - targets).square().flatten())
    assert got == pytest.approx(torch.cat(errors).mean().item(), rel=1e-6)


def test_a_dataloader_gives_the_same_run():
    batches = make_batches(shuffle=False)
    pairs = torch.utils.data.TensorDataset(batches.inputs, batches.targets)
    loader = torch.utils.data.DataLoader(pairs, batch_size=4)
    ours = rnnlab.fit(make(), batches, progress=False, **OPTIONS)
    assert rnnlab.fit(make(), loader, progress=False, **OPTIONS) == ours


@pytest.mark.parametrize("around", [0.5, 1 - 2e-6, 1 - 1e-7, 1.0, 1 + 1e-7, 1 + 1e-3, 3.0])
def test_norm_and_clipping_equal_torchs_bit_for_bit(around):
    torch.manual_seed(0)
    ours, theirs = make(), make()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        one.grad = torch.randn_like(one)
        other.grad = one.grad.clone()
    optimizer = torch.optim.SGD(ours.parameters(), lr=0.1)
    norm = gradients.gradient_norm(optimizer)
    bound = norm.item() / around
    gradients.clip_gradient(optimizer, bound, norm)
    assert torch.equal(norm, nn.utils.clip_grad_norm_(theirs.parameters(), bound))
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(one.grad, other.grad)
    assert gradients.gradient_norm(torch.optim.SGD(make().parameters(), lr=0.1)) == 0


def test_divergence_ends_the_run_and_keeps_the_history():
    model = make()
    with torch.no_grad():
        model.readout.weight.mul_(1e30)
    run = rnnlab.train(model, make_batches(), **OPTIONS)
    with pytest.raises(rnnlab.TrainingDiverged, match=r"epoch 1, step 0.*lower learning rate"):
        next(run)
    assert len(run.history) == 0
    assert all(torch.isfinite(p).all() for p in model.parameters())


class PredictionsOnly(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, inputs):
        return self.linear(inputs)


def test_a_model_without_state():
    assert len(rnnlab.fit(PredictionsOnly(), make_batches(), progress=False, **OPTIONS)) == 12
    with pytest.raises(ValueError, match="needs a model that returns \\(predictions, state\\)"):
        rnnlab.fit(
            PredictionsOnly(), make_batches(False), progress=False, hidden_state="carry", **OPTIONS
        )


def test_shapes_are_checked_before_the_first_update():
    model = make()
    before = [p.detach().clone() for p in model.parameters()]
    batches = [(torch.zeros(4, 5, 1), torch.zeros(4, 5))]
    with pytest.raises(ValueError, match=r"\(4, 5, 1\), targets have shape \(4, 5\)"):
        next(rnnlab.train(model, batches, **OPTIONS))
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    with pytest.raises(ValueError, match=r"inputs have shape \(4, 5\); expected \(batch, time"):
        model(torch.zeros(4, 5))


@pytest.mark.parametrize("norm", [0.0, 1e-7, 5e-6, 1e-3, 0.5, math.nan, math.inf])
@pytest.mark.parametrize("bound", [1e-7, 1e-5, 1e-4, 1.0])
def test_clipping_is_torchs_for_small_bounds_and_for_nan(norm, bound):
    ours, theirs = make(), make()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        one.grad = torch.full_like(one, norm)
        other.grad = one.grad.clone()
    optimizer = torch.optim.SGD(ours.parameters(), lr=0.1)
    gradients.clip_gradient(optimizer, bound)
    nn.utils.clip_grad_norm_(theirs.parameters(), bound)
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(one.grad.nan_to_num(7.0), other.grad.nan_to_num(7.0))


def test_an_interrupt_on_the_way_into_a_block_leaves_the_next_block_whole(monkeypatch):
    held = InterruptHeld()

    def interrupted(number):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(signal, "getsignal", interrupted)
        with pytest.raises(KeyboardInterrupt):
            held.__enter__()
    inside = []
    with pytest.raises(KeyboardInterrupt), held:
        inside.append(signal.raise_signal(signal.SIGINT))
    assert inside == [None]  # it came at the end of the block, not within it


def test_an_interrupt_held_in_a_block_within_a_block_comes_when_the_outer_one_delivers_it():
    held = InterruptHeld()
    with held:
        with held:
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            held.deliver()
        held.deliver()  # once
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt), held, held:
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_in_a_block_within_anothers_comes_at_the_end_of_that():
    ended = []
    inner = contextlib.ExitStack()
    inner.callback(ended.append, "inner")
    inner.enter_context(InterruptHeld())
    with pytest.raises(KeyboardInterrupt), InterruptHeld(), inner:
        signal.raise_signal(signal.SIGINT)
    assert ended == ["inner"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
