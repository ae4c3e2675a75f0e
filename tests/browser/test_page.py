"""The page that trains in the browser, opened as a file: its run, film, address and looks."""

import re
import statistics

import pytest
from conftest import LAPTOP, PHONE
from playwright.sync_api import expect
from test_accessibility import check

import rnnlab
from rnnlab.base.say import short
from rnnlab.tasks.catalogue import load_task
from rnnlab.tasks.recipe import DEFAULTS, prepare

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
PHASES = ["zero_grad", "forward", "loss", "backward", "clip", "step"]
# What the charts' paths and ticks say, turned back into values: of a line its (x, y).
VALUES = """([figure, look]) => {
  const ticks = [...document.querySelectorAll(`#${figure} text.tick`)].map(t => (
    [+t.textContent, +t.getAttribute('x'), +t.getAttribute('y'), t.getAttribute('text-anchor')]));
  const back = (side, place, shift) => { const [a, b] = ticks.filter(t => t[3] === side);
    return pixel => a[0] + (pixel - a[place] + shift) * (b[0] - a[0]) / (b[place] - a[place]) };
  const [x, y] = [back('middle', 1, 0), back('end', 2, 4)];
  return [...document.querySelector(`#${figure} path.${look}`).getAttribute('d')
    .matchAll(/[ML]([-.0-9]+) ([-.0-9]+)/g)].map(m => [x(+m[1]), y(+m[2])]) }"""
ALL = {"exclude": ["svg text"]}  # of which axe cannot tell the background: see CONTRAST
OUTSIDE = """() => [...document.querySelectorAll('body *:not(.unseen, .unseen *, .skip)')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML)"""
LOW = """() => [...document.querySelectorAll('button, select, input[type=range], input[type=text]')]
  .filter(e => e.getClientRects().length && e.offsetHeight < 40).map(e => e.id)"""
SMALL = """() => [...document.querySelectorAll('body *')].filter(e => e.getClientRects().length
  && e.textContent.trim() && parseFloat(getComputedStyle(e).fontSize) < 11).map(e => e.outerHTML)"""
# The contrast of a text's colour with the paper (WCAG 2.2, 1.4.3); axe does not look into charts.
CONTRAST = """() => { const colour = getComputedStyle(document.documentElement);
  const light = name => { const hex = colour.getPropertyValue(name).trim();
    const [r, g, b] = [1, 3, 5].map(k => parseInt(hex.slice(k, k + 2), 16) / 255)
      .map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b };
  const names = ['--ink', '--muted', '--blue', '--orange', '--red', '--pale'];
  return Object.fromEntries(names.map(name => {
    const [low, high] = [light(name), light('--paper')].sort((a, b) => a - b);
    return [name, (high + .05) / (low + .05)] })) }"""
# The time from a key to the frame that follows what it did, in milliseconds.
TO_FRAME = """() => { window.took = []; addEventListener('keydown', e => requestAnimationFrame(
  () => setTimeout(() => window.took.push(performance.now() - e.timeStamp))), true) }"""


def fit(epochs):
    """Return the run that rnnlab itself makes with the defaults: its task, model, history."""
    task = load_task(DEFAULTS["task"])
    names = ("cell", "hidden_size", "hidden_state", "seed")
    model, batches = prepare(task, **{name: DEFAULTS[name] for name in names})
    taken = {name: DEFAULTS[name] for name in ("optimizer", "learning_rate", "clip_norm")}
    history = rnnlab.fit(
        model, batches, loss_fn=task.loss_fn, validation=task.validation_loss,
        progress=False, epochs=epochs, **taken,
    )  # fmt: skip
    return task, model, history


@pytest.fixture(scope="module")
def trusted():
    return fit(DEFAULTS["epochs"])


def finish(page, number=1):
    expect(page.locator("#status")).to_contain_text(f"Run {number} is finished", timeout=60_000)


def train(page, number=1):
    page.get_by_role("button", name="Train", exact=True).click()
    finish(page, number)


def number_in(text, pattern):
    return float(re.search(pattern.replace("#", r"([\d.]*\d)"), text)[1])


