"""The loop against the same loop written out by hand in plain PyTorch, bit for bit."""

import itertools
import math
import os
import signal

import pytest
import torch
from torch import nn

import rnnlab
from rnnlab import hidden
from rnnlab.loop import PHASES


def make(cell="rnn", seed=0):
    torch.manual_seed(seed)
    return rnnlab.SequenceModel(1, 8, 1, cell=cell)


def make_batches(shuffle=True):
    generator = torch.Generator().manual_seed(1)
    inputs, targets = (torch.randn(10, 5, 1, generator=generator) for _ in range(2))
    return rnnlab.Batches(inputs, targets, batch_size=4, shuffle=shuffle, seed=3)


def by_hand(model, batches, epochs, clip_norm, carry):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    losses = []
    for _ in range(epochs):
        state = None
        for inputs, targets in batches:
            if state is not None:
                rows = len(inputs)
                if isinstance(state, tuple):
                    state = tuple(s[:, :rows].contiguous() for s in state)
                else:
                    state = state[:, :rows].contiguous()
            optimizer.zero_grad()
            outputs, state = model.recurrence(inputs, state)
            loss = nn.functional.mse_loss(model.readout(outputs), targets)
            loss.backward()
            if clip_norm:
                nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
            optimizer.step()
            losses.append(loss.item())
            state = hidden.detach(state) if carry else None
    return losses


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("clip_norm", [None, 0.1])
@pytest.mark.parametrize("policy", ["reset", "carry"])
def test_equals_plain_pytorch(cell, clip_norm, policy):
    twin, model = make(cell), make(cell)
    expected = by_hand(twin, make_batches(), 3, clip_norm, policy == "carry")
    run = rnnlab.train(
        model, make_batches(), loss_fn="mse", learning_rate=0.01, epochs=3,
        clip_norm=clip_norm, hidden_state=policy, device="cpu",
    )  # fmt: skip
    assert [step.loss for step in run] == expected
    assert len(expected) == 9
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(ours, theirs)


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
    assert tuple(seen) == PHASES
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


@pytest.mark.parametrize("place", ["forward", "backward", "step"])
def test_an_interrupt_inside_a_step_loses_nothing(place):
    whole = rnnlab.fit(make(), make_batches(), progress=False, **OPTIONS)
    model, calls = make(), itertools.count()

    def interrupt(*_):
        if next(calls) == 5:
            os.kill(os.getpid(), signal.SIGINT)

    optimizer = torch.optim.Adam(model.parameters(), lr=0.003, fused=True)
    if place == "forward":
        model.readout.register_forward_hook(interrupt)
    elif place == "backward":
        model.readout.weight.register_hook(interrupt)
    else:
        optimizer.register_step_pre_hook(interrupt)
    run = rnnlab.train(model, make_batches(), optimizer=optimizer, **OPTIONS)
    steps = []
    with pytest.raises(KeyboardInterrupt):
        steps.extend(run)  # keeps what it took before the interrupt
    assert len(steps) == 5
    steps.extend(run)
    assert run.history == whole
    assert steps == whole.steps


def test_epoch_average_is_over_examples():
    history = rnnlab.fit(make(), make_batches(), progress=False, **OPTIONS)
    losses = history.loss[:3]  # batches of 4, 4 and 2
    assert history.train_loss[0] == pytest.approx(
        (4 * losses[0] + 4 * losses[1] + 2 * losses[2]) / 10
    )


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
            PredictionsOnly(), make_batches(), progress=False, hidden_state="carry", **OPTIONS
        )


BAD = [
    ({"epochs": 0}, "epochs is 0; it must be a whole number of at least 1"),
    ({"clip_norm": -1.0}, "clip_norm is -1.0; it must be a finite number above 0"),
    ({"learning_rate": 0.0}, "learning_rate is 0.0; it must be a finite number above 0"),
    ({"optimizer": "adamw"}, "'adamw'; the known optimizers are adam, sgd, rmsprop"),
    ({"hidden_state": "keep"}, "'keep'; the known policies are reset, carry"),
    ({"loss_fn": "mae"}, "'mae'; the known losses are mse, cross_entropy"),
    ({"device": "tpu"}, "'tpu'; the known devices are auto, cpu, cuda, mps"),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_bad_settings(options, message):
    with pytest.raises(ValueError) as error:
        rnnlab.train(make(), make_batches(), **{**OPTIONS, **options})
    assert message in str(error.value)


def test_shapes_are_checked_before_the_first_update():
    model = make()
    before = [p.detach().clone() for p in model.parameters()]
    batches = [(torch.zeros(4, 5, 1), torch.zeros(4, 5))]
    with pytest.raises(ValueError, match=r"\(4, 5, 1\), targets have shape \(4, 5\)"):
        next(rnnlab.train(model, batches, **OPTIONS))
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    with pytest.raises(ValueError, match=r"inputs have shape \(4, 5\); expected \(batch, time"):
        model(torch.zeros(4, 5))
