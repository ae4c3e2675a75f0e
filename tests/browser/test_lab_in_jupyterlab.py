"""Notebook 00 in a real JupyterLab in a real browser: it trains, follows the keyboard, stops."""

import statistics
import time

import pytest
from conftest import open_notebook, wait_for_text

pytestmark = pytest.mark.browser
NEW_PICTURE = """old => { const i = document.querySelectorAll('img.rnnlab-picture')[1];
  return i.src !== old && i.complete && i.naturalWidth > 0 }"""
HIDDEN_SIZE, LEARNING_RATE, EPOCHS = 0, 1, 2  # the sliders, in the order of the page
STATE = """import gc, asyncio
while lab._runner.steps is not None:
    await asyncio.sleep(0.01)
await asyncio.sleep(0.05)
from matplotlib.figure import Figure
gc.collect()
figures = sum(type(thing) is Figure for thing in gc.get_objects())
tasks = sum("Runner" in repr(task) for task in asyncio.all_tasks())
print("state", figures, tasks, lab.learning_rate, lab._run and lab._run.learning_rate)
"""


@pytest.fixture(scope="module")
def page(browser, server):
    page = open_notebook(browser, server, "00_start_here.ipynb")
    yield page
    assert page.faults == []
    page.close()


def press(page, slider, *keys):
    page.locator(".noUi-handle").nth(slider).focus()
    for key in keys:
        page.keyboard.press(key)


def run_cell(page, code):
    """Type code into a new cell below the lab's, run it, and return what it prints."""
    page.evaluate(
        """code => { const {commands, shell} = window.jupyterapp;
        const notebook = shell.currentWidget.content;
        notebook.activeCellIndex = notebook.widgets.length - 1;
        commands.execute('notebook:insert-cell-below').then(() => {
          notebook.activeCell.model.sharedModel.setSource(code);
          commands.execute('notebook:run-cell') }) }""",
        code,
    )
    output = page.locator(".jp-Notebook-cell").last.locator(".jp-RenderedText")
    output.wait_for(timeout=30_000)
    return output.inner_text().strip()


def test_the_picture_is_up_at_once(page, report):
    old = page.locator("img.rnnlab-picture").first.get_attribute("src")
    time.sleep(2)  # the lab warms up after its cell
    start = time.perf_counter()
    page.evaluate("() => {window.jupyterapp.commands.execute('notebook:run-all-cells')}")
    page.wait_for_function(
        """old => { const i = document.querySelector('img.rnnlab-picture');
        return i && i.src !== old && i.complete && i.naturalWidth > 0 }""",
        arg=old,
        timeout=15_000,
    )
    report(f"cell to first picture, kernel warm: {1000 * (time.perf_counter() - start):.0f} ms")
    assert page.locator("img.rnnlab-picture").count() == 3  # the earlier lab is gone
    wait_for_text(page, "Not trained yet")


def test_training_follows_the_learning_rate(page, report):
    start = time.perf_counter()
    page.get_by_role("button", name="Train", exact=True).click()
    wait_for_text(page, "Run 1 is finished: epoch 40 of 40, 280 steps")
    report(f"Train to finished, 40 epochs: {1000 * (time.perf_counter() - start):.0f} ms")
    wait_for_text(page, "below persistence")
    picture, waits = page.locator("img.rnnlab-picture").nth(1), []
    for k in range(10):
        before, start = picture.get_attribute("src"), time.perf_counter()
        press(page, LEARNING_RATE, "ArrowRight" if k < 5 else "ArrowLeft")
        page.wait_for_function(NEW_PICTURE, arg=before, timeout=15_000)
        waits.append(1000 * (time.perf_counter() - start))
        wait_for_text(page, f"Run {k + 2} is finished")
    median, all_of_them = statistics.median(waits), [round(wait) for wait in waits]
    report(f"key to new picture: median {median:.0f} ms of 10: {all_of_them}")


def test_sixty_changes_in_two_seconds_end_in_one_run(page, report):
    figures = run_cell(page, STATE).split()[1]
    start = time.perf_counter()
    for k in range(60):
        press(page, LEARNING_RATE, "ArrowRight" if k % 20 < 11 else "ArrowLeft")
    took = time.perf_counter() - start
    time.sleep(0.5)  # the last change has arrived; its run takes longer than this or is done
    page.wait_for_function(
        "() => document.querySelector('.rnnlab [role=status]').innerText.includes('is finished')",
        timeout=30_000,
    )
    state = run_cell(page, STATE)
    shown = page.locator(".widget-readout").nth(LEARNING_RATE).inner_text()
    report(f"60 changes in {took:.1f} s: figures {figures} before; figures, tasks, rates: {state}")
    assert state.split()[1:3] == [figures, "0"]
    assert float(state.split()[3]) == float(state.split()[4]) == pytest.approx(float(shown))
    assert "40 epochs" in page.locator(".widget-readout").nth(EPOCHS).inner_text()


def test_another_cell_runs_while_it_trains_and_stop_stops(page, report):
    press(page, EPOCHS, "End")
    wait_for_text(page, "of 500,")
    start = time.perf_counter()
    assert run_cell(page, "print('beside', lab._runner.busy)") == "beside True"
    report(f"another cell while training: {1000 * (time.perf_counter() - start):.0f} ms")
    stop = page.get_by_role("button", name="Stop", exact=True)
    stop.scroll_into_view_if_needed()
    start = time.perf_counter()
    stop.click()
    wait_for_text(page, "was stopped at")
    report(f"Stop to stopped: {1000 * (time.perf_counter() - start):.0f} ms")
    before = page.inner_text(".rnnlab [role=status]")
    time.sleep(0.3)
    assert page.inner_text(".rnnlab [role=status]") == before
    assert page.locator("[data-mime-type*=stderr]").count() == 0
