"""The lessons: what their pictures show is said in files, and the package is what they write."""

import ast
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

import rnnlab
from rnnlab import drawings
from rnnlab.course.exercises import LESSONS
from rnnlab.course.intervals import wilson_interval
from rnnlab.course.lesson_words import words_of, words_of_figure
from tests.executed import executed
from tests.lesson_claims import CLAIMS

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def keywords(path, name):
    """Return the values of a keyword in the calls of a notebook's cells."""
    code = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    calls = [node for source in code for node in ast.walk(ast.parse(source))]
    calls = [node for node in calls if isinstance(node, ast.Call)]
    return [key.value for call in calls for key in call.keywords if key.arg == name]


@pytest.mark.parametrize("lesson", sorted({path.stem[:2] for path in NOTEBOOKS}))
def test_each_picture_of_a_lesson_has_its_words_and_a_cell_gives_none_away(lesson):
    paths = [path for path in NOTEBOOKS if path.stem[:2] == lesson]  # of 09 there are nine
    figures = [ast.literal_eval(value) for path in paths for value in keywords(path, "figure")]
    known = words_of(lesson).get("figures", {}) if lesson in LESSONS else {}
    assert figures == [*known], "in the order of the notebooks, each once"
    assert figures == [f"{lesson}.{k}" for k in range(1, len(figures) + 1)]
    assert all(len(words.split()) >= 5 for words in known.values())
    assert [words for path in paths for words in keywords(path, "words")] == []


def test_a_picture_takes_the_words_of_its_figure_or_its_own():
    lesson = drawings.curves({"a": [1, 2]}, title="t", xlabel="x", figure="01.1")
    assert lesson.words == words_of_figure("01.1")
    assert lesson.words.startswith("The number of sunspots rises and falls")
    own = drawings.bars([1, 2], title="t", xlabel="x", words="Two bars.")
    assert own.words == "Two bars."


def test_a_line_stands_above_the_columns_that_it_belongs_to():
    options = {"title": "t", "xlabel": "x", "ylabel": "y", "words": "A matrix."}
    canvas = drawings.heat([[1, 2, 3], [4, 5, 6]], above={"line": [7, 8, 9]}, **options).figure
    below, above, _ = canvas.axes
    assert [*above.lines[0].get_ydata()] == [7, 8, 9]
    assert above.get_xlim() == below.get_xlim() == (-0.5, 2.5)
    assert (above.get_title("left"), below.get_title("left")) == ("t", "")
    (x0, y0), (x1, y1) = below.get_position().get_points()
    box = above.get_position()
    assert (box.x0, box.x1) == (x0, x1)
    assert y0 < y1 < box.y0
    with pytest.raises(ValueError, match="line has 2 values, the matrix has 3 columns"):
        drawings.heat([[1, 2, 3]], above={"line": [1, 2]}, **options)


def test_fractions_are_points_with_their_intervals_at_what_was_tried_and_nowhere_else():
    counts = {"a": [(10, 10), (2, 10)], "b": [(4, 5), (0, 20)]}
    options = {"x": (20, 50), "title": "t", "xlabel": "x", "words": "Points."}
    (axes,) = drawings.fractions(counts, **options).figure.axes
    assert [*axes.get_xticks()] == [20, 50]
    for pairs, (points, _, (bars,)), line in zip(
        counts.values(), axes.containers, (axes.lines[0], axes.lines[2]), strict=True
    ):
        fractions = [successes / runs for successes, runs in pairs]
        assert [*points.get_ydata()] == [*line.get_ydata()] == fractions
        assert (points.get_linestyle(), line.get_linewidth()) == ("None", 0.7)
        assert [*map(round, points.get_xdata())] == [20, 50]
        ends = [[y for _, y in bar] for bar in bars.get_segments()]
        assert ends == [pytest.approx(wilson_interval(*pair)) for pair in pairs]
    (first, second) = (points.get_xdata()[0] for points, _, _ in axes.containers)
    assert first < second, "no interval hides another"
    with pytest.raises(ValueError, match="counts has 0 entries; a picture shows 1 to 3"):
        drawings.fractions({}, **options)


