"""What every notebook keeps: one H1, nothing left over from running it."""

import importlib.util
import json
import pathlib
import re

import nbformat
import pytest

from tests.colab import LINK, TAG

NOTEBOOKS = sorted((pathlib.Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_is_clean(path):
    notebook = json.loads(path.read_text())
    assert "widgets" not in notebook["metadata"]
    headings = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
        else:
            headings += sum(line.startswith("# ") for line in "".join(cell["source"]).split("\n"))
    assert headings == 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_opens_in_colab_and_installs_what_it_needs_there(path, monkeypatch):
    first, second, *others = nbformat.read(path, 4).cells
    address = "https://colab.research.google.com/github/rnnlab/rnnlab/blob/main/notebooks/"
    assert re.search(LINK, first.source)[1] == address + path.name
    assert TAG in second.metadata.tags
    assert second.metadata.jupyter.source_hidden
    assert not [cell for cell in others if TAG in cell.metadata.get("tags", [])]
    installed = []

    class Shell:
        def run_line_magic(self, name, line):
            installed.append((name, line))

    names = {"get_ipython": Shell}
    exec(second.source, names)
    assert installed == [], "rnnlab is here"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    exec(second.source, names)
    what = "'rnnlab[scale]'" if "rnnlab.sweep(" in path.read_text() else "rnnlab"
    assert installed == [("pip", f"install -q {what}")]
