"""The teacher's page of a class in a browser: nothing loaded, readable on a phone, by axe-core."""

import os
from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe

from rnnlab.course import kept
from rnnlab.course.classroom.learners import exercises, guesses, read_class
from rnnlab.course.classroom.page import page as page_of

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
TOO_WIDE = """() => [...document.querySelectorAll('body *:not(.wide *, .heard)')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML)"""
NAME_STAYS = """() => { const wide = document.querySelector('.wide');
  wide.scrollLeft = 400;
  return [wide.scrollLeft, document.querySelector('tbody th').getBoundingClientRect().left] }"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Return the address of the page of a class of 30 with long and hostile names."""
    folder = tmp_path_factory.mktemp("class")
    with pytest.MonkeyPatch.context() as patch:
        for k in range(30):
            name = ["Oluwaseun Adebayo-Christopherson", "\u05d0\u05d1\u05d9 \u05db\u05d4\u05df",
                    "x" * 90, "<script>document.title = 1<"][k % 4]  # fmt: skip
            patch.setattr(os, "fsync", lambda descriptor: None)
            patch.setenv("RNNLAB_PROGRESS", str(folder / "in" / f"{name}{k}" / "progress.json"))
            for lesson in [*guesses()][: k // 2 + 1]:
                for guess in guesses()[lesson].values():
                    kind = [*guess.replies][k % 2]
                    kept.keep_guess(guess.number, kind, kind)
                for number in exercises()[lesson][: k % 4]:
                    kept.keep_mistake(number, "else")
                    kept.keep_solved(number)
    (folder / "in" / f"{'y' * 200}.json").write_text("")
    html = page_of(read_class(folder / "in"), datetime(2026, 1, 31, 12))
    (folder / "page.html").write_text(html, encoding="utf-8")
    return (folder / "page.html").as_uri()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_the_page_is_readable(browser, address, theme, width):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    for fold in page.locator("summary").all():
        fold.click()
    assert asked == [address]
    assert page.title() == "The class: rnnlab"
    assert page.evaluate(TOO_WIDE) == []
    if width == 390:
        moved, left = page.evaluate(NAME_STAYS)
        assert moved == 400
        assert 0 <= left < 30, "the learner's name stays in sight"
    found = Axe().run(page, "body", RULES).response
    assert len(found["passes"]) > 15
    wrong = [(rule["id"], node["html"][:200], node.get("failureSummary"))
             for rule in found["violations"] for node in rule["nodes"]]  # fmt: skip
    assert wrong == []
    page.close()
