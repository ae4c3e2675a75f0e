"""Renews the catalogues of translations from the English; `make messages` calls it.

New texts come in without a translation. Where a text has changed, its translation stays for the
translator, marked as fuzzy; where it has gone, at the end of the file, as obsolete. rnnlab shows
neither. A text that is translated already in another catalogue has that translation.

    python -m docs.messages          renew all catalogues, and say how far they are
    python -m docs.messages --check  write nothing; status 1 if one is not as it would be
"""

from __future__ import annotations

import io
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, unescape, write_po

from docs import site_words
from docs.font import FACES, missing
from docs.said import HOUSE, files, read_module
from rnnlab.base.catalogues import LOCALE, SITE
from rnnlab.commands import page_texts
from rnnlab.commands.page import page_folder
from rnnlab.course.translation.notebook import texts_of
from rnnlab.course.translation.words import has_words

NOTEBOOKS = HOUSE.parent / "notebooks"
WORDS = HOUSE / "course" / "words"
FUZZY = "fuzzy"  # the comment on an obsolete text whose translation was one of another text
NOT_TRANSLATED = {"solution"}  # keys of the lessons' words: code
POINTS = re.compile(r"\}[.:;,]|\} \(")  # after a field: other languages have their own
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
HEADER = """\
# rnnlab in "{language}": {name}. How to translate: docs/translating.md
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""

Texts = Mapping[str, str]  # in their order, each with its plural or ""


def english() -> dict[str, Texts]:
    """Return all texts to translate, by the name of their catalogue."""
    said = {}
    for path in files():
        texts = read_module(path).said.items()
        said |= {one: many for one, many in texts if has_words(one) or POINTS.search(one)}
    words = {f"words/{path.stem}": path for path in sorted(WORDS.glob("*.toml"))}
    notebooks = {f"notebooks/{path.stem}": path for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    return {
        "messages": said,
        page_texts.PAGE: page_texts.texts(page_folder()),
        SITE: site_words.texts(),
        **{name: words_in(path) for name, path in words.items()},
        **{name: dict.fromkeys(texts_of(p.read_bytes()), "") for name, p in notebooks.items()},
    }


def words_in(path: Path) -> Texts:
    """Return the texts in a file of the lessons' words."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return dict.fromkeys((text for text in _strings(content) if has_words(text)), "")


def _strings(table: Any) -> Iterator[str]:
    match table:
        case str():
            yield table
        case list():
            for each in table:
                yield from _strings(each)
        case dict():
            if "replies" in table and "right" not in table:  # what can be chosen are the keys
                yield from table["replies"]
            for key, each in table.items():
                if key not in NOT_TRANSLATED:
                    yield from _strings(each)


def read(path: Path, language: str) -> Catalog:
    """Return a catalogue; an empty one, if there is no such file."""
    if not path.exists():
        return Catalog(locale=language)
    catalog = read_po(io.BytesIO(path.read_bytes()), locale=language, charset="utf-8")
    for message in catalog:  # Babel writes what the English was, but reads it as a comment
        was = " ".join(note[1:] for note in message.user_comments if note.startswith("|"))
        message.user_comments = [n for n in message.user_comments if not n.startswith("|")]
        if message.fuzzy:
            parts = [_QUOTED.findall(part) for part in re.split(r"\bmsgid(?:_plural)? ", was)]
            message.previous_id = ["".join(map(unescape, part)) for part in parts if part]
    return catalog


def renewed(language: str, folder: Path = LOCALE) -> dict[str, Catalog]:
    """Return all catalogues of a language as they are to be, by name."""
    texts = english()
    catalogues = {name: read(folder / language / f"{name}.po", language) for name in texts}
    memory = {}  # what is translated somewhere, now or formerly
    for catalog in catalogues.values():
        for message in [*catalog.obsolete.values(), *catalog]:
            if is_translated(message):
                memory[message.id] = message.string
    for name, catalog in catalogues.items():
        _renew(catalog, texts[name], memory)
    return catalogues


