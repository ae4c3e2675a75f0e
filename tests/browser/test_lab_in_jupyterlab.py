"""The lab of notebook 00 in JupyterLab in a browser: it trains, follows the keyboard, stops."""

import statistics
import time

import pytest
from conftest import open_lab, run_cell, wait_for_text

pytestmark = pytest.mark.browser
NEW_PICTURE = """old => { const i = document.querySelector('img.rnnlab-picture');
  return i.src !== old && i.complete && i.naturalWidth > 0 }"""
LEARNING_RATE, EPOCHS, CLIP_NORM, HIDDEN_SIZE, EPOCH = range(5)  # sliders, as on the page
SHOWN = """() => [...document.querySelectorAll('.rnnlab [role=slider]')].map(
  handle => handle.getAttribute('aria-valuetext'))"""
PIXELS = """() => Promise.all([...document.querySelectorAll('img.rnnlab-picture')].map(
  async image => { const file = await (await fetch(image.src)).arrayBuffer();
    return new Uint32Array(await crypto.subtle.digest('SHA-256', file)).join() }))"""
TYPED = """() => [...document.querySelectorAll('.rnnlab-number input')].map(e => e.value)"""
STATE = """import gc, asyncio
while lab._runner.steps is not None:
    await asyncio.sleep(0.01)
await asyncio.sleep(0.05)
from matplotlib.figure import Figure
gc.collect()
figures = sum(issubclass(type(thing), Figure) for thing in gc.get_objects())
tasks = sum("Runner" in repr(task) for task in asyncio.all_tasks())
print("state", figures, tasks, lab.learning_rate, lab._run and lab._run.learning_rate)
"""


@pytest.fixture(scope="module")
def page(browser, server):
    page = open_lab(browser, server)
    yield page
    assert page.faults == []
    page.close()


def press(page, slider, *keys):
    page.locator(".noUi-handle").nth(slider).focus()
    for key in keys:
        page.keyboard.press(key)


def figures(waits):
    """Return the median of milliseconds, and all of them."""
    return f"median {statistics.median(waits):.0f} ms of {len(waits)}: {[*map(round, waits)]}"


def test_the_picture_is_up_at_once(page, report):
    old = page.locator("img.rnnlab-picture").first.get_attribute("src")
    time.sleep(2)  # the lab warms up after its cell
    start = time.perf_counter()
    page.evaluate("() => {window.jupyterapp.commands.execute('notebook:run-all-cells')}")
    page.wait_for_function(
        """old => { const i = document.querySelector('img.rnnlab-picture');
        return i && i.src !== old && i.complete && i.naturalWidth > 0 }""",
        arg=old,
        timeout=15_000,
    )
    report(f"cell to first picture, kernel warm: {1000 * (time.perf_counter() - start):.0f} ms")
    assert page.locator("img.rnnlab-picture").count() == 3  # the earlier lab is gone
    wait_for_text(page, "Not trained yet")


def test_training_follows_the_learning_rate(page, report):
    start = time.perf_counter()
    page.get_by_role("button", name="Train", exact=True).click()
    wait_for_text(page, "Run 1 is finished: epoch 40 of 40, 280 steps")
    report(f"Train to finished, 40 epochs: {1000 * (time.perf_counter() - start):.0f} ms")
    wait_for_text(page, "than persistence")
    picture, waits = page.locator("img.rnnlab-picture").first, []
    for k in range(10):
        before, start = picture.get_attribute("src"), time.perf_counter()
        press(page, LEARNING_RATE, "ArrowRight" if k < 5 else "ArrowLeft")
        page.wait_for_function(NEW_PICTURE, arg=before, timeout=15_000)
        waits.append(1000 * (time.perf_counter() - start))
        wait_for_text(page, f"Run {k + 2} is finished")
    report(f"key on learning rate to new picture: {figures(waits)}")


