"""Packages that are not there: what says so, and how a notebook goes on without them."""

import subprocess
import sys
import types
from pathlib import Path

import nbclient
import nbformat
import pytest

import rnnlab
from rnnlab.base import extras
from rnnlab.course.extras import need
from rnnlab.twins.tensorflow_twin import make_twin
from tests.colab import without_colab
from tests.needs import needed

ROOT = Path(__file__).parents[1]
MISSING = "import sys; sys.modules['tensorflow'] = None  # as if it were not installed"
HOW = 'TensorFlow is not installed. To get it: pip install "rnnlab[tensorflow]"'
SKIPPED = "Skipped: TensorFlow is not installed; the first cell says how to get it.\n"
ASKING = [path for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if needed(path)]


def executed(notebook):
    """Run a notebook where TensorFlow is missing, and return what its code cells give."""
    notebook = without_colab(notebook)
    first = nbformat.v4.new_code_cell(MISSING)
    book = nbformat.v4.new_notebook(cells=[first, *notebook.cells])
    nbclient.NotebookClient(book, timeout=120).execute()
    return [cell.outputs for cell in book.cells if cell.cell_type == "code"][1:]


def test_some_notebook_asks():
    assert ROOT / "notebooks/11_the_same_loop_in_tensorflow.ipynb" in ASKING


@pytest.mark.parametrize("path", ASKING, ids=lambda path: path.stem)
def test_without_it_the_first_cell_says_how_to_get_it_and_the_rest_is_skipped(path):
    if needed(path) != ["tensorflow"]:
        pytest.skip("it needs something else")
    first, *others = executed(nbformat.read(path, 4))
    assert HOW in first[0].data["text/plain"]
    assert len(others) > 20
    for outputs in others:
        assert "".join(output.text for output in outputs) == SKIPPED


def test_skipping_ends_when_the_package_has_come():
    cells = [
        "from rnnlab import extras\nextras.need('tensorflow')",
        "1 / 0",
        "print('pip install')  # a cell that installs",
        "from rnnlab import extras\nextras.need('tensorflow')",
        "1 / 0",
        "import types; sys.modules['tensorflow'] = types.ModuleType('tensorflow')\n"
        "extras.need('tensorflow')",
        "print(6 * 7)",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    said = [
        "".join(output.get("text") or output.data["text/plain"] for output in cell)
        for cell in executed(book)
    ]
    assert said[0].startswith(HOW)
    assert said[3] == said[0]
    assert said[1] == said[4] == SKIPPED
    assert said[2] == "pip install\n"
    assert said[5] == "TensorFlow is installed: all cells of this notebook can run."
    assert said[6] == "42\n"


def test_without_it_the_twin_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    monkeypatch.delitem(sys.modules, "rnnlab.twins.keras_twin", raising=False)
    assert not extras.is_installed("tensorflow")
    for call in (
        lambda: make_twin(rnnlab.SequenceModel(1, 2, 1)),
        lambda: extras.require("tensorflow"),
        lambda: need("tensorflow"),
    ):
        with pytest.raises(extras.MissingExtra) as caught:
            call()
        assert str(caught.value) == HOW
        assert isinstance(caught.value, ImportError)


def test_keras_on_something_else_is_refused(monkeypatch):
    keras = types.SimpleNamespace(backend=types.SimpleNamespace(backend=lambda: "torch"))
    monkeypatch.setitem(sys.modules, "keras", keras)
    monkeypatch.setitem(sys.modules, "tensorflow", types.ModuleType("tensorflow"))
    with pytest.raises(extras.MissingExtra, match="Keras already runs on torch here; expected"):
        extras.require("tensorflow")


def test_an_unknown_extra_is_refused():
    with pytest.raises(
        ValueError, match="extra is 'jax'; the known extras are lab, scale, tables, tensorflow"
    ):
        need("jax")


def test_the_layouts_and_the_exercises_load_no_tensorflow():
    code = "import sys, rnnlab.twins.keras_layout, rnnlab.twins.tensorflow_twin"
    code += ", rnnlab.course.judges.further.e11"
    code += "; print({'tensorflow', 'keras'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_extra_is_declared_under_its_name():
    text = (ROOT / "pyproject.toml").read_text()
    assert all(f"\n{extra} = [\n" in text for extra in extras.NAMES)
