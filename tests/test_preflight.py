"""Preflight: it names planted defects, is silent about correct models, and changes nothing."""

import copy
import itertools
import json
import random
import re
import time

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import rnnlab
from rnnlab.doctor import preflight as preflight_module
from rnnlab.doctor.before import learning
from tests.preflight_models import (
    CE,
    CORRECT,
    DEFECTS,
    MSE,
    B,
    D,
    T,
    Undetached,
    floats,
    last_net,
    loader,
    regression,
    sequence_net,
    symbols,
)

FACTS = {"frozen embedding"}  # right if it is meant


@pytest.fixture(autouse=True)
def _much_time(monkeypatch):
    """On a busy machine two seconds may be little."""
    monkeypatch.setattr(preflight_module, "SECONDS", 60.0)
    torch.manual_seed(0)


def every_third(names):
    """Return the names for pytest, all but every third of them marked slow."""
    return [
        pytest.param(name, marks=[pytest.mark.slow] * (k % 3 != 0)) for k, name in enumerate(names)
    ]


@pytest.mark.parametrize("name", every_third(DEFECTS))
def test_a_planted_defect_is_named_by_its_check(name):
    check, words, make = DEFECTS[name]
    report = rnnlab.preflight(*make())
    (named,) = [row for row in report.checks if row.name == check]
    assert words in named.seen, report
    assert named.advice, report
    if name in FACTS:
        assert named.verdict == "fact"
        assert report.faults == []
    else:
        assert named in report.faults
        assert report.worst == "fault"


@pytest.mark.parametrize("name", every_third(CORRECT))
def test_nothing_is_said_against_a_correct_model(name):
    report = rnnlab.preflight(*CORRECT[name]())
    assert report.faults == [], report
    undecided = {row.name for row in report.checks if row.verdict == "not decided"}
    time_first = {"other examples", "its future", "its past"}  # or a batch_first left out
    assert undecided == (time_first if name == "time first, many to many" else set()), report
    print(f"{report.seconds:.2f} s")


def row(report, name):
    (found,) = [check for check in report.checks if check.name == name]
    return found


@pytest.mark.parametrize("classes", [2, 10])
def test_the_first_loss_stands_beside_what_guessing_gives(classes):
    labels = torch.arange(20) % classes
    report = rnnlab.preflight(last_net(outputs=classes), [(floats(20, T, D), labels)], CE)
    assert f"{np.log(classes):.3g} = log({classes}), or {np.log(classes):.3g} by" in str(report)


def test_the_best_constant_is_mean_entropy_and_coin():
    targets = torch.tensor([1.0, 1.0, 1.0, 5.0]).reshape(4, 1)
    report = rnnlab.preflight(last_net(outputs=1), [(floats(4, T, D), targets)], MSE)
    assert "the best constant prediction gives 3" in row(report, "first loss").seen  # the variance
    labels = torch.tensor([0, 0, 0, 1])
    report = rnnlab.preflight(last_net(outputs=2), [(floats(4, T, D), labels)], CE)
    assert "or 0.562 by how often" in row(report, "first loss").seen  # the entropy of 3 : 1
    report = rnnlab.preflight(*CORRECT["binary"]())
    assert "log 2 = 0.693" in row(report, "first loss").seen


def test_a_future_that_is_not_the_target_is_a_fact():
    report = rnnlab.preflight(*CORRECT["bidirectional tagger"]())
    assert row(report, "its future").verdict == "fact"
    assert "depends on what comes after it" in row(report, "its future").seen
    report = rnnlab.preflight(*CORRECT["autoregression"]())
    assert row(report, "its future").verdict == "ok"


def test_what_follows_from_a_fault_is_said_as_such():
    report = rnnlab.preflight(*DEFECTS["batch_first left out"][2]())
    assert "mend the row above first" in row(report, "its past").advice


def test_one_batch_alone_says_too_little_of_a_time_first_model():
    report = rnnlab.preflight(*CORRECT["time first, many to many"]())
    assert "batch_first=True" in row(report, "other examples").advice


def snapshot(model, optimizer, loaders):
    tensors = [*model.state_dict().values(), *(p.grad for p in model.parameters())]
    state = optimizer.state_dict()
    return (
        [None if t is None else t.clone() for t in tensors],
        [module.training for module in model.modules()],
        copy.deepcopy((state["state"], state["param_groups"])),
        torch.get_rng_state(), random.getstate(), np.random.get_state(),
        [copy.deepcopy({k: v for k, v in vars(x).items() if k not in ("dataset", "generator")})
         if isinstance(x, rnnlab.Batches) else x.generator.get_state() for x in loaders],
    )  # fmt: skip


