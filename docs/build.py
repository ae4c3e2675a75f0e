"""Builds docs/html: the executed notebooks as pages that need no kernel and no network.

`make docs` calls it. A lab is nothing without a kernel, so its pictures and its text twin, after a
run, stand in its place. The notebooks in the repository stay as they are: copies are executed.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import pass_context
from latex2mathml.converter import convert
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

DOCS = Path(__file__).parent
NOTEBOOKS = sorted((DOCS.parent / "notebooks").glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"

# Run after a cell that has shown a lab: what it says and shows once it has done some work.
SHOW = """
import asyncio
from contextlib import suppress
from ipywidgets.widgets.widget import _instances
from rnnlab import TrainingDiverged
_lab = _instances["{model}"]
if hasattr(_lab, "run"):
    with suppress(TrainingDiverged):  # lesson 00 has a run that breaks
        _lab.run()
elif hasattr(_lab, "next_batch"):
    _lab.next_batch()
_is_lab = hasattr(_lab, "describe")  # else it is a progress bar, of which nothing is shown
while _is_lab and _lab._runner.busy:
    await asyncio.sleep(0.05)
if _is_lab:
    print(_lab.describe())
_lab.snapshot() if _is_lab else None
"""
INDEX = """# rnnlab: the course

See, change and debug the training loop of a recurrent network. These are the notebooks of the
course, as they look after a run. In JupyterLab the labs in them are live, and the exercises answer.
"""


class Client(NotebookClient):
    """Executes a notebook; a figure takes the place of each lab that a cell shows."""

    async def async_execute_cell(
        self, cell: NotebookNode, cell_index: int, *args: Any, **options: Any
    ) -> NotebookNode:
        """Execute a cell, and ask the lab that it has shown for its pictures and words."""
        cell = await super().async_execute_cell(cell, cell_index, *args, **options)
        for output in list(cell.get("outputs", [])):
            view = output.get("data", {}).get(WIDGET)
            if view:
                asked = nbformat.v4.new_code_cell(SHOW.format(model=view["model_id"]))
                await super().async_execute_cell(asked, cell_index, store_history=False)
                self.nb.cells[cell_index] = cell
                if "text/html" in output.data:  # a guess: a question with a fold
                    del output.data[WIDGET]
                    continue
                if not asked.outputs:  # a progress bar
                    cell.outputs.remove(output)
                    continue
                words, image = asked.outputs
                width = image.metadata["image/png"]["width"]
                output.data = figure(words.text, image.data["image/png"], width)
        return cell


def figure(words: str, image: str, width: int) -> NotebookNode:
    """Return an output's data: a lab's image (base64 of a PNG), and below it what it shows."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in words.strip().splitlines())
    html = (
        '<figure class="lab"><p>A picture of the lab after a run; in JupyterLab it is live.</p>'
        f'<img src="data:image/png;base64,{image}" width="{width}" '
        'alt="The pictures of the lab, described below">'
        f"<figcaption>{paragraphs}</figcaption></figure>"
    )
    return nbformat.from_dict({"text/html": html, "text/plain": words})


class Renderer(IPythonRenderer):
    """Renders markdown; formulas become MathML, which a browser shows without a script."""

    def inline_math(self, body: str) -> str:
        """Return a formula within a line."""
        return convert(body)

    def block_math(self, body: str) -> str:
        """Return a formula on a line of its own."""
        return convert(body, display="block")


class Exporter(HTMLExporter):
    """Makes a page of a notebook: the lab template without its scripts, and with a link bar."""

    def __init__(self, **options: Any) -> None:
        super().__init__(template_file=str(DOCS / "page.html.j2"), **options)

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Render the markdown of a cell."""
        return MarkdownWithMath(renderer=Renderer(escape=False)).render(source)


def build(notebooks: Sequence[Path], target: Path) -> None:
    """Execute the notebooks, as many at a time as there are cores, and write a page for each.

    Args:
        notebooks: in reading order.
        target: the folder for the pages; `index.html` leads to them.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # in the kernels: one core each
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        executed = [*pool.map(_executed, notebooks)]
    write({path.stem: notebook for path, notebook in zip(notebooks, executed, strict=True)}, target)


def write(executed: Mapping[str, NotebookNode], target: Path) -> None:
    """Write a page for each executed notebook, with links to its neighbours, and their index.

    Args:
        executed: the notebooks by the names of their pages, in reading order.
        target: the folder for the pages.
    """
    target.mkdir(parents=True, exist_ok=True)
    names, entries = [*executed], []
    titles = [heading(notebook) for notebook in executed.values()]
    for place, (name, notebook) in enumerate(executed.items()):
        links = {"Index": "index.html"}
        if place > 0:
            links[f"Before: {titles[place - 1]}"] = f"{names[place - 1]}.html"
        if place + 1 < len(names):
            links[f"Next: {titles[place + 1]}"] = f"{names[place + 1]}.html"
        _write(notebook, target / f"{name}.html", links)
        entries.append(f"- [{titles[place]}]({name}.html). {first_paragraph(notebook)}\n")
    index = nbformat.v4.new_markdown_cell("\n".join([INDEX, *entries]))
    _write(nbformat.v4.new_notebook(cells=[index]), target / "index.html", {})


def heading(notebook: NotebookNode) -> str:
    """Return the first heading."""
    return str(notebook.cells[0].source.splitlines()[0].lstrip("# "))


def first_paragraph(notebook: NotebookNode) -> str:
    """Return the text below the first heading."""
    return str(notebook.cells[0].source.split("\n\n")[1])


def _executed(path: Path) -> NotebookNode:
    notebook = nbformat.read(path, 4)
    place = {"metadata": {"path": str(path.parent)}}
    quiet = ["--IPKernelApp.log_level=40"]  # errors only
    seconds = notebook.metadata.get("execution", {}).get("timeout", 300)  # of a cell
    Client(notebook, timeout=seconds, resources=place, extra_arguments=quiet).execute()
    notebook.metadata.pop("widgets", None)  # the state of the labs, which nobody shows any more
    print(f"{path.stem} executed", flush=True)
    return notebook


def _write(notebook: NotebookNode, page: Path, links: dict[str, str]) -> None:
    """Write a page with these links (words -> address) above it."""
    notebook.metadata.title = heading(notebook)
    installs = [cell for cell in notebook.cells if "install" in cell.metadata.get("tags", [])]
    notebook.cells = [cell for cell in notebook.cells if cell not in installs]  # for Colab alone
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\((\w+)\.ipynb", r"](\1.html", cell.source)
    html, _ = Exporter().from_notebook_node(notebook, {"links": links})
    page.write_text(html, encoding="utf-8")


def main() -> None:
    """Build what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=Path, default=DOCS / "html", help="folder for the pages")
    parser.add_argument("notebooks", type=Path, nargs="*", help="all of the course when left out")
    options = parser.parse_args()
    os.environ["RNNLAB_PROGRESS"] = os.devnull  # the pages are nobody's: nothing is solved
    build(options.notebooks or NOTEBOOKS, options.target)
    print(f"open {options.target / 'index.html'}")


if __name__ == "__main__":
    main()
