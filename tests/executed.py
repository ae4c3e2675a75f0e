"""Each notebook executed once in a language: by nbmake, on a copy. What reads it comes here.

Whoever asks first executes it, in whichever process; the others wait for that. Between its cells
`in_kernel.py` looks at the labs, asserts what the prose says of the cells, and has answers to the
exercises judged.
"""

import importlib
import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from filelock import FileLock
from nbmake.nb_run import NotebookRun

from rnnlab.base.say import VARIABLE
from rnnlab.course import exercises
from rnnlab.course.translation.notebook import in_language
from tests.lesson_claims import CLAIMS
from tests.needs import needed

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
KEPT = ROOT / "tests" / "kept"  # what a first run of lesson 13 has left, which took minutes
HEAVY = ("11_", "12_", "15_")  # half a minute each: `make test-all` executes them
SECONDS = 300  # for a cell, where the notebook does not say
LAB = r"rnnlab\.(\w+(?:Lab|Stepper))\("


class Executed(NamedTuple):
    """What an execution has left.

    Attributes:
        notebook: with its outputs.
        labs: a dict for each lab: its model, kind, words, and its picture as PNG in base64.
        told: by exercise, (passed, text) for each answer of `cases`; or a traceback.
        peak: memory of the kernel, in MB.
        folder: where it was executed.
    """

    notebook: nbformat.NotebookNode
    labs: list
    told: dict
    peak: int
    folder: Path


def exercise_of(cell):
    """Return the number of the exercise whose gap a cell holds, or None."""
    tags = cell.metadata.get("tags", [])
    return next((tag.partition(":")[2] for tag in tags if tag.startswith("exercise:")), None)


def gaps(notebook):
    """Return by exercise its gap's place, and the code of the cell below, which checks it."""
    found = {}
    for place, cell in enumerate(notebook.cells):
        if number := exercise_of(cell):
            source = notebook.cells[place + 1].source
            assert re.match(rf'(rnnlab\.)?check\("{number}"', source), f"no check under {number}"
            found[number] = place, source
    return found


def wrong_answers(path):
    """Return (code, part of its hint) for typical wrong answers, by exercise."""
    return importlib.import_module(f"tests.wrong_answers.w{path.stem[:2]}").WRONG


def earlier(path, number):
    """Return the exercises whose solutions the answers to this one use."""
    module = importlib.import_module(f"tests.wrong_answers.w{path.stem[:2]}")
    return getattr(module, "AFTER", {}).get(number, ())


def cases(path, number):
    """Return the code of all answers to an exercise: the wrong ones, then the solution."""
    answers = [code for code, _ in wrong_answers(path)[number]]
    return [*answers, exercises.find(number).solution]


def executed(path, folder, spoken="en"):
    """Execute a notebook if that has not been done yet, and return what it leaves.

    Args:
        path: of the notebook.
        folder: for the copies.
        spoken: the language of notebook and kernel.

    Raises:
        AssertionError: if a cell fails, or a lab does not do what it should.
    """
    place = folder / (path.stem if spoken == "en" else f"{path.stem}.{spoken}")
    with FileLock(f"{place}.lock"):
        if not place.exists():
            place.mkdir()
            _execute(path, place, spoken)
    error = place / "error.txt"
    assert not error.exists(), error.read_text()
    lines = place / "labs.txt"
    return Executed(
        nbformat.read(place / path.name, 4),
        [json.loads(line) for line in lines.read_text().splitlines()] if lines.exists() else [],
        {file.stem: json.loads(file.read_text()) for file in place.glob("*.json")},
        int((place / "peak").read_text()),
        place,
    )


def _execute(path, place, spoken):
    content = in_language(path.read_bytes(), path.stem, spoken)
    notebook = nbformat.reads(content.decode(), 4)
    for file in KEPT.glob(f"{path.stem[:2]}_*"):
        shutil.copy(file, place)
    for script in path.parent.glob("*.py"):  # which a notebook may run
        shutil.copy(script, place)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code:
        if re.search(LAB, cell.source):
            diverges = "diverges" in cell.metadata.get("tags", [])
            file = str(place / "labs.txt")
            _after(cell, f"await _t.lab(get_ipython(), {file!r}, {diverges})")
        if claims := CLAIMS.get(path.stem.partition("_")[0], {}).get(cell.id):
            _after(cell, f"_t.claims(get_ipython(), {claims!r})")
    if hasattr(os, "fork") and not needed(path):  # TensorFlow does not work in a copied process
        for number, (where, check) in gaps(notebook).items():
            pairs = [(answer, check) for answer in cases(path, number)]
            before = "\n".join(exercises.find(n).solution for n in earlier(path, number))
            file = str(place / f"{number}.json")
            call = f"_t.answers(get_ipython(), {before!r}, {pairs!r}, {file!r})"
            _after(notebook.cells[where], call)
    (place / "peak").write_text("0")
    if sys.platform != "win32":
        _after(code[-1], f"_t.peak({str(place / 'peak')!r})")
    nbformat.write(notebook, place / path.name)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RNNLAB_PROGRESS", str(place / "progress"))
            patch.setenv(VARIABLE, spoken)
            patch.setenv("PYTHONPATH", str(ROOT))  # for in_kernel
            patch.setenv("OMP_NUM_THREADS", "1")
            # Dask warns where a worker takes long to end, as on a busy machine
            patch.setenv("DASK_LOGGING__DISTRIBUTED", "error")
            result = NotebookRun(place / path.name, SECONDS).execute()
    except Exception as error:  # of what is done between cells
        (place / "error.txt").write_text(f"{type(error).__name__}: {error}")
        return
    if result.error is not None:
        (place / "error.txt").write_text(result.error.trace)
    result.nb.metadata.pop("widgets", None)  # the state of the labs, which have no kernel now
    nbformat.write(result.nb, place / path.name)


def _after(cell, code):
    before = cell.metadata.setdefault("nbmake", {}).get("post_cell_execute", [])
    lines = ["from tests import in_kernel as _t", code, "del _t"]
    cell.metadata.nbmake = {"post_cell_execute": [*before, *lines]}
