"""LandscapeLab without a browser: its numbers, its map, its words, its keys, its training lab."""

import asyncio
import gc
import html
import itertools
import math
import re

import numpy as np
import pytest
import traitlets
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import rnnlab
from rnnlab import LandscapeLab
from rnnlab.pictures.landscape import (
    FULLEST,
    landscape_words,
    shades,
    spot_words,
    written,
)
from rnnlab.pictures.plots import BLUE, INK
from rnnlab.runs.stacks.landscape import Landscape
from tests.test_accessibility import contrast, in_the_dark

SMALL = {"hidden_size": 8, "epochs": 2, "learning_rates": [0.03, 0.3, 1e6],
         "clip_norms": [0.1, None], "seeds": 2}  # fmt: skip


def small(**changed):
    return LandscapeLab(**{**SMALL, **changed})


def key(lab, name):
    lab._access._handle_custom_msg({"key": name}, [])


def made_up(losses, seeds, task=None):
    """Return a landscape with these losses, (bounds, rates) of a list by seed; None: diverged."""
    rates, bounds = range(1, len(losses[0]) + 1), [*range(1, len(losses)), None]
    landscape = Landscape(task, rates, bounds, seeds, epochs=1)
    step = rnnlab.Step(1, 0, 1.0, 1.0, False, 1.0)
    for spot, values in zip(landscape.spots.values(), itertools.chain(*losses), strict=True):
        for k, value in enumerate(values):
            spot.diverged[k] = value is None
            spot.histories[k].add(step._replace(validation_loss=value or math.inf))
    return landscape


# ---- the numbers -------------------------------------------------------------------------


def test_the_losses_are_those_of_a_sweep_with_the_same_settings():
    lab = small()
    spots = lab.run().spots
    table = rnnlab.sweep(
        "sunspots", {"learning_rate": [0.03, 0.3, 1e6], "clip_norm": [0.1, None], "epochs": 2,
                     "hidden_size": 8, "optimizer": "sgd"}, repeats=2, progress=False,
    )  # fmt: skip
    assert len(table.rows) == 12
    for row in table.rows:
        spot = spots[row["learning_rate"], row["clip_norm"]]
        history = spot.histories[row["seed"]]
        assert spot.diverged[row["seed"]] == (row["outcome"] == "diverged")
        if row["outcome"] == "finished":
            assert history.validation_loss[-1] == pytest.approx(row["validation_loss"], rel=1e-6)
            assert history.train_loss[-1] == pytest.approx(row["train_loss"], rel=1e-6)
    assert spots[1e6, None].gone == 2
    lab.close()


@pytest.mark.parametrize("task", ["recall", "names"])
def test_a_cell_is_the_median_of_runs_alone(task):
    lab = LandscapeLab(
        task, cell="gru", hidden_size=4, epochs=1, seeds=2, learning_rates=[0.1],
        clip_norms=[0.5], optimizer="adam",
    )  # fmt: skip
    (spot,) = lab.run().spots.values()
    alone = []
    for seed in range(2):
        run = rnnlab.TrainingLab(
            task, cell="gru", hidden_size=4, epochs=1, learning_rate=0.1, clip_norm=0.5, seed=seed
        )
        alone.append(run.run().validation_loss[-1])
        run.close()
    assert spot.losses == pytest.approx(alone, rel=1e-4)
    assert spot.median == pytest.approx(sum(alone) / 2, rel=1e-4)
    lab.close()


def test_all_cells_have_a_loss_after_an_epoch_and_corners_and_centre_come_first():
    landscape = Landscape(
        rnnlab.load_task("sunspots"), [0.01, 0.03, 0.1, 0.3, 1.0], [0.01, 0.1, 1.0, 10.0, None], 3,
        cell="rnn", hidden_size=4, epochs=2, optimizer="sgd",
    )  # fmt: skip
    spots, first = landscape.spots, None
    for _ in landscape.train():
        there = {place for place, spot in spots.items() if len(spot.losses) == 3}
        first = first or there
        if len(there) == len(spots):
            break
    assert first == {(0.01, 0.01), (1.0, 0.01), (0.1, 1.0), (0.01, None), (1.0, None)}
    assert {len(h.epochs) for spot in spots.values() for h in spot.histories} == {1}


