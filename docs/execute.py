"""Executes a notebook of the course; what a lab shows after a run takes the place of the lab.

The notebooks in the repository stay as they are: copies are executed.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from docs.labs import figure
from rnnlab.base.bundle import VIEW
from rnnlab.base.say import language
from rnnlab.course.translation.notebook import in_language
from rnnlab.widgets.kept_picture import MARK

# what a first run of lesson 13 has left, which took minutes: its cells go on from there
KEPT = Path(__file__).parents[1] / "tests" / "kept"

# Run after a cell that has shown a lab: what it says and shows once it has done some work.
SHOW = """
import asyncio, json
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
    print(json.dumps({{"kind": type(_lab).__name__, "words": _lab.describe(),
                       "settings": _lab._settings()}}, default=repr))
_lab.snapshot() if _is_lab else None
"""


class Client(NotebookClient):
    """Executes a notebook; a figure takes the place of each lab that a cell shows."""

    async def async_execute_cell(
        self, cell: NotebookNode, cell_index: int, *args: Any, **options: Any
    ) -> NotebookNode:
        """Execute a cell, and ask the lab that it has shown for its pictures and words."""
        cell = await super().async_execute_cell(cell, cell_index, *args, **options)
        for output in list(cell.get("outputs", [])):
            if output.get("metadata") == MARK:  # what a notebook keeps of a lab
                cell.outputs.remove(output)
                continue
            view = output.get("data", {}).get(VIEW)
            if view:
                asked = nbformat.v4.new_code_cell(SHOW.format(model=view["model_id"]))
                await super().async_execute_cell(asked, cell_index, store_history=False)
                self.nb.cells[cell_index] = cell
                if "text/html" in output.data:  # a guess: a question with a fold
                    del output.data[VIEW]
                    continue
                if not asked.outputs:  # a progress bar
                    cell.outputs.remove(output)
                    continue
                said, image = asked.outputs
                width = image.metadata["image/png"]["width"]
                shown = {"png": image.data["image/png"], "width": width}
                output.data = figure({**json.loads(said.text), **shown})
        return cell


def execute(path: Path) -> NotebookNode:
    """Execute a copy of a notebook, in the language that is spoken, and return it with outputs.

    Args:
        path: of the notebook; it is executed in a folder of its own, where its scripts are too.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    content = in_language(path.read_bytes(), path.stem, language())
    notebook = nbformat.reads(content.decode(), 4)
    quiet = ["--IPKernelApp.log_level=40"]  # errors only
    seconds = notebook.metadata.get("execution", {}).get("timeout", 300)  # of a cell
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # a process may be late to end
        for file in [*path.parent.glob("*.py"), *KEPT.glob(f"{path.stem[:2]}_*")]:
            shutil.copy(file, folder)
        place = {"metadata": {"path": folder}}
        client = Client(notebook, timeout=seconds, resources=place, extra_arguments=quiet)
        client.iopub_timeout = 60  # a busy machine is late with outputs, and 4 s lose them silently
        client.execute()
    notebook.metadata.pop("widgets", None)  # the state of the labs, which nobody shows any more
    return notebook
