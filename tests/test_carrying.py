"""Four ways to treat the state between batches: counted, measured and trained, against torch."""

import itertools
import math
from statistics import fmean, median

import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss

import rnnlab
from rnnlab.microscope.carried_states import first_batches, steps_read
from rnnlab.microscope.carrying import (
    DETACH,
    NO_DETACH,
    RESET,
    SHUFFLE,
    WAYS,
    KeptTensors,
    best_loss,
    carry_through,
    measure_graph,
    recall_task,
    retain_through,
)
from tests.sizes import short_or_long

GOOD = (RESET, DETACH, SHUFFLE)


@pytest.fixture(scope="module")
def task():
    return recall_task(4)


def loss_of(model, inputs, targets, state=None):
    predictions, state = model(inputs, state)
    return mse_loss(predictions, targets), state


@pytest.mark.parametrize("window", [2, 4, 9])
@pytest.mark.parametrize("way", GOOD)
def test_the_graph_is_as_long_as_the_window(way, window):
    task = recall_task(window)
    rows = list(itertools.islice(carry_through(task, way, epochs=1), 6))
    assert [row.graph_length for row in rows] == [window] * 6
    assert len({row.graph_nodes for row in rows}) <= 2  # the first batch has no state to start from
    assert len({row.kept_bytes for row in rows}) == 1
    assert all(row.backward_seconds > 0 for row in rows)


@pytest.mark.parametrize("window", [1, 4, 9])
def test_with_retain_graph_it_grows_by_a_window_each_batch(window):
    rows = list(retain_through(recall_task(window)))
    assert [row.batch for row in rows] == list(range(1, 33))
    assert [row.graph_length for row in rows] == [window * k for k in range(1, 33)]
    grown = {b.graph_nodes - a.graph_nodes for a, b in itertools.pairwise(rows)}
    assert len(grown) == 1
    kept = {b.kept_bytes - a.kept_bytes for a, b in itertools.pairwise(rows)}
    assert max(kept) - min(kept) <= 8  # the first batch has no state before it
    assert min(kept) > window * 32 * 16 * 4  # at least the hidden states (T, B, H) in float32
    assert all(not row.error for row in rows)
    assert median(r.backward_seconds for r in rows[-8:]) > median(
        r.backward_seconds for r in rows[:8]
    )


def test_the_counted_time_steps_are_those_that_the_gradient_reaches(task):
    """The inputs of k batches get a gradient from the last loss: as many as the graph is long."""
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(1, 8, 1, implementation="torch")
    batches = [
        (inputs.clone().requires_grad_(), targets)
        for inputs, targets in itertools.islice(task.batches("carry"), 3)
    ]
    for cut, reached in ((True, 4), (False, 12)):
        state = None
        for inputs, targets in batches:
            inputs.grad = None
            state = state.detach() if cut and state is not None else state
            loss, state = loss_of(model, inputs, targets, state)
        loss.backward(retain_graph=True)
        steps = [inputs.grad[0, t] for inputs, _ in batches if inputs.grad is not None
                 for t in range(4)]  # fmt: skip
        assert sum(bool(step.abs() > 0) for step in steps) == reached
        assert measure_graph(loss)[0] == reached


def test_kept_tensors_counts_each_storage_once_and_lets_go():
    linear = nn.Linear(3, 5)
    kept, x = KeptTensors(linear), torch.ones(2, 3)
    with kept.recording(x):
        y = torch.tanh(linear(x))  # tanh keeps its result: 2 * 5 floats
        z = y * y[:, :4].sum()  # y again, in both factors, and a sum of one float
    assert kept.bytes() == 4 * (2 * 5 + 1)
    z.sum().backward()
    assert kept.bytes() == 0
    with kept.recording():
        linear(x)  # not left out: the data; never kept: the graph is gone
        held = linear(x)
    assert kept.bytes() == 4 * 2 * 3
    del held
    assert kept.bytes() == 0


