"""The page's training engine in a browser, from one file that asks for nothing else."""

import pytest

from tests.page_engine import (
    CELLS,
    FILES,
    QUICK,
    REST,
    check_divergence,
    check_forecast,
    check_order,
    check_steps,
    check_task,
    milliseconds,
    named,
)
from tests.page_phases import check_phases

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ask(browser, tmp_path_factory):
    """Return a function that asks a page with the engine in it, one question after the other."""
    file = tmp_path_factory.mktemp("page") / "engine.html"
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    file.write_text(
        f"<!doctype html><meta charset=utf-8><title>.</title><script>{scripts}</script>"
    )
    page, faults, requests = browser.new_page(), [], []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(file.as_uri())
    yield lambda name, **question: page.evaluate("told => ask(...told)", [name, question])
    page.close()
    assert faults == []
    assert requests == [file.as_uri()]


@pytest.mark.parametrize("settings", QUICK, ids=named)
def test_steps(ask, settings):
    check_steps(ask, settings)


@pytest.mark.slow
@pytest.mark.parametrize("settings", REST, ids=named)
def test_more_steps(ask, settings):
    check_steps(ask, settings)


@pytest.mark.parametrize("task", ["sunspots", "co2"])
def test_task_and_order(ask, task):
    check_task(ask, task)
    for seed, epoch in (0, 1), (2**32 - 1, 40):
        check_order(ask, task, seed, epoch)


@pytest.mark.parametrize("cell", CELLS)
def test_phases_and_forecast(ask, cell):
    check_phases(ask, {"cell": cell}, before=8)
    check_forecast(ask, {"cell": cell}, 14)


def test_divergence(ask):
    check_divergence(ask)


@pytest.mark.slow
def test_milliseconds(ask, report):
    milliseconds(ask, report, "Chromium")
