"""LandscapeLab in a real JupyterLab in a real browser: clicks, keys and a training lab in it."""

import time

import pytest
from conftest import open_notebook, run_cell, wait_for_text, write_notebook

pytestmark = pytest.mark.browser
LAB = "import rnnlab\n\nlab = rnnlab.LandscapeLab(epochs=40)\nlab"
NAME = "landscape_lab.ipynb"
# where the cells are in the picture, (column, row) of five each
AT = """([column, row]) => { const i = document.querySelector('img.rnnlab-clicks');
  const {left, top, width, height} = i.getBoundingClientRect();
  return [left + 64 + (width - 76) * (column + .5) / 5,
    top + 56 + (height - 102) * (row + .5) / 5] }"""
WORDS = "document.querySelector('.jupyter-widgets .rnnlab-twin[role=group]').innerText"


@pytest.fixture(scope="module")
def page(browser, server):
    write_notebook(server, NAME, LAB)
    page = open_notebook(browser, server, NAME)
    yield page
    assert page.faults == []
    assert page.locator("[data-mime-type*=stderr]").count() == 0
    page.close()


def wait_for_words(page, words):
    page.wait_for_function(f"words => {WORDS}.includes(words)", arg=words)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).first.click()


def test_the_map_fills_in_and_a_cell_is_chosen_by_a_click_meanwhile(page, report):
    wait_for_text(page, "Press Train")
    start = time.perf_counter()
    press(page, "Train")
    wait_for_words(page, "Lowest loss: ")
    report(f"LandscapeLab: Train to first colours {time.perf_counter() - start:.2f} s")
    for cell, words in (
        ((0, 0), "learning rate 0.01, clipping bound 0.01"),
        ((4, 4), "learning rate 1, no clipping"),
        ((2, 1), "learning rate 0.1, clipping bound 0.1"),
    ):
        x, y = page.evaluate(AT, cell)
        before = time.perf_counter()
        page.mouse.click(x, y)
        wait_for_words(page, f"The curves: {words}")
        took = 1000 * (time.perf_counter() - before)
        report(f"LandscapeLab: click on a cell to its words, while it trains: {took:.0f} ms")
    before = time.time()
    printed = run_cell(page, "import time\nprint(lab._runner.busy, time.time())").split()
    took = 1000 * (float(printed[1]) - before)
    report(f"LandscapeLab: another cell while it trains: starts after {took:.0f} ms")
    assert printed[0] == "True"
    wait_for_text(page, "Training is finished: 75 runs of 40 epochs", 120)
    report(f"LandscapeLab: 75 runs of 40 epochs {time.perf_counter() - start:.1f} s")
    assert "3 of 75 runs diverged (learning rate 1, no clipping: 3 of 3)" in page.evaluate(WORDS)


def test_arrow_keys_and_enter_choose_a_cell(page):
    x, y = page.evaluate(AT, (2, 1))
    page.mouse.click(x, y)
    wait_for_words(page, "The curves: learning rate 0.1, clipping bound 0.1")
    for name in ("ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(name)
    wait_for_words(page, "The curves: learning rate 0.3, clipping bound 1:")


@pytest.mark.slow
def test_a_training_lab_in_it_has_its_own_pictures_names_and_keys(page):
    press(page, "Open in a training lab")
    page.get_by_role("img", name="Line chart of Sunspots").wait_for()
    wait_for_text(page, "A training lab with learning rate 0.3, clipping bound 1")
    names = [image.get_attribute("alt") for image in page.locator("img.rnnlab-picture").all()]
    assert len(names) == 5
    assert names[0].startswith("Map of the validation loss")
    assert "learning rate 0.3, clipping bound 1" in names[1]
    assert all(names[2:])
    train = page.get_by_role("button", name="Train", exact=True).nth(1)
    train.click()
    wait_for_text(page, "Run 1 is finished")
    train.focus()
    page.keyboard.press("ArrowRight")  # the map's own key, but not in this lab
    train.click()
    wait_for_text(page, "Run 2 is finished")
    assert "The curves: learning rate 0.3, clipping bound 1:" in page.evaluate(WORDS)
    assert page.locator("img.rnnlab-picture").nth(0).get_attribute("alt") == names[0]
