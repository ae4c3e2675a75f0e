"""StateLab in a real JupyterLab in a real browser, by the keyboard alone."""

import re
import time

import pytest
from conftest import open_notebook, wait_for_text, write_notebook

pytestmark = pytest.mark.browser
LAB = "import rnnlab\n\nlab = rnnlab.StateLab()\nlab"
NAME = "state_lab.ipynb"
WAYS = ("reset", "carry and detach", "carry without detach", "carry with shuffle")


@pytest.fixture(scope="module")
def page(browser, server):
    write_notebook(server, NAME, LAB)
    page = open_notebook(browser, server, NAME)
    yield page
    assert page.faults == []
    assert page.locator("[data-mime-type*=stderr]").count() == 0
    page.close()


def press(page, name, key="Enter"):
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press(key)


def slide(page, slider, key):
    page.locator(".noUi-handle").nth(slider).focus()
    page.keyboard.press(key)


def twin(page):
    return page.locator(".jupyter-widgets .rnnlab-twin[role=group]").inner_text()


def test_each_way_is_chosen_and_read_by_the_keyboard(page, report):
    wait_for_text(page, "Training is finished: 12 epochs of 32 batches for each way.")
    assert page.locator("img.rnnlab-picture").count() == 5
    for way in (*WAYS[1:], WAYS[0]):
        before = page.locator("img.rnnlab-picture").first.get_attribute("src")
        start = time.perf_counter()
        press(page, way)
        page.wait_for_function(
            "old => document.querySelector('img.rnnlab-picture').src !== old", arg=before
        )
        report(f"StateLab, {way}: key to new picture {1000 * (time.perf_counter() - start):.0f} ms")
        wait_for_text(page, f"Measured 32 batches of {way}.")
        last = 128 if way == "carry without detach" else 4
        page.wait_for_function(
            """w => { const t = document.querySelector(
                '.jupyter-widgets .rnnlab-twin[role=group]').innerText
              return t.startsWith(w) && t.includes('Measured') }""",
            arg=way.capitalize(),
        )
        assert ("goes back 12 time steps, and" in twin(page)) is (last == 128)
        assert "the gradient goes back 4 time steps in batch 1" in twin(page)
        assert (f"{last} time steps and" in twin(page)) is (last == 128)


@pytest.mark.slow
def test_every_picture_is_there_as_soon_as_the_lab_is(browser, server):
    write_notebook(server, "long.ipynb", "import rnnlab\nrnnlab.StateLab(epochs=2000)")
    page = open_notebook(browser, server, "long.ipynb")
    wait_for_text(page, "Training all four ways: epoch")
    words = twin(page)  # while it trains
    assert "Measured: the gradient goes back 4 time steps" in words
    assert "Loss, reset: " in words
    images = page.locator("img.rnnlab-picture")
    assert all(images.nth(k).evaluate("i => i.complete && i.naturalWidth > 0") for k in range(5))
    press(page, "Stop", "Space")
    wait_for_text(page, "Stopped.")
    assert page.faults == []
    page.close()


@pytest.mark.parametrize("width", [pytest.param(1400, marks=pytest.mark.slow), 800])
def test_the_pictures_take_the_width_and_nothing_is_cut_off(browser, server, width):
    write_notebook(server, f"{width}.ipynb", LAB)  # the other notebook keeps its lab
    page = open_notebook(browser, server, f"{width}.ipynb", width=width)
    lab = page.locator(".rnnlab").first
    page.wait_for_function(
        """() => { const lab = document.querySelector('.rnnlab');
          const right = Math.max(...[...lab.querySelectorAll('img.rnnlab-picture')]
            .map(i => i.getBoundingClientRect().right));
          const gap = lab.getBoundingClientRect().right - right; return gap >= -1 && gap < 12 }"""
    )
    assert lab.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.faults == []
    page.close()


def test_torchs_own_error_is_read_on_the_page(page):
    press(page, "carry without detach")
    wait_for_text(page, "RuntimeError: Trying to backward through the graph a second time")
    wait_for_text(page, "has been modified by an inplace operation")
    wait_for_text(page, "state = state.detach()")
    press(page, "reset")
    page.wait_for_function("() => !document.body.innerText.includes('RuntimeError')")


def test_training_shows_the_order_and_follows_the_window(page, report):
    press(page, "Train")
    wait_for_text(page, "Training all four ways")
    start = time.perf_counter()
    wait_for_text(page, "Training is finished: 12 epochs of 32 batches for each way.")
    report(f"StateLab: Train to finished {time.perf_counter() - start:.1f} s, window 4")
    page.wait_for_function(  # the words follow what is said of the run
        """ways => { const t = document.querySelector(
                '.jupyter-widgets .rnnlab-twin[role=group]').innerText
          return ways.every(w => t.split(`Loss, ${w}: `)[1]?.split('Loss, ')[0]
            .includes(' on average in epoch 12')) }""",
        arg=[WAYS[1], WAYS[0], WAYS[3]],
    )
    final = {
        way: float(re.search(rf"Loss, {way}: .* ([\d.]+) on average in epoch 12", twin(page))[1])
        for way in (WAYS[1], WAYS[0], WAYS[3])
    }
    report(f"StateLab in the browser, loss of the last epoch: {final}")
    assert final["carry and detach"] < 0.05
    assert 0.4 < final["reset"] < 0.6 < final["carry with shuffle"] < 0.9
    assert "Loss, carry without detach: 0.978 in batch 2, where torch raised." in twin(page)
    slide(page, 0, "End")
    wait_for_text(page, "16 time steps in batch 1")
    wait_for_text(page, "The best to be expected is 0.125.")
    assert "Training is finished" in page.locator(".rnnlab [role=status]").inner_text()
    slide(page, 0, "Home")
    wait_for_text(page, "2 time steps in batch 1")


def test_stop(page):
    slide(page, 2, "End")
    wait_for_text(page, "of 40.")
    press(page, "Stop", "Space")
    wait_for_text(page, "Stopped. Train begins again from the first weights.")
