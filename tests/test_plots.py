"""Pictures: what they draw, asserted on data and on pixels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnlab
from rnnlab.pictures import plots, run_panels
from rnnlab.widgets.controls import CLIP_NORMS
from rnnlab.widgets.picture import LivePicture


@given(values=st.lists(st.floats(-1e6, 1e6), max_size=200), most=st.integers(1, 20))
def test_an_outline_keeps_every_extreme(values, most):
    x, y = run_panels.outline(values, most)
    assert list(y) == [values[k] for k in x]
    assert list(x) == sorted(x)
    stretch = max(1, -(-len(values) // most))
    for start in range(0, len(values), stretch):
        part = values[start : start + stretch]
        kept = {values[k] for k in x if start <= k < start + stretch}
        assert {min(part), max(part)} <= kept
    assert len(x) <= max(2 * most + stretch, 2)


@pytest.mark.parametrize(
    ("value", "floor", "ceiling"),
    [(0.37, 0.2, 0.5), (1.0, 1.0, 1.0), (7, 5, 10), (0.06, 0.05, 0.1)],
)
def test_nice_limits(value, floor, ceiling):
    assert plots.nice_floor(value) == pytest.approx(floor)
    assert plots.nice_ceiling(value) == pytest.approx(ceiling)


def history(losses):
    history = rnnlab.History()
    for k, loss in enumerate(losses):
        history.add(rnnlab.Step(k + 1, k, loss, 2 * loss, loss > 0.6, loss, loss / 2))
    return history


def test_panels_hold_the_history():
    run, before = history([1.0, 0.5, 0.25]), history([2.0, 1.5])
    _, axes = plots.make_figure(300, 270)
    panel = run_panels.LossPanel(axes)
    assert panel.update(run, before, epochs=10)  # the limits are new
    assert not panel.update(run, before, epochs=10)
    np.testing.assert_array_equal(panel.train.get_xydata(), [[1, 1.0], [2, 0.5], [3, 0.25]])
    np.testing.assert_array_equal(panel.held_out.get_ydata(), [0.5, 0.25, 0.125])
    np.testing.assert_array_equal(panel.before.get_ydata(), [2.0, 1.5])
    assert axes.get_xlim() == (0, 10)
    assert axes.get_ylim() == (0.1, 2.0)
    panel.update(rnnlab.History())
    panel.update(history([3.0, 2.8, 2.6]), epochs=10)  # another run: its own limits
    assert axes.get_ylim() == (1.0, 5.0)
    _, axes = plots.make_figure(300, 270)
    panel = run_panels.GradientPanel(axes)
    panel.update(run, before, steps=10, clip_norm=0.7)
    np.testing.assert_array_equal(panel.clipped.get_xdata(), [0])
    np.testing.assert_array_equal(panel.norm.get_ydata(), [2.0, 1.0, 0.5])
    assert panel.note.get_text() == "\u25cf clipped\nabove 0.7"


@pytest.mark.parametrize("bound", [1e-6, 0.0123, *CLIP_NORMS, 123456.0])
def test_the_note_on_clipping_is_not_cut_off_and_touches_no_number(bound):
    for before in (bound, 1.0):  # at once, and after another bound
        figure, panel = plots.on_axes(run_panels.GradientPanel, 330, 54, 84)
        panel.update(history([2.0, 1.5, 1.0]), steps=280, clip_norm=before)
        panel.update(history([2.0, 1.5, 1.0]), steps=280, clip_norm=bound)
        figure.canvas.draw()
        box = panel.note.get_window_extent()
        assert panel.note.get_text().endswith(f" {bound:g}")
        assert (box.x0, box.y0) > (0, 0)
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
        numbers = [t for t in panel.axes.get_xticklabels() if t.get_text()]
        assert not [t for t in numbers if t.get_window_extent().overlaps(box)]


def test_the_live_picture_looks_like_matplotlibs_own():
    picture = LivePicture(*plots.on_axes(run_panels.LossPanel, 320, 44, 72))
    for losses in ([1.0, 0.9], [1.0, 0.6, 0.35, 0.2], [1.0, 0.6, 0.35, 0.2, 0.15]):
        changed = picture.panel.update(history(losses), history([1.2, 0.8, 0.5]), epochs=5)
        picture.draw(changed)
        live = np.asarray(picture.image()).astype(float)
        for artist in picture.panel.moving:
            artist.set_animated(False)
        picture.figure.canvas.draw()
        own = np.asarray(picture.figure.canvas.buffer_rgba())[..., :3].astype(float)
        for artist in picture.panel.moving:
            artist.set_animated(True)
        off = np.abs(live - own).max(axis=2)
        assert own.min() < 100  # there is something to see
        assert (off > 60).mean() < 0.004  # text may lie half a pixel beside
        assert off.mean() < 1.5


@pytest.mark.parametrize(
    ("low", "high"),
    [(0.1, 0.2), (2, 5), (0.05, 2), (0.001, 10), (0.02, 1e7), (1e-12, 1e20), (0.2, 0.5), (1, 10)],
)
def test_a_logarithmic_axis_has_a_few_ticks_whatever_its_limits(low, high):
    _, axes = plots.make_figure(330, 200)
    plots.style(axes, "t")
    plots.log_scale(axes)
    axes.set_ylim(low, high)
    axes.figure.canvas.draw()
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    assert 2 <= len(ticks) <= 8
    assert {round(tick / 10 ** math.floor(math.log10(tick) + 1e-9), 6) for tick in ticks} <= {
        1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9
    }  # fmt: skip
    boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
    boxes = [box for box, tick in zip(boxes, axes.get_yticks(), strict=True) if low <= tick <= high]
    assert not any(box.overlaps(other) for k, box in enumerate(boxes) for other in boxes[:k])


def test_ticks_of_a_logarithmic_axis_are_written_plainly():
    written = [plots.log_number(value) for value in (0.05, 1, 200, 1e5, 1e8, 1e-7)]
    assert written == ["0.05", "1", "200", "100000", "10\u2078", "10\u207b\u2077"]
