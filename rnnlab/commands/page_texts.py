"""What the page that trains in the browser says: its texts, and their translations.

The texts are those of `page.html`, its titles and labels among them, what the scripts give to
`say` and `sayCount`, and the words of the series in `data.js`.
"""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

from rnnlab.base.catalogues import ENGLISH, catalogue, digest, languages

MAIN, PAGE = "page.html", "page"  # the catalogue is called as the second
SHOWN = ("title", "aria-label")  # attributes
UNSEEN = ("script", "style", "noscript")
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LITERAL = rf"{_QUOTED}(?:\s*\+\s*{_QUOTED})*"
_CALL = re.compile(rf"\b(?:say\(\s*|sayCount\(\s*(?P<one>{_LITERAL}),\s*)(?P<text>{_LITERAL})")
_WORD = re.compile(rf'"(?:title|unit|timeUnit|note)":(?P<text>{_QUOTED})')
_SCRIPT = re.compile(r'<script src="([\w.]+)">')  # not said


def texts(folder: Path) -> dict[str, str]:
    """Return what the page in a folder says, each text with its plural or "".

    Example:
        >>> texts(page_folder())["{n} epoch"]
        '{n} epochs'
    """
    html = (folder / MAIN).read_text(encoding="utf-8")
    found = dict.fromkeys(_Texts(html).found, "")
    for name in _SCRIPT.findall(html):
        for pattern in (_CALL, _WORD):
            for match in pattern.finditer((folder / name).read_text(encoding="utf-8")):
                one, text = match.groupdict().get("one"), _joined(match["text"])
                found |= {_joined(one): text} if one else {text: found.get(text, "")}
    return {one: many for one, many in found.items() if one}


def translations(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Return the forms of each translation of the page, by language and English text."""
    english, found = texts(folder), dict[str, dict[str, list[str]]]()
    for language in languages():
        if language != ENGLISH:
            known = catalogue(language, PAGE)
            found[language] = {
                text: known[digest(text)] for text in english if digest(text) in known
            }
    return {language: known for language, known in found.items() if known}


def _joined(literals: str) -> str:
    """Return what literals of JavaScript say together; they are as JSON has them."""
    return "".join(json.loads(literal) for literal in re.findall(_QUOTED, literals))


class _Texts(HTMLParser):
    """Finds the texts of a page, with one space where there are several, as `say.js` does."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        self.found += [value for name, value in attrs if name in SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._unseen:
            self.found.append(" ".join(data.split()))
