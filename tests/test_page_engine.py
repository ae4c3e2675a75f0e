"""The training engine of the page without a kernel, in node: its runs are the notebook's."""

import pytest

from docs.page_data import script
from tests.page_engine import (
    ALL,
    LOSS,
    NODE,
    NORM,
    OTHERS,
    QUICK,
    REST,
    ROOT,
    check_divergence,
    check_forecast,
    check_order,
    check_steps,
    check_task,
    milliseconds,
    named,
    node,
)
from tests.page_phases import CELLS, check_phases

pytestmark = pytest.mark.skipif(NODE is None, reason="no node here: install Node.js")


@pytest.fixture(scope="module")
def ask():
    with node() as ask:
        yield ask


def test_there_are_thirty_settings():
    assert len({named(settings) for settings in ALL}) == 30
    assert len({named(settings) for settings in QUICK + REST}) == 30


@pytest.mark.parametrize("settings", QUICK, ids=named)
def test_steps(ask, settings, report):
    loss, norm = check_steps(ask, settings)
    why = ", as torch's float64" if loss > LOSS or norm > NORM else ""
    report(f"page, {named(settings)}: losses within {loss:.0e}, norms within {norm:.0e}{why}")


@pytest.mark.slow
@pytest.mark.parametrize("settings", REST, ids=named)
def test_more_steps(ask, settings, report):
    test_steps(ask, settings, report)


@pytest.mark.parametrize("settings", OTHERS, ids=named)
def test_steps_of_other_settings(ask, settings, report):
    test_steps(ask, settings, report)


def test_the_default_run_to_its_end(ask, report):
    loss, norm = check_steps(ask, {}, count=300)
    report(f"page, all 280 steps: losses within {loss:.0e}, norms within {norm:.0e}")


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
def test_order(ask, seed):
    for task, epoch in ("sunspots", 1), ("sunspots", 40), ("co2", 2):
        check_order(ask, task, seed, epoch)


@pytest.mark.parametrize("task", ["sunspots", "co2"])
def test_task(ask, task):
    check_task(ask, task)


def test_the_data_are_those_that_are_shipped():
    assert (ROOT / "docs/page/data.js").read_text(encoding="utf-8") == script()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", ["sunspots", "co2"])
def test_forecast(ask, task, cell):
    check_forecast(ask, {"task": task, "cell": cell, "learningRate": 0.01}, 40)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("bound", "before"), [(0.1, 0), (None, 9)])
def test_phases(ask, cell, bound, before):
    check_phases(ask, {"cell": cell, "clipNorm": bound}, before)


def test_divergence(ask):
    check_divergence(ask)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"cell": "mgu"}, "cell is mgu; expected rnn, gru, lstm"),
        ({"task": "sine"}, "task is sine; expected sunspots, co2"),
        ({"optimizer": "toString"}, "optimizer is toString; expected adam, sgd, rmsprop"),
        ({"hiddenSize": 1.5}, "hiddenSize is 1.5; expected a whole number from 1"),
        ({"epochs": 0}, "epochs is 0; expected a whole number from 1"),
        ({"learningRate": -1}, "learningRate is -1; expected a number above 0"),
        ({"clipNorm": 0}, "clipNorm is 0; expected a number above 0, or null for no clipping"),
        ({"seed": 2**32}, "seed is 4294967296; expected a whole number from 0 to 4294967295"),
        ({"rate": 1}, "rate is not a setting; expected one of task, cell"),
    ],
    ids=lambda value: "" if isinstance(value, str) else named(value),
)
def test_refusals(ask, settings, words):
    assert ask("refusal", settings=settings).startswith(f"RangeError: {words}")


@pytest.mark.slow
def test_milliseconds(ask, report):
    milliseconds(ask, report, "node")
