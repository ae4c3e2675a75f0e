"""The drawing of the unrolled network: colours are states, thickness is the gradient's norm."""

import numpy as np
import pytest

from rnnlab import drawings
from rnnlab.pictures.plots import make_figure
from rnnlab.pictures.unrolled import BAND, HALF, Border, UnrolledPanel
from rnnlab.widgets.picture import LivePicture

STATES = np.tanh(np.random.default_rng(0).normal(size=(6, 4)))
NORMS = np.array([0.0, 0.1, 0.2, 0.4, 0.8, 1.6])


def make(width=640):
    figure, axes = make_figure(width, 190, 56, 76)
    panel = UnrolledPanel(axes)
    return panel, LivePicture(figure, panel)


def colours(panel):
    """Return the value in the middle of each column, from top to bottom; nan: nothing is drawn."""
    picture = np.ma.filled(panel.states.get_array(), np.nan)
    left, right, *_ = panel.states.get_extent()
    fine = picture.shape[1] / (right - left)
    return np.stack([picture[:, int((x - left) * fine)] for x in panel._x])


def thickness(panel, x):
    """Return how thick the band is at x."""
    for path in panel.band.get_paths():
        at = path.vertices[np.isclose(path.vertices[:, 0], x)]
        if len(at):
            return np.ptp(at[:, 1])
    return 0.0


def test_each_column_has_the_colours_of_its_state():
    panel, _ = make()
    panel.update(STATES)
    np.testing.assert_array_equal(colours(panel), STATES)
    assert panel.states.get_clim() == (-1, 1)


def test_what_has_not_come_yet_is_not_drawn():
    panel, _ = make()
    panel.update(None)
    assert not panel.states.get_visible()
    assert panel.waiting.get_visible()
    panel.update(STATES, seen=2)
    np.testing.assert_array_equal(colours(panel)[:2], STATES[:2])
    assert np.isnan(colours(panel)[2:]).all()
    assert len(panel.arrows.get_xdata()) == 1
    assert not panel.band.get_visible()
    panel.update(STATES, gradient=NORMS, reached=2)
    assert [thickness(panel, x) > 0 for x in panel._x] == [False] * 4 + [True] * 2
    assert len(panel.head.get_xdata()) == 1  # it is on its way
    assert not len(panel.stops.get_xdata())


def test_the_band_is_as_thick_as_the_gradient_is_large():
    panel, _ = make()
    panel.update(STATES, gradient=NORMS)
    found = [thickness(panel, x) for x in panel._x]
    np.testing.assert_allclose(found, 2 * HALF * NORMS / NORMS.max(), atol=1e-12)
    panel.update(STATES, gradient=NORMS, greatest=3.2)
    assert thickness(panel, panel._x[-1]) == pytest.approx(HALF)


@pytest.mark.parametrize("norms", [[np.inf] * 6, [np.nan] * 6, [0.0] * 6, [1e-300, *[1e300] * 5]])
def test_any_norm_can_be_drawn(norms):
    panel, picture = make()
    picture.draw(panel.update(STATES, gradient=norms))
    assert all(0 <= thickness(panel, x) <= 2 * HALF for x in panel._x)


def test_the_gradient_ends_where_the_state_is_detached_and_the_value_where_it_is_reset():
    panel, _ = make()
    ones = np.ones(6)
    panel.update(STATES, gradient=ones, borders=[Border(2, value=True, gradient=False)])
    assert len(panel.band.get_paths()) == 2
    assert len(panel.arrows.get_xdata()) == 5
    stops = panel.stops.get_xdata()
    assert np.nanmin(stops) < panel._x[0]
    assert panel._x[2] < stops[-2] < panel._x[3]
    panel.update(STATES, gradient=ones, borders=[Border(2, value=True, gradient=True)])
    assert len(panel.band.get_paths()) == 1
    panel.update(STATES, gradient=ones, borders=[Border(2, value=False, gradient=False)])
    assert len(panel.arrows.get_xdata()) == 4


@pytest.mark.parametrize(("width", "steps"), [(300, 100), (560, 24), (560, 2), (370, 192)])
@pytest.mark.parametrize("borders", [(), (Border(0, note="detach"),)])
def test_nothing_is_cut_off_and_no_text_touches_another(width, steps, borders):
    panel, picture = make(width)
    states = np.zeros((steps, 3))
    picture.draw(panel.update(states, gradient=np.ones(steps), borders=borders, start="carried"))
    axes = panel.axes
    texts = [
        *panel.key.values(),
        panel.start,
        *panel.axes.get_xticklabels(),
        axes.xaxis.label,
        axes._left_title,
    ]
    texts += [note for note in panel.notes if hasattr(note, "get_text")]
    boxes = [t.get_window_extent() for t in texts if t.get_text() and t.get_visible()]
    page = axes.figure.bbox
    for k, box in enumerate(boxes):
        assert page.padded(1).count_contains([box.min, box.max]) == 2 or width == 300
        assert not any(box.overlaps(other) for other in boxes[:k])


def test_the_lessons_use_the_same_drawing():
    states = STATES[:4]
    picture = drawings.unrolled(title="t", words="w", states=states, gradient=NORMS[2:])
    (axes,) = picture.figure.axes
    texts = [text.get_text() for text in axes.texts]
    assert "$x_{1}$" in texts
    assert "$y_{4}$" in texts
    assert "$h_{1}$" not in texts
    (image,) = axes.images
    assert set(np.unique(image.get_array().compressed())) == set(states.ravel())
    detached = drawings.unrolled(3, title="t", words="w", backward=True, cut_after=[0, 1])
    texts = [text.get_text() for text in detached.figure.axes[0].texts]
    assert texts.count("detach") == 2
    assert "$h_{3}$" in texts
    assert BAND > 1  # above the states
