"""The labs by axe-core, by keyboard alone and by what a screen reader is told, in JupyterLab."""

import contextlib
import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import IDLE, end_kernels, open_notebook, wait_for_text, write_notebook
from playwright.sync_api import TimeoutError, expect

from rnnlab.widgets.access import CODE

pytestmark = pytest.mark.browser
LAB = ".rnnlab"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations", "incomplete", "passes"],
}
# by lab: how it is made, then what is done with it and the text that says that it is done
STATES = {
    "TrainingLab(epochs=3)": [
        ("lab.run()", "Run 1 is finished"),
        ("lab.controls['learning_rate'].value = -1", "learning_rate stays"),
        ("lab.buttons['More settings'].click()", "Fewer settings"),
        ("lab.epoch = 1", "You are looking at epoch 1"),
        ("lab._viewer.film._play.click()", "You are looking at epoch 3"),
        ("lab.ask_the_doctor()", "What the doctor says"),
        ("lab.task = 'names'", "Run 2 is finished"),
        ("lab.task = 'recall'", "Run 3 is finished"),
        ("lab.task = 'adding'", "Run 4 is finished"),
        ("lab.learning_rate = 1e30", "Run 5 ended at"),
    ],
    "LoopStepper(fault='state-not-detached')": [
        ("lab.next_batch(); lab.ask_the_doctor()", "What the doctor says"),
        ("lab.next_batch()", "backward has raised an error"),
        ("lab.controls['learning_rate'].value = -1", "learning_rate stays"),
    ],
    "GradientLab()": [
        ("lab.scale = 4", "It explodes"),
        ("lab.controls['length'].value = -1", "length stays"),
    ],
    "StateLab(epochs=1)": [
        ("lab.run()", "Training is finished"),
        ("lab.way = 'carry without detach'", "What to do"),
        ("lab.controls['window'].value = -1", "window stays"),
    ],
    "LandscapeLab(epochs=2)": [
        ("lab.run()", "Training is finished"),
        ("lab.controls['seeds'].value = -1", "seeds stays"),
        ("lab.open_chosen()", "A training lab with"),
        ("lab._table.value = lab._table.value.replace('<details', '<details open')", "Median"),
    ],
}
RUN = """code => { const {commands, shell} = window.jupyterapp;
  const notebook = shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.length - 1;
  return commands.execute('notebook:insert-cell-below').then(() => {
    notebook.activeCell.model.sharedModel.setSource(code);
    return commands.execute('notebook:run-cell') }) }"""
OUTSIDE = """lab => { const {right} = lab.getBoundingClientRect();
  return [...lab.querySelectorAll('*:not(.rnnlab-voice, .rnnlab-voice *)')]
    .filter(e => e.getBoundingClientRect().right > right + 1
      || getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1)
    .map(e => `${e.tagName}.${e.className}`) }"""
WITHIN = "lab => lab.getBoundingClientRect().right <= innerWidth + 1"
FOCUS = """() => { const e = document.activeElement;
  const {outlineStyle, outlineWidth} = getComputedStyle(e);
  return { inside: !!e.closest('.rnnlab'), ring: `${outlineStyle} ${outlineWidth}`,
    name: (e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent).trim(),
    value: e.getAttribute('aria-valuetext') ?? e.selectedOptions?.[0].text } }"""
LISTEN = """() => { window.heard = []; window.written = 0;
  new MutationObserver(list => list.forEach(m => m.addedNodes.forEach(
    n => window.heard.push(n.textContent)))).observe(
      document.querySelector('.rnnlab [role=log]'), {childList: true});
  new MutationObserver(() => window.written++).observe(
    document.querySelector('.rnnlab [role=status]').parentElement, {childList: true}) }"""
HIDE_FILES = "() => {window.jupyterapp.commands.execute('application:toggle-left-area')}"
NOTEBOOK = """() => { const {widgets, activeCellIndex, mode} =
  window.jupyterapp.shell.currentWidget.content; return [widgets.length, activeCellIndex, mode] }"""


@pytest.fixture
def themed(request):
    """Yield the address of a JupyterLab in this theme."""
    base = request.getfixturevalue(request.param)
    yield base
    end_kernels(base)


def open_lab(browser, base, making, **size):
    write_notebook(base, "lab.ipynb", f"import rnnlab\nlab = rnnlab.{making}\nlab")
    page = open_notebook(browser, base, "lab.ipynb", **size)
    page.locator(f"{LAB}[aria-label] img[alt]").first.wait_for()
    return page


