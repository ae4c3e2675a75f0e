"""The panels of the tasks: what they draw, asserted on their artists and on pixels."""

import math

import numpy as np
import pytest
import torch

import rnnlab
from rnnlab.pictures import task_panels as panels
from rnnlab.pictures.plots import on_axes
from rnnlab.tasks.names import ALPHABET
from rnnlab.widgets.picture import LivePicture


def make(name, **options):
    task = rnnlab.load_task(name, **options)
    return task, panels.make_panel(task)[1]


def words_of(texts):
    return [text.get_text() for text in texts]


def probabilities(*columns):
    """Each column: the probability of some letters; the others share the rest alike."""
    rows = torch.zeros(len(columns), 27)
    for row, column in zip(rows, columns, strict=True):
        row[:] = (1 - sum(column.values())) / (27 - len(column))
        for letter, share in column.items():
            row[ALPHABET.index(letter)] = share
    return rows


CHANCES = probabilities(
    {"a": 0.6, "b": 0.3, "c": 0.07},
    {"x": 0.5, "a": 0.2, "n": 0.18},
    {"a": 0.9, "e": 0.04, "i": 0.03},
)


def test_text_panel_shows_the_three_likeliest_and_boxes_the_true_one():
    _, panel = make("names")
    assert panel.update("an", CHANCES, ["eva", "bo"])
    assert words_of(panel.true) == ["a", "n", "end"]
    assert [words_of(column) for column in panel.letters] == [
        ["a", "b", "c"], ["x", "a", "n"], ["a", "e", "i"],
    ]  # fmt: skip
    true_shares = [words_of(column)[0] for column in panel.percents]
    assert true_shares == ["60", "18", "0"]
    assert words_of(panel.percents[1]) == ["18", "50", "20", "18"]
    boxes = [path.get_extents() for path in panel.boxes.get_paths()]
    assert [(math.floor(box.x0), math.floor(box.y0)) for box in boxes] == [(0, 1), (1, 3)]
    bars = [path.get_extents().width for path in panel.bars.get_paths()]
    np.testing.assert_allclose(bars[:3], [0.9 * 0.6, 0.9 * 0.3, 0.9 * 0.07], rtol=1e-5)
    assert len(bars) == 9
    assert panel.axes.get_xlim() == (0, 3)


def test_made_up_names_change_at_a_bounded_rate_while_training():
    _, panel = make("names")
    assert panel.update("an", CHANCES, ["eva", "", "x" * 20], scores=False)  # a name is new
    assert words_of(panel.made)[:4] == ["eva", "(empty)", "x" * 10 + "\u2026", ""]
    changes = [
        panel.update("an", CHANCES, [f"eva{'abcdefghijk'[k]}"], scores=False) for k in range(11)
    ]
    assert sum(changes) == 3
    assert panel.update("an", CHANCES, ["bo"], scores=True)
    assert words_of(panel.made) == ["bo", *[""] * 7]
    assert not panel.update("an", CHANCES, ["bo"], scores=True)


@pytest.mark.slow
def test_the_texts_that_move_are_few_and_a_new_name_takes_the_place_of_the_old():
    task = rnnlab.load_task("names")
    picture = LivePicture(*panels.make_panel(task))
    generator = torch.Generator().manual_seed(0)
    for name in ("an", "mohammed", "eva"):
        for _ in range(40):
            logits = 4 * torch.randn(len(name) + 1, 27, generator=generator)
            changed = picture.panel.update(name, logits.softmax(-1), [name], scores=False)
            picture.draw(changed)
    assert len(picture.panel.moving) == 3 + 4 * 7  # shapes and title, then each of 4 columns
    assert len(picture.panel.axes.texts) == 3 + 8 + 4 + 4 * 7
    assert all(artist.get_animated() for artist in picture.panel.moving)
    titles = {text for text, *_ in picture._masks if "guessed right" in text}
    assert len(titles) <= 4 + 10 + 5  # for each of three names: right at none to all letters
    assert len(picture._masks) - len(titles) <= 27 + 101


