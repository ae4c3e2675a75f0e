"""The course: every notebook with solutions and with typical wrong answers, and what all keep."""

import importlib
import itertools
import re
import time
from pathlib import Path

import nbclient
import nbformat
import pytest

from rnnlab.course import exercises as checks
from tests.needs import needed, reason

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LESSONS = [
    path for path in NOTEBOOKS if (ROOT / f"rnnlab/course/judges/e{path.stem[:2]}.py").exists()
]
PEAK = 600  # MB, for a kernel with torch
PEAK_WITH = {"tensorflow": 600}  # what these bring on top
MEGABYTES = """
import resource as _r
print("peak", _r.getrusage(_r.RUSAGE_SELF).ru_maxrss // 1024)
"""


def exercise_of(cell):
    """Return the number of the exercise whose gap a cell holds, or None."""
    tags = cell.metadata.get("tags", [])
    return next((tag.partition(":")[2] for tag in tags if tag.startswith("exercise:")), None)


def check_of(notebook, number):
    """Return the code that checks an exercise: the cell below its gap."""
    cells = notebook.cells
    place = next(k for k, cell in enumerate(cells) if exercise_of(cell) == number)
    source = cells[place + 1].source
    assert re.match(rf'(rnnlab\.)?check\("{number}"', source), f"no check under {number}: {source}"
    return place, source


def answered(path):
    """Return the notebook with wrong answers, each asserted to get its hint, then solutions."""
    notebook = nbformat.read(path, 4)
    wrong = importlib.import_module(f"tests.wrong_answers.w{path.stem[:2]}").WRONG
    numbers = [n for n in map(exercise_of, notebook.cells) if n]
    assert len(numbers) >= 2, "at least two exercises"
    assert sorted(wrong) == sorted(numbers)
    for number in numbers:
        answers = wrong[number]
        assert len(answers) >= 3, number
        assert len({hint for _, hint in answers}) == len(answers), f"{number}: hints of their own"
        place, source = check_of(notebook, number)
        cells = []
        for code, hint in answers:
            test = (
                f"_f = {source}\n"
                f"assert _f.passed is False, _f\n"
                f"assert {hint!r} in _f.text, _f.text\n"
                f"from rnnlab import checks as _c\n_c._tries[{number!r}] = 0"
            )
            cells += [nbformat.v4.new_code_cell(code), nbformat.v4.new_code_cell(test)]
        cells.append(nbformat.v4.new_code_cell(checks.find(number).solution))
        cells.append(nbformat.v4.new_code_cell(f"_f = {source}\nassert _f.passed, _f"))
        notebook.cells[place : place + 2] = cells
    notebook.cells.append(nbformat.v4.new_code_cell(MEGABYTES))
    return notebook


def seconds_for(notebook):
    """Return how long a cell may take: a notebook that trains for long says so, as for nbmake."""
    return notebook.metadata.get("execution", {}).get("timeout", 120)


LAB_STATE = """
import asyncio
lab = _  # what the cell before has shown
kind = type(lab).__name__
if kind == "LoopStepper":
    lab.next_epoch()
    assert len(lab.stepper.history.epochs) == 1
elif kind == "GradientLab":
    lab.scale = 2.0
else:
    lab.run()
while lab._runner.steps is not None:
    await asyncio.sleep(0.05)
if kind == "TrainingLab":
    assert len(lab.history.epochs) == lab.epochs
    assert "is finished" in lab._status.value
assert lab._message.value == ""
assert lab.describe()
assert all(len(picture.widget.value) > 1000 for picture in lab.pictures)
lab.close()
"""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_labs_in_notebooks_work(path):
    notebook = nbformat.read(path, 4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(re.search(r"pyplot|plt\.|await ", source) for source in code)
    labs = [source for source in code if re.search(r"rnnlab\.\w+(Lab|Stepper)\(", source)]
    if not labs:
        return
    cells = ["import rnnlab", *(part for source in labs for part in (source, LAB_STATE))]
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    nbclient.NotebookClient(notebook, timeout=120).execute()


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_solutions_pass_and_wrong_answers_get_their_hints(path, report, tmp_path, monkeypatch):
    if why := reason(path):
        pytest.skip(why)
    monkeypatch.setenv("RNNLAB_PROGRESS", str(tmp_path / "progress.json"))
    notebook = answered(path)
    client = nbclient.NotebookClient(
        notebook, timeout=seconds_for(notebook), resources={"metadata": {"path": str(path.parent)}}
    )
    start = time.perf_counter()
    client.execute()
    seconds = time.perf_counter() - start
    peak = int(notebook.cells[-1].outputs[-1].text.split()[1])
    report(f"{path.stem}, with all answers: {seconds:.0f} s, {peak} MB")
    assert peak < PEAK + sum(PEAK_WITH.get(extra, 0) for extra in needed(path))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_an_untouched_gap_is_not_yet(path):
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if number := exercise_of(cell):
            assert "..." in cell.source, number
            _, source = check_of(notebook, number)
            assert checks.find(number).number == number
            assert source.startswith(f'check("{number}"'), source


def prose(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_headings_links_and_figures(path):
    notebook = nbformat.read(path, 4)
    levels = [
        len(mark)
        for text in prose(notebook)
        for mark in re.findall(r"^(#+) ", text, flags=re.MULTILINE)
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels)), "headings in order"
    place, text = NOTEBOOKS.index(path), "\n".join(prose(notebook))
    for neighbour in NOTEBOOKS[max(0, place - 1) : place + 2]:
        if neighbour != path:
            assert f"({neighbour.name})" in text, f"no link to {neighbour.name}"
    for text in prose(notebook):
        for link in re.findall(r"\]\(([^)#]+\.ipynb)\)", text):
            assert (path.parent / link).exists(), link