def test_windows_are_drawn_below_the_steps_that_they_hold_their_targets_one_later():
    options = {"title": "t", "xlabel": "x", "words": "Windows."}
    (axes,) = drawings.windows([3.0, 1, 4, 1, 5], 3, starts=(0, 1), **options).figure.axes
    series, *rows = ([*map(float, line.get_xdata())] for line in axes.lines)
    assert series == [0, 1, 2, 3, 4]
    inputs, targets = rnnlab.windows(torch.arange(5.0).unsqueeze(-1), 3)
    assert rows == [part[k].flatten().tolist() for k in (0, 1) for part in (inputs, targets)]
    assert len({line.get_ydata()[0] for line in axes.lines[1:]}) == 4
    for starts in ((2,), (-1,)):
        with pytest.raises(ValueError, match="a window has its targets from 0 to 1"):
            drawings.windows([3.0, 1, 4, 1, 5], 3, starts=starts, **options)


def test_the_sides_of_blocks_are_in_proportion_in_one_scale():
    shapes = {"a": {"B": 32, "T": 24, "D": 27}, "b": {"B": 8, "T": 4}, "c": {"T": 6}}
    options = {"title": "t", "words": "Three blocks."}
    (axes,) = drawings.blocks(shapes, **options).figure.axes
    across, up = (np.ptp(axes.transData.transform([(0, 0), (1, 1)]), axis=0)).tolist()
    assert across == pytest.approx(up), "a pixel is as wide as high"
    faces, lengths = [patch.get_xy() for patch in axes.patches], []  # top, right and front of each
    for right, front in zip(faces[1::3], faces[2::3], strict=True):
        edges = front[3] - front[0], front[1] - front[0], right[2] - right[1]
        lengths += [float(np.hypot(*edge)) for edge in edges]
    unit = lengths[0] / 32
    assert [n / unit for n in lengths] == pytest.approx([32, 24, 27, 8, 4, 0, 1, 6, 0])
    with pytest.raises(ValueError, match="d has 4 axes; a block has one to three"):
        drawings.blocks({"d": dict.fromkeys("ABCD", 2)}, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"figure": "01.9"}, "figure is '01.9'; the known figures are 01.1, 01.2"),
        ({"figure": "99.1"}, "the lesson of figure is '99'; the known lessons are 00, 01"),
        ({}, "words is empty; say in a sentence what the picture shows"),
    ],
)
def test_a_picture_without_words_is_refused(options, message):
    with pytest.raises(ValueError) as error:
        drawings.bars([1], title="t", xlabel="x", **options)
    assert message in str(error.value)


def test_no_words_name_a_colour_that_the_dark_theme_turns_round():
    said = [text for lesson in LESSONS for text in words_of(lesson).get("figures", {}).values()]
    tasks = ("sunspots", "names", "recall", "adding", "reber")
    for task in map(rnnlab.load_task, tasks):
        lab = rnnlab.TrainingLab(task, epochs=1, hidden_size=2)
        said.append(lab.pictures[0].panel.legend)
        lab.close()
    assert not [text for text in said if {"black", "white"} & {*re.findall(r"\w+", text.lower())}]


@pytest.mark.parametrize("lesson", CLAIMS)
def test_what_the_cells_of_a_lesson_compute_is_what_its_prose_says(lesson, executions):
    (path,) = (path for path in NOTEBOOKS if path.stem.partition("_")[0] == lesson)
    assert CLAIMS[lesson].keys() <= {cell.id for cell in nbformat.read(path, 4).cells}
    executed(path, executions)  # which asserts each after its cell


def test_a_claim_that_does_not_hold_is_named(tmp_path):
    path = tmp_path / "03_of_ours.ipynb"
    (claimed, claims), *_ = CLAIMS["03"].items()
    cell = nbformat.v4.new_code_cell("loss = 0.0", id=claimed)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    with pytest.raises(AssertionError) as error:
        executed(path, tmp_path)
    assert claims[0] in str(error.value)
