"""Executed notebooks as the site takes them: what `tests.executed` has left, with its labs."""

from docs import execute, labs
from rnnlab.widgets.kept_picture import MARK
from tests.executed import executed


def as_pages(paths, folder):
    """Return executed notebooks by name; what `docs.labs` makes of a lab stands in its place.

    Args:
        paths: of the notebooks.
        folder: of the executions, which all tests share.
    """
    return {path.stem: _as_page(*executed(path, folder)[:2]) for path in paths}


def _as_page(notebook, shown):
    by_model = {lab["model"]: lab for lab in shown}
    for cell in notebook.cells:
        for output in [*cell.get("outputs", [])]:
            if output.get("metadata") == MARK:  # what a notebook keeps of a lab
                cell.outputs.remove(output)
                continue
            view = output.get("data", {}).get(execute.WIDGET)
            if view and view["model_id"] in by_model:
                output.data = labs.figure(by_model[view["model_id"]])
            elif view and "text/html" in output.data:  # a guess
                del output.data[execute.WIDGET]
            elif view:  # a progress bar
                cell.outputs.remove(output)
    return notebook
