"""rnnlab in Google Colab: its versions stay as they are, and lessons 00 to 10 run on them.

Four of the lessons; with RNNLAB_COLAB=all in the environment each of them.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import types
import venv
from pathlib import Path

import pytest

import rnnlab
from rnnlab.base.bundle import VIEW

ROOT = Path(__file__).parents[1]
SOME = ("00", "04", "08", "10") if os.environ.get("RNNLAB_COLAB") != "all" else ("0", "10")
NOTEBOOKS = [p for p in sorted((ROOT / "notebooks").glob("*.ipynb")) if p.name.startswith(SOME)]
# What Colab has, as its list of packages said in August 2026; torch is the one of the lock file.
PINS = [
    "anywidget==0.9.21", "ipykernel==6.17.1", "ipython==7.34.0", "ipywidgets==7.7.1",
    "jupyter-client==7.4.9", "jupyter-core==5.9.1", "matplotlib==3.10.0", "nbclient==0.10.4",
    "nbformat==5.11.1", "notebook==6.5.7", "numpy==2.1.3", "pandas==2.2.3", "pillow==11.3.0",
    "psygnal==0.15.1", "pyzmq==26.2.1", "tornado==6.5.7", "tqdm==4.67.3", "traitlets==5.7.1",
]  # fmt: skip
MOST = 15 * 2**20  # bytes that rnnlab and what it brings may take beside these
LABS = """
import rnnlab
for name in ("TrainingLab", "LoopStepper", "GradientLab", "StateLab", "LandscapeLab"):
    lab = getattr(rnnlab, name)()
    before = lab.describe()
    if name == "LoopStepper":
        lab.next_batch()
    elif name == "GradientLab":
        lab.seed = 1  # its networks are untrained
        lab._runner.drain()
    else:
        lab.run()
    assert lab._ipython_display_ is None
    assert "application/vnd.jupyter.widget-view+json" in lab._repr_mimebundle_()
    print(name, lab.describe() != before)
    lab.close()
"""
RUN = """
import sys, nbclient, nbformat
path = sys.argv[1]
book = nbformat.read(path, 4)
nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": "course"}}).execute()
outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
said = [output.text for output in outputs if output.get("name") == "stderr"]
assert not said, said
"""


def test_a_lab_tells_colab_how_to_show_parts_that_are_not_of_ipywidgets(monkeypatch):
    lab = rnnlab.StateLab()
    assert VIEW in lab._repr_mimebundle_()
    output = types.SimpleNamespace(_widgets=types.SimpleNamespace(_installed_url="https://a/b.js"))
    monkeypatch.setitem(sys.modules, "google.colab.output", output)
    data, metadata = lab._repr_mimebundle_()
    assert data[VIEW]["model_id"] == lab.model_id
    assert metadata == {VIEW: {"colab": {"custom_widget_manager": {"url": "https://a/b.js"}}}}
    lab.close()


def pip(place, *words):
    line = [place / "environment/bin/python", "-m", "pip", "--disable-pip-version-check", *words]
    env = {"PIP_RETRIES": "1", **os.environ}
    return subprocess.run(
        [str(word) for word in line], capture_output=True, text=True, env=env, check=False
    )


def versions(place):
    listed = json.loads(pip(place, "list", "--format=json").stdout)
    return {package["name"]: package["version"] for package in listed}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with an environment of Colab's versions, and rnnlab installed into it."""
    place = tmp_path_factory.mktemp("colab")
    venv.create(place / "environment", with_pip=True)
    index = re.search(r"^TORCH_INDEX := (\S+)$", (ROOT / "Makefile").read_text(), re.M)[1]
    torch = re.findall(r"^torch==\S+", (ROOT / "requirements.lock").read_text(), re.M)
    torch = next((pin for pin in torch if pin.endswith("+cpu")), torch[0])
    for words in (("--no-deps", "--extra-index-url", index, torch), (torch, *PINS)):
        done = pip(place, "install", "--quiet", *words)
        if done.returncode:
            pytest.skip(f"Colab's versions cannot be had: {done.stderr.strip().splitlines()[-1]}")
    before = versions(place)
    done = pip(place, "install", "--quiet", ROOT)
    assert done.returncode == 0, done.stderr
    (place / "before.json").write_text(json.dumps(before))
    shutil.copytree(ROOT / "notebooks", place / "course")
    return place


def python(place, *words):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "JUPYTER"))}
    env |= {"RNNLAB_PROGRESS": str(place / "progress.json"), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [place / "environment/bin/python", *words], cwd=place, env=env, capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_installing_changes_nothing_that_is_there_and_is_small(place, report):
    before, after = json.loads((place / "before.json").read_text()), versions(place)
    new = {name: version for name, version in after.items() if name not in before}
    assert {name: after.get(name) for name in before} == before
    assert pip(place, "check").returncode == 0
    assert not {"jupyterlab", "loky", "dask", "cloudpickle"} & {*new}
    (packages,) = (place / "environment").glob("lib/python*/site-packages")
    own = sum(p.stat().st_size for p in (packages / "rnnlab").rglob("*") if p.is_file())
    report(f"in Colab's environment: {' '.join(PINS)}, torch {after['torch']}")
    report(f"rnnlab takes {own / 2**20:.1f} MB there; it brings {', '.join(new)}")
    assert {*new} == {"rnnlab"}
    assert own < MOST


@pytest.mark.slow
def test_the_labs_are_made_shown_and_trained(place):
    assert "False" not in python(place, "-c", LABS)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_runs(place, path):
    python(place, "-c", RUN, f"course/{path.name}")
