"""GradientLab in a real JupyterLab in a real browser, by the keyboard alone."""

import statistics
import time

import pytest
from conftest import open_notebook, wait_for_text, write_notebook

pytestmark = pytest.mark.browser
LAB = "import rnnlab\n\nlab = rnnlab.GradientLab()\nlab"
NAME = "gradient_lab.ipynb"
LENGTH, SCALE, CLIP_NORM, FORGET_BIAS, HIDDEN_SIZE = range(5)  # the sliders, in their order
# pictures: of each cell the unrolled network, and what is below it
ALL, BELOW, LSTM = (0, 1, 2, 3, 4, 5), (1, 3, 5), (4, 5)
SOURCES = "[...document.querySelectorAll('img.rnnlab-picture')].map(i => i.src)"
NEW_PICTURES = """([old, which]) => {
  const images = document.querySelectorAll('img.rnnlab-picture')
  return which.every(k => images[k].src !== old[k] && images[k].complete
    && images[k].naturalWidth > 0) }"""


@pytest.fixture(scope="module")
def page(browser, server):
    write_notebook(server, NAME, LAB)
    page = open_notebook(browser, server, NAME)
    wait_for_text(page, "networks of 32 units on 8 sequences of 50 time steps")
    yield page
    assert page.faults == []
    assert page.locator("[data-mime-type*=stderr]").count() == 0
    page.close()


def press(page, slider, key, which):
    """Press a key on a slider and return the milliseconds until these pictures are new."""
    page.locator(".noUi-handle").nth(slider).focus()
    before, start = page.evaluate(SOURCES), time.perf_counter()
    page.keyboard.press(key)
    page.wait_for_function(NEW_PICTURES, arg=[before, which], timeout=15_000)
    took = 1000 * (time.perf_counter() - start)
    page.wait_for_timeout(300)  # the words have come as well: the next key finds all at rest
    return took


def told(page, name, waits):
    every = [round(wait) for wait in waits]
    return f"GradientLab, {name}: median {statistics.median(waits):.0f} ms of {len(waits)}: {every}"


@pytest.mark.slow
def test_all_pictures_follow_the_scale_at_50_steps(page, report):
    press(page, SCALE, "ArrowRight", ALL)
    keys = ["ArrowRight"] * 5 + ["ArrowLeft"] * 5
    waits = [press(page, SCALE, key, ALL) for key in keys * 2]
    report(told(page, "key on the scale to six new pictures, T = 50", waits))


@pytest.mark.parametrize(
    ("slider", "name", "which"),
    [(CLIP_NORM, "clipping bound", BELOW), (FORGET_BIAS, "forget bias", LSTM),
     (LENGTH, "length", ALL), (HIDDEN_SIZE, "hidden size", ALL)],
)  # fmt: skip
def test_every_slider_redraws(page, report, slider, name, which):
    waits = [press(page, slider, key, which) for key in ("ArrowRight", "ArrowLeft") * 3]
    report(told(page, f"key on the {name}", waits))


def test_the_words_follow(page):
    press(page, SCALE, "End", ALL)
    wait_for_text(page, "It explodes")
    press(page, FORGET_BIAS, "End", LSTM)
    wait_for_text(page, "LSTM: after 30 steps back, ")
    press(page, LENGTH, "Home", ALL)
    wait_for_text(page, "8 sequences of 5 time steps")
    wait_for_text(page, "RNN: after 4 steps back, ")
    press(page, LENGTH, "End", ALL)
    wait_for_text(page, "8 sequences of 100 time steps")


def test_a_slider_held_down_ends_in_its_last_value(page, report):
    handle = page.locator(".noUi-handle").nth(SCALE)
    handle.focus()
    start, before = time.perf_counter(), page.evaluate(SOURCES)
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function(NEW_PICTURES, arg=[before, ALL])
    took = time.perf_counter() - start
    page.wait_for_timeout(1500)
    page.locator(".noUi-handle").nth(SCALE).focus()
    assert page.locator(".widget-readout").nth(SCALE).inner_text() == "times 0.1"
    wait_for_text(page, "RNN: after 30 steps back, less than 0.000001 % of the gradient is left.")
    report(f"GradientLab: 30 keys at once, T = 100: all pictures new after {took:.1f} s")


def test_at_800_pixels_the_pictures_wrap_and_nothing_is_cut_off(browser, server):
    page = open_notebook(browser, server, NAME, width=800)
    assert page.locator("img.rnnlab-picture").count() == 6
    lab = page.locator(".rnnlab").first
    page.wait_for_function(
        """() => { const lab = document.querySelector('.rnnlab').clientWidth;
          return [...document.querySelectorAll('img.rnnlab-picture')]
            .every(i => i.clientWidth <= lab && i.clientWidth > lab - 12) }"""
    )
    boxes = [page.locator("img.rnnlab-picture").nth(k).bounding_box() for k in range(6)]
    assert len({box["y"] for box in boxes}) == 6
    assert lab.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.faults == []
    page.close()