def check(page, after, what=LAB, least=15):
    """Hold axe-core's rules against the lab: nothing violated, nothing left undecided."""
    found = Axe().run(page, what, RULES).response
    assert len(found["passes"]) > least, after
    wrong = [
        f"{rule['id']} after {after}: {node['html'][:200]}\n{node.get('failureSummary')}"
        for rule in found["violations"] + found["incomplete"]
        for node in rule["nodes"]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("themed", "making"),
    [
        pytest.param(theme, making, marks=[pytest.mark.slow] * (place > 0))
        for place, (theme, making) in enumerate(itertools.product(("light", "dark"), STATES))
    ],
    indirect=["themed"],
)
def test_axe_finds_nothing_and_nothing_sticks_out(browser, themed, making):
    page = open_lab(browser, themed, making, height=2600)
    check(page, making)
    for code, text in STATES[making]:
        page.evaluate(RUN, code)
        wait_for_text(page, text)
        page.wait_for_function(IDLE)
        check(page, code)
    for width in (1280, 800, 640):  # a small laptop, half a screen, the laptop at 200 %
        if width == 640:
            page.evaluate(HIDE_FILES)
        page.set_viewport_size({"width": width, "height": 2600})
        page.wait_for_function(f"() => ({WITHIN})(document.querySelector('{LAB}'))")
        with contextlib.suppress(TimeoutError):  # JupyterLab may still be at it
            page.wait_for_function(
                f"() => ({OUTSIDE})(document.querySelector('{LAB}')).length === 0"
            )
        assert page.locator(LAB).first.evaluate(OUTSIDE) == [], width
    assert page.faults == []
    page.close()


def tab_to(page, name, back=False):
    """Press Tab until this control has the focus, each on the way being named and marked."""
    for _ in range(50):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        at = page.evaluate(FOCUS)
        if at["inside"]:
            assert at["name"]
            assert at["ring"] == "solid 2px", at
            if at["name"] == name:
                return at["value"]
    raise AssertionError(f"{name} is not reached by Tab")


def heard(page, words):
    page.wait_for_function("w => window.heard.some(h => h.includes(w))", arg=words)
    return page.evaluate("() => window.heard")


def test_it_trains_stops_changes_the_task_and_is_read_without_a_mouse(browser, server):
    slow = "TrainingLab(cell='gru', hidden_size=64)"  # 500 epochs must not end while it is read
    page = open_lab(browser, server, slow)
    page.evaluate(LISTEN)
    notebook = page.evaluate(NOTEBOOK)

    tab_to(page, "Train")
    page.keyboard.press("Enter")
    said = heard(page, "Run 1 is finished")
    assert said[0] == "Run 1 begins, with these settings."
    heard(page, "than persistence")

    assert tab_to(page, "Train for") == "40 epochs"
    before = len(page.evaluate("() => window.heard"))
    page.keyboard.press("End")
    page.evaluate("() => { window.written = 0 }")
    page.wait_for_function("() => window.written > 3")  # the line goes on, nothing is said of it
    assert len(page.evaluate("() => window.heard")) == before + 1
    assert page.evaluate(FOCUS)["value"] == "500 epochs"
    tab_to(page, "Stop", back=True)
    page.keyboard.press("Space")
    heard(page, "Run 2 was stopped at")
    tab_to(page, "Train for")
    page.keyboard.press("Home")
    heard(page, "Run 3 is finished: epoch 1 of 1")

    assert tab_to(page, "Task", back=True) == "sunspots"
    page.keyboard.press("Home")
    heard(page, "Run 4 is finished")
    assert page.evaluate(FOCUS)["value"] == "adding"
    page.get_by_role("img", name="Scatter plot of held-out examples").wait_for()
    words = page.get_by_role("group", name="The pictures in words")
    expect(words).not_to_contain_text("Sunspots", timeout=30_000)  # written after "is finished"
    heard(page, words.inner_text().splitlines()[-1])

    tab_to(page, "Clip")
    page.keyboard.press("Space")
    heard(page, "Run 5 is finished")
    tab_to(page, "More settings", back=True)
    page.keyboard.press("Space")
    page.get_by_role("button", name="Defaults").wait_for()
    assert tab_to(page, "Seed") is None
    page.keyboard.press("ArrowUp")
    heard(page, "Run 6 is finished")
    tab_to(page, "Train", back=True)
    for key in ("a", "b", "d", "d", "m", "ArrowDown"):  # JupyterLab's own, on a cell
        page.keyboard.press(key)
    assert page.evaluate(NOTEBOOK) == notebook
    assert page.faults == []
    page.close()


