"""What the page that trains in the browser says: all of it goes through `say`, and is found."""

import re

import pytest

from rnnlab.commands import page_texts
from rnnlab.commands.page import page_folder
from rnnlab.commands.page_texts import texts, translations

# data.js are numbers; engine.js says to who writes JavaScript what was given wrongly, in English
NO_READER = {"data.js", "engine.js"}
SCRIPTS = [path for path in sorted(page_folder().glob("*.js")) if path.name not in NO_READER]
LITERAL = page_texts._LITERAL
TOKEN = re.compile(
    rf"""(?P<not_said>(?m:^.*//\ not\ said$))
    |(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<said>\bsay\(\s*{LITERAL}|\bsayCount\(\s*{LITERAL},\s*{LITERAL})
    |(?P<shown>\b(?:alt|label|text|title|textContent)\s*[:=]\s*"(?:[^"\\\n]|\\.)*[A-Za-z]{{2}})
    |"(?P<double>(?:[^"\\\n]|\\.)*)"|'(?P<single>(?:[^'\\\n]|\\.)*)'|`(?P<template>(?:[^`\\]|\\.)*)`""",
    re.DOTALL | re.VERBOSE,
)
PROSE = re.compile(r"[A-Za-z]{2,}[,;:.]? [A-Za-z]{2,}")
BESIDE_A_VALUE = re.compile(r"\0[,;:.]? [A-Za-z]{2,}|(?<![A-Za-z.-])[A-Za-z]{2,}[:]? \0")
NO_LITERAL = re.compile(r"(?<!\.)\b(?:say|sayCount)\((?!\s*\")")


def unsaid(source):
    """Return the texts of a script that it shows without `say`."""
    found = []
    for match in TOKEN.finditer(source):
        kind, text = match.lastgroup, match[match.lastgroup or 0]
        if kind == "template":
            text = re.sub(r"\$\{[^{}]*\}", "\0", text)
            wrong = PROSE.search(text) or BESIDE_A_VALUE.search(text)
        else:
            wrong = kind == "shown" or (kind in ("double", "single") and PROSE.search(text))
        if wrong and text != "use strict":
            found.append(text)
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_what_a_script_shows_is_said(path):
    source = path.read_text(encoding="utf-8")
    assert unsaid(source) == [], "say it, or mark its line `// not said`"
    for line in source.splitlines():
        found = NO_LITERAL.search(re.sub(r"^\s*(?://|/?\*).*", "", line))
        assert not found or re.search(r"// found in (data\.js|page\.html)", line), line


UNSAID = {
    'x = "some words";': 1,
    "x = 'some words';": 1,
    "x = `${n} epochs`;": 1,
    "x = `rate ${n}`;": 1,
    'x = { text: "measured" };': 1,
    'button.textContent = "Pause";': 1,
    'x = say("some words");': 0,
    'x = sayCount("{n} such thing", "{n} such things", n);': 0,
    'x = say("some words "\n  + "and more", {});': 0,
    'x = say("some words") + " and others";': 1,
    '// some words "and more"\nx = 1;': 0,
    'x = "some words"; // not said': 0,
    'x = `M${a}V${b}`; y = `${x}px`; z = "tip";': 0,
}


@pytest.mark.parametrize("source", UNSAID)
def test_what_is_not_said_is_seen(source):
    assert len(unsaid(source)) == UNSAID[source]


def test_texts_are_found_in_html_scripts_and_series(tmp_path):
    (tmp_path / "page.html").write_text(
        "<title>One\n  title</title>"
        '<p title="A tip">Some <b aria-label="its name">bold</b> text</p>'
        "<noscript><p>No script</p></noscript><style>p {}</style>"
        '<script src="a.js"></script><script src="data.js"></script>'
    )
    (tmp_path / "a.js").write_text(
        'say("One \\"quoted\\" text", {}); page.say(\n  "One in "\n  + "two parts\\n.");\n'
        'sayCount("{n} thing",\n  "{n} things", n); essay("no"); say(text); say("{n} thing");'
    )
    (tmp_path / "data.js").write_text('{"title":"A series","unit":"","timeUnit":"year","x":"no"}')
    assert texts(tmp_path) == {
        "One title": "", "A tip": "", "Some": "", "its name": "", "bold": "", "text": "",
        'One "quoted" text': "", "One in two parts\n.": "", "{n} thing": "{n} things",
        "A series": "", "year": "",
    }  # fmt: skip


def test_how_much_of_the_page_is_translated(report):
    english = texts(page_folder())
    assert len(english) >= 200
    for language, known in translations(page_folder()).items():
        assert {*known} <= {*english}
        report(f"the page in {language}: {len(known)} of {len(english)} texts")
