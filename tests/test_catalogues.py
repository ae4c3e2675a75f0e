"""The catalogues of translations: each fits the English, place by place and term by term."""

import json
import re
import tokenize
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from docs import messages
from docs.messages import is_translated
from rnnlab.base.catalogues import LOCALE, read_po
from rnnlab.course.translation.code import translate_code, whole_strings
from rnnlab.course.translation.notebook import in_language, texts_of

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LANGUAGES = sorted(path.name for path in LOCALE.iterdir() if path.is_dir())
CATALOGUES = [
    (path.parent.name, path.stem, path) if path.parent.parent == LOCALE
    else (path.parents[1].name, f"{path.parent.name}/{path.stem}", path)
    for path in sorted(LOCALE.rglob("*.po"))
]  # fmt: skip
TABLE_ROW = re.compile(r"^\| (.+?) \| (.+?) \| ?(.*?) ?\|$", re.MULTILINE)
CODE = re.compile(r"`[^`]+`")
PLACES = re.compile(r"\{[^{}]*\}")

# What is the same in a text and in its translation, each as often.
SAME = {
    "places": PLACES,
    "code": CODE,
    "addresses": re.compile(r"(?<=\]\()[^)]+|https?://[^\s)]+"),
    "formulas": re.compile(r"\$\$.+?\$\$|\$[^$\s][^$]*\$"),
    "tags": re.compile(r"</?[a-z][^>]*>"),
    "bold": re.compile(r"\*\*"),
    "numbers": re.compile(r"\d+(?:[.,]\d+)*"),
    "escapes": re.compile(r"\\."),
    "lines": re.compile(r"\n"),
}
STARS = re.compile(r"(.?)(\*\*?)(?=\S)([^*]+)(?<=\S)\2(?!\*)(?=(.?))")


def pairs():
    """Yield each text that is shown in another language: catalogue, English, translation."""
    for language, name, path in CATALOGUES:
        for english, forms in read_po(path.read_text(encoding="utf-8")).items():
            if english:
                for form in forms:
                    yield pytest.param(english, form, id=f"{language} {name}: {english[:40]}")


PAIRS = [*pairs()]


def same(kind, text):
    """Return how often a text has each thing of one kind."""
    if kind == "numbers":  # not those in code, places and addresses, which are compared as a whole
        text = re.sub(r"`[^`]+`|\{[^{}]*\}|\]\([^)]+\)|https?://\S+", "", text)
    return Counter(SAME[kind].findall(text))


@cache
def terms():
    """Return the terms that are checked, the longest first: (pattern, words in Chinese)."""
    text = (ROOT / "docs" / "terms.md").read_text(encoding="utf-8")
    rows = [row for row in TABLE_ROW.findall(text) if "not checked" not in row[2]][2:]
    rows.sort(key=lambda row: -len(row[0]))
    # "loss", "losses", "Loss"; not "lossless"
    return [(re.compile(rf"\b{re.escape(a)}(?:s|es)?\b", re.I), b.split(" / ")) for a, b, _ in rows]


def missing_terms(english, translation):
    """Return the English terms whose Chinese is missing in a translation."""
    english, missing = CODE.sub("", PLACES.sub("", english)), []
    english = re.sub(r"\]\([^)]+\)|https?://\S+", "", english)
    for control in re.findall(r"\*\*?([A-Z][^*.?!]*)\*\*?", translation):  # by its label
        english = english.replace(f"*{control}*", "")
    for term, words in terms():
        english, found = term.subn("", english)
        if found and not any(word in translation for word in words):
            missing.append((term.pattern, words))
    return missing


@pytest.mark.parametrize(("english", "translation"), PAIRS)
def test_a_translation_has_what_its_english_has(english, translation):
    for kind in SAME:
        assert same(kind, translation) == same(kind, english), kind
    assert not stars_shown(translation), "put the full stop, or the bracket, outside of the stars"
    assert translation[:1].isspace() == english[:1].isspace()
    assert translation[-1:].isspace() == english[-1:].isspace()
    assert not missing_terms(english, translation)


def stars_shown(text):
    """Return whether Markdown shows stars, as in "**so.**then" and in "so**(then)**"."""
    return any(
        (match[1].isalnum() and not match[3][0].isalnum())
        or (match[4].isalnum() and not match[3][-1].isalnum())
        for match in STARS.finditer(CODE.sub("c", text))
    )