@pytest.mark.parametrize(("way", "policy"), [(RESET, "reset"), (DETACH, "carry")])
def test_training_is_that_of_the_package(task, way, policy):
    rows = list(carry_through(task, way, epochs=2, seed=3))
    torch.manual_seed(3)
    model = rnnlab.SequenceModel(1, 16, 1, implementation="torch")
    run = rnnlab.train(
        model,
        task.batches(order="streams"),
        loss_fn="mse",
        optimizer=torch.optim.Adam(model.parameters(), lr=0.01),
        epochs=2,
        hidden_state=policy,
        device="cpu",
    )
    steps = list(run)
    assert [row.loss for row in rows] == [step.loss for step in steps]
    assert [(row.epoch, row.batch) for row in rows] == [(s.epoch, s.index + 1) for s in steps]
    averages = [row.train_loss for row in rows if row.train_loss is not None]
    assert averages == pytest.approx(run.history.train_loss)
    assert len(averages) == 2
    assert [row.batch for row in rows if row.validation_loss is not None] == [64]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_counted_changes_no_loss(task, way):
    bare = list(carry_through(task, way, epochs=2, count_graph=False, count_bytes=False))
    counted = list(carry_through(task, way, epochs=2))
    for one, other in zip(bare, counted, strict=True):
        assert (one.loss, one.train_loss, one.validation_loss, one.error) == (
            other.loss, other.train_loss, other.validation_loss, other.error
        )  # fmt: skip
        assert one.graph_length is one.graph_nodes is one.kept_bytes is None
        assert other.graph_length > 0 < other.kept_bytes


def test_with_shuffle_it_is_the_state_of_another_part(task):
    """The loop written out, over the shuffled windows: the same losses."""
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(1, 16, 1, implementation="torch")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses, batches = [], task.batches(order="shuffled")
    for _ in range(2):
        state = None
        for inputs, targets in batches:
            optimizer.zero_grad()
            loss, state = loss_of(model, inputs, targets, state)
            state = state.detach()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert [row.loss for row in carry_through(task, SHUFFLE, epochs=2)] == losses


def raised_by_torch(task, retain_graph):
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(1, 16, 1, implementation="torch")
    optimizer, state = torch.optim.Adam(model.parameters(), lr=0.01), None
    for count, (inputs, targets) in enumerate(task.batches("carry"), 1):
        optimizer.zero_grad()
        loss, state = loss_of(model, inputs, targets, state)
        try:
            loss.backward(retain_graph=retain_graph)
        except RuntimeError as error:
            return count, str(error)
        optimizer.step()
    return None


@pytest.mark.parametrize(
    ("retain_graph", "start"),
    [(False, "Trying to backward through the graph a second time (or directly access saved "),
     (True, "one of the variables needed for gradient computation has been modified by an inp")],
)  # fmt: skip
def test_the_error_is_torchs_own(task, retain_graph, start):
    if retain_graph:
        *_, before, last = retain_through(task, update=True)
    else:
        *_, before, last = carry_through(task, NO_DETACH)
    assert (last.batch, last.error) == raised_by_torch(task, retain_graph) == (2, last.error)
    assert last.error.startswith(start)
    assert before.error == ""
    assert last.graph_length == 8
    assert math.isnan(last.backward_seconds)
    assert (last.kept_bytes is None) is retain_graph


def test_an_error_of_another_way_is_not_taken_for_torchs_lesson(task, monkeypatch):
    monkeypatch.setattr(
        "rnnlab.microscope.carrying.next_state", lambda way, state: state
    )  # a mistake of ours
    with pytest.raises(RuntimeError, match="a second time"):
        list(carry_through(task, DETACH))


@pytest.mark.parametrize("window", [2, 4])
def test_the_steps_that_are_read_are_those_of_the_batches(window):
    task = recall_task(window, seed=1)
    assert steps_read(task, RESET, 3) == [(k * window, k * window + window - 1) for k in range(3)]
    assert (
        steps_read(task, RESET, 3) == steps_read(task, DETACH, 3) == steps_read(task, NO_DETACH, 3)
    )
    shuffled = steps_read(task, SHUFFLE, 32, seed=5)
    batches = list(task.batches(order="shuffled", seed=5))
    for (first, last), (inputs, _) in zip(shuffled, batches, strict=True):
        assert torch.equal(inputs[0], task.inputs[first : last + 1])
    assert all(a[1] + 1 != b[0] for a, b in itertools.pairwise(shuffled[:4]))


