"""The lab of notebook 00 under random actions, and with its kernel or its page gone and back."""

import pytest
from conftest import IDLE, RUN_ALL, open_lab, wait_for_text
from playwright.sync_api import expect
from soak import ASK_KERNEL, Soak

pytestmark = pytest.mark.browser
COMMAND = "name => {window.jupyterapp.commands.execute(name)}"
RESTART = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
GONE = "its kernel is gone or was restarted. Run its cell again."


@pytest.mark.slow
@pytest.mark.parametrize("actions", [150])
def test_random_actions_leave_a_lab_that_agrees_with_its_controls(actions, browser, server, report):
    page = open_lab(browser, server)
    soak = Soak(page, seed=1)
    soak.run(actions)
    report(f"browser soak: {soak.seen.total()} actions, no console error")
    page.close()


@pytest.mark.slow
def test_a_lab_whose_kernel_was_restarted_says_so(browser, server):
    page = open_lab(browser, server)
    notice = page.get_by_text(GONE)
    expect(notice).to_have_count(0)
    page.evaluate(RESTART)
    expect(notice).to_be_visible(timeout=30_000)
    page.wait_for_function(IDLE, timeout=60_000)
    page.evaluate(RUN_ALL)
    wait_for_text(page, "Not trained yet", 60)
    expect(notice).to_have_count(0)
    page.close()


@pytest.mark.slow
def test_a_kernel_restarted_in_the_midst_of_a_run_leaves_its_last_picture(browser, server):
    page = open_lab(browser, server)
    page.evaluate(ASK_KERNEL, "lab.speed, lab.epochs = 3, 500")  # minutes
    wait_for_text(page, "Run 1: epoch")
    page.evaluate(RESTART)
    expect(page.get_by_text(GONE)).to_be_visible(timeout=30_000)
    assert "Run 1: epoch" in page.locator(".rnnlab [role=status]").first.inner_text()
    drawn = "all => all.map(i => i.complete && i.naturalWidth > 300)"
    assert page.locator("img.rnnlab-picture").evaluate_all(drawn) == [True] * 3
    page.wait_for_function(IDLE, timeout=60_000)
    page.evaluate(RUN_ALL)
    wait_for_text(page, "Not trained yet", 60)
    expect(page.get_by_text(GONE)).to_have_count(0)
    page.get_by_role("button", name="Train", exact=True).click()
    wait_for_text(page, "Run 1 is finished")
    expect(page.locator(".rnnlab-kept")).to_have_count(1)  # of this lab, and hidden
    expect(page.locator(".rnnlab-kept")).to_be_hidden()
    assert page.faults == []
    page.close()


@pytest.mark.slow
def test_a_page_that_is_closed_in_the_midst_of_a_run_finds_it_when_it_is_opened(browser, server):
    page = open_lab(browser, server)
    page.evaluate(ASK_KERNEL, "lab.speed, lab.epochs = 3, 500")  # minutes
    wait_for_text(page, "of 500,")
    page.evaluate(COMMAND, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    address = page.url
    page.close()
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(f"{address}?reset&token=t")
    page.wait_for_selector(".rnnlab [role=status]", timeout=60_000)
    wait_for_text(page, "Run 1: epoch")
    expect(page.locator(".rnnlab")).to_have_count(1)
    expect(page.locator(".rnnlab-kept")).to_be_hidden()
    before = page.locator("img.rnnlab-picture").nth(1).get_attribute("src")
    page.wait_for_function(
        "src => document.querySelectorAll('img.rnnlab-picture')[1].src !== src", arg=before
    )  # it goes on, and is drawn
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_for_text(page, "Run 1 was stopped at")
    page.close()


@pytest.mark.slow
def test_a_page_that_is_closed_and_opened_again_shows_the_present_state(browser, server):
    page = open_lab(browser, server)
    page.evaluate(ASK_KERNEL, "lab.speed = 3")  # minutes: the run outlasts the slowest reload
    page.get_by_role("slider", name="Train for").focus()
    page.keyboard.press("End")
    wait_for_text(page, "of 500,")
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_timeout(500)
    before = page.locator(".rnnlab [role=status]").first.inner_text()
    page.context.set_offline(True)
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    page.wait_for_function(
        "t => document.querySelector('.rnnlab [role=status]').innerText !== t", arg=before
    )  # it goes on, and is seen to
    page.reload()
    page.wait_for_selector(".rnnlab [role=status]", timeout=60_000)
    page.wait_for_function(IDLE, timeout=60_000)
    wait_for_text(page, "of 500,")
    page.get_by_role("button", name="Train", exact=True).click()
    wait_for_text(page, "of 500,")  # the run that goes on is not begun anew
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_for_text(page, "Run 1 was stopped at")
    assert page.faults == []
    page.close()
