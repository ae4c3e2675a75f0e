"""StateLab without a browser: its ways, its pictures, torch's words, and its end."""

import asyncio
import gc
import html

import numpy as np
import pytest
import traitlets
from matplotlib.figure import Figure

from rnnlab.microscope.carried_states import first_batches, steps_read
from rnnlab.microscope.carrying import (
    DETACH,
    NO_DETACH,
    RESET,
    SHUFFLE,
    WAYS,
    carry_through,
    recall_task,
)
from rnnlab.widgets.state_lab import StateLab
from rnnlab.widgets.state_page import COSTS, CURVES, FLOW, sizes
from tests.sizes import short_or_long


async def until_done(lab, seconds=30):
    await asyncio.sleep(0.05)  # a click has reached the lab
    async with asyncio.timeout(seconds):
        while lab._runner.steps is not None:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)  # the crisp pictures


async def until_training(lab, seconds=30):
    async with asyncio.timeout(seconds):
        while not all(lab.rows.values()):
            await asyncio.sleep(0.001)


def panels(lab):
    return [picture.panel for picture in lab.pictures]


def around(values, over=1):
    """Return the median of so many values around each, of those that are there all."""
    values = [*values]
    middle = np.median(np.lib.stride_tricks.sliding_window_view(values, over), axis=1)
    return np.pad(middle, over // 2, mode="edge")


def words_of(panel):
    return [text.get_text() for text in panel.axes.texts if text.get_visible()]


def test_run_trains_all_ways_and_the_order_is_clear():
    lab = StateLab()
    rows = lab.run()
    assert list(rows) == list(WAYS)
    assert [len(rows[way]) for way in WAYS] == [384, 384, 2, 384]
    losses = {way: rows[way][-1].train_loss for way in (DETACH, RESET, SHUFFLE)}
    assert losses[DETACH] < 0.05 < 0.4 < losses[RESET] < 0.6 < losses[SHUFFLE] < 0.9
    assert rows[RESET][-1].loss == [*carry_through(recall_task(4), RESET)][-1].loss
    lines = panels(lab)[CURVES].lines
    for way, loss in losses.items():
        assert lines[way].get_ydata()[-1] == loss
        assert f"Loss, {way}: " in lab._twin.value
        assert f"{loss:.3g} on average in epoch 12; held out 0." in lab.describe()
    assert "Loss, carry without detach: 0.978 in batch 2, where torch raised." in lab.describe()
    assert "× carry without detach: error in batch 2" in words_of(panels(lab)[CURVES])  # noqa: RUF001
    assert "Training is finished" in lab._status.value
    assert lab.snapshot().data.startswith(b"\x89PNG")
    lab.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("window", [2, 7])
def test_every_way_is_measured_and_shown(way, window):
    lab = StateLab(way=way, window=window, epochs=1, hidden_size=4)
    lab._runner.drain()
    rows = lab.costs[way]
    expected = [window * k for k in range(1, 33)] if way == NO_DETACH else [window] * 32
    assert [row.graph_length for row in rows] == expected
    for panel, (title, value, *over) in zip(panels(lab)[CURVES + 1 :], COSTS, strict=True):
        assert panel.axes.get_title(loc="left") == title
        assert panel.whose.get_text() == (f"{way}, retain_graph" if way == NO_DETACH else way)
        np.testing.assert_array_equal(panel.line.get_ydata(), around(map(value, rows), *over))
        reference = [] if way == DETACH else around(map(value, lab.costs[DETACH]), *over)
        np.testing.assert_array_equal(panel.reference.get_ydata(), reference)
        assert panel.axes.get_ylim()[1] > max(panel.line.get_ydata())
    flow, first = panels(lab)[FLOW], first_batches(recall_task(window), way, hidden_size=4)
    assert flow.axes.get_title(loc="left") == f"{way}: three batches, untrained"
    shown = flow.states.get_array().compressed()
    np.testing.assert_array_equal(np.unique(shown), np.unique(first.states.numpy()))
    assert len(flow.band.get_paths()) == 1
    left, right = flow.band.get_paths()[0].get_extents().intervalx
    middles = flow._x[0 if way == NO_DETACH else 2 * window], flow._x[-1]
    assert (left, right) == pytest.approx((middles[0] - 0.3, middles[1] + 0.3))
    arrows = 3 * window - 1 - (2 if way == RESET else 0)  # to each state that a value goes on to
    assert len(flow.arrows.get_xdata()) == arrows
    read = [f"{a + 1} to {b + 1}" for a, b in steps_read(recall_task(window), way, 3)]
    assert [text.get_text().removeprefix("time steps ") for text in flow.read] == read
    assert lab.describe().startswith(way.capitalize())
    assert f"read the time steps {', '.join(read)}." in lab.describe()
    reached = 3 * window if way == NO_DETACH else window
    assert f"The gradient of the last one's loss goes back {reached} time steps" in lab.describe()
    assert f"{window} time steps in batch 1" in lab.describe()
    assert "Training is finished: 1 epoch of 32 batches" in lab._status.value
    for picture in lab.pictures:
        assert way in picture.panel.alt or "a line for each way" in picture.panel.alt
    lab.close()


def test_it_opens_with_every_picture_drawn_from_real_runs_and_goes_on_by_itself():
    async def main():
        lab = StateLab(epochs=3)
        flow, curves, *costs = panels(lab)
        assert flow.states.get_array().count() > 0
        assert all(len(line.get_xdata()) >= 2 for line in curves.lines.values())
        assert curves.note.get_visible()
        assert all(len(cost.line.get_xdata()) == 32 for cost in costs)
        assert all(picture.widget.value for picture in lab.pictures)
        assert "Loss, reset: " in lab._twin.value
        await until_done(lab)
        assert "Training is finished: 3 epochs" in lab._status.value
        expected = [row.loss for row in carry_through(recall_task(4), RESET, epochs=3)]
        assert [row.loss for row in lab.rows[RESET]] == expected
        lab.close()

    asyncio.run(main())


def test_no_picture_is_ever_empty_while_settings_change():
    lab = StateLab(epochs=2, hidden_size=4)  # no loop runs here: steps are taken by hand
    lab._runner.drain()
    for name, value in (("window", 9), ("way", NO_DETACH), ("seed", 3), ("hidden_size", 5)):
        setattr(lab, name, value)
        for _ in range(80):
            lab._pace.now()
            lab._runner._take(0)
            _, curves, *costs = panels(lab)
            assert all(len(line.get_xdata()) > 0 for line in curves.lines.values())
            assert all(len(cost.line.get_xdata()) > 0 for cost in costs)
    lab.close()


def test_torchs_own_words_are_shown_with_what_to_do_and_only_where_it_raises():
    lab = StateLab(way=NO_DETACH, seed=2)
    lab._runner.drain()
    shown = html.unescape(lab._torch.value)
    plain, updated = lab.raised
    *_, own = carry_through(recall_task(4, 2), NO_DETACH, seed=2)
    assert plain.error == own.error
    for text in (plain.error, updated.error, "In batch 2", "state = state.detach()"):
        assert text in shown
    assert "Trying to backward through the graph a second time" in plain.error
    assert "has been modified by an inplace operation" in updated.error
    assert lab._errors.outputs == ()  # the lesson is no fault of the lab
    assert lab._message.value == ""
    lab.way = DETACH
    assert lab._torch.value == ""
    lab.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("way", "keep"), ("way", 3), ("window", 0), ("window", 65), ("window", 2.5), ("epochs", 0),
     ("hidden_size", "big"), ("seed", -1)],
)  # fmt: skip
def test_a_bad_value_from_code_raises_and_the_one_before_stays(name, value):
    lab = StateLab(epochs=1)
    before = getattr(lab, name)
    for kind in (ValueError, traitlets.TraitError):
        with pytest.raises(kind, match=name):
            setattr(lab, name, value)
    assert getattr(lab, name) == before
    if name in lab.controls:
        assert lab.controls[name].value == before
    assert lab._message.value == ""
    lab.close()
    with pytest.raises(ValueError, match=name):
        StateLab(**{name: value})
    with pytest.raises(TypeError, match="delay"):
        StateLab(delay=3)


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [("window", "0", "0"), ("window", "65", "65"), ("window", "2.5", "2.5"), ("epochs", "0", "0"),
     ("hidden_size", "big", "'big'")],
)  # fmt: skip
def test_a_bad_value_that_is_typed_is_refused_in_the_lab(name, typed, said):
    lab = StateLab(epochs=1)
    before = getattr(lab, name)
    _, field, _ = lab.controls[name].children
    shown = field.value
    field.value = typed
    assert getattr(lab, name) == before == lab.controls[name].value
    assert field.value == shown
    assert f"{name} is {said}; " in html.unescape(lab._message.value)
    assert f"{name} stays {before!r}" in html.unescape(lab._message.value)
    lab.controls["window"].value = 6
    assert lab._message.value == ""
    lab.close()


