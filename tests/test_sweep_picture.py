"""The picture of a sweep: each cell's colour and words against the table's own rows."""

import statistics

import numpy as np
import pytest

from rnnlab import Sweep
from rnnlab.pictures.heat_map import heat_map, luminance
from rnnlab.runs.sweeps.trial import RESULTS, SETTINGS


def row(rate, bound, seed, loss, outcome="finished"):
    settings = {"task": "sine", **SETTINGS, "learning_rate": rate, "clip_norm": bound, "seed": seed}
    results = {"outcome": outcome, "validation_loss": loss}
    return {**settings, **dict.fromkeys(RESULTS), **results}


ROWS = [
    row(0.1, None, 0, 3.0), row(0.1, None, 1, 1.0), row(0.1, None, 2, 2.0),
    row(1.0, None, 0, None, "diverged"), row(1.0, None, 1, 8.0), row(1.0, None, 2, 10.0),
    row(0.1, 1.0, 0, 0.3), row(0.1, 1.0, 1, 0.1), row(0.1, 1.0, 2, 0.2),
    row(1.0, 1.0, 0, None, "diverged"), row(1.0, 1.0, 1, None, "failed"),
]  # fmt: skip


def cells(picture):
    """Return the text in each cell, its colour and the ground it stands on, by column and row."""
    (axes,) = picture.figure.axes
    image = axes.images[0].make_image(axes.figure.canvas.get_renderer(), unsampled=True)[0] / 255
    found = {}
    for text in axes.texts:
        x, y = map(int, text.get_position())
        found[x, y] = text.get_text(), text.get_color(), image[y, x]
    return found


def test_cells_say_the_median_and_what_is_lost():
    found = cells(heat_map(Sweep(ROWS), "learning_rate", "clip_norm"))
    texts = {place: text for place, (text, _, _) in found.items()}
    assert texts == {
        (0, 0): "2",
        (1, 0): "9\n1 of 3 diverged",
        (0, 1): "0.2",
        (1, 1): "diverged or failed",
    }
    assert statistics.median([3.0, 1.0, 2.0]) == 2.0


def test_a_higher_loss_is_darker_and_every_text_can_be_read():
    losses = [10.0**power for power in range(-4, 5)]
    rows = [row(rate, None, 0, loss) for rate, loss in enumerate(losses, start=1)]
    found = cells(heat_map(Sweep(rows), "learning_rate", "clip_norm"))
    light = [luminance(found[x, 0][2]) for x in range(len(losses))]
    assert light == sorted(light, reverse=True)
    for _, color, ground in found.values():
        text = {"white": 1.0, "black": 0.0}[color]
        high, low = sorted((text, luminance(ground)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_the_words_say_the_same():
    assert heat_map(Sweep(ROWS), "learning_rate", "clip_norm").words == (
        "Lowest median loss 0.2 at learning rate 0.1 and clip norm 1, highest 9 at learning rate 1 "
        "and clip norm none. 1 of 3 diverged at learning rate 1 and clip norm none; "
        "2 of 2 diverged or failed at learning rate 1 and clip norm 1."
    )


def test_a_sweep_in_which_all_runs_end_badly_or_at_zero_is_drawn():
    bad = [row(1.0, bound, 0, None, "diverged") for bound in (None, 1.0)]
    picture = heat_map(Sweep(bad), "learning_rate", "clip_norm")
    assert [text.get_text() for text in picture.figure.axes[0].texts] == ["diverged", "diverged"]
    heat_map(Sweep([row(1.0, None, 0, 0.0)]), "learning_rate", "clip_norm").figure.canvas.draw()
    assert np.isfinite(luminance((1, 1, 1)))


@pytest.mark.parametrize(
    ("rows", "names", "message"),
    [
        ([], ("cell", "seed"), "the sweep has no runs; there is nothing to draw"),
        (ROWS, ("cell", "cell"), "across and down are both 'cell'; expected two settings"),
        (
            ROWS, ("rate", "seed"),
            "column is 'rate'; the known columns are " + ", ".join(ROWS[0]),
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(rows, names, message):
    with pytest.raises(ValueError) as raised:
        heat_map(Sweep(rows), *names)
    assert str(raised.value) == message
