"""What the doctor finds opens the lesson at the right place, in a real JupyterLab."""

import json
import urllib.request

import pytest
from conftest import open_notebook, wait_for_text, write_notebook
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
CODE = """import os
import rnnlab
lab = rnnlab.{lab}
lab.ask_the_doctor()
os.chdir("/")
lab.ask_the_doctor()
lab"""
STEPPER = 'LoopStepper(fault="clip-before-backward")'
AT = """heading => { const {context, content} = window.jupyterapp.shell.currentWidget;
  const node = [...content.node.querySelectorAll('h2, h3')]
    .find(node => node.textContent.startsWith(heading));
  if (!node) return null;
  const {top, bottom} = node.getBoundingClientRect();
  const page = content.node.getBoundingClientRect();
  return top >= page.top && bottom <= page.bottom && top < page.top + 300 ? context.path : null }"""
SHOW = "path => {window.jupyterapp.commands.execute('docmanager:open', {path})}"


def wait_for_heading(page, notebook, heading):
    """Wait until a heading of a notebook is in sight, in the upper part of the page."""
    page.wait_for_function(f"([n, h]) => ({AT})(h) === n", arg=[notebook, heading], timeout=30_000)


@pytest.mark.parametrize(
    ("making", "first", "second"),
    [
        (STEPPER, ("05_gradient_clipping.ipynb", "Where it belongs"),
         ("09b_order_and_modes.ipynb", "Clipping to 1")),
        pytest.param(
            "TrainingLab(learning_rate=1.0)", ("06_optimizer_step.ipynb", "The learning rate"),
            ("09d_gradients_and_rates.ipynb", "SGD with a rate of 1"), marks=pytest.mark.slow),
    ],
)  # fmt: skip
@pytest.mark.slow
def test_a_link_opens_the_lesson_where_it_treats_the_mistake(
    browser, server, making, first, second
):
    write_notebook(server, "asking.ipynb", CODE.format(lab=making))
    page = open_notebook(browser, server, "asking.ipynb")
    for by_keyboard, (notebook, heading) in enumerate((first, second)):
        lesson = notebook.partition("_")[0]
        link = page.get_by_role("link", name=f'lesson {lesson}, "{heading}"', exact=True)
        if by_keyboard:
            link.focus()
            page.keyboard.press("Enter")
        else:
            link.click()
        wait_for_heading(page, notebook, heading)
        page.evaluate(SHOW, "asking.ipynb")
        expect(link).to_be_visible()
    assert page.context.pages == [page]
    assert page.faults == []
    page.close()


@pytest.mark.slow
def test_a_notebook_elsewhere_names_the_lessons_and_has_no_dead_link(browser, server):
    body = json.dumps({"type": "directory"}).encode()
    address = f"{server}/api/contents/elsewhere?token=t"
    urllib.request.urlopen(urllib.request.Request(address, data=body, method="PUT")).close()
    write_notebook(server, "elsewhere/asking.ipynb", CODE.format(lab=STEPPER))
    page = open_notebook(browser, server, "elsewhere/asking.ipynb")
    wait_for_text(page, 'lesson 09b, "Clipping to 1"')
    wait_for_text(page, "A lesson without a link is not beside this notebook.")
    assert page.locator(".rnnlab-doctor a").count() == 0
    assert page.faults == []
    page.close()