def test_a_window_from_code_is_offered_on_the_slider():
    lab = StateLab(window=7)
    lab.window = 20
    assert lab.controls["window"].value == 20
    assert {"7 steps", "20 steps"} <= {label for label, _ in lab.controls["window"].options}
    lab.close()


@short_or_long("last", 4, 40)
def test_many_changes_end_in_one_finished_state_with_the_last_values(last):
    async def main():
        lab = StateLab(epochs=2)
        await until_done(lab)
        gc.collect()
        figures = sum(issubclass(type(o), Figure) for o in gc.get_objects())
        windows = [value for _, value in lab.controls["window"].options]
        for k in range(last + 1):
            lab.controls["window"].value = windows[k % 9]
            lab.controls["way"].value = WAYS[k % 4]
            await asyncio.sleep(0.01)
            assert len(asyncio.all_tasks()) <= 2  # this one and the lab's
        await until_done(lab)
        assert (lab.window, lab.way) == (windows[last % 9], WAYS[last % 4]) == (6, RESET)
        assert lab._task.window == 6
        assert {row.graph_length for row in lab.costs[RESET]} == {6}
        assert [len(lab.rows[way]) for way in WAYS] == [64, 64, 2, 64]  # trained anew
        expected = [row.loss for row in carry_through(recall_task(6), RESET, epochs=2)]
        assert [row.loss for row in lab.rows[RESET]] == expected
        assert "Training is finished" in lab._status.value
        assert panels(lab)[FLOW].axes.get_title(loc="left").startswith(RESET)
        gc.collect()
        assert sum(issubclass(type(o), Figure) for o in gc.get_objects()) == figures
        assert len(asyncio.all_tasks()) == 1
        lab.close()
        gc.collect()
        assert sum(issubclass(type(o), Figure) for o in gc.get_objects()) == figures - 5

    asyncio.run(main())