@SIZES
def test_it_trains_as_the_notebook_does(visit, trusted, size):
    task, model, history = trusted
    page, headline = visit(size=size), "#headline"
    persistence = short(task.baselines()["persistence"])
    before = page.locator(headline).inner_text()
    assert before.startswith("Untrained: off by 61.5;")
    train(page)
    expect(page.locator("#status")).to_contain_text("40 epochs, 280 steps")
    after = page.locator(headline).inner_text()
    assert after.endswith(f"saying “as the year before” is off by {persistence}.")
    forecast = task.one_step_ahead(model)
    assert number_in(after, "typically off by #;") == pytest.approx(task.rmse(forecast), rel=0.02)
    words = page.locator("#words").inner_text()
    first, last = history.train_loss[0], history.train_loss[-1]
    assert number_in(words, "train # after epoch 1,") == pytest.approx(first, rel=1e-2)
    assert number_in(words, "1, # after epoch 40") == pytest.approx(last, rel=2e-2)
    assert f"clipped in {sum(s.clipped for s in history.steps)} of 280 steps" in words

    measured = page.evaluate(VALUES, ["forecast", "measured"])
    predicted = page.evaluate(VALUES, ["forecast", "predicted"])
    assert [x for x, _ in measured] == pytest.approx(task.held_out_times, abs=0.2)
    assert [y for _, y in measured] == pytest.approx(task.held_out_values.tolist(), abs=1)
    assert [y for _, y in predicted] == pytest.approx(forecast.tolist(), abs=6)
    losses = len(page.evaluate(VALUES, ["loss", "predicted"]))
    assert losses == len(page.evaluate(VALUES, ["loss", "held"])) == 40


def test_the_epochs_are_seen_again_by_keyboard(visit):
    page = visit("#epochs=10", reduced_motion="reduce")  # which draws few epochs as it trains
    train(page)
    slider, headline = (
        page.get_by_role("slider", name="Epoch", exact=True),
        page.locator("#headline"),
    )
    end = headline.inner_text()
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator("#epoch_out")).to_have_text("0 of 10")
    expect(headline).to_contain_text("off by 61.5;")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#epoch_out")).to_have_text("3 of 10")
    expect(headline).not_to_have_text(end)
    off = number_in(headline.inner_text(), "off by #;")
    task, model, _ = fit(3)
    assert off == pytest.approx(task.rmse(task.one_step_ahead(model)), rel=3e-3)
    expect(slider).to_have_attribute("aria-valuetext", f"epoch 3 of 10: typically off by {off:g}")
    expect(page.locator("#words")).to_contain_text("You are looking at epoch 3.")
    ((x, _), *_) = page.evaluate(VALUES, ["loss", "cursor"])
    assert x == pytest.approx(3, abs=0.05)
    page.keyboard.press("End")
    expect(headline).to_have_text(end)


def test_play_shows_the_run_as_a_film(visit):
    page = visit("#epochs=10")
    train(page)
    page.get_by_role("button", name="Play the run as a film").click()
    expect(page.locator("#epoch_out")).not_to_have_text("10 of 10")
    expect(page.locator("#epoch_out")).to_have_text("10 of 10")


def test_an_earlier_run_is_shown_and_not_trained_again(visit):
    page = visit("#epochs=5")
    train(page)
    first = page.locator("#headline").inner_text()
    page.get_by_role("slider", name="Learning rate").focus()
    page.keyboard.press("ArrowRight")  # a changed setting begins a run
    finish(page, 2)
    assert page.url.endswith("#learning_rate=0.005&epochs=5")
    assert len(page.evaluate(VALUES, ["loss", "before"])) == 5
    runs = page.locator("#strip button")
    expect(runs).to_have_count(2)
    runs.first.click()
    expect(page.locator("#headline")).to_have_text(first)
    expect(page.get_by_role("textbox", name="Learning rate")).to_have_value("0.003")
    assert page.url.endswith("#epochs=5")
    assert page.evaluate(VALUES, ["loss", "before"]) == []  # there is none before the first
    page.wait_for_timeout(300)
    expect(page.locator("#status")).to_have_text("Run 1: epoch 5 of 5, 35 steps.")
    expect(runs).to_have_count(2)


