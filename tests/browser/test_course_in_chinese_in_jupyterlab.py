"""The course in Chinese in JupyterLab: two labs and two lessons, two widths, both themes."""

import contextlib
import os
import re
from pathlib import Path

import pytest
from conftest import end_kernels, jupyterlab, open_notebook, write_notebook
from playwright.sync_api import TimeoutError
from test_accessibility import LAB, OUTSIDE, RUN, check
from test_page_in_chinese import WIDE, wide

pytestmark, SLOW = pytest.mark.browser, pytest.mark.slow
SHOTS = os.environ.get("RNNLAB_SHOTS")  # a folder for pictures of the pages, to look at
STEPPER = "LoopStepper(fault='state-not-detached')"
# by lab: what is done with it, and what it says then
DONE = {
    "TrainingLab(epochs=3)": [
        ("lab.run()", "第 1 次运行已完成"),
        ("lab.controls['learning_rate'].value = -1", "learning_rate"),
        ("lab.buttons['More settings'].click()", "收起设置"),
        ("lab.ask_the_doctor()", "医生"),
    ],
    STEPPER: [
        ("lab.next_batch(); lab.ask_the_doctor()", "医生"),
        ("lab.next_batch()", "backward"),
    ],
}
# no word of Chinese, and no error of torch; mixed texts are tests/test_labs_in_chinese's matter
ENGLISH = re.compile(r"(?!\w+Error: )[^\u4e00-\u9fff]*[A-Za-z]{2,} [A-Za-z]{2,}[^\u4e00-\u9fff]*")
PROSE = ".jp-RenderedMarkdown, .rnnlab, .rnnlab-guess"
# what parts of the page say, and their attributes, but for code
READ = """parts => parts.flatMap(part => { const copy = part.cloneNode(true);
  copy.querySelectorAll('code, pre, style, .line, mjx-container').forEach(e => e.remove());
  const named = ['title', 'aria-label', 'alt', 'placeholder'].flatMap(
    name => [...copy.querySelectorAll(`[${name}]`)].map(e => e.getAttribute(name)));
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT), texts = [];
  for (let node; (node = walker.nextNode()); ) texts.push(node.data);
  return [...texts, ...named] })"""


@pytest.fixture(scope="module", params=["light", pytest.param("dark", marks=SLOW)])
def chinese(request, tmp_path_factory):
    """Yield the address of a JupyterLab with the course in Chinese, and its folder."""
    folder = tmp_path_factory.mktemp("jupyterlab")
    with jupyterlab(folder, request.param == "dark", "zh") as base:
        yield base, folder, request.param
        end_kernels(base)


def open_in_chinese(browser, base, name):
    """Open a notebook with letters as wide as Chinese ones are, even where no font has them."""
    page = open_notebook(browser, base, name, height=2600)
    page.evaluate(WIDE, wide())
    page.add_style_tag(content=".jp-Notebook * {font-family: system-ui, 'DejaVu Sans', wide}")
    return page


def english(page, part):
    return list(filter(ENGLISH.fullmatch, page.locator(part).evaluate_all(READ)))


def nothing_is_cut_off(page, shot):
    for width in (1400, 800):
        page.set_viewport_size({"width": width, "height": 2600})
        with contextlib.suppress(TimeoutError):  # JupyterLab may still be at it
            page.wait_for_function(
                f"() => ({OUTSIDE})(document.querySelector('{LAB}')).length === 0"
            )
        assert page.locator(LAB).first.evaluate(OUTSIDE) == [], width
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{shot}_{width}.png")


@pytest.mark.parametrize("making", ["TrainingLab(epochs=3)", pytest.param(STEPPER, marks=SLOW)])
def test_a_lab_is_chinese_and_nothing_is_cut_off(browser, chinese, making):
    base, folder, theme = chinese
    write_notebook(base, "lab.ipynb", f"import rnnlab\nlab = rnnlab.{making}\nlab")
    page = open_in_chinese(browser, base, "lab.ipynb")
    page.locator(f"{LAB}[aria-label][lang=zh] img[alt]").first.wait_for()
    assert english(page, LAB) == []
    for code, text in DONE[making]:
        page.evaluate(RUN, code)
        page.wait_for_function(
            f"t => document.querySelector('{LAB}').innerText.includes(t)", arg=text
        )
        assert english(page, LAB) == [], code
        check(page, code)
    nothing_is_cut_off(page, f"{making[:8]}_{theme}")
    assert page.locator("[data-mime-type*=stderr]").count() == 0
    assert "missing from font" not in (folder / "server.log").read_text()
    assert page.faults == []
    page.close()


@pytest.mark.parametrize("lesson", ["00_start_here", pytest.param("04_backward", marks=SLOW)])
def test_a_lesson_is_chinese_and_runs(browser, chinese, lesson):
    base, folder, theme = chinese
    page = open_in_chinese(browser, base, f"{lesson}.ipynb")
    page.wait_for_function("() => document.querySelectorAll('img.rnnlab-picture').length > 2")
    assert page.locator("[data-mime-type*=stderr]").count() == 0
    assert english(page, PROSE) == []
    nothing_is_cut_off(page, f"{lesson}_{theme}")
    assert "missing from font" not in (folder / "server.log").read_text()
    assert page.faults == []
    page.close()