@short_or_long("seeds", 1, 5)
def test_recall_two_back_carry_below_reset_below_shuffle_for_every_seed(seeds, report):
    held_out = {way: [] for way in GOOD}
    for seed, way in itertools.product(range(seeds), GOOD):
        *_, last = carry_through(recall_task(4, seed), way, seed=seed)
        held_out[way].append(last.validation_loss)
    for way, losses in held_out.items():
        best = best_loss(recall_task(4), way)
        report(
            f"recall two back, held out, {seeds} seeds, {way}: "
            f"{', '.join(f'{loss:.3f}' for loss in losses)} (to be expected: {best:.3f})"
        )
        assert losses == pytest.approx([best] * seeds, abs=0.05)
    for carried, reset, shuffled in zip(
        *(held_out[w] for w in (DETACH, RESET, SHUFFLE)), strict=True
    ):
        assert carried + 0.4 < reset
        assert reset + 0.15 < shuffled


@pytest.mark.parametrize("window", [4, 6])
def test_the_loss_to_be_expected_is_that_of_the_best_answers(window):
    """A reader that remembers exactly, and answers what is best on average."""
    task = recall_task(window)
    rows, known = task.targets.view(32, -1, window), torch.arange(window) >= 2
    answers = rows * known
    assert (answers - rows).square().mean().item() == pytest.approx(best_loss(task, RESET))
    answers[:, 1:, :2] = rows[:, 1:, :2]
    assert (answers - rows).square().mean().item() == pytest.approx(best_loss(task, DETACH))
    generator = torch.Generator().manual_seed(99)
    remembered = torch.where(
        known, rows, 2.0 * torch.randint(0, 2, rows.shape, generator=generator) - 1
    )
    scales = torch.linspace(0, 1, 101)
    losses = [(scale * remembered - rows).square().mean().item() for scale in scales]
    assert min(losses) == pytest.approx(best_loss(task, SHUFFLE), abs=0.03)


@pytest.mark.parametrize(
    ("name", "value"),
    [("way", "keep"), ("epochs", 0), ("hidden_size", 2.5), ("learning_rate", -1), ("seed", -1)],
)
def test_what_cannot_work_is_refused_in_words(task, name, value):
    options = {"way": RESET, name: value}
    with pytest.raises(ValueError, match=f"{name} is {value!r}"):
        next(carry_through(task, **options))
    if name in ("hidden_size", "learning_rate", "seed"):
        with pytest.raises(ValueError, match=f"{name} is {value!r}"):
            next(retain_through(task, **{name: value}))


def test_the_notebooks_own_random_numbers_stay(task):
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    for way in WAYS:
        next(carry_through(task, way))
    assert torch.equal(torch.rand(3), expected)


def test_rows_repeat_from_the_same_seed(task):
    runs = [[row.loss for row in carry_through(task, SHUFFLE, epochs=2)] for _ in range(2)]
    assert runs[0] == runs[1]
    assert fmean(runs[0][-8:]) < runs[0][0]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("window", [1, 4, 7])
def test_the_states_and_the_gradient_of_the_first_batches_are_autograds(way, window):
    """The loop written out, over all rows, with no probe: row 0 of it is what is shown."""
    task = recall_task(window, seed=2)
    torch.manual_seed(5)
    model = rnnlab.SequenceModel(1, 8, 1, implementation="torch")
    order = "shuffled" if way == SHUFFLE else "streams"
    batches = list(itertools.islice(task.batches(seed=5, order=order), 3))
    state, outputs = None, []
    for inputs, targets in batches:
        for x in inputs.split(1, 1):  # a time step at a time, so that each state has a gradient
            _, state = model.recurrence(x, state)  # (B, 1, H), (1, B, H)
            state.retain_grad()
            outputs.append(state)
        predictions = model.readout(torch.cat([h[0][:, None] for h in outputs[-window:]], 1))
        loss = mse_loss(predictions, targets)
        state = {RESET: None, NO_DETACH: state}.get(way, state.detach())
    loss.backward()
    found = first_batches(task, way, hidden_size=8, seed=5)
    expected = torch.stack([h[0, 0].detach() for h in outputs])
    torch.testing.assert_close(found.states, expected)
    norms = [0.0 if h.grad is None else h.grad[0, 0].norm().item() for h in outputs]
    assert found.gradient.tolist() == pytest.approx(norms, rel=1e-4, abs=1e-12)
    reached = window * 3 if way == NO_DETACH else window
    assert found.reached == sum(norm > 0 for norm in norms) == reached
    assert found.steps == steps_read(task, way, 3, 5)
