"""`make docs`: its pages show every picture and what it says, with the network off."""

import itertools
import re
import subprocess
import sys

import nbformat
import pytest

from docs import build, lesson_pages
from tests.executed import LAB, NOTEBOOKS, ROOT
from tests.needs import reason
from tests.site_pages import as_pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # it executes all notebooks
PAGES = [path.stem for path in NOTEBOOKS]
OTHERS = ["index", "page", *(path.stem for path in build.TEXTS)]
ELSEWHERE = (lesson_pages.REPOSITORY, "https://mybinder.org/", "https://colab.research.google.com/")
# one in a cell at most
DRAWN = r"\b(?:curves|bars|blocks|fractions|heat|heat_map|unrolled|drawings\.windows)\("
HANGS = 300  # seconds
# What ipykernel may say when it is told to end, of the very message that tells it so.
ENDING = r"Task was destroyed but it is pending!\ntask: .+Kernel\.dispatch_control\(\).+\n"
LOSS = r"[\d.e+]+"
WORDS = {  # of each lab, once it has run
    "TrainingLab": rf"Loss: train {LOSS} after epoch 1, {LOSS} after epoch \d+; held out {LOSS}\.",
    "GradientLab": r"RNN.+\n+GRU.+\n+LSTM",
    "LoopStepper": r"Every weight took its step\.",
    "StateLab": r"Loss, carry and detach: [\d.]+ in the first batch",
}
IMAGES = "() => [...document.images].map(i => [i.complete && i.naturalWidth > 0, i.alt])"
HEADINGS = "() => [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])"
LINKS = "() => [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, executions):
    folder = tmp_path_factory.mktemp("docs")
    # another process may have begun with the first
    executed = as_pages(reversed(NOTEBOOKS), executions)
    build.write({"en": {name: executed[name] for name in PAGES}}, folder)
    assert {page.stem for page in folder.glob("*.html")} == {*PAGES, *OTHERS}
    return folder


def test_the_command_executes_and_writes_the_same(folder, tmp_path):
    command = [
        sys.executable,
        "-m",
        "docs.build",
        "--no-reference",
        "--english",
        "--target",
        tmp_path,
        NOTEBOOKS[0],
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=HANGS)
    assert done.returncode == 0, done.stderr
    assert re.sub(ENDING, "", done.stderr) == ""
    assert {page.stem for page in tmp_path.glob("*.html")} == {PAGES[0], *OTHERS}
    ours, theirs = ((place / f"{PAGES[0]}.html").read_text() for place in (folder, tmp_path))
    figures = re.findall(r'<figure class="lab">.*?</figure>', ours, re.DOTALL)
    assert len(figures) == 2
    assert all(figure in theirs for figure in figures)


@pytest.fixture
def visit(browser, folder):
    """Return a function that opens a page in a browser that has no network."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_offline(True)
    asked, said = [], []

    def refuse(route):
        asked.append(route.request.url)
        route.abort()

    context.route(lambda url: not url.startswith(("file:", "data:")), refuse)

    def visit(name):
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((folder / f"{name}.html").as_uri())
        return page

    yield visit
    context.close()
    assert asked == []
    assert said == []


def source(name):
    return nbformat.read(ROOT / f"notebooks/{name}.ipynb", 4)


def prose_of(name):
    cells = source(name).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_is_there_with_its_words(visit, name):
    if why := reason(ROOT / f"notebooks/{name}.ipynb"):
        pytest.skip(why)  # its page says so, and has no pictures
    page = visit(name)
    cells = [cell for cell in source(name).cells if cell.cell_type == "code"]
    labs = [kind for cell in cells for kind in re.findall(LAB, cell.source)]
    drawn = [cell for cell in cells if re.search(DRAWN, cell.source)]
    images = page.evaluate(IMAGES)
    frames = page.locator("figure.lab > iframe").count()  # a training lab's stands for its image
    assert frames <= labs.count("TrainingLab")
    assert len(images) == len(labs) + len(drawn) - frames
    for shown, alt in images:
        assert shown
        assert len(alt) > 20
        assert "No description" not in alt
    captions = page.locator("figcaption").all_inner_texts()
    assert len(captions) == len(images) + frames
    assert all(len(caption) > 20 for caption in captions)
    for kind, words in zip(
        labs, page.locator("figure.lab figcaption").all_inner_texts(), strict=True
    ):
        assert re.search(WORDS[kind], words), (kind, words)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_waits_for_a_kernel(visit, name):
    page = visit(name)
    assert page.locator(".jupyter-widgets, [type*=widget], [data-mime-type*=stderr]").count() == 0
    text = page.locator("body").inner_text()
    assert not re.search(r"model not found|error displaying widget|Traceback", text, re.IGNORECASE)
    assert "widget-view" not in page.content()


def test_the_loop_shows_the_lesson_of_each_line_on_a_narrow_page(visit):
    page = visit(PAGES[1])
    for width in (1100, 800):
        page.set_viewport_size({"width": width, "height": 900})
        loop = page.locator("div:has(> table > caption)")
        assert loop.evaluate("e => e.scrollWidth <= e.clientWidth")


@pytest.mark.parametrize("name", PAGES)
def test_formulas_are_shown_without_a_script(visit, name):
    page = visit(name)
    formulas = re.findall(r"\$\$.+?\$\$|\$.+?\$", prose_of(name))
    assert page.locator("math").count() == len(formulas)
    assert "$" not in "".join(page.locator(".jp-MarkdownOutput").all_inner_texts())
    assert all(box["width"] > 2 for box in (m.bounding_box() for m in page.locator("math").all()))


@pytest.mark.parametrize("name", [*PAGES, "index"])
def test_a_page_has_a_language_a_title_headings_in_order_and_links(visit, folder, name):
    page = visit(name)
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title() == page.locator("h1").inner_text().rstrip("¶")
    levels = page.evaluate(HEADINGS)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))
    links = page.evaluate(LINKS)
    outside = [link for link in links if "://" in link]
    assert all(link.startswith(ELSEWHERE) for link in outside) or name == "index"
    links = [link for link in links if link not in outside]
    assert not [link for link in links if "ipynb" in link]
    for link in links:
        address, _, fragment = link.partition("#")
        if address.removesuffix(".html") in (*PAGES, "index", ""):  # of what was built
            there = (folder / (address or f"{name}.html")).read_text()
            assert not fragment or f'id="{fragment}"' in there, link


def test_the_bar_leads_through_all_pages(visit):
    page, seen = visit("index"), []
    page.locator(".lessons h3 a").first.click()
    while True:
        seen.append(page.url.rpartition("/")[2].removesuffix(".html"))
        assert page.get_by_role("navigation").get_by_text("Index").get_attribute("href") == (
            "index.html"
        )
        onward = page.get_by_role("navigation").get_by_text("Next:")
        if onward.count() == 0:
            break
        onward.click()
    assert seen == PAGES