@pytest.mark.slow
def test_sixteen_seeds_follow_the_learning_rate(page, report):
    assert run_cell(page, "lab.seeds = 16\nprint(lab.seeds)") == "16"
    wait_for_text(page, "over 16 seeds after epoch 40: median")
    number = int(run_cell(page, "print(lab._training.number)"))
    picture, waits, ends = page.locator("img.rnnlab-picture").first, [], []
    for key in ("ArrowRight", "ArrowLeft") * 5:
        number += 1
        before, start = picture.get_attribute("src"), time.perf_counter()
        press(page, LEARNING_RATE, key)
        page.wait_for_function(NEW_PICTURE, arg=before, timeout=15_000)
        waits.append(1000 * (time.perf_counter() - start))
        wait_for_text(page, f"Run {number} is finished")
        ends.append(1000 * (time.perf_counter() - start))
    report(f"sixteen seeds, key on learning rate to new picture: {figures(waits)}")
    report(f"sixteen seeds, key on learning rate to the last epoch of all: {figures(ends)}")
    assert run_cell(page, "lab.seeds = 1\nprint(lab.seeds)") == "1"


def test_sixty_changes_in_two_seconds_end_in_one_run(page, report):
    figures = run_cell(page, STATE).split()[1]
    start = time.perf_counter()
    for k in range(60):
        press(page, LEARNING_RATE, "ArrowRight" if k % 20 < 11 else "ArrowLeft")
    took = time.perf_counter() - start
    time.sleep(0.5)  # the last change has arrived; its run takes longer than this or is done
    page.wait_for_function(
        "() => document.querySelector('.rnnlab [role=status]').innerText.includes('is finished')",
        timeout=30_000,
    )
    state = run_cell(page, STATE)
    shown = page.evaluate(TYPED)[LEARNING_RATE]
    report(f"60 changes in {took:.1f} s: figures {figures} before; figures, tasks, rates: {state}")
    assert state.split()[1:3] == [figures, "0"]
    assert float(state.split()[3]) == float(state.split()[4]) == pytest.approx(float(shown))
    assert page.evaluate(SHOWN)[EPOCHS] == "40 epochs"


def shown(page):
    """Return what the lab shows: values of the sliders, numbers beside them, status, runs, fold."""
    return {
        "sliders": page.evaluate(SHOWN),
        "numbers": page.evaluate(TYPED),
        "status": page.inner_text(".rnnlab [role=status]"),
        "runs": page.locator(".rnnlab-run:visible").all_inner_texts(),
        "run": page.locator(".rnnlab-shown").inner_text(),
        "fold": page.locator(".rnnlab-fold").get_attribute("aria-expanded"),
        "pictures": page.evaluate(PIXELS),
    }


def changed(page, before):
    """Return the parts of the lab that are not what they were."""
    return {name for name, value in shown(page).items() if value != before[name]}


def at_rest(page):
    """Wait until the lab has drawn its pictures crisply: they change no more."""
    last = None
    while (now := shown(page)) != last:
        last = now
        page.wait_for_timeout(1500)
    return now


def test_the_epoch_slider_shows_another_epoch_and_changes_nothing_else(page, report):
    before, waits = at_rest(page), []
    picture = page.locator("img.rnnlab-picture").first
    for _ in range(10):
        old, start = picture.get_attribute("src"), time.perf_counter()
        press(page, EPOCH, "ArrowLeft")
        page.wait_for_function(NEW_PICTURE, arg=old, timeout=15_000)
        waits.append(1000 * (time.perf_counter() - start))
    report(f"key on the epoch slider to new picture: {figures(waits)}")
    wait_for_text(page, "You are looking at epoch 30")
    now = at_rest(page)
    assert changed(page, before) == {"sliders", "status", "pictures"}
    assert now["sliders"][:EPOCH] == before["sliders"][:EPOCH]
    assert all(one != other for one, other in zip(now["pictures"], before["pictures"], strict=True))
    press(page, EPOCH, "End")
    page.wait_for_function("() => !document.body.innerText.includes('You are looking at epoch')")
    at_rest(page)
    assert changed(page, before) <= {"status"}