def test_a_window_that_the_cell_sets_is_that_of_the_run():
    async def main():
        lab = StateLab(epochs=1)
        lab.window = 6
        rows = lab.run()
        expected = [row.loss for row in carry_through(recall_task(6), RESET, epochs=1)]
        assert [row.loss for row in rows[RESET]] == expected
        await until_done(lab)
        assert lab.rows is rows
        lab.close()

    asyncio.run(main())


def test_another_way_while_training_is_measured_and_the_training_goes_on():
    async def main():
        lab = StateLab(epochs=12)
        rows = lab.rows  # it has begun by itself
        assert len(rows[RESET]) < 12 * 32
        lab.way = NO_DETACH
        await until_done(lab)
        assert lab.rows is rows
        assert [row.loss for row in rows[RESET]] == [
            row.loss for row in carry_through(recall_task(4), RESET, epochs=12)
        ]
        assert lab.costs[NO_DETACH][-1].graph_length == 128
        lab.way = RESET
        await until_done(lab)
        assert lab._status.value.count("Measured 32 batches of reset.") == 1
        assert len(rows[RESET]) == 12 * 32  # what is trained stays
        lab.close()

    asyncio.run(main())


def test_buttons():
    async def main():
        lab = StateLab(epochs=200)
        lab.buttons["Train"].click()
        await asyncio.sleep(0.01)
        await until_training(lab)
        lab._show()
        assert "Training all four ways: epoch" in lab._status.value
        lab.buttons["Stop"].click()
        await asyncio.sleep(0.05)
        assert "Stopped" in lab._status.value
        stopped = [len(rows) for rows in lab.rows.values()]
        await asyncio.sleep(0.1)
        assert [len(rows) for rows in lab.rows.values()] == stopped
        assert abs(stopped[0] - stopped[3]) <= 1  # side by side
        assert f"Loss, {RESET}: " in lab.describe()
        assert "held out" not in lab.describe()
        lab.way = SHUFFLE  # it is measured; nothing trains
        await until_done(lab)
        assert "Measured 32 batches of carry with shuffle." in lab._status.value
        assert [len(rows) for rows in lab.rows.values()] == stopped
        lab.epochs = 2
        await until_done(lab)
        assert "Training is finished: 2 epochs" in lab._status.value
        lab.close()

    asyncio.run(main())


