"""The Chinese half of the site: its pages are whole, and linked to the English ones."""

import json
import os
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup  # nbconvert needs it

from docs import build, labs, lesson_pages, site_words
from docs.said import _PROSE, Reader
from docs.site_words import speaking
from rnnlab.base import say
from rnnlab.base.catalogues import SITE, catalogue, digest, pack
from rnnlab.course.translation.notebook import in_language
from rnnlab.course.translation.words import has_words
from tests.executed import NOTEBOOKS
from tests.site_pages import LAB, LANGUAGES, Page, as_pages, with_settings

BUILT = [path for path in NOTEBOOKS if path.stem[:2] in ("00", "07")]
NAMES = [*(path.stem for path in BUILT), "index"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# what is said in words, of a text with tags and fields, and is long enough to be no name in code
PARTS = re.compile(r"<[^>]+>|\{\w+\}")
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SAID = r' (?:aria-label|alt|title|placeholder)="([^"]*)"'


# ---- what needs no notebook --------------------------------------------------------------


def test_every_text_of_the_site_is_translated():
    known = catalogue("zh", SITE)
    assert [text for text in site_words.texts() if digest(text) not in known] == []


@pytest.mark.parametrize("path", sorted((site_words.DOCS / "site").glob("*.j2")))
def test_a_template_says_each_of_its_words(path):
    html = JINJA.sub("", path.read_text(encoding="utf-8"))
    texts = [*re.split(r"<[^>]*>", html), *re.findall(SAID, html)]
    names = {"Binder", "Colab"}  # of programs
    assert [text for text in texts if has_words(text) and text.strip() not in names] == []


@pytest.mark.parametrize("path", site_words.MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_site_says_each_of_its_texts(path):
    module = Reader(path.read_text(encoding="utf-8")).module
    unsaid = [re.sub(r"<[^>]*>|\{.*?\}", "", text) for _, text in module.unsaid]
    if path.stem != "build":  # a command, which speaks English
        assert [text for text in unsaid if _PROSE.search(text)] == [], "or mark it `# not said`"
    assert not module.unfound


def test_a_wheel_does_not_have_the_words_of_the_site():
    assert catalogue("zh", SITE)
    assert {"messages", "notebooks/00_start_here"} <= {*json.loads(pack("zh"))} - {SITE}
    assert SITE not in json.loads(pack("zh"))


def test_a_language_is_spoken_for_a_while_here_and_in_processes(monkeypatch):
    monkeypatch.delenv(say.VARIABLE, raising=False)
    with speaking("zh"):
        with speaking("en"):
            assert (say.language(), os.environ[say.VARIABLE]) == ("en", "en")
        assert (say.language(), os.environ[say.VARIABLE]) == ("zh", "zh")
    assert say.language() == "en"
    assert say.VARIABLE not in os.environ


@pytest.mark.parametrize("lab", [LAB, with_settings(seeds=8), {**LAB, "kind": "LoopStepper"}])
def test_the_page_in_place_of_a_lab_speaks_its_language(lab):
    with speaking("zh"):
        html = labs.figure({**lab, "words": "它在学习。"})["text/html"]
    english = labs.live_address(lab)
    assert english.endswith("&lang=en")  # whatever the reader's browser speaks
    chinese = f"../{english.removesuffix('en')}zh"
    assert {a for a in Page(html).addresses if "data:" not in a} == {chinese}
    assert english_of_the_site(html) == []
    assert english_of_the_site(labs.figure(lab)["text/html"])


def test_a_solution_is_folded_away_in_chinese():
    with speaking("zh"):
        html = lesson_pages.fold("05.1")
    assert english_of_the_site(html) == []
    assert "练习 05.1：" in Page(html).open
    assert "05.1" in re.search("<summary>(.*)</summary>", html)[1]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_index_reads_the_minutes_of_a_lesson_in_each_language(path):
    english, chinese = (
        json.loads(in_language(path.read_bytes(), path.stem, each)) for each in LANGUAGES
    )
    heads = ["".join(notebook["cells"][0]["source"]) for notebook in (english, chinese)]
    assert build.minutes(heads[0]) == build.minutes(heads[1]) != "?"


# ---- what does ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory, executions):
    folder = tmp_path_factory.mktemp("site")
    build.write({each: as_pages(BUILT, executions, each) for each in LANGUAGES}, folder)
    return folder


def both(site, name):
    """Return a page in English and in Chinese."""
    return ((site / folder / f"{name}.html").read_text() for folder in ("", "zh"))


def prose(html):
    """Return what a page says outside of code, and in attributes, each on a line."""
    html = re.sub(r"<(pre|code|style|script)\b.*?</\1>", " ", html, flags=re.DOTALL)
    html = re.sub(r'<a [^>]*lang="en"[^>]*>[^<]*</a>', "", html)  # said to be in English
    return "\n".join([*re.split(r"<[^>]*>", html), *re.findall(SAID, html)])


def english_of_the_site(html):
    """Return the texts of the site's own that stand on a page in English."""
    said = prose(html)
    parts = {part.strip() for text in site_words.texts() for part in PARTS.split(text)}
    return [
        part for part in parts if has_words(part) and re.search(rf"\b{re.escape(part)}(?!\w)", said)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_its_language_and_leads_to_the_other_one(site, name):
    english, chinese = both(site, name)
    for html, own, other, words, address in (
        (english, "en", "zh", "中文", f"zh/{name}.html"),
        (chinese, "zh", "en", "English", f"../{name}.html"),
    ):
        assert re.findall(r'<html[^>]* lang="(\w+)"', html) == [own]
        soup = BeautifulSoup(html, "html.parser")
        link = soup.nav.find("a", lang=other, hreflang=other)
        assert (link["href"], link.text) == (address, words)
        alternate = soup.head.find("link", rel="alternate", hreflang=other)
        assert alternate["href"] == address


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_chinese_page_has_no_english_of_the_site(site, name):
    english, chinese = both(site, name)
    assert english_of_the_site(chinese) == []
    assert len(english_of_the_site(english)) >= 3
    (title,) = re.findall("<title>(.*?)</title>", chinese)
    (heading,) = re.findall(r"<h1[^>]*>(.*?)<", chinese)
    assert title == heading
    assert CHINESE.search(title)


@pytest.mark.slow
@pytest.mark.parametrize("path", BUILT, ids=lambda path: path.stem)
def test_a_lesson_has_the_same_cells_and_outputs_in_both_languages(site, path):
    kinds = "jp-CodeCell", "jp-MarkdownCell", "jp-OutputArea-child", "<img", "<iframe", "<details"
    pages = both(site, path.stem)
    english, chinese = ({kind: page.count(kind) for kind in kinds} for page in pages)
    assert english == chinese
    assert all(english[kind] > 0 for kind in (*kinds[:3], "<details"))
    head = json.loads(in_language(path.read_bytes(), path.stem, "zh"))["cells"][0]["source"]
    title = "".join(head).splitlines()[0].removeprefix("# ")
    index = (site / "zh" / "index.html").read_text()
    assert f"{path.stem[:2]}</span> {title}</a>" in index


@pytest.mark.slow
def test_the_chinese_index_leads_to_lessons_texts_and_elsewhere(site):
    html = (site / "zh" / "index.html").read_text()
    page = Page(html)
    for path in BUILT:
        assert {f"{path.stem}.html", f"pictures/{path.stem}.png"} <= {*page.addresses}
        minutes = build.minutes(nbformat.read(path, 4).cells[0].source)
        assert f"{minutes} 分钟" in page.open
        assert sum(path.name in address for address in page.addresses) == 2  # Binder, Colab
    assert {f"../{text.stem}.html" for text in build.TEXTS} <= {*page.addresses}
    assert {f"../{labs.LIVE}#lang=zh", "../api/rnnlab.html"} <= {*page.addresses}
    first, second = (Path(site, folder, "pictures", f"{NAMES[1]}.png") for folder in ("", "zh"))
    assert first.read_bytes() != second.read_bytes()


@pytest.mark.slow
def test_a_lesson_is_executed_in_the_language_that_is_spoken(tmp_path):
    (path,) = (path for path in NOTEBOOKS if path.stem.startswith("03_"))
    (notebook,) = build.execute_all([path], "zh").values()
    assert say.language() == "en"
    assert CHINESE.search(notebook.cells[0].source)
    shown = [str(out.get("data")) for cell in notebook.cells for out in cell.get("outputs", [])]
    assert any("<caption" in text and CHINESE.search(text) for text in shown)
