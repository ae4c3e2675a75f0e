"""The course: every notebook as it is shipped, with solutions and with typical wrong answers."""

import itertools
import re
import shutil
import time

import nbclient
import nbformat
import pytest

from rnnlab.course import exercises as checks
from tests.executed import (
    HEAVY,
    LAB,
    NOTEBOOKS,
    ROOT,
    cases,
    executed,
    exercise_of,
    gaps,
    wrong_answers,
)
from tests.needs import needed, reason

LESSONS = [
    path for path in NOTEBOOKS if [*(ROOT / "rnnlab/course/judges").rglob(f"e{path.stem[:2]}.py")]
]
PEAK = 600  # MB, for a kernel with torch
PEAK_WITH = {"tensorflow": 600}  # what these bring on top
MEGABYTES = """
from tests import memory as _m
print(_m.peak())
"""


def each(paths):
    """Parametrize by notebook."""
    return pytest.mark.parametrize(
        "path",
        [
            pytest.param(p, id=p.stem, marks=[pytest.mark.slow] * p.name.startswith(HEAVY))
            for p in paths
        ],
    )


def most_memory(path):
    return PEAK + sum(PEAK_WITH.get(extra, 0) for extra in needed(path))


@each(NOTEBOOKS)
def test_it_runs_as_shipped_and_its_labs_work(path, executions, report):
    if why := reason(path):
        pytest.skip(why)
    start = time.perf_counter()
    left = executed(path, executions)
    report(f"{path.stem}: {time.perf_counter() - start:.0f} s, {left.peak} MB")
    assert left.peak < most_memory(path)
    code = [cell.source for cell in left.notebook.cells if cell.cell_type == "code"]
    assert not any(re.search(r"pyplot|plt\.|await ", source) for source in code)
    assert [lab["kind"] for lab in left.labs] == re.findall(LAB, "\n".join(code))


@each(LESSONS)
def test_solutions_pass_and_wrong_answers_get_their_hints(path, executions):
    wrong, numbers = wrong_answers(path), [*gaps(nbformat.read(path, 4))]
    for number in numbers:
        answers = wrong[number]
        assert len(answers) >= 3, number
        assert len({hint for _, hint in answers}) == len(answers), f"{number}: hints of their own"
    if needed(path):
        pytest.skip(f"{path.stem} is judged by `make test-tensorflow`: it needs a whole run")
    told = executed(path, executions).told
    assert sorted(told) == sorted(numbers), "no process can be copied here"
    for number, said in told.items():
        assert isinstance(said, list), said
        *wrong_ones, (passed, text) = said
        assert passed, text
        for (code, hint), (passed, text) in zip(wrong[number], wrong_ones, strict=True):
            assert passed is False, (code, text)
            assert hint in text, code


@pytest.mark.parametrize("lesson", sorted({path.stem[:2] for path in LESSONS}))
def test_a_lesson_has_exercises_each_with_wrong_answers(lesson):
    paths = [path for path in LESSONS if path.stem[:2] == lesson]  # of 09 there are nine
    numbers = [number for path in paths for number in gaps(nbformat.read(path, 4))]
    assert len(numbers) >= 2, "at least two exercises"
    assert sorted(wrong_answers(paths[0])) == sorted(numbers)


def answered(path):
    """Return the notebook with each gap filled: wrong answers, then the solution."""
    notebook = nbformat.read(path, 4)
    for number in gaps(notebook):
        place, check = gaps(notebook)[number]
        cells = []
        for code, hint in [*wrong_answers(path)[number], (cases(path, number)[-1], None)]:
            passes = "" if hint is None else f"not _f.passed and {hint!r} in "
            test = f"_f = {check}\nassert {passes}" + ("_f.passed" if hint is None else "_f.text")
            again = f"from rnnlab.course import exercises as _c\n_c._tries[{number!r}] = 0"
            cells += [code, f"{test}, _f\n{again}"]
        notebook.cells[place : place + 2] = map(nbformat.v4.new_code_cell, cells)
    notebook.cells.append(nbformat.v4.new_code_cell(MEGABYTES))
    return notebook


def seconds_for(notebook):
    """Return how long a cell may take: a notebook that trains for long says so, as for nbmake."""
    return notebook.metadata.get("execution", {}).get("timeout", 120)


@pytest.mark.slow
@each(LESSONS)
def test_a_learner_who_has_answered_all_gets_to_the_end(path, report, tmp_path, monkeypatch):
    if why := reason(path):
        pytest.skip(why)
    monkeypatch.setenv("RNNLAB_PROGRESS", str(tmp_path / "progress.json"))
    kept = (ROOT / "tests" / "kept").glob(f"{path.stem[:2]}_*")
    for file in (*kept, *path.parent.glob("*.py")):
        shutil.copy(file, tmp_path)
    notebook = answered(path)
    client = nbclient.NotebookClient(
        notebook, timeout=seconds_for(notebook), resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    peak = int("".join(output.text for output in notebook.cells[-1].outputs))  # maybe in pieces
    report(f"{path.stem}, with all answers: {peak} MB")
    assert peak < most_memory(path)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_an_untouched_gap_is_not_yet(path):
    notebook = nbformat.read(path, 4)
    for number, (place, check) in gaps(notebook).items():
        assert exercise_of(notebook.cells[place]) == number
        assert "..." in notebook.cells[place].source, number
        assert checks.find(number).number == number
        assert check.startswith(f'check("{number}"'), check


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
        for link in re.findall(r"\]\(([^)#:]+\.ipynb)\)", text):  # none of another site
            assert (path.parent / link).exists(), link