def test_labs_do_not_disturb_each_other():
    async def main():
        labs = [StateLab(epochs=2, seed=seed, way=DETACH) for seed in (0, 1)]
        for lab in labs:
            lab.buttons["Train"].click()
        await asyncio.sleep(0.05)
        for seed, lab in enumerate(labs):
            await until_done(lab)
            for way in WAYS:
                alone = carry_through(recall_task(4, seed), way, epochs=2, seed=seed)
                assert [row.loss for row in lab.rows[way]] == [row.loss for row in alone]
        labs[0].window = 8
        await until_done(labs[0])
        assert labs[0].costs[DETACH][0].graph_length == 8
        assert labs[1].costs[DETACH][0].graph_length == 4
        for lab in labs:
            lab.close()

    asyncio.run(main())


def test_a_closed_lab_says_so_and_nothing_of_it_goes_on():
    lab = StateLab(epochs=1)
    lab.close()
    for act in (lab.run, lab.snapshot, lambda: setattr(lab, "window", 2)):
        with pytest.raises(RuntimeError, match=r"this lab is closed.*make a new one"):
            act()

    async def main():
        lab = StateLab(epochs=200)
        lab.buttons["Train"].click()
        lab.way = SHUFFLE
        lab.close()  # before their turn has come
        await asyncio.sleep(0.1)
        assert lab._runner.steps is None
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_an_error_of_the_labs_own_is_shown(monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("no such luck")
        yield

    lab = StateLab()
    monkeypatch.setattr("rnnlab.microscope.carrying.carry_through", broken)
    with pytest.raises(RuntimeError, match="no such luck"):
        lab.run()
    assert "no such luck" in lab._message.value
    assert "no such luck" in lab._status.value
    monkeypatch.undo()
    lab.window = 3
    lab._runner.drain()
    assert lab._message.value == ""
    assert len(lab.costs[RESET]) == 32
    lab.close()


def shown_texts(picture):
    """Return all texts that a picture shows."""
    axes = picture.panel.axes
    ticks = [tick.label1 for axis in (axes.xaxis, axes.yaxis) for tick in axis._update_ticks()]
    texts = [*axes.texts, *ticks, axes._left_title, axes.xaxis.label]
    return [text for text in texts if text.get_text().strip() and text.get_visible()]


def check_texts(picture, case):
    """Hold that each text is whole and touches no other."""
    picture.figure.canvas.draw()
    page, renderer = picture.figure.bbox.padded(1), picture.figure.canvas.get_renderer()
    texts = shown_texts(picture)
    boxes = [text.get_window_extent(renderer) for text in texts]
    for k, (text, box) in enumerate(zip(texts, boxes, strict=True)):
        assert page.count_contains([box.min, box.max]) == 2, (case, text)
        before = zip(texts[:k], boxes[:k], strict=True)
        assert [other for other, its in before if its.overlaps(box)] == [], (case, text)
        assert text.get_fontsize() >= 8


@pytest.mark.parametrize(
    "window", [16, *(pytest.param(k, marks=pytest.mark.slow) for k in (1, 2, 3, 7, 12, 64))]
)
def test_no_text_of_a_picture_is_cut_off_or_touches_another(window):
    lab = StateLab(window=window, hidden_size=4, epochs=3)
    for width in (340, 560, 968):
        lab._access.width = width
        assert [p.figure.bbox.width for p in lab.pictures] == [w for w, _ in sizes(width)]
        for way in WAYS:
            lab.way = way
            lab._runner.drain()
            for picture in lab.pictures:
                check_texts(picture, (width, way))
        losses = lab.pictures[CURVES]
        for done in (1, 40, 70):  # what is drawn on the way through a run
            rows = {way: rows[:done] for way, rows in lab.rows.items()}
            losses.draw(losses.panel.update(rows, lab.epochs))
            check_texts(losses, (width, done))
    lab.close()


@pytest.mark.parametrize("hidden_size", [1, 128])
def test_no_text_touches_another_at_any_hidden_size(hidden_size):
    lab = StateLab(hidden_size=hidden_size, epochs=1)
    lab._runner.drain()
    for picture in lab.pictures:
        check_texts(picture, hidden_size)
    lab.close()