# ---- the map -----------------------------------------------------------------------------


def test_the_map_shows_medians_marks_the_lowest_and_hatches_what_diverged():
    lab = small()
    landscape = lab.run()
    panel = lab.pictures[0].panel
    spots = [*landscape.spots.values()]
    assert [s.place for s in spots] == [
        (r, b) for b in SMALL["clip_norms"] for r in SMALL["learning_rates"]
    ]
    best = landscape.best()
    assert best.median == min(s.median for s in spots if not s.gone)
    for spot, text, hatch in zip(spots, panel.texts, panel.hatches, strict=True):
        shown = "diverged" if spot.median is None else written(spot.median)
        assert text.get_text().splitlines()[0] == shown
        assert hatch.get_visible() == (spot.gone > 0)
        assert ("lowest" in text.get_text()) == (spot is best)
    assert [spot.place for spot in spots if spot.gone] == [(1e6, None)]
    assert "diverged" in panel.key.get_text()
    drawn = np.asarray(panel.image.get_array()).reshape(6, 3)
    np.testing.assert_allclose(drawn, shades([spot.median for spot in spots]))
    assert [t.get_text() for t in panel.axes.get_yticklabels()] == ["0.1", "none"]
    lab.close()


def test_a_cell_with_some_runs_diverged_says_so_and_is_not_the_best_if_another_is_whole():
    landscape = made_up([[[0.2, None], [0.5, 0.7]]], 2)
    one, two = landscape.spots.values()
    assert (one.median, one.gone, two.median) == (0.2, 1, 0.6)
    assert landscape.best() is two
    lab = LandscapeLab(learning_rates=[1, 2], clip_norms=[None], seeds=2)
    lab.landscape = landscape
    lab._show()
    panel = lab.pictures[0].panel
    assert [t.get_text() for t in panel.texts] == ["0.200\n1 of 2 diverged", "0.600\nlowest"]
    assert [hatch.get_visible() for hatch in panel.hatches] == [True, False]
    lab.close()


def test_darker_is_lower_by_the_logarithm_and_ink_stands_out_on_every_shade():
    white, low, middle, high, far = shades([None, 0.1, 0.1 * 10**0.5, 1.0, 1e30])
    assert white.tolist() == high.tolist() == far.tolist() == [1, 1, 1]
    np.testing.assert_allclose(1 - low, FULLEST * (1 - np.array(to_rgb(BLUE))))
    np.testing.assert_allclose(1 - middle, (1 - low) / 2)
    for theme in (list, in_the_dark):
        for share in np.linspace(0, 1, 21):
            ground = theme(1 - share * (1 - low))
            assert contrast(theme(to_rgb(INK)), ground) >= 4.5, (theme, share)


@pytest.mark.parametrize(
    ("loss", "shown"),
    [(0.4, "0.400"), (12.34, "12.3"), (206.2, "206"), (999.7, "1,000"), (15493.8, "15,494"),
     (3.2e7, "10⁷")],
)  # fmt: skip
def test_a_loss_has_three_digits_or_is_a_power_of_ten(loss, shown):
    assert written(loss) == shown


def test_the_curves_are_the_histories_of_the_chosen_cell_and_its_middle_seed_is_labelled():
    lab = small(seeds=3)
    spots = lab.run().spots
    lab.choose(0.3, None)
    panel, spot = lab.pictures[1].panel, spots[0.3, None]
    for line, name in ((panel.train, "train_loss"), (panel.held_out, "validation_loss")):
        x, y = line.get_data()
        gaps = np.isnan(y)
        assert gaps.sum() == 2
        drawn = sorted(part.tolist() for part in np.array(y)[~gaps].reshape(3, 2))
        assert drawn == sorted(getattr(history, name) for history in spot.histories)
        assert np.array(x)[~gaps].tolist() == [1, 2] * 3
    assert panel.held_out.get_ydata()[-1] == spot.median
    assert panel.whose.get_text() == "learning rate 0.3, no clipping"
    assert lab._access.pictures[1].endswith("chosen cell: learning rate 0.3, no clipping.")
    lab.choose(1e6, None)
    assert panel.whose.get_text() == "learning rate 1e+06, no clipping, 3 of 3 diverged"
    lab.close()


