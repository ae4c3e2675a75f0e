"""What the site says, in the language that is spoken, from a catalogue of its own: `site.po`.

rnnlab's own messages are not in it, and a wheel does not have it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment
from jinja2.ext import extract_from_ast

from docs.said import Reader
from rnnlab.base.catalogues import ENGLISH, SITE, catalogue, digest
from rnnlab.base.say import VARIABLE, language, set_language

NAMES = {"en": "English", "zh": "中文"}  # each in itself
DOCS = Path(__file__).parent
MODULES = [DOCS / f"{name}.py" for name in ("build", "labs", "lesson_pages", "pictures",
                                            "text_pages")]  # fmt: skip


class Link(NamedTuple):
    """A link above a page; `language` is that of the other page, where it is another one."""

    words: str
    address: str
    language: str = ""


@contextmanager
def speaking(spoken: str) -> Iterator[None]:
    """Speak a language, here and in the kernels that are started meanwhile."""
    before, variable = language(), os.environ.get(VARIABLE)
    set_language(spoken)
    os.environ[VARIABLE] = spoken
    try:
        yield
    finally:
        set_language(before)
        del os.environ[VARIABLE]
        if variable is not None:
            os.environ[VARIABLE] = variable


def say(text: str, /, **values: Any) -> str:
    """Return a text of the site with named fields, filled in; its lines are joined."""
    text = " ".join(text.split())
    return catalogue(language(), SITE).get(digest(text), [text])[0].format(**values)


def root() -> str:
    """Return what leads from a page in the language that is spoken to those in English."""
    return "" if language() == ENGLISH else "../"


def others(page: str, languages: Collection[str]) -> list[Link]:
    """Return the links from a page to the same one in other languages."""
    folders = {each: "" if each == ENGLISH else f"{each}/" for each in languages}
    return [
        Link(NAMES[each], f"{root()}{folder}{page}", each)
        for each, folder in folders.items()
        if each != language()
    ]


def texts() -> Mapping[str, str]:
    """Return what is said in the modules and templates of the site, for `docs.messages`."""
    found = dict[str, str]()
    for path in MODULES:
        found |= Reader(path.read_text(encoding="utf-8")).module.said
    for path in sorted((DOCS / "site").glob("*.j2")):
        tree = Environment().parse(path.read_text(encoding="utf-8"))
        for _, _, texts in extract_from_ast(tree, gettext_functions=("say",)):
            text = texts if isinstance(texts, str) else texts[0]  # with one for each field
            found |= {" ".join(str(text).split()): ""}
    return found