def same(one, other):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


class Noisy(nn.Module):
    """Draws from three generators, writes into its input, counts its calls."""

    def __init__(self, fails=""):
        super().__init__()
        self.rnn, self.norm = nn.GRU(D, 8, batch_first=True), nn.BatchNorm1d(8)
        self.head, self.dropout, self.fails = nn.Linear(8, 1), nn.Dropout(), fails
        self.register_buffer("calls", torch.zeros(()))
        self.last = None

    def forward(self, x):
        self.calls += 1
        self.last = x.sum()
        x.mul_(1 + 0.1 * random.random() + 0.1 * np.random.rand())
        if self.fails and self.calls > int(self.fails):
            raise KeyError("in the middle")
        hidden = self.dropout(self.rnn(x)[0])
        return self.head(self.norm(hidden.transpose(1, 2)).transpose(1, 2))


def meddle(model, x):
    """Change weights, a buffer, and modes, as a loss may that looks at the model by itself."""
    model.calls += 1
    model.norm.running_mean += 1
    with torch.no_grad():
        model.rnn.weight_hh_l0.mul_(0.9)
    model.train(not model.training)
    model.rnn.eval()


@pytest.mark.parametrize("fails", ["", "0", "2"])
@pytest.mark.parametrize("loss", ["plain", "penalty", "meddles", "writes", "raises", "stops"])
def test_everything_is_as_before(loss, fails):
    model, generator = Noisy(fails), torch.Generator().manual_seed(3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    torch.optim.lr_scheduler.StepLR(optimizer, 1)  # wraps its step
    x, y = floats(40, T, D), floats(40, T, 1)
    data_before = x.clone(), y.clone()
    batches = DataLoader(TensorDataset(x, y), 10, shuffle=True, generator=generator)
    own = rnnlab.Batches(x, y, 10, shuffle=True)
    if not fails:
        MSE(model(x.clone()), y).backward()  # gradients, statistics and Adam's averages
        optimizer.step()
    model.head.eval()
    last = model.last

    def loss_fn(predictions, targets):
        if loss == "raises":
            raise ValueError("no loss")
        if loss == "stops":
            raise KeyboardInterrupt
        if loss == "meddles":  # with the model itself, which a function's copy holds too
            meddle(model, x)
        if loss == "writes":
            predictions.mul_(0.5)
            targets.mul_(0.5)
        penalty = sum(p.square().sum() for p in model.parameters()) if loss == "penalty" else 0
        return MSE(predictions, targets) + 0.001 * penalty

    before = snapshot(model, optimizer, [batches, own])
    grads = [p.grad for p in model.parameters()]
    for data in (batches, own, [(x[:10], y[:10]), (x[10:20], y[10:20])]):
        if loss == "stops" and fails != "0":
            with pytest.raises(KeyboardInterrupt):
                rnnlab.preflight(model, data, loss_fn, optimizer)
        else:
            rnnlab.preflight(model, data, loss_fn, optimizer)
    assert same(before, snapshot(model, optimizer, [batches, own]))
    assert all(p.grad is g for p, g in zip(model.parameters(), grads, strict=True))
    assert same((x, y), data_before)
    assert model.last is last


def test_a_model_and_a_loss_that_write_are_judged_like_those_that_do_not():
    def writing(predictions, targets):
        loss = MSE(predictions, targets.clone())
        if not predictions.requires_grad:
            predictions.zero_()
        targets.zero_()
        return loss

    def doubling(net, x):
        return net.head(net.rnn(x.mul_(2))[0])

    rows = []
    for forward, loss_fn in ((lambda net, x: net.head(net.rnn(x * 2)[0]), MSE), (doubling, MSE),
                             (doubling, writing)):  # fmt: skip
        torch.manual_seed(0)
        x, y = torch.randn(B, T, D), torch.randn(B, T, 1)
        report = rnnlab.preflight(sequence_net(forward=forward), [(x, y)] * 2, loss_fn)
        rows.append([check for check in report.checks if check.name != "first loss"])
        rows[-1] += [row(report, "first loss").seen.partition(";")[0]]
    assert rows[0] == rows[1] == rows[2]


def test_a_carried_state_is_as_before():
    model = CORRECT["stateful"]()[0]
    model(X)
    state = model.state
    before = state.clone()
    assert rnnlab.preflight(model, regression(), MSE).faults == []
    assert model.state is state
    assert torch.equal(state, before)


def test_the_order_of_batches_is_as_if_nobody_had_looked():
    orders = []
    for looks in (False, True):
        torch.manual_seed(5)
        data = loader(torch.arange(40.0).reshape(40, 1, 1).expand(40, T, D), floats(40, T, 1), 4)
        if looks:
            rnnlab.preflight(sequence_net(), data, MSE)
            torch.manual_seed(5)
        orders.append([x[:, 0, 0].tolist() for x, _ in data])
    assert orders[0] == orders[1]


class OwnOrder:
    """Shuffles its own list and array in place at each pass."""

    def __init__(self):
        self.order, self.array = list(range(9)), np.arange(9)
        self.numbers, self.passes = np.random.default_rng(0), 0
        self.x, self.y = floats(9, B, T, D), floats(9, B, T, 1)

    def __iter__(self):
        self.passes += 1
        random.shuffle(self.order)
        self.numbers.shuffle(self.array)
        return ((self.x[k], self.y[k]) for k in self.order)


def test_batches_of_ones_own_keep_their_order():
    data = OwnOrder()
    rnnlab.preflight(sequence_net(), data, MSE)
    assert data.order == list(range(9))
    assert data.array.tolist() == list(range(9))
    assert data.passes == 0
    assert data.numbers.random() == np.random.default_rng(0).random()


class Sequence:
    """Read by index, as a data set is."""

    def __getitem__(self, index):
        if index == 3:
            raise IndexError
        return floats(B, T, D), floats(B, T, 1)


def test_what_is_read_by_index_will_do():
    assert rnnlab.preflight(sequence_net(), Sequence(), MSE).faults == []


def pairs():
    yield floats(B, T, D), floats(B, T, 1)


X, Y = floats(B, T, D), floats(B, T, 1)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            (sequence_net(), pairs(), MSE),
            TypeError,
            r"generator that can be read only once.*a list",
        ),
        ((sequence_net(), iter([(X, Y)]), MSE), TypeError, r"list_iterator that can be read only"),
        (
            (sequence_net(), zip([X], [Y], strict=True), MSE),
            TypeError,
            r"zip that can be read only",
        ),
        ((sequence_net, [(X, Y)], MSE), TypeError, r"model is function; expected a torch"),
        ((sequence_net(), 3, MSE), TypeError, r"batches is int; expected pairs"),
        ((sequence_net(), [], MSE), ValueError, r"batches is empty; expected at least one"),
        ((sequence_net(), (X, Y), MSE), TypeError, r"a batch is Tensor.*\[\(inputs, targets\)\]"),
        ((sequence_net(), [(X, X, Y)], MSE), TypeError, r"a batch is tuple of 3; expected a pair"),
        ((sequence_net(), [(X, None)], MSE), TypeError, r"a pair of Tensor and NoneType; expected"),
        (
            (sequence_net(), [(X, Y)], "l1"),
            ValueError,
            r"loss_fn is 'l1'; the known losses are mse",
        ),
        ((sequence_net(), [(X, Y)], 3), TypeError, r"loss_fn is 3; expected a name \(mse, cross"),
        ((sequence_net(), [(X, Y)], MSE, "adam"), TypeError, r"optimizer is 'adam'; expected"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_in_a_sentence(arguments, error, words):
    with pytest.raises(error, match=words):
        rnnlab.preflight(*arguments)


def test_a_report_is_a_table_a_text_and_rows():
    x = floats(B, T, D)
    x[0] = float("inf")
    report = rnnlab.preflight(sequence_net(), [(x, Y)], MSE)
    assert report.worst == "fault"
    assert json.loads(json.dumps(report.as_rows()))[0]["name"] == "inputs and targets"
    assert re.fullmatch(
        r"fault: inputs and targets\n  seen: 36 of 576 .*\n  do:   fill .*\n1 checks in .*",
        str(report),
    )
    table = report._repr_html_()
    assert '<table class="rnnlab-report">' in table
    assert table.count("<tr>") == 2
    assert "<" not in re.sub(r"<[^<>]*>", "", table.partition("</style>")[2])
    assert preflight_module.Preflight().worst is None


def test_a_later_batch_may_hold_the_nan_and_the_rest_is_looked_at():
    x = floats(B, T, D)
    x[0, 0, 0] = float("nan")
    report = rnnlab.preflight(sequence_net(), [(X, Y), (x, Y)], MSE)
    assert [check.name for check in report.faults] == ["inputs and targets"]
    assert "batch 1" in row(report, "inputs and targets").seen
    assert row(report, "one batch").verdict == "ok"


def test_without_time_it_says_so(monkeypatch):
    monkeypatch.setattr(preflight_module, "SECONDS", 0.0)
    report = rnnlab.preflight(*CORRECT["regression"]())
    assert report.worst == "not decided"
    undecided = {check.name for check in report.checks if check.verdict == "not decided"}
    dependence, learned = {"other examples", "its future", "its past"}, {"gradients", "one batch"}
    assert undecided == {"first loss"} | dependence | learned


@pytest.mark.parametrize("slow", range(40))
def test_one_call_that_the_machine_holds_up_leaves_nothing_undecided(monkeypatch, slow):
    monkeypatch.setattr(preflight_module, "SECONDS", 2.0)
    clock, calls = [0.0], itertools.count()

    class Held(nn.Module):
        """Takes a hundredth of a second of this clock, and once 0.4 seconds."""

        def __init__(self):
            super().__init__()
            self.inner = sequence_net()

        def forward(self, x):
            clock[0] += 0.4 if next(calls) == slow else 0.01
            return self.inner(x)

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    report = rnnlab.preflight(Held(), [(X, Y)], MSE)
    assert not [check.name for check in report.checks if check.verdict == "not decided"]


@pytest.mark.parametrize(
    ("case", "words"),
    [("learning rate 1000", "ten times lower"), ("learning rate 0", "rows above")],
)
def test_a_rate_that_is_too_high_is_told_from_one_that_is_none(case, words):
    report = rnnlab.preflight(*DEFECTS[case][2]())
    assert words in row(report, "one batch").advice


def test_a_loss_that_rises_at_adams_first_rate_may_fall_at_a_lower_one(monkeypatch):
    monkeypatch.setattr(learning, "RATES", (1e4, 1e-2))
    monkeypatch.setattr(preflight_module, "RATES", (1e4, 1e-2))
    report = rnnlab.preflight(*CORRECT["regression"]())
    assert "learning rate 0.01" in row(report, "one batch").seen
    assert row(report, "one batch").verdict == "ok"


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW", "RMSprop", "LBFGS"])
def test_a_copy_of_the_given_optimizer_is_what_trains(kind):
    model = sequence_net()
    options = {"lr": 0.02} | ({"momentum": 0.9} if kind == "SGD" else {})
    optimizer = getattr(torch.optim, kind)(model.parameters(), **options)
    report = rnnlab.preflight(model, regression(), MSE, optimizer)
    assert f"({kind}, learning rate 0.02)" in row(report, "one batch").seen
    assert report.faults == []
    assert not optimizer.state


def test_a_model_with_a_graph_in_it_is_copied_too():
    model = Undetached()
    model(X)  # now its state has a graph
    report = rnnlab.preflight(model, [(X, Y)] * 2, MSE)
    assert "backward through the graph a second time" in row(report, "one batch").seen


def test_a_copy_that_computes_with_the_model_itself_is_not_judged():
    model = sequence_net()
    model.compute = lambda net, x: model.head(model.rnn(x)[0])
    report = rnnlab.preflight(model, regression(), MSE)
    assert row(report, "gradients").verdict == "not decided"
    assert "rnn.weight_ih_l0" in row(report, "gradients").seen
    assert all(p.grad is None for p in model.parameters())


def test_parameters_of_the_loss_are_no_other_models():
    class Weighted(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(()))

        def forward(self, predictions, targets):
            return MSE(predictions, targets) * self.scale.exp() - self.scale

    model, loss_fn = sequence_net(), Weighted()
    optimizer = torch.optim.SGD([*model.parameters(), *loss_fn.parameters()], lr=0.01)
    report = rnnlab.preflight(model, regression(), loss_fn, optimizer)
    assert row(report, "optimizer").verdict == "ok"
    optimizer = torch.optim.SGD([*model.parameters(), *nn.Linear(1, 1).parameters()], lr=0.01)
    report = rnnlab.preflight(model, regression(), MSE, optimizer)
    assert row(report, "optimizer").verdict == "fact"
    assert "and 2 that are not" in row(report, "optimizer").seen


def test_text_of_an_error_of_ones_own_that_fails():
    class Odd(Exception):
        def __str__(self):
            raise ValueError

    def fail(net, x):
        raise Odd

    report = rnnlab.preflight(sequence_net(forward=fail), [(X, Y)], MSE)
    assert report.checks[-1].seen == "the model raised Odd"


def test_symbols_are_changed_to_others_that_occur():
    def lookup(net, x):
        assert set(x.unique().tolist()) <= {2, 3, 7}
        return net.head(net.rnn(net.embedding(x))[0])

    model = sequence_net(inputs=4, forward=lookup)
    model.embedding = nn.Embedding(8, 4)
    x = torch.tensor([2, 3, 7])[symbols(B, T, most=3)]
    report = rnnlab.preflight(model, loader(x, floats(B, T, 1)), MSE)
    assert report.faults == []
    assert row(report, "other examples").verdict == "ok"