def _renew(catalog: Catalog, texts: Texts, memory: Mapping[Any, Any]) -> None:
    template = Catalog(locale=catalog.locale)
    for one, many in texts.items():
        template.add((one, many) if many else one)
    was = {message.id: message.previous_id for message in catalog if message.previous_id}
    catalog.update(template)
    for message in catalog:  # what was fuzzy before is still a translation of what was before that
        before = "".join(message.previous_id[:1]) or message.id
        message.previous_id = was.get(before, message.previous_id)
        if message.id in memory and not is_translated(message):
            message.string, message.previous_id = memory[message.id], []
            message.flags.discard("fuzzy")
        elif (old := catalog.obsolete.get(message.id)) and not message.string:
            message.string = old.string  # a fuzzy one, that had gone and is here again
            message.flags.add("fuzzy")
    catalog.obsolete = {
        key: old for key, old in catalog.obsolete.items() if old.string and key not in catalog
    }
    for old in catalog.obsolete.values():
        if old.fuzzy and FUZZY not in old.user_comments:  # Babel writes no flags of these
            old.user_comments.append(FUZZY)


def is_translated(message: Message) -> bool:
    """Return whether a message is shown in its translation."""
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    sure = not message.fuzzy and FUZZY not in message.user_comments
    return bool(message.id) and all(forms) and sure


def to_po(catalog: Catalog, name: str) -> bytes:
    """Return a catalogue as its file: no dates, no line numbers, one line for a text."""
    for message in catalog:
        message.flags &= {"fuzzy"}  # Babel takes "50 % of" for a format of Python
    target = io.BytesIO()
    write_po(target, catalog, width=0, no_location=True, omit_header=True, include_previous=True)
    head = HEADER.format(language=catalog.locale, name=name, plural=catalog.plural_forms)
    return (head + target.getvalue().decode().strip()).strip().encode() + b"\n"


def coverage(catalogues: Mapping[str, Catalog]) -> str:
    """Return a table: how many texts of each catalogue are translated, fuzzy, and there."""
    rows = [f"{'catalogue':42} translated  fuzzy  texts"]
    sums = [0, 0, 0]
    for name, catalog in catalogues.items():
        texts = [message for message in catalog if message.id]
        counts = sum(map(is_translated, texts)), sum(m.fuzzy for m in texts), len(texts)
        sums = [a + b for a, b in zip(sums, counts, strict=True)]
        rows.append(f"{name:42} {counts[0]:10} {counts[1]:6} {counts[2]:6}")
    return "\n".join([*rows, f"{'all':42} {sums[0]:10} {sums[1]:6} {sums[2]:6}"])


def unsaid() -> str:
    """Return a table: how many texts of each room go through `say`, and how many do not.

    "not found" counts those that go through it but cannot be told from the source.
    """
    rows = [f"{'room':42}       said  not said  not found"]
    for room in sorted({path.relative_to(HOUSE).parts[0] for path in files()}):
        found = [read_module(path) for path in files() if path.relative_to(HOUSE).parts[0] == room]
        parts = ("said", "unsaid", "unfound")
        counts = [sum(len(getattr(each, part)) for each in found) for part in parts]
        if any(counts):
            rows.append(f"{room:42} {counts[0]:10} {counts[1]:9} {counts[2]:10}")
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    """Renew all catalogues, or check that they are as they would be; return the exit status."""
    stale = []
    for language in sorted(path.name for path in LOCALE.iterdir() if path.is_dir()):
        catalogues = renewed(language)
        for path in (LOCALE / language).rglob("*.po"):
            if path.relative_to(LOCALE / language).with_suffix("").as_posix() not in catalogues:
                stale.append(path)
                print(
                    f"{path} belongs to nothing in English: move what is worth keeping, delete it"
                )
        for name, catalog in catalogues.items():
            path, content = LOCALE / language / f"{name}.po", to_po(catalog, name)
            if not path.exists() or path.read_bytes() != content:
                stale.append(path)
                if "--check" not in arguments:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
        print(coverage(catalogues), unsaid(), sep="\n\n")
        if language in FACES and (lacking := missing(language)):
            print(f"\nThe font of the pictures does not have {lacking}: make font")
    return int("--check" in arguments and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