# ---- the words ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([[[0.3, 0.5, 0.4], [0.8, 0.9, 0.45]], [[1, 2, 3], [None, None, None]]],
         "Lowest loss: learning rate 1, clipping bound 1. Held out it is 0.400, the median of 3 "
         "seeds, which range from 0.300 to 0.500. The ranges of 1 of its 3 neighbours overlap with "
         "it (2 with 1): which of them is best, 3 seeds do not tell. 3 of 12 runs diverged "
         "(learning rate 2, no clipping: 3 of 3)."),
        ([[[0.3, 0.5], [0.6, 0.7], [0.5, 0.9]]],
         "Lowest loss: learning rate 1, no clipping. Held out it is 0.400, the median of 2 seeds, "
         "which range from 0.300 to 0.500. No neighbour's range overlaps with it: all seeds say "
         "that it is better. None of 6 runs diverged."),
        ([[[0.3], [0.6]]],
         "Lowest loss: learning rate 1, no clipping, with 0.300 held out. From one seed nobody "
         "knows how much is chance: take more seeds. None of 2 runs diverged."),
        ([[[0.3, 0.5], [0.45, 0.6], [0.5, 0.9]]],
         "Lowest loss: learning rate 1, no clipping. Held out it is 0.400, the median of 2 seeds, "
         "which range from 0.300 to 0.500. The ranges of 1 of its 1 neighbours overlap with it "
         "(2 with none), and so do those of 1 cells further away: which of them is best, 2 seeds "
         "do not tell. None of 6 runs diverged."),
        ([[[None], [None]]], "2 of 2 runs diverged (learning rate 1, no clipping: 1 of 1; "
         "learning rate 2, no clipping: 1 of 1)."),
    ],
)  # fmt: skip
def test_the_words_say_where_the_loss_is_lowest_and_how_sure_that_is(losses, words):
    landscape = made_up(losses, len(losses[0][0]))
    assert landscape_words(landscape) == words


def test_a_cell_is_told_in_words():
    landscape = made_up([[[0.5, 0.3, None], [None] * 3]], 3)
    one, two = map(spot_words, landscape.spots.values())
    assert one == ("learning rate 1, no clipping: held out 0.400, the median of 0.300 and 0.500; 1 "
                   "of 3 runs diverged.")  # fmt: skip
    assert two == "learning rate 2, no clipping: 3 of 3 runs diverged."


def test_the_text_twin_has_the_sentences_and_the_map_as_a_table():
    lab = small()
    assert "<td>–</td>" in lab._table.value  # noqa: RUF001
    landscape = lab.run()
    assert landscape_words(landscape) in html.unescape(lab._twin.value)
    assert lab._spoken["twin"].startswith(landscape_words(landscape))
    twin = lab._table.value
    rows = re.findall(r'<th scope="row">(.+?)</th>((?:<td>.*?</td>)+)', twin)
    assert [bound for bound, _ in rows] == ["0.1", "none"]
    cells = [cell for _, row in rows for cell in re.findall("<td>(.*?)</td>", row)]
    expected = [written(s.median) for s in landscape.spots.values() if not s.gone]
    assert cells == [*expected, "2 of 2 diverged"]
    assert '<th scope="col">0.03</th>' in twin
    assert lab.describe().splitlines()[-1].endswith("1e+06: 2 of 2 diverged.")
    lab.close()


# ---- choosing ----------------------------------------------------------------------------


