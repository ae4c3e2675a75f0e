"""Stacks: each run is trained as `train` would train it alone, and no run minds the others."""

import numpy as np
import pytest
import torch
from torch.nn import functional

import rnnlab
from rnnlab.loop.batch import train_batch
from rnnlab.loop.losses import cross_entropy
from rnnlab.runs.optimizers import resolve_optimizer
from rnnlab.runs.stacks.losses import cross_entropy_of_each
from rnnlab.tasks.common import ValidationData, loss_on
from rnnlab.tasks.recipe import prepare

TASKS = {name: rnnlab.load_task(name) for name in ("sunspots", "co2", "names", "adding")}
OPTIMIZERS = ["adam", "sgd", "rmsprop"]
SHORT = [
    "sunspots",
    *(pytest.param(name, marks=pytest.mark.slow) for name in TASKS if name != "sunspots"),
]
CLIPS = [1.0, 0.1, None]


def made(task, cell="rnn", seeds=(0, 1, 2), hidden_state="reset", size=32):
    """Return a model and batches for each seed, as two lists."""
    pairs = [
        prepare(task, cell=cell, hidden_size=size, hidden_state=hidden_state, seed=seed)
        for seed in seeds
    ]
    return [model for model, _ in pairs], [batches for _, batches in pairs]


def to_the_end(task, models, batches, **options):
    """Train in a stack to the end, and return the stack."""
    stack = rnnlab.train_stacked(models, batches, loss_fn=task.loss_fn, **options)
    for _ in stack:
        pass
    return stack


def losses(history, count=None):
    return np.array([(step.loss, step.grad_norm) for step in history.steps[:count]])


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("cell", ["rnn", "gru"])
@pytest.mark.parametrize("name", TASKS)
def test_an_update_is_that_of_the_loop(name, cell, optimizer):
    task = TASKS[name]
    stack = rnnlab.train_stacked(
        *made(task, cell), loss_fn=task.loss_fn, optimizer=optimizer, clip_norm=CLIPS
    )
    steps = next(stack)
    for k, (model, batches) in enumerate(zip(*made(task, cell), strict=True)):
        *_, done = train_batch(
            model, *next(iter(batches)), loss_fn=task.loss_fn, clip_norm=CLIPS[k],
            optimizer=resolve_optimizer(optimizer, model, 0.003),
        )  # fmt: skip
        assert steps[k].loss == pytest.approx(done.loss.item(), rel=1e-6)
        assert steps[k].grad_norm == pytest.approx(done.grad_norm.item(), rel=1e-6)
        assert steps[k].clipped == (CLIPS[k] is not None and done.grad_norm > CLIPS[k])
        gradient = torch.cat([p.grad.flatten() for p in model.parameters()])
        assert (gradient - torch.from_numpy(stack.network.gradients[k])).abs().max() <= 1e-6
        if optimizer == "sgd":  # of the others the first step is g / |g|, also of a g near 0
            assert (weights(model) - weights(stack.models[k])).abs().max() <= 1e-6


class Doubled:
    """A task's batches in float64, where rounding is too small to grow in a hundred updates."""

    def __init__(self, batches):
        self.batches = batches

    def set_epoch(self, epoch):
        self.batches.set_epoch(epoch)

    def __iter__(self):
        for inputs, targets in self.batches:
            yield inputs.double(), targets.double() if targets.is_floating_point() else targets


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("cell", ["rnn", "gru"])
@pytest.mark.parametrize("name", SHORT)
def test_a_hundred_updates_are_those_of_a_run_alone(name, cell, optimizer):
    task = TASKS[name]
    models, batches = made(task, cell, size=8)
    models, batches = [m.double() for m in models], [Doubled(b) for b in batches]
    rates = [0.003, 0.01, 0.001]
    stack = rnnlab.train_stacked(
        models, batches, loss_fn=task.loss_fn, optimizer=optimizer, clip_norm=CLIPS,
        learning_rate=rates, epochs=100,
    )  # fmt: skip
    for _ in zip(range(100), stack, strict=False):
        pass
    for k, (model, own) in enumerate(zip(*made(task, cell, size=8), strict=True)):
        run = rnnlab.train(
            model.double(), Doubled(own), loss_fn=task.loss_fn, optimizer=optimizer,
            learning_rate=rates[k], clip_norm=CLIPS[k], epochs=100, device="cpu",
        )  # fmt: skip
        for _ in zip(range(100), run, strict=False):
            pass
        alone = losses(run.history, 100)
        assert np.abs(losses(stack.histories[k], 100) - alone).max() <= 1e-5
        assert (weights(run.model) - weights(models[k])).abs().max() <= 1e-5