def test_play_shows_at_least_twenty_forecasts(page, report):
    before = at_rest(page)
    page.evaluate(
        """() => { const image = document.querySelector('img.rnnlab-picture');
        window.seen = new Set(); window.watching = new MutationObserver(
          () => window.seen.add(image.src));
        window.watching.observe(image, {attributeFilter: ['src']}) }"""
    )
    start = time.perf_counter()
    page.locator(".rnnlab button:has(.fa-play)").focus()
    page.keyboard.press("Enter")
    page.locator(".rnnlab button:has(.fa-pause)").wait_for(timeout=10_000)
    page.locator(".rnnlab button:has(.fa-play)").wait_for(timeout=30_000)
    seconds, seen = time.perf_counter() - start, page.evaluate("() => window.seen.size")
    report(f"play: {seen} pictures of the forecast in {seconds:.1f} s")
    assert seen >= 20
    at_rest(page)
    assert changed(page, before) <= {"status"}  # it ends where it was


def test_an_earlier_run_comes_back_and_nothing_is_trained(page):
    before = at_rest(page)
    page.locator(".rnnlab-run:visible").first.focus()
    page.keyboard.press("Enter")
    page.locator(".rnnlab-run.rnnlab-shown").first.wait_for()
    page.wait_for_function(
        "run => ![run, undefined].includes(document.querySelector('.rnnlab-shown')?.innerText)",
        arg=before["run"],
    )
    now = at_rest(page)
    assert changed(page, before) <= {"run", "status", "pictures", "sliders", "numbers"}
    number = now["run"].split()[0]
    assert now["status"].startswith(f"Run {number}")
    assert now["numbers"][LEARNING_RATE] in now["run"]
    page.locator(".rnnlab-run:visible").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "run => document.querySelector('.rnnlab-shown')?.innerText === run", arg=before["run"]
    )


def test_a_typed_number_is_taken_and_the_notebook_does_not_hear_it(page):
    before = at_rest(page)
    field = page.locator(".rnnlab-number input").nth(LEARNING_RATE)
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("0.004")  # 0 0 would offer to restart the kernel
    assert page.locator(".jp-Dialog").count() == 0
    page.keyboard.press("Enter")
    page.wait_for_function(
        "run => ![run, undefined].includes(document.querySelector('.rnnlab-shown')?.innerText)",
        arg=before["run"],
    )
    wait_for_text(page, "is finished")
    now = at_rest(page)
    assert now["sliders"][LEARNING_RATE] == now["numbers"][LEARNING_RATE] == "0.004"
    assert changed(page, before) <= {"sliders", "numbers", "status", "runs", "run", "pictures"}
    assert now["sliders"][EPOCHS:] == before["sliders"][EPOCHS:]


def test_the_fold_opens_and_closes_by_keyboard(page):
    before = at_rest(page)
    page.locator(".rnnlab-fold").focus()
    for state in ("true", "false"):
        page.keyboard.press("Enter")
        page.locator(f".rnnlab-fold[aria-expanded={state}]").wait_for()
        assert changed(page, before) == ({"fold"} if state == "true" else set())
        visible = page.get_by_role("button", name="Defaults").is_visible()
        assert visible == (state == "true")


def test_another_cell_runs_while_it_trains_and_stop_stops(page, report):
    run_cell(page, "lab.hidden_size = 128\nprint('wide, to train for a while')")
    press(page, EPOCHS, "End")
    wait_for_text(page, "of 500,")
    start = time.time()
    printed = run_cell(page, "import time\nprint('beside', lab._runner.busy, time.time())").split()
    assert printed[:2] == ["beside", "True"]
    report(f"another cell while training: starts after {1000 * (float(printed[2]) - start):.0f} ms")
    stop = page.get_by_role("button", name="Stop", exact=True)
    stop.scroll_into_view_if_needed()
    start = time.perf_counter()
    stop.click()
    wait_for_text(page, "was stopped at")
    report(f"Stop to stopped: {1000 * (time.perf_counter() - start):.0f} ms")
    before = page.inner_text(".rnnlab [role=status]")
    time.sleep(0.3)
    assert page.inner_text(".rnnlab [role=status]") == before
    assert page.locator("[data-mime-type*=stderr]").count() == 0