NOT_ALIKE = [
    ("{name} is {value}", "{name} 是 {values}"),
    ("{name}, {name}", "{name}"),
    ("run `fit`", "运行 `train`"),
    ("in [lesson 05](05_x.ipynb)", "见[第 05 课](06_x.ipynb)"),
    ("$a_1$ and more", "$a_2$ 等"),
    ("at 0.1 or 5,376", "在 0.1 或 5,367"),
    ("a <b>word</b>", "一个词"),
    ("a\\n", "甲"),
    ("a **word**", "一个词"),
]


@pytest.mark.parametrize(("english", "translation"), NOT_ALIKE)
def test_what_is_not_alike_is_seen(english, translation):
    assert any(same(kind, translation) != same(kind, english) for kind in SAME)


BOLD = [
    "**注意。**然后", "先**（注意）**", "**“一轮”**是", "*啊！*是", "**注意**。然后",
    "先**注意**，", "**注意。** 然后", "**一轮**是", "按 **A**（甲），**B**（乙）", "图 *A*（甲）",
]  # fmt: skip


@pytest.mark.parametrize("text", BOLD)
def test_stars_that_markdown_shows_are_seen(text):
    markdown = pytest.importorskip("markdown_it")
    assert stars_shown(text) == ("*" in markdown.MarkdownIt().render(text))


def test_a_term_that_is_missing_is_seen():
    assert len(terms()) >= 80
    assert not missing_terms("The hidden states of a batch", "一个批次的隐藏状态")
    assert missing_terms("The hidden states of a batch", "一个批次的隐状态")
    assert not missing_terms("`loss` and {loss}", "两者")
    assert missing_terms("The learning rate", "速率")
    assert not missing_terms("Press **Train**", "按 **Train**")
    assert missing_terms("**Training** is slow", "**它**很慢")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_notebook_nothing_but_its_texts_is_translated(path, language):
    content = path.read_bytes()
    translated = in_language(content, path.stem, language)
    before, after = json.loads(content), json.loads(translated)
    assert {**before, "cells": 0} == {**after, "cells": 0}
    for old, new in zip(before["cells"], after["cells"], strict=True):
        assert {**old, "source": 0} == {**new, "source": 0}
        a, b = "".join(old["source"]), "".join(new["source"])
        if old["cell_type"] == "code":
            assert program(a) == program(b)


def program(source):
    """Return the tokens of a cell that are neither comments nor strings that are shown."""
    blanked = translate_code(source, lambda text: "x")
    left_out = (tokenize.COMMENT, tokenize.NL)
    return [token.string for token in whole_strings(blanked) if token.type not in left_out]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_translation_is_one_of_english_that_is_there(language):
    """A text that has changed since is fuzzy or obsolete once `make messages` has run."""
    english = messages.english()
    catalogues = {name: path for other, name, path in CATALOGUES if other == language}
    assert {*catalogues} == {*english}
    for name, path in catalogues.items():
        gone = {*read_po(path.read_text(encoding="utf-8"))} - {*english[name], ""}
        assert not gone, f"run `make messages`: {name} translates what is not there any more"


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_much_is_translated(language, report):
    catalogues = {
        name: messages.read(path, language) for other, name, path in CATALOGUES if other == language
    }
    report(f"translated into {language}:\n{messages.coverage(catalogues)}")
    counted = sum(is_translated(message) for catalog in catalogues.values() for message in catalog)
    paths = [path for other, _, path in CATALOGUES if other == language]
    shown = (read_po(path.read_text(encoding="utf-8")) for path in paths)
    assert counted == sum(len({*found} - {""}) for found in shown)  # as rnnlab itself reads them


def test_no_paragraph_of_a_notebook_is_broken_into_lines():
    """Each line is looked up alone, so a sentence on two would be translated in two halves."""
    for path in NOTEBOOKS:
        for text in texts_of(path.read_bytes()):
            assert text == text.strip("\n")
        for cell in json.loads(path.read_bytes())["cells"]:
            if cell["cell_type"] == "markdown":
                text = re.sub(r"```.*?```", "", "".join(cell["source"]), flags=re.DOTALL)
                plain = r"(?!\s*(?:[-*>|<$#]|\d+\. )).+"
                assert not re.search(rf"^{plain}\n{plain}$", text, re.MULTILINE), path
