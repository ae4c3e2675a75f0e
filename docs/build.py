"""Builds docs/html, the site of rnnlab, which needs no kernel and no network.

`make docs` calls it, as `python -m docs.build`. It has the lessons as they look after a run, the
page that trains in the browser, the files of docs/ and the reference of the public names. In each
other language the lessons and their index are in a folder of its name, such as zh/.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nbformat import NotebookNode

from docs.execute import execute
from docs.labs import LIVE
from docs.lesson_pages import BINDER, COLAB, heading, write_lesson, write_style
from docs.pictures import first_picture
from docs.reference import write_reference
from docs.site_words import Link, others, say, speaking
from docs.text_pages import Lesson, write_index, write_texts
from rnnlab.base.catalogues import ENGLISH, languages
from rnnlab.base.say import language
from rnnlab.commands.page import build as live_page

DOCS = Path(__file__).parent
NOTEBOOKS = sorted((DOCS.parent / "notebooks").glob("*.ipynb"))
TEXTS = sorted(DOCS.glob("*.md"))
MINUTES = re.compile(r"(\d+|\bten|十) ?(?:minutes|分钟)")
TEN = {"ten": "10", "十": "10"}
INDEX = "index.html"

Lessons = Mapping[str, NotebookNode]  # executed, by the names of their pages, in reading order


def build(notebooks: Sequence[Path], target: Path, spoken: Sequence[str]) -> None:
    """Execute the notebooks in each language, and write their pages.

    Args:
        notebooks: in reading order.
        target: the folder for the pages; `index.html` leads to them.
        spoken: the languages; English has to be one.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # in the kernels: one core each
    write({each: execute_all(notebooks, each) for each in spoken}, target)


def execute_all(notebooks: Sequence[Path], spoken: str) -> Lessons:
    """Execute notebooks in a language, as many at a time as there are cores."""
    with speaking(spoken), ThreadPoolExecutor(os.cpu_count()) as pool:
        # the last ones take longest, so they come first: at the end no core waits
        executed = dict(zip(notebooks[::-1], pool.map(_executed, notebooks[::-1]), strict=True))
    return {path.stem: executed[path] for path in notebooks}


def write(executed: Mapping[str, Lessons], target: Path) -> None:
    """Write all of the site but its reference.

    Args:
        executed: the same lessons in each language, among them "en"; the notebooks are changed.
        target: the folder for the pages; other languages have folders in it.
    """
    target.mkdir(parents=True, exist_ok=True)
    write_style(target)
    (target / LIVE).write_text(live_page(), encoding="utf-8")
    for picture in DOCS.glob("*.png"):
        shutil.copy(picture, target)
    with speaking(ENGLISH):
        texts = write_texts(TEXTS, executed[ENGLISH], target)
    for spoken, notebooks in executed.items():
        with speaking(spoken):
            folder = target if spoken == ENGLISH else target / spoken
            _write_course(notebooks, texts, [*executed], folder)


def _write_course(
    notebooks: Lessons, texts: Mapping[str, str], spoken: Sequence[str], target: Path
) -> None:
    """Write the lessons and the index in the language that is spoken.

    Args:
        notebooks: of the lessons.
        texts: the titles of the pages of text.
        spoken: the languages that have these pages.
        target: the folder for the pages.
    """
    pictures = target / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    lessons = [_lesson(name, notebook, pictures) for name, notebook in notebooks.items()]
    for place, (name, notebook) in enumerate(notebooks.items()):
        bar = [*_neighbours(lessons, place), *others(f"{name}.html", spoken)]
        write_lesson(name, notebook, target, bar, notebooks)
    write_index(lessons, texts, others(INDEX, spoken), target)


def _lesson(name: str, notebook: NotebookNode, pictures: Path) -> Lesson:
    """Return what the index says of a lesson, and write its picture."""
    head = str(notebook.cells[0].source)
    found = first_picture(notebook)
    if found:
        (pictures / f"{name}.png").write_bytes(found[0])
    return Lesson(
        page=f"{name}.html",
        number=name.partition("_")[0],
        title=heading(notebook),
        minutes=minutes(head),
        words=re.split(r"(?<=[.?!]) |(?<=[。？！])", head.split("\n\n")[1])[0].replace("`", ""),
        picture=f"{pictures.name}/{name}.png" if found else "",
        alt=found[1] if found else "",
        binder=BINDER.format(name=name),
        colab=COLAB.format(name=name),
    )


def minutes(head: str) -> str:
    """Return how many minutes a lesson takes, as its first cell says it, or "?"."""
    found = MINUTES.search(head)
    return TEN.get(found[1], found[1]) if found else "?"


def _neighbours(lessons: Sequence[Lesson], place: int) -> list[Link]:
    """Return the links above a lesson to the index and to its neighbours."""
    links = [Link(say("Index"), INDEX)]
    if place > 0:
        before = lessons[place - 1]
        links.append(Link(say("Before: {title}", title=before.title), before.page))
    if place + 1 < len(lessons):
        after = lessons[place + 1]
        links.append(Link(say("Next: {title}", title=after.title), after.page))
    return links


def _executed(path: Path) -> NotebookNode:
    started = time.monotonic()
    notebook = execute(path)
    print(f"{path.stem} ({language()}) executed in {time.monotonic() - started:.0f} s", flush=True)
    return notebook


def main() -> None:
    """Build what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m docs.build", description=__doc__)
    add = parser.add_argument
    add("--target", type=Path, default=DOCS / "html", help="folder for the pages")
    add("--no-reference", action="store_true", help="leave out the reference, which needs pdoc")
    add("--english", action="store_true", help="leave out the other languages")
    add("notebooks", type=Path, nargs="*", help="all of the course when left out")
    options = parser.parse_args()
    os.environ["RNNLAB_PROGRESS"] = os.devnull  # the pages are nobody's: nothing is solved
    if not options.no_reference:  # first: it is done in seconds, or says what it needs
        write_reference(options.target / "api")
    spoken = [ENGLISH] if options.english else languages()
    build(options.notebooks or NOTEBOOKS, options.target, spoken)
    print(f"open {options.target / INDEX}")


if __name__ == "__main__":
    main()
