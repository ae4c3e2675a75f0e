"""The lab of notebook 00 under random actions, and with its kernel or its page gone and back."""

import pytest
from conftest import IDLE, open_lab, wait_for_text
from playwright.sync_api import expect
from soak import ASK_KERNEL, Soak

pytestmark = pytest.mark.browser


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
    notice = page.get_by_text("its kernel is gone or was restarted. Run its cell again.")
    expect(notice).to_have_count(0)
    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    expect(notice).to_be_visible(timeout=30_000)
    page.wait_for_function(IDLE, timeout=60_000)
    page.evaluate("() => {window.jupyterapp.commands.execute('notebook:run-all-cells')}")
    wait_for_text(page, "Not trained yet", 60)
    expect(notice).to_have_count(0)
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
