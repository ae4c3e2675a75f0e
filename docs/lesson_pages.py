"""Makes web pages of executed lessons: light and dark, with folds in place of exercises."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jupyter_core.paths import jupyter_path
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode, from_dict

from docs.pictures import smaller
from docs.site_words import Link, root, say
from rnnlab.base.say import language
from rnnlab.course import exercises
from rnnlab.course.lesson_words import to_html

SITE = Path(__file__).parent / "site"
REPOSITORY = "https://github.com/rnnlab/rnnlab/blob/main"
BINDER = "https://mybinder.org/v2/gh/rnnlab/rnnlab/HEAD?urlpath=lab/tree/notebooks/{name}.ipynb"
COLAB = "https://colab.research.google.com/github/rnnlab/rnnlab/blob/main/notebooks/{name}.ipynb"
STYLE = "lesson.css"
CHECK = re.compile(r'^(?:rnnlab\.)?check\("(\d\d\.\d)"', re.MULTILINE)


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
        template = str(SITE / "lesson.html.j2")
        super().__init__(template_file=template, language_code=language(), **options)
        self.environment.globals["say"] = say

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Render the markdown of a cell."""
        return MarkdownWithMath(renderer=Renderer(escape=False)).render(source)


def heading(notebook: NotebookNode) -> str:
    """Return the first heading."""
    return str(notebook.cells[0].source.splitlines()[0].lstrip("# "))


def write_style(target: Path) -> None:
    """Write what all pages of lessons look like: JupyterLab's look, light or dark as the reader's.

    Raises:
        FileNotFoundError: if nbconvert's template is not where Jupyter keeps such files.
    """
    places = [Path(path) / "lab" / "static" for path in jupyter_path("nbconvert", "templates")]
    found = next((place for place in places if (place / "index.css").is_file()), None)
    if found is None:
        raise FileNotFoundError(
            f"nbconvert's lab template is in none of {places}: pip install --force-reinstall "
            "nbconvert"  # not said
        )
    base, light, dark = (
        (found / name).read_text(encoding="utf-8")
        for name in ("index.css", "theme-light.css", "theme-dark.css")
    )
    dark = f"@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}"  # not said
    own = (SITE / STYLE).read_text(encoding="utf-8")
    (target / STYLE).write_text("\n".join([base, light, dark, own]), encoding="utf-8")


def write_lesson(
    name: str, notebook: NotebookNode, target: Path, bar: Sequence[Link], built: Collection[str]
) -> None:
    """Write the page of an executed lesson.

    Args:
        name: of the page, and of the notebook's file.
        notebook: with its outputs; it is changed.
        target: the folder for the page.
        bar: the links above it.
        built: the names of all pages in its language; a link to any other lesson leads to the
            repository.
    """
    notebook.metadata.title = heading(notebook)
    notebook.cells = [c for c in notebook.cells if "install" not in c.metadata.get("tags", [])]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(
                r"\]\((\w+)\.ipynb", lambda found: f"]({_page_of(found[1], built)}", cell.source
            )
            continue
        cell.outputs = merged(cell.get("outputs", []))
        for output in cell.outputs:
            if html := output.get("data", {}).get("text/html"):
                output.data["text/html"] = smaller(html)
        if found := CHECK.search(cell.source):
            cell.outputs = [_output(fold(found[1]))]
    run = {"binder": BINDER.format(name=name), "colab": COLAB.format(name=name)}
    resources = {"bar": bar, "run": run, "style": f"{root()}{STYLE}"}
    html, _ = Exporter().from_notebook_node(notebook, resources)
    (target / f"{name}.html").write_text(html, encoding="utf-8")


def merged(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return outputs with what was printed in one piece; a kernel sends it in any number."""
    found: list[NotebookNode] = []
    for output in outputs:
        name = output.get("name")  # of a stream; other outputs have none
        if name and found and found[-1].get("name") == name:
            found[-1].text += output.text
        else:
            found.append(output)
    return found


def _page_of(name: str, built: Collection[str]) -> str:
    return f"{name}.html" if name in built else f"{REPOSITORY}/notebooks/{name}.ipynb"


def fold(number: str) -> str:
    """Return what stands in place of the check of an exercise: its solution, folded away.

    Args:
        number: of the exercise, like "04.2".

    Raises:
        ValueError: if there is no exercise of that number.
    """
    found = exercises.find(number)
    code = Highlight2HTML()(found.solution, language="python")
    right = f"<p>{to_html(found.right)}</p>" if found.right else ""
    asked = say("<b>Exercise {number}:</b> {question}", number=number,
                question=to_html(found.question))  # fmt: skip
    judged = say("In JupyterLab this cell judges your answer and gives hints.")
    summary = say("Try it first, then open the solution of {number}", number=escape(number))
    return (
        f'<div class="exercise"><p>{asked}</p><p>{judged}</p>'
        f"<details><summary>{summary}</summary>{code}{right}</details></div>"
    )


def _output(html: str) -> NotebookNode:
    data = {"text/html": html, "text/plain": ""}
    return from_dict({"output_type": "display_data", "metadata": {}, "data": data})