@pytest.mark.slow
def test_a_way_is_chosen_by_keyboard_and_less_motion_reaches_the_lab(browser, server):
    page = open_lab(browser, server, "StateLab()")
    wait_for_text(page, "Training is finished")  # it trains as soon as it is there
    page.evaluate(LISTEN)
    pressed = page.get_by_role("group", name="Way").get_by_role("button", pressed=True)
    assert pressed.inner_text() == "reset"
    tab_to(page, "carry and detach")
    page.keyboard.press("Space")
    heard(page, "Measured 32 batches of carry and detach")
    assert pressed.inner_text() == "carry and detach"
    page.emulate_media(reduced_motion="reduce")
    page.wait_for_timeout(300)
    page.evaluate(RUN, "print('less motion', lab._access.less_motion, lab._pace.fastest)")
    wait_for_text(page, "less motion True 1.0")
    page.close()


@pytest.mark.parametrize(
    "themed", ["light", pytest.param("dark", marks=pytest.mark.slow)], indirect=True
)
def test_a_guess_by_keyboard_and_the_loop_beside_it(browser, themed):
    cells = ['import rnnlab\nrnnlab.show_loop("backward")', 'rnnlab.guess("04.1")']
    write_notebook(themed, "guess.ipynb", *cells)
    page = open_notebook(browser, themed, "guess.ipynb")
    frame, button = page.locator(".rnnlab-guess"), page.locator(".rnnlab-guess button")
    for what in (".rnnlab-guess", ".jp-OutputArea-output table"):
        check(page, "at the start", what, least=2)
    before = page.evaluate(NOTEBOOK)
    expect(button).to_be_disabled()
    expect(frame.get_by_role("status")).to_be_empty()
    frame.get_by_role("radio").first.focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    expect(frame.get_by_role("status")).to_contain_text("does multiply a state, h_0")
    expect(frame.get_by_role("radio", name="Twice")).to_be_checked()
    expect(frame.get_by_role("radio", name="Twice")).to_be_disabled()
    check(page, "the guess", ".rnnlab-guess", least=3)
    expect(button).to_be_focused()  # what has been guessed with cannot be used any more
    page.keyboard.press("Enter")
    expect(frame.get_by_role("status")).to_be_empty()
    frame.get_by_role("radio").last.click()
    page.keyboard.press("Enter")
    expect(frame.get_by_role("status")).to_contain_text("Yes. A recurrent network")
    assert page.evaluate(NOTEBOOK)[0] == before[0]
    page.evaluate("() => {window.jupyterapp.commands.execute('notebook:run-all-cells')}")
    expect(frame.get_by_role("status")).to_contain_text("Yes. A recurrent network")
    assert page.faults == []
    page.close()


OLD_SLIDER = """
<div class="rnnlab" style="width: 966.6px"><div class="rnnlab-number">
<div class="widget-slider"><label class="widget-label">Learning rate</label>
<div class="slider ui-slider"><span tabindex="0" class="ui-slider-handle"></span></div>
<div class="widget-readout" contenteditable="true">0.030</div></div><input type="number"></div>
<div id="part"></div></div>
"""
RENDER = """code => import("data:text/javascript," + encodeURIComponent(code)).then(module => {
  const known = { pictures: [], taken: [], label: "A lab", width: 0, less_motion: false,
    language: "zh", words: { number: "{name}, a number" } };
  const set = (key, value) => { window[key + "_told"] = value };
  const model = { get: key => known[key], set, save_changes() {}, on() {}, off() {} };
  module.default.render({ model, el: document.querySelector("#part") }) })"""


def test_a_slider_of_ipywidgets_7_is_a_slider_with_a_name_and_a_value(browser):
    """Its handle has no role; the markup is what the classic notebook shows of it."""
    page = browser.new_page()
    page.set_content(OLD_SLIDER)
    page.evaluate(RENDER, CODE)
    handle = page.get_by_role("slider", name="Learning rate")
    expect(handle).to_have_attribute("aria-valuenow", "0.03")
    expect(handle).to_have_attribute("aria-valuetext", "0.030")
    page.evaluate("() => { document.querySelector('.widget-readout').textContent = '0.100' }")
    expect(handle).to_have_attribute("aria-valuenow", "0.1")
    expect(page.get_by_label("Learning rate, a number")).to_have_count(1)
    expect(page.locator(".rnnlab")).to_have_attribute("lang", "zh")
    assert page.evaluate("() => window.width_told") == 966  # there is no room for a part of a pixel
    page.close()