def test_it_waits_steps_and_goes_on(visit):
    page = visit("#speed=3&epochs=5")
    button = page.get_by_role("button")
    button.and_(page.locator("#step")).click()
    expect(page.locator("#status")).to_contain_text("Run 1 is paused at epoch 1 of 5, 1 step.")
    button.and_(page.locator("#step")).click()
    expect(page.locator("#status")).to_contain_text("2 steps.")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#status")).to_contain_text("Run 1: epoch 2 of 5")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator("#status")).to_contain_text("Run 1 is paused at epoch")
    stands = page.locator("#status").inner_text()
    page.wait_for_timeout(500)
    assert page.locator("#status").inner_text() == stands
    page.get_by_role("button", name="More settings").click()
    page.get_by_role("combobox", name="Speed").select_option("full")
    page.get_by_role("button", name="Resume").click()
    finish(page)


def test_the_address_says_the_settings(visit):
    page = visit("#task=co2&cell=gru&learning_rate=0.01&clip=off&seed=3")
    expect(page.locator("#headline")).to_contain_text("saying “as the month before”")
    expect(page.get_by_role("radio", name="gru")).to_be_checked()
    expect(page.get_by_role("textbox", name="Learning rate")).to_have_value("0.01")
    expect(page.get_by_role("checkbox", name="Clip above")).not_to_be_checked()
    expect(page.locator("#seed")).to_have_value("3")
    expect(page.locator("#message")).to_be_empty()
    page.get_by_role("textbox", name="Epochs").fill("2")
    page.keyboard.press("Enter")
    finish(page)
    page.reload()
    expect(page.get_by_role("textbox", name="Epochs")).to_have_value("2")
    expect(page.get_by_role("radio", name="gru")).to_be_checked()


def test_nonsense_in_the_address_is_told_and_the_defaults_stand_in_its_place(visit):
    page = visit("#cell=tcn&learning_rate=-1&colour=red&epochs=1e9&clip=%&=&seed=4")
    said = page.locator("#message").inner_text()
    assert "The address has cell=tcn; expected rnn, gru or lstm: the default, rnn, stands" in said
    assert "learning_rate=-1; expected a number above 0: the default, 0.003," in said
    assert "“colour”, which is no setting: expected task, cell," in said
    assert "epochs=1e9; expected an integer from 1 to 500" in said
    assert "clip=%; expected a number above 0, or off" in said
    expect(page.get_by_role("radio", name="rnn")).to_be_checked()
    expect(page.locator("#seed")).to_have_value("4")
    assert page.url.endswith("#seed=4")
    page.get_by_role("textbox", name="Learning rate").fill("much")
    page.keyboard.press("Tab")
    expect(page.locator("#message")).to_have_text(
        "Learning rate is “much”; expected a number above 0. It stays 0.003."
    )
    expect(page.get_by_role("textbox", name="Learning rate")).to_have_value("0.003")


def test_a_run_that_diverges_says_so(visit):
    page = visit("#learning_rate=1e30&clip=off")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator("#status")).to_contain_text("Run 1 has diverged at step")
    expect(page.locator("#status")).to_contain_text("lower learning rate, or clip the gradient.")
    expect(page.locator("#strip")).to_contain_text("diverged at step")


