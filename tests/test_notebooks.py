"""What every notebook keeps: one H1, nothing left over from running it."""

import json
import pathlib

import pytest

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
