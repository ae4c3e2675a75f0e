"""What a lesson has for Colab alone: a link that opens it there, and a cell that installs rnnlab.

The cell is folded in JupyterLab and does nothing where rnnlab is there; a learner reads neither.
"""

import copy
import re

TAG = "install"  # of the cell
LINK = r"\n\n\[Open in Colab\]\((\S+)\)$"  # the last line of a notebook's first cell


def without_colab(notebook):
    """Return a copy of a notebook as it would be without Colab."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [c for c in notebook.cells if TAG not in c.metadata.get("tags", [])]
    if notebook.cells:
        notebook.cells[0].source = re.sub(LINK, "", notebook.cells[0].source)
    return notebook