def test_a_click_chooses_the_cell_under_it():
    lab = small()
    picture = lab.pictures[0]
    width, height = picture.figure.get_size_inches() * 100
    for k, place in enumerate(lab.landscape.spots):
        y, x = divmod(k, 3)
        for inside in (-0.4, 0.4):
            right, up = picture.panel.axes.transData.transform((x + inside, y + inside))
            at = {"picture": 0, "x": right / width, "y": 1 - up / height}
            lab._access._handle_custom_msg(at, [])
            assert lab.chosen == place
            assert picture.panel.frame.get_visible()
            assert picture.panel.frame.get_center() == pytest.approx((x, y))
            assert spot_words(lab.landscape.spots[place]) in html.unescape(lab._twin.value)
    for outside in ({"x": 0.01, "y": 0.5}, {"x": 0.5, "y": 0.99}, {"picture": 1, "x": 0.5}):
        lab._access._handle_custom_msg({"picture": 0, "y": 0.5, **outside}, [])
        assert lab.chosen == place
    lab.close()


def test_arrow_keys_move_and_enter_chooses():
    lab = small()
    lab.choose(0.03, 0.1)
    said = []
    lab._access.say = said.append
    cursor = lab.pictures[0].panel.cursor
    for name, at in (
        ("ArrowLeft", (0, 0)), ("ArrowRight", (1, 0)), ("ArrowRight", (2, 0)),
        ("ArrowRight", (2, 0)), ("ArrowDown", (2, 1)), ("ArrowDown", (2, 1)), ("ArrowLeft", (1, 1)),
    ):  # fmt: skip
        key(lab, name)
        assert cursor.get_visible()
        assert cursor.get_center() == pytest.approx(at)
        assert lab.chosen == (0.03, 0.1)
    assert said[-1] == "learning rate 0.3, no clipping: not trained yet."
    key(lab, "Enter")
    assert lab.chosen == (0.3, None)
    assert "learning rate 0.3, no clipping" in lab._twin.value
    key(lab, "ArrowUp")
    key(lab, "Enter")
    assert lab.chosen == (0.3, 0.1)
    lab.close()


def test_until_one_is_chosen_the_curves_are_those_of_the_lowest():
    lab = small()
    landscape = lab.run()
    assert lab.chosen == landscape.best().place
    lab.choose(0.03, 0.1)
    lab.run()
    assert lab.chosen == (0.03, 0.1)
    lab.learning_rates = [0.1, 0.2]
    lab.run()
    assert lab.chosen == lab.landscape.best().place
    with pytest.raises(ValueError, match=r"no cell \(0\.03, 0\.1\); its learning rates are"):
        lab.choose(0.03, 0.1)
    lab.close()


# ---- a training lab ----------------------------------------------------------------------


def test_a_training_lab_goes_on_with_the_settings_of_the_cell():
    lab = small(learning_rates=[0.03, 0.3])
    spots = lab.run().spots
    lab.choose(0.3, None)
    lab.buttons["Open in a training lab"].click()
    first = lab.opened
    assert first in lab._below.children
    assert (first.clip, first.learning_rate, first.optimizer) == (False, 0.3, "sgd")
    lab.choose(0.03, 0.1)
    second = lab.open_chosen()
    assert first.closed
    assert lab._below.children == (second,)
    assert "learning rate 0.03, clipping bound 0.1" in lab._heading.value
    assert (second.clip, second.clip_norm, second.epochs, second.hidden_size) == (True, 0.1, 2, 8)
    history = second.run()
    own = spots[0.03, 0.1].histories[0]
    assert own.validation_loss == pytest.approx(history.validation_loss, rel=1e-5)
    lab.close()
    assert second.closed


# ---- the run -----------------------------------------------------------------------------


