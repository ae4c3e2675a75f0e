"""Builds docs/html, the site of rnnlab, which needs no kernel and no network.

`make docs` calls it, as `python -m docs.build`. It has the lessons as they look after a run, the
page that trains in the browser, the files of docs/ and the reference of the public names.
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
from docs.text_pages import Lesson, write_index, write_texts
from rnnlab.commands.page import build as live_page

DOCS = Path(__file__).parent
NOTEBOOKS = sorted((DOCS.parent / "notebooks").glob("*.ipynb"))
TEXTS = sorted(DOCS.glob("*.md"))
MINUTES = re.compile(r"\b(\d+|ten) minutes")
INDEX = "index.html"


def build(notebooks: Sequence[Path], target: Path) -> None:
    """Execute the notebooks, as many at a time as there are cores, and write their pages.

    Args:
        notebooks: in reading order.
        target: the folder for the pages; `index.html` leads to them.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # in the kernels: one core each
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # the last ones take longest, so they come first: at the end no core waits
        executed = dict(zip(notebooks[::-1], pool.map(_executed, notebooks[::-1]), strict=True))
    write({path.stem: executed[path] for path in notebooks}, target)


def write(executed: Mapping[str, NotebookNode], target: Path) -> None:
    """Write all of the site but its reference.

    Args:
        executed: the notebooks by the names of their pages, in reading order; they are changed.
        target: the folder for the pages.
    """
    pictures = target / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    write_style(target)
    (target / LIVE).write_text(live_page(), encoding="utf-8")
    for picture in DOCS.glob("*.png"):
        shutil.copy(picture, target)
    lessons = [_lesson(name, notebook, pictures) for name, notebook in executed.items()]
    for place, (name, notebook) in enumerate(executed.items()):
        write_lesson(name, notebook, target, _bar(lessons, place), executed)
    write_index(lessons, write_texts(TEXTS, executed, target), target)


def _lesson(name: str, notebook: NotebookNode, pictures: Path) -> Lesson:
    """Return what the index says of a lesson, and write its picture."""
    head = str(notebook.cells[0].source)
    minutes, found = MINUTES.search(head), first_picture(notebook)
    if found:
        (pictures / f"{name}.png").write_bytes(found[0])
    return Lesson(
        page=f"{name}.html",
        number=name.partition("_")[0],
        title=heading(notebook),
        minutes=minutes[1].replace("ten", "10") if minutes else "?",
        words=re.split(r"(?<=[.?!]) ", head.split("\n\n")[1])[0].replace("`", ""),
        picture=f"{pictures.name}/{name}.png" if found else "",
        alt=found[1] if found else "",
        binder=BINDER.format(name=name),
        colab=COLAB.format(name=name),
    )


def _bar(lessons: Sequence[Lesson], place: int) -> dict[str, str]:
    """Return the links above a lesson, words -> address: to the index and its neighbours."""
    links = {"Index": INDEX}
    if place > 0:
        links[f"Before: {lessons[place - 1].title}"] = lessons[place - 1].page
    if place + 1 < len(lessons):
        links[f"Next: {lessons[place + 1].title}"] = lessons[place + 1].page
    return links


def _executed(path: Path) -> NotebookNode:
    started = time.monotonic()
    notebook = execute(path)
    print(f"{path.stem} executed in {time.monotonic() - started:.0f} s", flush=True)
    return notebook


def main() -> None:
    """Build what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m docs.build", description=__doc__)
    add = parser.add_argument
    add("--target", type=Path, default=DOCS / "html", help="folder for the pages")
    add("--no-reference", action="store_true", help="leave out the reference, which needs pdoc")
    add("notebooks", type=Path, nargs="*", help="all of the course when left out")
    options = parser.parse_args()
    os.environ["RNNLAB_PROGRESS"] = os.devnull  # the pages are nobody's: nothing is solved
    if not options.no_reference:  # first: it is done in seconds, or says what it needs
        write_reference(options.target / "api")
    build(options.notebooks or NOTEBOOKS, options.target)
    print(f"open {options.target / INDEX}")


if __name__ == "__main__":
    main()
