"""Makes web pages of the Markdown files in docs/, and the index of the site."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import mistune
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from mistune.renderers.html import HTMLRenderer
from nbconvert.filters import Highlight2HTML

from docs.labs import page_address
from docs.lesson_pages import REPOSITORY, SITE
from docs.site_words import Link, root, say
from rnnlab.base.catalogues import ENGLISH
from rnnlab.base.say import language

STYLE = "site.css"
README = "https://github.com/rnnlab/rnnlab#readme"  # each language has its own
OUTSIDE = re.compile(r"[a-z]+:|#")  # begins an address that is left as it is


class Lesson(NamedTuple):
    """What the index says of a lesson: its page, number, title, minutes, and links.

    `picture` is the address of one, "" if there is none, and `alt` what it shows.
    """

    page: str
    number: str
    title: str
    minutes: str
    words: str
    picture: str
    alt: str
    binder: str
    colab: str


class Renderer(HTMLRenderer):
    """Renders a file of docs/: code in colours, ids as on GitHub, links to what the site has.

    Args:
        place: of the file in the repository, which its links are relative to.
        pages: by place in the repository, the pages of the site.
    """

    def __init__(self, place: str, pages: Mapping[str, str]) -> None:
        super().__init__(escape=False)
        self._folder, self._pages, self._ids = PurePosixPath(place).parent, pages, set[str]()

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        """Return a heading with an id."""
        name = slug(text)
        numbers = (f"{name}-{k}" for k in range(1, len(self._ids) + 2))
        name = next(n for n in (name, *numbers) if n not in self._ids)
        self._ids.add(name)
        return f'<h{level} id="{name}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Return a link to a page of the site; to any other file, in the repository."""
        return super().link(text, self._address(url), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Return a picture of the repository, which the site has if it is in docs/."""
        return super().image(text, self._address(url), title)

    def block_code(self, code: str, info: str | None = None) -> str:
        """Return code in colours, or as it is if its language is not said."""
        if info != "python":
            return super().block_code(code, info)
        return str(Highlight2HTML()(code, language="python"))

    def _address(self, url: str) -> str:
        if OUTSIDE.match(url):
            return url
        path, hash_, fragment = url.partition("#")
        place = _normal(self._folder / path)
        return f"{self._pages.get(place, f'{REPOSITORY}/{place}')}{hash_}{fragment}"


def _normal(path: PurePosixPath) -> str:
    """Return a path without its `..`."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def slug(html: str) -> str:
    """Return the id of a heading, as GitHub makes it."""
    text = unescape(re.sub(r"<[^>]+>", "", html)).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def write_texts(files: Sequence[Path], lessons: Collection[str], target: Path) -> dict[str, str]:
    """Write a page for each Markdown file of docs/, and what these and the index look like.

    Args:
        files: in the order of the index.
        lessons: the names of the lessons' pages; a link to any other leads to the repository.
        target: the folder for the pages.

    Returns:
        the title of each, by its page.
    """
    style = (SITE / STYLE).read_text(encoding="utf-8")
    (target / STYLE).write_text(style, encoding="utf-8")
    pages = {f"docs/{file.name}": f"{file.stem}.html" for file in files}
    pages |= {f"notebooks/{name}.ipynb": f"{name}.html" for name in lessons}
    titles = {}
    for file in files:
        render = mistune.Markdown(
            Renderer(f"docs/{file.name}", pages),
            plugins=[mistune.import_plugin(name) for name in ("table", "strikethrough", "url")],
        )
        html = str(render(file.read_text(encoding="utf-8")))
        html = html.replace("<table>", '<div class="wide"><table>')
        html = html.replace("</table>", "</table></div>")
        found = re.search(r"<h1[^>]*>(.*?)</h1>", html)
        title = unescape(re.sub(r"<[^>]+>", "", found[1])) if found else file.stem
        page = pages[f"docs/{file.name}"]
        _write("text.html.j2", target / page, title=title, body=html)
        titles[page] = title
    return titles


def write_index(
    lessons: Sequence[Lesson], texts: Mapping[str, str], bar: Sequence[Link], target: Path
) -> None:
    """Write `index.html`, which leads to all other pages of a language, and to the texts.

    Args:
        lessons: in reading order.
        texts: the titles of the other pages, by page; they are in English.
        bar: the links to the index in other languages.
        target: the folder of the lessons.
    """
    english = language() == ENGLISH
    readme = README if english else f"{REPOSITORY}/README.{language()}.md"
    _write("index.html.j2", target / "index.html", title=say("rnnlab: the course"), bar=bar,
           lessons=lessons, texts=texts, readme=readme, live=page_address())  # fmt: skip


def _write(template: str, page: Path, **values: Any) -> None:
    environment = Environment(
        loader=FileSystemLoader(SITE), undefined=StrictUndefined, autoescape=True
    )
    environment.globals |= {"say": say, "language": language(), "root": root(), "english": ENGLISH}
    values = {"style": f"{root()}{STYLE}", "bar": ()} | values
    html = environment.get_template(template).render(values)
    page.write_text(html + "\n", encoding="utf-8")
