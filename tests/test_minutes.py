"""How long a lesson takes: its words, code cells, guesses and exercises, each with its own time."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.colab import without_colab

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
WORDS = 200  # a minute
CELL, GUESS, EXERCISE = 20 / 60, 45 / 60, 3  # minutes
STORY = "00_start_here"  # which says ten: its two labs are watched


def minutes(notebook):
    """Return how many minutes a learner takes; what a guess unfolds, and watching, not counted.

    Nor is what only Colab needs.
    """
    notebook = without_colab(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    words = sum(len(c.source.split()) for c in notebook.cells if c.cell_type == "markdown")
    guesses = sum(bool(re.match(r"(rnnlab\.)?guess\(", cell.source)) for cell in cells)
    tags = [tag for cell in cells for tag in cell.metadata.get("tags", [])]
    exercises = sum(tag.startswith("exercise:") for tag in tags)
    return words / WORDS + len(cells) * CELL + guesses * GUESS + exercises * EXERCISE


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_takes_8_to_25_minutes_and_says_so(path, report):
    notebook = nbformat.read(path, 4)
    found = minutes(notebook)
    report(f"{path.stem}: {found:.1f} minutes")
    assert 8 <= found <= 25
    said = re.search(r"about (\d+) minutes|In the next (ten) minutes", notebook.cells[0].source)
    assert said, "no minutes at the head"
    assert said[1] == f"{found:.0f}" or path.stem == STORY, said[0]