@SIZES
def test_the_phases_of_a_batch_have_their_numbers_and_pictures(visit, trusted, size):
    page, (_, _, history) = visit(size=size), trusted
    words = page.locator("#phase_words")
    buttons = page.locator("#phase_list button")
    assert [re.match(r"\S+", t)[0] for t in buttons.all_inner_texts()] == PHASES
    page.locator("#phases").scroll_into_view_if_needed()
    expect(page.locator("#whose")).to_have_text("This is the first batch.")
    said = {}
    for name, button in zip(PHASES, buttons.all(), strict=True):
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        assert page.locator("#phase_pictures figure:visible").count() >= 1
        said[name] = words.inner_text()
    assert len({*said.values()}) == 6
    step = history.steps[0]
    assert f"for the whole batch, {short(step.loss)}:" in said["loss"]
    assert f"norm {short(step.grad_norm)}, the most in" in said["backward"]
    assert f"The norm {short(step.grad_norm)} is above the bound 1:" in said["clip"]
    assert number_in(said["step"], "batch was #;") == pytest.approx(step.loss, abs=1e-3)
    train(page)
    page.locator("#phases").scroll_into_view_if_needed()
    expect(page.locator("#whose")).to_have_text("This is the batch after epoch 40 of run 1.")
    page.get_by_role("slider", name="Epoch", exact=True).focus()
    for _ in range(39):
        page.keyboard.press("ArrowLeft")
    page.locator("#phases").scroll_into_view_if_needed()
    expect(page.locator("#whose")).to_have_text("This is the batch after epoch 1 of run 1.")
    buttons.nth(2).click()
    loss = number_in(words.inner_text(), "for the whole batch, #:")
    assert loss == pytest.approx(history.steps[7].loss, rel=5e-3)


def test_a_chart_tells_its_values_by_mouse_and_by_finger(visit):
    for size in (LAPTOP, PHONE):
        page = visit("#epochs=2", size)
        train(page)
        page.locator("#forecast").scroll_into_view_if_needed()
        box = page.locator("#forecast svg").bounding_box()
        at = box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"]
        page.touchscreen.tap(*at) if size is PHONE else page.mouse.move(*at)
        expect(page.locator("#forecast .tip")).to_have_text(
            re.compile(r"^\d{4}: measured [\d.]+, predicted [-\d.]+, off by [\d.]+$")
        )


@SIZES
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(visit, size, theme):
    page = visit("#epochs=3", size, color_scheme=theme)
    check(page, "it was opened", ALL)
    train(page)
    page.get_by_role("button", name="More settings").click()
    page.get_by_text("What the words mean").click()
    page.locator("#phases").scroll_into_view_if_needed()
    for name in ("backward", "forward"):
        page.get_by_role("button", name=name).click()
        check(page, name, ALL)
    page.get_by_role("textbox", name="Seed").fill("-1")
    page.keyboard.press("Tab")
    check(page, "a refusal", ALL)
    contrast = page.evaluate(CONTRAST)
    assert contrast.pop("--pale") >= 3  # lines alone
    assert min(contrast.values()) >= 4.5
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(LOW) == []
    assert page.evaluate(SMALL) == []


def test_what_is_heard(visit):
    page = visit("#epochs=3")
    train(page)
    heard = page.locator("#voice p").all_inner_texts()
    assert len(heard) == 2
    assert heard[0] == "Run 1 begins, with these settings."
    assert heard[1].startswith("Run 1 is finished: 3 epochs, 21 steps in")
    assert "less than saying" in heard[1] or "more than saying" in heard[1]
    for figure in ("forecast", "loss", "norm"):
        image = page.locator(f"#{figure} svg")
        assert image.get_attribute("role") == "img"
        assert image.get_attribute("aria-label").startswith("Line chart of")


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_it_answers_on_a_slow_machine(visit, report, cell):
    page = visit(f"#cell={cell}&epochs=500", reduced_motion="no-preference")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator("#status")).to_contain_text(
        re.compile(r"Run 1: epoch ([3-9]|\d\d+) of"), timeout=60_000
    )
    page.evaluate(TO_FRAME)
    page.get_by_role("slider", name="Epoch", exact=True).focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(60)
    while len(took := page.evaluate("() => window.took")) < 10:
        page.wait_for_timeout(100)
    expect(page.locator("#status")).to_contain_text("Run 1: epoch")  # it goes on meanwhile
    figures = f"{statistics.median(took):.0f} ms (median), {max(took):.0f} ms (most)"
    report(f"page, {cell}, at a sixth of the speed: from a key to its frame {figures}")