@pytest.mark.parametrize("cell", ["rnn", "gru"])
@pytest.mark.parametrize("name", SHORT)
def test_with_adam_the_first_hundred_losses_agree_in_single_precision(name, cell):
    task = TASKS[name]
    stack = to_the_end(task, *made(task, cell), epochs=2, clip_norm=1.0)
    for k, (model, batches) in enumerate(zip(*made(task, cell), strict=True)):
        history = rnnlab.fit(
            model, batches, loss_fn=task.loss_fn, epochs=2, clip_norm=1.0, progress=False,
            device="cpu",
        )  # fmt: skip
        apart = losses(history, 100)[:, 0] - losses(stack.histories[k], 100)[:, 0]
        assert np.abs(apart).max() <= 1e-5


@pytest.mark.parametrize("hidden_state", ["reset", "carry"])
@pytest.mark.parametrize(
    "name", ["sunspots", "recall", pytest.param("names", marks=pytest.mark.slow)]
)
def test_epochs_are_averaged_and_validated_as_alone(name, hidden_state):
    task = rnnlab.load_task(name)
    options = {"epochs": 2, "optimizer": "sgd", "clip_norm": 1.0, "hidden_state": hidden_state}
    models, batches = made(task, "gru", (0, 1), hidden_state)
    stack = to_the_end(task, models, batches, validation=task.validation_data(), **options)
    slow = to_the_end(task, *made(task, "gru", (0, 1), hidden_state),
                      validation=task.validation_loss, **options)  # fmt: skip
    for k, (model, own) in enumerate(zip(*made(task, "gru", (0, 1), hidden_state), strict=True)):
        history = rnnlab.fit(
            model, own, loss_fn=task.loss_fn, validation=task.validation_loss, progress=False,
            learning_rate=0.003, device="cpu", **options,
        )  # fmt: skip
        assert stack.histories[k].train_loss == pytest.approx(history.train_loss, rel=1e-5)
        for other in (stack, slow):
            own_losses = other.histories[k].validation_loss
            assert own_losses == pytest.approx(history.validation_loss, rel=1e-5)


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_each_batch_of_a_validation_begins_with_the_state_of_the_warm_up(cell):
    task = rnnlab.load_task("sunspots")
    [(inputs, targets)], warm_up = task.validation_data()
    parts = [(inputs[:, cut], targets[:, cut]) for cut in (slice(0, 30), slice(30, None))]
    data = ValidationData(parts, warm_up[:, -20:])
    models, batches = made(task, cell)
    stack = to_the_end(task, models, batches, epochs=1, validation=data)
    for model, history in zip(models, stack.histories, strict=True):
        alone = loss_on(data, model, task.loss_fn)
        assert history.epochs[-1].validation_loss == pytest.approx(alone, rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_over_16_seeds_the_errors_are_those_of_runs_alone(cell):
    task, seeds = TASKS["sunspots"], range(16)
    stack = to_the_end(task, *made(task, cell, seeds), epochs=40, clip_norm=1.0)
    together = [task.validation_loss(model) for model in stack.models]
    alone = []
    for model, batches in zip(*made(task, cell, seeds), strict=True):
        rnnlab.fit(model, batches, loss_fn="mse", epochs=40, clip_norm=1.0, progress=False)
        alone.append(task.validation_loss(model))
    for part in (25, 50, 75):
        assert np.percentile(together, part) == pytest.approx(np.percentile(alone, part), rel=0.02)


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_a_run_has_the_same_bits_in_whatever_stack(cell):
    task = TASKS["sunspots"]
    all_of_them = to_the_end(task, *made(task, cell, (0, 1, 2)), epochs=2, clip_norm=1.0,
                             validation=task.validation_data())  # fmt: skip
    for k, seeds in ((0, [0]), (1, [2, 1]), (0, [2, 0, 3, 4, 5])):
        some = to_the_end(task, *made(task, cell, seeds), epochs=2, clip_norm=1.0,
                          validation=task.validation_data())  # fmt: skip
        assert some.histories[k] == all_of_them.histories[seeds[k]]
        assert torch.equal(weights(some.models[k]), weights(all_of_them.models[seeds[k]]))


@pytest.mark.parametrize("hidden_state", ["reset", "carry"])
def test_a_run_that_diverges_ends_alone(hidden_state):
    task = TASKS["sunspots"]
    models, batches = made(task, "rnn", (0, 1, 2), hidden_state)
    rates = [0.03, 1e6, 0.1]
    options = {"epochs": 3, "optimizer": "sgd", "hidden_state": hidden_state}
    stack = rnnlab.train_stacked(models, batches, loss_fn="mse", learning_rate=rates, **options)
    before = [weights(models[1]).clone() for steps in stack if 1 in steps]
    assert torch.equal(weights(models[1]), before[-1])  # the weights before that step
    (model,), (own,) = made(task, "rnn", (1,), hidden_state)
    history = rnnlab.History()
    with pytest.raises(rnnlab.TrainingDiverged) as alone:
        rnnlab.fit(model, own, loss_fn="mse", learning_rate=1e6, history=history, progress=False,
                   **options)  # fmt: skip
    error = stack.errors[1]
    assert (error.epoch, error.index) == (alone.value.epoch, alone.value.index)
    assert str(error) == str(alone.value)
    assert error.history is stack.histories[1]
    assert len(stack.histories[1]) == len(history)
    for k in (0, 2):
        assert stack.errors[k] is None
        alone = to_the_end(
            task, *made(task, "rnn", (k,), hidden_state), learning_rate=rates[k], **options
        )
        assert alone.histories[0] == stack.histories[k]
        assert torch.equal(weights(alone.models[0]), weights(models[k]))


def test_a_stack_ends_when_all_its_runs_have_diverged_or_are_ended():
    task = TASKS["sunspots"]
    options = {"loss_fn": "mse", "epochs": 3, "optimizer": "sgd"}
    stack = rnnlab.train_stacked(*made(task), learning_rate=1e30, **options,
                                 validation=task.validation_data())  # fmt: skip
    assert all(1 < len(steps) <= 3 for steps in stack)
    assert None not in stack.errors
    stack = rnnlab.train_stacked(*made(task), **options)
    for _ in range(7):  # an epoch
        next(stack)
    for number in range(3):
        stack.end(number)
    assert list(stack) == []
    assert stack.errors == [None] * 3


def test_a_run_may_be_ended_and_the_models_hold_what_was_learned():
    task = TASKS["sunspots"]
    models, batches = made(task)
    stack = rnnlab.train_stacked(models, batches, loss_fn="mse", epochs=2)
    before = [weights(model).clone() for model in models]
    next(stack)
    after = [weights(model).clone() for model in models]
    assert all((a - b).abs().max() > 1e-4 for a, b in zip(after, before, strict=True))
    stack.end(1)
    assert [list(steps) for steps in stack] == [[0, 2]] * 13
    assert torch.equal(weights(models[1]), after[1])
    assert [len(history) for history in stack.histories] == [14, 1, 14]


@pytest.mark.parametrize("how", ["diverged", "ended"])
def test_a_stack_whose_last_run_goes_with_the_end_of_an_epoch_is_at_its_end(how):
    x = torch.randn(4, 6, 1)
    last = x * 1e30 if how == "diverged" else x
    stack = rnnlab.train_stacked(
        [rnnlab.SequenceModel(1, 4, 1)], [[(x, x), (x, last)]], loss_fn="mse", epochs=3
    )
    assert [*next(stack)] == [0]
    if how == "ended":
        assert [*next(stack)] == [0]
        stack.end(0)
    assert [*stack] in ([{}], [])
    assert (stack.errors[0] is None) == (how == "ended")


def test_the_last_rows_of_a_carried_state_may_be_fewer():
    x = torch.randn(4, 6, 1)
    batches = [(x, x), (x[:3], x[:3])]
    model, twin = rnnlab.SequenceModel(1, 4, 1), rnnlab.SequenceModel(1, 4, 1)
    twin.load_state_dict(model.state_dict())
    stack = to_the_end(TASKS["sunspots"], [model], [batches], epochs=1, hidden_state="carry")
    alone = rnnlab.fit(twin, batches, loss_fn="mse", epochs=1, hidden_state="carry",
                       progress=False, device="cpu")  # fmt: skip
    assert stack.histories[0].loss == pytest.approx(alone.loss, rel=1e-5)


def test_wide_models_and_relu_take_the_same_way():
    torch.manual_seed(0)
    x = torch.randn(24, 5, 27)
    for options in ({"cell": "gru"}, {"nonlinearity": "relu"}):
        one, other = (rnnlab.SequenceModel(27, 160, 3, **options) for _ in range(2))
        twin = rnnlab.SequenceModel(27, 160, 3, **options)
        twin.load_state_dict(other.state_dict())
        y = torch.randint(3, (24, 5))
        stack = rnnlab.train_stacked([one, other], [[(x, y)]] * 2, loss_fn="cross_entropy")
        step = next(stack)[1]
        alone = next(rnnlab.train(twin, [(x, y)], loss_fn="cross_entropy", device="cpu"))
        assert (step.loss, step.grad_norm) == pytest.approx((alone.loss, alone.grad_norm), rel=1e-5)


def test_cross_entropy_leaves_out_what_does_not_count():
    torch.manual_seed(0)
    logits = torch.randn(5, 2, 3, 4, dtype=torch.float64, requires_grad=True)  # (T, R, B, C)
    targets = torch.randint(4, (5, 2, 3))
    targets[3:, 1] = -100
    loss, d_logits, count = cross_entropy_of_each(logits.detach().numpy(), targets.numpy())
    own = [cross_entropy(logits[:, r], targets[:, r]) for r in range(2)]
    assert loss == pytest.approx([one.item() for one in own], rel=1e-12)
    assert count.tolist() == [15, 9]
    sum(own).backward()
    assert np.abs(d_logits - logits.grad.numpy()).max() < 1e-12


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"models": []}, "0 models and 2 batches"),
        ({"cell": "lstm"}, "the cell rnn or gru: train them one by one"),
        ({"num_layers": 2}, "one layer"),
        ({"loss_fn": functional.l1_loss}, "none of mse and cross_entropy"),
        ({"learning_rate": [0.1]}, "learning_rate has 1 values"),
        ({"learning_rate": [0.1, -1]}, "learning_rate is -1"),
        ({"clip_norm": 0}, "clip_norm is 0"),
        ({"optimizer": "lbfgs"}, "the known optimizers are"),
        ({"sizes": (4, 5)}, "differ in cell or sizes"),
        ({"targets": (2, 6, 2)}, "the shapes must be equal"),
        ({"second": 0}, "have ended in epoch 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_stacked_is_refused(change, message):
    sizes = change.pop("sizes", (4, 4))
    model = {name: change.pop(name) for name in ("cell", "num_layers") if name in change}
    models = [rnnlab.SequenceModel(1, size, 1, **model) for size in sizes]
    x, y = torch.randn(2, 6, 1), torch.randn(change.pop("targets", (2, 6, 1)))
    batches = [[(x, y)], [(x, y)] * change.pop("second", 1)]
    options = {"models": models, "batches": batches, "loss_fn": "mse", **change}
    with pytest.raises(ValueError, match=message):
        next(rnnlab.train_stacked(**options))
