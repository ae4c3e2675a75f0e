"""The pages for teachers and contributors say what is there."""

import re
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest

import rnnlab
from rnnlab.course import exercises as checks

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").glob("*.md"))]
TEACHING = (ROOT / "docs/teaching.md").read_text()


def rows(heading):
    """Return the cells of the first table below a heading."""
    _, _, below = TEACHING.partition(f"# {heading}\n")
    table = re.search(r"(^\|.*\n)+", below, re.MULTILINE).group().splitlines()
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in table[2:]]


def exercises():
    """Return (number, question) of each gap in the notebooks."""
    cells = [cell for path in NOTEBOOKS for cell in nbformat.read(path, 4).cells]
    tags = [tag for cell in cells for tag in cell.metadata.get("tags", [])]
    numbers = sorted(t.partition(":")[2] for t in tags if t.startswith("exercise:"))
    return [[number, checks.find(number).question] for number in numbers]


def test_teaching_lists_every_exercise():
    assert rows("Exercises") == exercises()


def test_the_wrong_answers_of_teaching_are_of_exercises_that_have_some():
    for number, _, _ in rows("Typical wrong answers, and what to say"):
        assert number in import_module(f"tests.wrong_answers.w{number[:2]}").WRONG


def test_teaching_plans_and_measures_every_notebook():
    names = [path.stem.partition("_")[0] for path in NOTEBOOKS]  # of 09 there are nine
    assert [row[0] for row in rows("What a learner needs")] == names
    plans = rows("Several lessons")
    week = rows("A week")
    columns = [[row[1] for row in plans], [row[2] for row in plans], [" ".join(r) for r in week]]
    for plan in columns:
        assert sorted({*re.findall(r"\b\d\d[a-h]?\b", " ".join(plan))}) == names


@pytest.mark.parametrize("minutes", [45, 90])
def test_a_lesson_plan_takes_as_long_as_it_says(minutes):
    assert sum(int(row[0]) for row in rows(f"{minutes} minutes")) == minutes


def test_teaching_begins_with_teaching():
    headings = re.findall(r"^## (.+)$", TEACHING, re.MULTILINE)
    assert headings[:3] == ["What a lesson does in class", "Lesson plans", "Where the class stands"]


def test_the_measured_figures_of_teaching_agree_with_each_other():
    figures = [[float(cell) for cell in row[1:]] for row in rows("What a learner needs")]
    for peak, end, own, server, both, _ in figures:
        assert peak >= end >= own
        assert both == pytest.approx(peak + server, abs=1)
    assert f"at most {max(row[4] for row in figures):.0f} MB" in TEACHING
    assert f"the whole course takes {sum(row[5] for row in figures):.0f} seconds" in TEACHING


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_and_paths_lead_somewhere(page):
    text = page.read_text()
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / link).exists(), link
    for path in re.findall(r"`((?:rnnlab|tests|notebooks|docs)/[\w./]+)`", text):
        if "16" not in path and path != "docs/html":  # the next lesson, and what is built
            assert (ROOT / path).exists(), path


def test_the_link_for_a_hub_opens_the_first_notebook():
    (link,) = re.findall(r"https://HUB/\S+", TEACHING)
    asked = {name: value for name, (value,) in parse_qs(urlsplit(link).query).items()}
    folder = asked["repo"].rpartition("/")[2]
    assert asked["branch"] == "main"
    assert asked["urlpath"].startswith(f"lab/tree/{folder}/notebooks/")
    assert (ROOT / asked["urlpath"].removeprefix(f"lab/tree/{folder}/")).exists()
    (badge,) = re.findall(r"\((https://mybinder.org/v2/\S+)\)", (ROOT / "README.md").read_text())
    assert badge in TEACHING


def test_the_example_with_other_data_runs(tmp_path, monkeypatch):
    if not hasattr(rnnlab, "read_series"):
        pytest.skip("rnnlab.read_series is not there yet")
    lines = [
        f"{1990 + k // 12}-{k % 12 + 1:02},{50 + 30 * (k % 12 < 6) + k % 7}" for k in range(240)
    ]
    (tmp_path / "rain.csv").write_text("\n".join(["month,rain", *lines]))
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", TEACHING, flags=re.DOTALL)
    names = {}
    exec(example, names)
    assert len(names["series"].values) == 240
    assert names["task"].baselines()


def test_the_examples_of_training_run():
    code = re.findall(r"```python\n(.*?)```", (ROOT / "docs/training.md").read_text(), re.DOTALL)
    names = {}
    for example in code:  # a masked loss, and then a cell of one's own
        exec(example, names)
        assert names["history"].loss[-1] < names["history"].loss[0]
    assert len(code) == 2


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 90


def test_contributing_is_short():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for what in ("a cell", "a task", "a lesson", "a rule to the doctor", "a lab"):
        _, _, recipe = text.partition(f"## Add {what}\n")
        assert len(recipe.partition("\n## ")[0].strip().splitlines()) <= 11, what
