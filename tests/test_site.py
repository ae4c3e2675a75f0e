"""The site that `make docs` builds: its links, its folds, its index, its sizes, the reference."""

import base64
import io
import json
import re
import subprocess
from html import unescape

import nbformat
import numpy as np
import pytest
from PIL import Image

import rnnlab
from docs import build, labs, lesson_pages, pictures, text_pages
from rnnlab.course import exercises, guesses
from tests.executed import NOTEBOOKS, ROOT
from tests.page_engine import NODE
from tests.site_pages import LAB, LANGUAGES, Page, as_pages, dead_links, with_settings

BUILT = [path for path in NOTEBOOKS if path.stem[:2] in ("00", "07")]
READ = """
const vm = require("vm"), fs = require("fs"), [, fragment, ...files] = process.argv;
for (const file of files) vm.runInThisContext(fs.readFileSync(file, "utf8"), { filename: file });
console.log(JSON.stringify(globalThis.rnnlabPage.readAddress(fragment)));
"""
SCRIPTS = "say", "data", "random", "kernels", "cells", "network", "optimizers", "tasks", "settings"
PAGE = 1_000_000  # bytes of a page


@pytest.fixture(scope="module")
def site(tmp_path_factory, executions):
    folder = tmp_path_factory.mktemp("site")
    build.write({each: as_pages(BUILT, executions, each) for each in LANGUAGES}, folder)
    return folder


@pytest.fixture(scope="module")
def reference(site):
    pytest.importorskip("pdoc", reason="the extra docs is not installed")
    build.write_reference(site / "api")
    return site


# ---- what needs no notebook --------------------------------------------------------------


@pytest.mark.skipif(NODE is None, reason="node is not installed")
@pytest.mark.parametrize("changed", [{}, {"task": "sunspots", "clip": True, "clip_norm": 0.25}])
def test_the_page_that_trains_reads_the_settings_of_the_lab(changed):
    lab = with_settings(**changed)
    fragment = labs.live_address(lab).partition("#")[2]
    files = [str(ROOT / f"docs/page/{name}.js") for name in SCRIPTS]
    told = subprocess.run([NODE, "-e", READ, fragment, *files], capture_output=True, text=True)
    read = json.loads(told.stdout)
    settings = lab["settings"]
    wanted = {name: settings[name] for name in read["settings"] if name != "clip"}
    wanted["clip"] = settings["clip_norm"] if settings["clip"] else None
    assert read == {"settings": wanted, "refused": []}


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_the_page_that_trains_has_the_tasks_that_the_site_names():
    files = [str(ROOT / f"docs/page/{name}.js") for name in SCRIPTS]
    code = READ.replace("page.readAddress", "").replace(
        "globalThis.rnnlabPage.readAddress(fragment)", "Object.keys(globalThis.rnnlabPage.tasks)"
    )
    told = subprocess.run([NODE, "-e", code, "", *files], capture_output=True, text=True)
    assert tuple(json.loads(told.stdout)) == labs.TASKS


def test_a_lab_is_a_frame_a_frame_in_a_fold_or_a_picture():
    def parts(lab):
        html = labs.figure(lab)["text/html"]
        assert "<p>It learns.</p><p>Quickly &lt;so&gt;.</p>" in html
        return [part for part in ("<img", "<details", "<iframe") if part in html]

    assert parts(LAB) == ["<iframe"]
    assert parts(with_settings(seeds=8)) == ["<img", "<details", "<iframe"]
    assert parts(with_settings(hidden_state="carry")) == ["<img", "<details", "<iframe"]
    assert parts({**LAB, "kind": "LoopStepper"}) == ["<img", "<details", "<iframe"]
    assert parts(with_settings(task="reber")) == ["<img"]
    assert parts({**LAB, "kind": "StateLab"}) == ["<img"]


def test_pictures_are_smaller_and_look_the_same():
    data = rnnlab.drawings.curves(
        {"one": [3, 1, 2], "two": [1, 2, 3]}, title="Two", xlabel="x", words="Two lines."
    )._repr_mimebundle_()
    before, after = data["text/html"], pictures.smaller(data["text/html"])
    pixels = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(found))).convert("RGB"), dtype=float)
        for html in (before, after)
        for found in pictures.INLINE.findall(html)
    ]
    assert len(after) < 0.6 * len(before)
    assert pixels[0].shape == pixels[1].shape
    assert np.abs(pixels[0] - pixels[1]).mean() < 1
    assert np.abs(pixels[0] - pixels[1]).max() < 60
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data)])
    small, title = pictures.first_picture(nbformat.v4.new_notebook(cells=[cell]))
    assert title == "Two"
    assert max(Image.open(io.BytesIO(small)).size) == pictures.WIDE
    assert pictures.first_picture(nbformat.v4.new_notebook()) is None