def test_it_trains_beside_the_cells_shows_colours_early_and_answers_meanwhile():
    async def main():
        lab = LandscapeLab(hidden_size=8, epochs=100, seeds=2)
        panel = lab.pictures[0].panel
        assert "Press Train" in lab._status.value
        lab.buttons["Train"].click()
        while not any(text.get_text() for text in panel.texts):
            await asyncio.sleep(0.005)
        assert lab._runner.busy
        lab.choose(0.3, 10.0)
        assert panel.frame.get_center() == pytest.approx((3, 3))
        while lab.landscape.epoch < 2:
            await asyncio.sleep(0.005)
        lab.buttons["Stop"].click()
        while lab._runner.busy:
            await asyncio.sleep(0.005)
        assert f"Stopped after epoch {lab.landscape.epoch} of 100" in lab._status.value
        stopped = lab.landscape
        lab.epochs = 1  # a changed setting begins anew
        while not lab._runner.busy:
            await asyncio.sleep(0.005)
        while lab._runner.busy:
            await asyncio.sleep(0.005)
        assert "Training is finished: 50 runs of 1 epochs" in lab._status.value
        assert lab.landscape is not stopped
        assert lab.chosen == (0.3, 10.0)
        assert lab._progress.value == 100
        lab.buttons["Train"].click()
        await asyncio.sleep(0.01)
        lab.close()

    asyncio.run(main())


def test_the_same_settings_give_the_same_map():
    lab = small()
    first = [spot.losses for spot in lab.run().spots.values()]
    assert [spot.losses for spot in lab.run().spots.values()] == first
    lab.close()


def test_the_pictures_fit_the_page_and_other_axes_make_another_map():
    lab = small()
    lab.run()
    for width, widths in ((1000, [580, 416]), (700, [700, 700])):
        lab._access.width = width
        shown = [round(picture.figure.get_figwidth() * 100) for picture in lab.pictures]
        assert shown == widths
    lab.clip_norms = [0.5]
    lab.run()
    assert len(lab.pictures[0].panel.texts) == 3
    assert round(lab.pictures[0].figure.get_figwidth() * 100) == 700
    lab.learning_rates = [k / 100 for k in range(1, 13)]
    lab.run()
    texts = [text.get_text() for text in lab.pictures[0].panel.texts]
    assert len(texts) == 12
    assert all(texts)
    lab.close()


def test_nothing_is_left_of_a_lab_and_its_training_lab():
    gc.collect()
    before = sum(issubclass(type(thing), Figure) for thing in gc.get_objects())
    lab = small()
    lab.run()
    lab.open_chosen()
    lab.close()
    lab.close()
    del lab
    gc.collect()
    assert sum(issubclass(type(thing), Figure) for thing in gc.get_objects()) == before


# ---- what cannot work --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("learning_rates", [], "expected a list of 1 to 12 numbers"),
        ("learning_rates", 0.1, "expected a list of 1 to 12 numbers"),
        ("learning_rates", [0.1, None], "a value of learning_rates is None"),
        ("learning_rates", [0.1, -1], "a value of learning_rates is -1"),
        ("learning_rates", [0.1, 0.1], "expected each value once"),
        ("clip_norms", [*range(1, 14)], "expected a list of 1 to 12 numbers"),
        ("clip_norms", ["none"], "a value of clip_norms is 'none'"),
        ("clip_norms", [None, None], "expected each value once"),
        ("seeds", 0, "seeds is 0"),
        ("seeds", 11, "a landscape takes at most 10"),
        ("hidden_size", 200, "a landscape takes at most 128"),
        ("cell", "lstm", "cell is 'lstm'; the known cells of a landscape are rnn, gru"),
        ("task", "reber", "sequences differ in length"),
        ("optimizer", "lbfgs", "optimizer is 'lbfgs'"),
        ("epochs", 2.5, "epochs is 2.5"),
    ],
)
def test_what_cannot_work_is_refused_and_the_value_before_stays(name, value, words):
    lab = small()
    before = getattr(lab, name)
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        setattr(lab, name, value)
    assert getattr(lab, name) is before
    lab.close()
    with pytest.raises(ValueError, match=re.escape(words)):
        LandscapeLab(**{name: value})


def test_an_unknown_setting_and_a_closed_lab_are_refused():
    with pytest.raises(TypeError, match=r"unknown settings \['rate'\]"):
        LandscapeLab(rate=1)
    lab = small()
    lab.close()
    for act in (lab.run, lab.open_chosen, lambda: lab.choose(0.03, 0.1)):
        with pytest.raises(RuntimeError, match="closed"):
            act()
