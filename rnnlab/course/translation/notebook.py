"""A notebook in another language: its texts are looked up, all else stays, byte for byte.

A text is a line of a text cell: a whole paragraph, heading, list item or row of a table, without
what marks it as such. What stands between two lines of ``` is none, and no formula or code alone.
Those of a code cell: `code.py`.
"""

import json
import re
from collections.abc import Callable

from rnnlab.base.catalogues import catalogue, digest
from rnnlab.base.say import language
from rnnlab.course.translation.code import translate_code
from rnnlab.course.translation.words import has_words

Lookup = Callable[[str], str]  # from a text to its translation; without one, to the text itself

FENCE = "```"
_FOLD = r"</?(?:details|summary)[^>]*>"
_LINE = re.compile(
    rf"(?P<mark>\s*(?:#+ |[-*] |\d+\. |> |{_FOLD})*)(?P<text>.*?)(?P<end>(?:{_FOLD})*\s*)"
)


def translate_notebook(content: bytes, lookup: Lookup) -> bytes:
    """Return a notebook with each of its texts looked up.

    Args:
        content: of the file, in JSON.
        lookup: from a text to its translation.

    Returns:
        the content of the translated file: what came in, if no text has a translation.
    """
    notebook, changed = json.loads(content), False
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        translate = translate_markdown if cell["cell_type"] == "markdown" else translate_code
        if (new := translate(source, lookup)) != source:
            whole = isinstance(cell["source"], str)  # a file may have either
            cell["source"], changed = new if whole else re.findall(r".*\n|.+", new), True
    if not changed:
        return content
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def translate_markdown(source: str, lookup: Lookup) -> str:
    """Return the source of a text cell with each of its texts looked up."""
    lines, fenced = source.split("\n"), False
    for place, line in enumerate(lines):
        fenced ^= line.lstrip().startswith(FENCE)
        match = _LINE.fullmatch(line)
        if match and not fenced and has_words(match["text"]):
            lines[place] = match["mark"] + lookup(match["text"]) + match["end"]
    return "\n".join(lines)


def texts_of(content: bytes) -> list[str]:
    """Return the texts of a notebook that can be translated, in their order, each once."""
    found: dict[str, None] = {}

    def note(text: str) -> str:
        found[text] = None
        return text

    translate_notebook(content, note)
    return [*found]


def in_language(content: bytes, name: str, spoken: str) -> bytes:
    """Return a notebook of the course in a language.

    Args:
        content: of its file.
        name: of the file without its suffix, such as "03_loss".
        spoken: the language, such as "zh"; in "en" it comes back as it is.
    """
    known = catalogue(spoken, f"notebooks/{name}")
    if not known:
        return content
    return translate_notebook(content, lambda text: known.get(digest(text), [text])[0])


def text_of(name: str, text: str) -> str:
    """Return a text of a notebook, such as a heading, in the language that is spoken."""
    return catalogue(language(), f"notebooks/{name}").get(digest(text), [text])[0]