def test_links_of_a_text_lead_to_pages_or_to_the_repository(tmp_path):
    text = tmp_path / "some.md"
    text.write_text(
        "# One `name`\n[a](../notebooks/04_x.ipynb) [b](../notebooks/05_y.ipynb) [c](some.md#two)\n"
        "[d](../rnnlab/loop/batch.py) [e](https://a.b/c.md) [f](#two)\n\n## Two\n\n## Two\n"
    )
    assert text_pages.write_texts([text], ["04_x"], tmp_path) == {"some.html": "One name"}
    page = Page((tmp_path / "some.html").read_text())
    repository = lesson_pages.REPOSITORY
    assert page.addresses[3:] == [
        "04_x.html", f"{repository}/notebooks/05_y.ipynb", "some.html#two",
        f"{repository}/rnnlab/loop/batch.py", "https://a.b/c.md", "#two",
    ]  # fmt: skip
    assert page.ids >= {"one-name", "two", "two-1"}


@pytest.mark.parametrize("number", ["04.2", "07.1"])
def test_a_solution_is_folded_away(number):
    page, found = Page(lesson_pages.fold(number)), exercises.find(number)
    assert found.solution in page.folded
    assert unescape(found.right.replace("`", "")) in page.folded
    assert found.solution not in page.open
    assert found.question.replace("`", "") in page.open


def test_what_was_printed_in_pieces_is_one_output():
    new = nbformat.v4.new_output
    names = {"a\n": "stdout", "b\n": "stdout", "c\n": "stderr", "d\n": "stdout"}
    printed = [new("stream", name=name, text=text) for text, name in names.items()]
    shown = new("display_data", {"text/plain": "e"})
    found = lesson_pages.merged([*printed, shown, shown, new("stream", text="f\n")])
    texts = [output.get("text", "e") for output in found]
    assert texts == ["a\nb\n", "c\n", "d\n", "e", "e", "f\n"]


def test_a_dead_link_would_be_found(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html#no">x</a><img src="c.png"><a href="#d">')
    (tmp_path / "b.html").write_text(
        '<p id="yes"><p id="%E5"><p id="课"><a href="#yes"><a href="#%E5"><a href="#%E8%AF%BE">'
    )
    assert dead_links(tmp_path) == [("a.html", a) for a in ("b.html#no", "c.png", "#d")]


# ---- what does ---------------------------------------------------------------------------


@pytest.mark.slow
def test_every_link_leads_somewhere(reference):
    assert dead_links(reference) == []


@pytest.mark.slow
def test_pages_are_small(reference, report):
    files = reference.rglob("*.*")
    sizes = {str(file.relative_to(reference)): file.stat().st_size for file in files}
    report(f"site: largest of {len(sizes)} files: {max((n, f) for f, n in sizes.items())}")
    assert all(size < PAGE for size in sizes.values())


@pytest.mark.slow
def test_the_index_leads_to_lessons_texts_and_elsewhere(site):
    html = (site / "index.html").read_text()
    page = Page(html)
    for path in BUILT:
        head = nbformat.read(path, 4).cells[0].source
        title = head.splitlines()[0].removeprefix("# ")
        assert re.search(rf"{path.stem[:2]}</span> {re.escape(title)}</a>", html)
        minutes = re.search(r"(\d+|ten) minutes", head)[1].replace("ten", "10")
        assert f"{minutes} minutes" in page.open
        colab = "https://colab.research.google.com/github/rnnlab/rnnlab/blob/main/notebooks/"
        assert {f"{path.stem}.html", f"{colab}{path.name}", f"pictures/{path.stem}.png"} <= {
            *page.addresses
        }
        assert sum("mybinder.org" in a and path.name in a for a in page.addresses) == 1
    assert {f"{text.stem}.html" for text in build.TEXTS} <= {*page.addresses}
    assert {f"{labs.LIVE}#lang=en", "api/rnnlab.html"} <= {*page.addresses}


@pytest.mark.slow
@pytest.mark.parametrize("path", BUILT, ids=lambda path: path.stem)
def test_guesses_and_exercises_unfold(site, path):
    page = Page((site / f"{path.stem}.html").read_text())
    lesson = path.stem[:2]
    assert guesses.guesses_of(lesson)
    for asked in guesses.guesses_of(lesson).values():
        question, seen = (text.replace("`", "") for text in (asked.question, asked.seen))
        assert question in page.open
        assert seen in page.folded
        assert seen not in page.open
    for number in exercises.numbers_of(lesson):
        assert exercises.find(number).solution in page.folded
        assert exercises.find(number).solution not in page.open
    assert "not yet: put your answer" not in page.open + page.folded


@pytest.mark.slow
def test_the_reference_has_every_public_name(reference):
    page = Page((reference / "api" / "rnnlab.html").read_text())
    assert {*rnnlab.__all__} <= page.ids
    assert "does not resolve" not in page.open
