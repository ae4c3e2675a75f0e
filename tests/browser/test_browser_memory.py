"""How much memory the page takes after many restarts of a run in one lab."""

import pytest
from conftest import open_lab
from soak import ASK_KERNEL

pytestmark = pytest.mark.browser
TIMES = 250  # restarts, twice
AGAIN = """
import asyncio
for k in range({times}):
    lab.learning_rate = (0.003, 0.01)[k % 2]
    await asyncio.sleep(0.06)
while lab._busy:
    await asyncio.sleep(0.02)
await asyncio.sleep(1.5)
"""


@pytest.mark.slow
def test_restarts_leave_nothing_in_the_page(browser, server, report):
    page = open_lab(browser, server)
    browser_itself = page.context.new_cdp_session(page)
    browser_itself.send("Performance.enable")

    def used(times):
        page.evaluate(ASK_KERNEL, AGAIN.format(times=times))
        page.wait_for_timeout(11_000)  # a screen reader's words stay for ten seconds
        for _ in range(3):
            browser_itself.send("HeapProfiler.collectGarbage")
        metrics = browser_itself.send("Performance.getMetrics")["metrics"]
        values = {metric["name"]: metric["value"] for metric in metrics}
        return values["JSHeapUsedSize"] / 1e6, values["Nodes"], values["JSEventListeners"]

    used(20)
    before, nodes, listeners = used(TIMES)
    after, nodes_after, listeners_after = used(TIMES)
    report(
        f"the page after {TIMES} and {2 * TIMES} restarts: {before:.1f} and {after:.1f} MB of "
        f"JavaScript, {nodes:.0f} and {nodes_after:.0f} nodes, {listeners:.0f} and "
        f"{listeners_after:.0f} listeners"
    )
    assert after - before < 3
    assert nodes_after - nodes < 200
    assert listeners_after - listeners < 20
    assert page.faults == []
    page.close()
