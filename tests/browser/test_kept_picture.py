"""A notebook with a lab that is opened again, in JupyterLab, without the kernel that it had."""

import json
import urllib.request

import pytest
from conftest import IDLE, RUN_ALL, end_kernels, open_lab, wait_for_text
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
NAME = "only_the_lab.ipynb"
COMMAND = "name => window.jupyterapp.commands.execute(name)"
SENTENCE = "Training lab, as it was last seen. To have it live again, run this cell."
GONE = "its kernel is gone or was restarted. Run its cell again."


def lab_of_a_trained_run(browser, server):
    """Return the page of a lab, trained, whose notebook has what is to be kept of it."""
    page = open_lab(browser, server)
    expect(page.locator(".rnnlab-kept")).to_have_count(1)
    page.get_by_role("button", name="Train", exact=True).click()
    wait_for_text(page, "Run 1 is finished")
    page.wait_for_function(
        "() => document.querySelector('.rnnlab-kept').textContent.includes('after epoch 40')"
    )
    expect(page.locator(".rnnlab-kept")).to_be_hidden()
    return page


def save(page, server):
    """Save the notebook and return what is in the file, once all of it is there."""
    page.evaluate(COMMAND, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    with urllib.request.urlopen(f"{server}/api/contents/{NAME}?token=t", timeout=10) as answer:
        return json.load(answer)["content"]


def write(server, notebook, name):
    body = json.dumps({"type": "notebook", "content": notebook}).encode()
    address = f"{server}/api/contents/{name}?token=t"
    urllib.request.urlopen(urllib.request.Request(address, body, method="PUT"), timeout=10).close()


def open_again(browser, server, name):
    """Open a notebook as it is, with a kernel that knows nothing of it."""
    end_kernels(server)
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(f"{server}/lab/tree/{name}?reset&token=t")
    page.wait_for_selector(".jp-Notebook .jp-OutputArea-child", timeout=60_000)
    page.wait_for_function(IDLE, timeout=60_000)
    return page


def end(page, server):
    page.close()
    end_kernels(server)


@pytest.fixture(params=["light", "dark"])
def server(request):
    return request.getfixturevalue(request.param)


def assert_kept(page):
    kept = page.locator(".rnnlab-kept")
    expect(kept.get_by_text(SENTENCE)).to_be_visible(timeout=30_000)
    images = kept.locator("img")
    expect(images).to_have_count(3)
    for k in range(3):
        assert images.nth(k).evaluate("i => i.complete && i.naturalWidth > 300")
    assert page.get_by_text("Error displaying widget").locator("visible=true").count() == 0


@pytest.mark.slow
def test_without_a_kernel_a_lab_is_its_last_picture_and_a_sentence(browser, server, request):
    page = lab_of_a_trained_run(browser, server)
    notebook = save(page, server)
    page.close()
    page = open_again(browser, server, NAME)
    page.get_by_text("model not found").wait_for(state="attached", timeout=30_000)
    assert_kept(page)
    inverted = page.locator(".rnnlab-kept img").first.evaluate("i => getComputedStyle(i).filter")
    assert ("invert" in inverted) == (request.node.callspec.params["server"] == "dark")
    page.evaluate(RUN_ALL)
    page.locator("img.rnnlab-picture").first.wait_for(timeout=60_000)
    expect(page.locator(".rnnlab-kept")).to_be_hidden()
    assert page.get_by_text("Not trained yet").first.is_visible()
    page.close()
    for cell in notebook["cells"]:  # from somebody else: JupyterLab does not trust it
        cell["metadata"].pop("trusted")
    notebook["cells"][1]["source"] += " "
    write(server, notebook, "untrusted.ipynb")
    page = open_again(browser, server, "untrusted.ipynb")
    assert not page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets[1].model.trusted"
    )
    assert_kept(page)
    end(page, server)


@pytest.mark.slow
def test_with_saved_widget_state_a_lab_is_there_and_says_that_it_is_not_live(browser, server):
    page = lab_of_a_trained_run(browser, server)
    page.evaluate(COMMAND, "@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    assert "widgets" in save(page, server)["metadata"]
    page.close()
    page = open_again(browser, server, NAME)
    expect(page.get_by_text(GONE)).to_be_visible(timeout=30_000)
    expect(page.locator("img.rnnlab-picture")).to_have_count(3)
    expect(page.locator(".rnnlab-kept")).to_be_hidden()
    signs = page.locator(".jupyter-widgets-disconnected").evaluate_all(
        "all => all.map(e => getComputedStyle(e, '::before').content)"
    )
    assert len(signs) > 20
    assert {*signs} == {"none"}
    end(page, server)