def test_sequence_panel_holds_targets_predictions_and_the_distance():
    _, panel = make("recall")
    targets, predictions = torch.tensor([1.0, -1.0, 1.0, 1.0]), torch.tensor([0.5, -1.0, 0.0, 1e30])
    assert panel.update(targets, predictions, scores=False)
    assert not panel.update(targets, predictions, scores=False)
    np.testing.assert_array_equal(panel.target.get_ydata(), targets)
    np.testing.assert_array_equal(panel.predicted.get_ydata()[:3], predictions[:3])
    np.testing.assert_array_equal(panel.predicted.get_xdata(), range(4))
    assert 1.5 < panel.predicted.get_ydata()[3] < 10  # outside, but Agg can draw it
    np.testing.assert_array_equal(panel.misses.get_segments()[0], [[0, 1.0], [0, 0.5]])
    assert panel.axes.get_ylim() == (-1.5, 1.5)
    assert panel.title.get_text() == "Recall: right sign at 3 of 4 (guessing: 2)"
    assert not panel.update(targets, targets / 2)  # the title moves: there is no new background
    assert panel.title.get_text() == "Recall: right sign at 4 of 4 (guessing: 2)"


def test_scatter_panel_has_a_dot_each_and_the_diagonal():
    _, panel = make("adding")
    targets, predictions = torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 1.0, math.inf])
    assert panel.update(targets, predictions, scores=False)
    assert not panel.update(targets, predictions, scores=False)
    np.testing.assert_allclose(panel.dots.get_xydata()[:2], [[0, 1], [1, 1]])
    assert panel.axes.get_ylim()[1] < panel.dots.get_ydata()[2] < 10
    np.testing.assert_allclose(panel.diagonal.get_xydata(), [[-0.1, -0.1], [2.1, 2.1]])
    assert panel.axes.get_xlim() == panel.axes.get_ylim() == pytest.approx((-0.1, 2.1))
    assert not panel.update(targets, targets + 2)  # the title moves: there is no new background
    assert panel.title.get_text() == "Adding: typically off by 2"


@pytest.mark.parametrize("name", ["sunspots", "names", "reber", "recall", "adding"])
def test_live_pictures_look_like_matplotlibs_own_and_no_text_is_cut_off(name):
    task = rnnlab.load_task(name)
    picture = LivePicture(*panels.make_panel(task))
    for seed in range(3):
        torch.manual_seed(seed)
        model = rnnlab.SequenceModel(task.input_size, 8, task.output_size)
        picture.draw(picture.panel.update(*task.answers(model), scores=True))
    live = np.asarray(picture.image()).astype(float)
    for artist in picture.panel.moving:
        artist.set_animated(False)
    picture.figure.canvas.draw()
    own = np.asarray(picture.figure.canvas.buffer_rgba())[..., :3].astype(float)
    assert (np.abs(live - own).max(axis=2) > 60).mean() < 0.01  # text may lie half a pixel beside
    axes = picture.panel.axes
    for text in [*axes.texts, axes.title, axes._left_title, axes.yaxis.label]:
        if text.get_text() and text.get_visible():
            box = text.get_window_extent()
            assert min(box.x0, box.y0) >= 0, text
            assert box.x1 <= picture.figure.bbox.x1, text
            assert box.y1 <= picture.figure.bbox.y1, text


@pytest.mark.parametrize("width", [300, 420, 640])
def test_made_up_names_take_the_room_that_there_is_and_do_not_touch(width):
    task, left, right = rnnlab.load_task("names"), panels.TextPanel.left, panels.TextPanel.right
    _, panel = on_axes(panels.TextPanel, width, left, right, task)
    panel.update("an", CHANCES, ["m" * 40, "illi" * 10] * 4)
    panel.axes.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in panel.made]
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])
        assert panel.axes.bbox.width / 4 - 24 < box.width
        assert box.x1 <= width


def test_a_kind_of_picture_is_found_by_its_class(monkeypatch):
    monkeypatch.setattr(panels, "PANELS", {**panels.PANELS})

    class OwnPanel(panels.TaskPanel):
        kind, left, right = "own", 30, 40
        alt = "A picture of one's own."

    task = rnnlab.load_task("recall")
    task.picture = "own"
    figure, panel = panels.make_panel(task)
    assert type(panel) is OwnPanel
    assert figure.bbox.width - panel.axes.bbox.width == pytest.approx(70)
