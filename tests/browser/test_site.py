"""The site on a phone, light and dark: nothing wider than it, nothing from outside, labs train."""

import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe

import rnnlab
from docs import build
from tests.executed import NOTEBOOKS
from tests.site_pages import LANGUAGES, as_pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # it executes two notebooks
BUILT = [path for path in NOTEBOOKS if path.stem[:2] in ("00", "07")]
NAMES = [path.stem for path in BUILT]
CHINESE = [f"zh/{name}" for name in (*NAMES, "index")]
WIDTH = 390
WIDER = """() => [...document.querySelectorAll('main *, nav *')].filter(e => {
  for (let up = e.parentElement; up; up = up.parentElement)
    if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX)) return false;
  return e.getBoundingClientRect().right > innerWidth + 1;
}).map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, executions):
    folder = tmp_path_factory.mktemp("site")
    build.write({each: as_pages(BUILT, executions, each) for each in LANGUAGES}, folder)
    return folder


@pytest.fixture(params=["light", "dark"])
def visit(browser, folder, request):
    """Return a function that opens a page on a phone without a network."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 800}, color_scheme=request.param
    )
    context.set_offline(True)
    asked, said = [], []
    context.on("request", lambda sent: asked.append(sent.url))

    def visit(name):
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.scheme = request.param
        page.goto((folder / f"{name}.html").as_uri())
        return page

    yield visit
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert said == []


def brightness(page, selector):
    color = page.locator(selector).first.evaluate("e => getComputedStyle(e).backgroundColor")
    return sum(map(int, re.findall(r"\d+", color)[:3])) / 3


@pytest.mark.parametrize("name", [*NAMES, "index", "training", *CHINESE])
def test_no_page_is_wider_than_a_phone(visit, name):
    page = visit(name)
    page.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= WIDTH
    assert page.evaluate(WIDER) == []


@pytest.mark.parametrize("name", [*NAMES, "index"])
def test_a_page_is_light_or_dark_as_its_reader_has_it(visit, name):
    page = visit(name)
    dark = page.scheme == "dark"
    assert (brightness(page, "body") < 60) == dark
    if name == NAMES[1]:  # its pictures and its code too
        image = page.locator(".rnnlab-figure img").first
        filtered = image.evaluate("e => getComputedStyle(e).filter") != "none"
        assert filtered == dark
        assert (brightness(page, ".jp-InputArea-editor") < 90) == dark
        assert page.locator(".highlight span").count() > 100


@pytest.mark.parametrize("name", [*NAMES, "index", "training", *CHINESE])
def test_axe_finds_nothing(visit, name):
    # what is in a frame is the page that trains, which has tests of its own; wide code and tables
    # scroll, and browsers let the keyboard do that
    off = {"scrollable-region-focusable": {"enabled": False}}
    leave = {"iframes": False, "preload": False, "rules": off}  # nor may it load styles itself
    found = Axe().run(visit(name), options=leave).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []


def test_the_labs_of_lesson_00_train_in_the_page(visit):
    page = visit(NAMES[0])
    cells = [cell.source for cell in nbformat.read(BUILT[0], 4).cells if "Lab(" in cell.source]
    frames = page.locator("figure.lab > iframe")
    assert frames.count() == len(cells) == 2
    for place, cell in enumerate(cells):
        frames.nth(place).scroll_into_view_if_needed()
        inside = frames.nth(place).content_frame
        given = re.search(r"learning_rate=([\d.]+)", cell)
        rate = float(given[1]) if given else rnnlab.TrainingLab.learning_rate.default_value
        typed = inside.get_by_label("Learning rate, typed")
        typed.wait_for()
        assert float(typed.input_value()) == rate
        assert inside.locator("#clip_on").is_checked() == ("clip=False" not in cell)
        assert inside.locator("#message").inner_text() == ""
    inside = frames.first.content_frame
    inside.get_by_role("button", name="Train").click()
    inside.locator("#epoch_out", has_text="40 of 40").wait_for()


def test_a_fold_opens_without_a_kernel(visit):
    page = visit(NAMES[1])
    fold = page.locator("details", has_text="open the solution of 07.1")
    solution = fold.locator("pre")
    assert not solution.is_visible()
    fold.locator("summary").click()
    assert solution.is_visible()
    assert "def train_epoch" in solution.inner_text()
