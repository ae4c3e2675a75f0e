"""Catalogues of translations, looked up by the English: what has no translation stays English.

Their sources are the `.po` files in `rnnlab/locale/<language>/`, and a checkout reads these. A
wheel has one file for each language in their place, `rnnlab/locale/<language>.json`, which
`hatch_build.py` packs: without the English, of which a digest is enough to look a text up.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from hashlib import blake2b
from pathlib import Path

LOCALE = Path(__file__).parents[1] / "locale"
ENGLISH = "en"
SITE = "site"  # the catalogue of what docs/ builds, which rnnlab itself does not say
HEADER = ""  # stands for the English of what a catalogue says of itself

_PART = re.compile(r'(?:(?P<part>msgid|msgid_plural|msgstr(?:\[\d\])?) +)?"(?P<text>.*)"$')
_FUZZY = re.compile(r"^#,.*\bfuzzy\b", re.MULTILINE)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}

Catalogue = Mapping[str, list[str]]  # the forms of each translation, by `digest` of the English


def languages() -> list[str]:
    """Return what there is, such as ["en", "zh"]."""
    packed = {path.stem for path in LOCALE.glob("*.json")}
    return [ENGLISH, *sorted(packed | {path.parent.name for path in LOCALE.glob("*/messages.po")})]


@cache
def catalogue(language: str, *names: str) -> Catalogue:
    """Return the translations into a language.

    Args:
        language: one of `languages`; "en" has none.
        names: of the catalogues, such as "messages" or "words/*".
    """
    packed = LOCALE / f"{language}.json"
    if packed.is_file():
        found: dict[str, Catalogue] = json.loads(packed.read_text(encoding="utf-8"))
        chosen = [found[name] for name in found if any(fnmatch(name, kind) for kind in names)]
    else:
        chosen = [content for _, content in _in_sources(LOCALE / language, *names)]
    return {key: forms for content in chosen for key, forms in content.items()}


def pack(language: str) -> str:
    """Return all catalogues of a language but the site's as the one file that a wheel has."""
    content = dict(_in_sources(LOCALE / language, "**/*"))
    content.pop(SITE, None)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Return what stands for a text in a catalogue."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def read_po(content: str) -> dict[str, list[str]]:
    r"""Return the forms of each translation, by its English; none that is empty or fuzzy.

    Example:
        >>> read_po('msgid "loss"\nmsgstr "损失"\n')
        {'loss': ['损失']}
    """
    found = {}
    for entry in re.split(r"\n\s*\n", content):
        texts, part = defaultdict[str, str](str), ""
        for line in entry.splitlines():
            if match := _PART.match(line):  # lines of comments, and of obsolete entries, are none
                part = match["part"] or part
                texts[part] += re.sub(
                    r"\\(.)", lambda each: _ESCAPED.get(each[1], each[1]), match["text"]
                )
        forms = [texts[part] for part in sorted(texts) if part.startswith("msgstr")]
        if forms and all(forms) and not _FUZZY.search(entry):
            found[texts["msgid"]] = forms
    return found


def _in_sources(folder: Path, *names: str) -> Iterator[tuple[str, Catalogue]]:
    """Yield name and content of each catalogue in a folder of `.po` files."""
    for path in sorted(path for name in names for path in folder.glob(f"{name}.po")):
        entries = read_po(path.read_text(encoding="utf-8"))
        yield (
            path.relative_to(folder).with_suffix("").as_posix(),
            {digest(text): forms for text, forms in entries.items()},
        )
