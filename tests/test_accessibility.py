"""What a screen reader is told, contrast by WCAG's formula, and nothing by colour alone."""

import re

import pytest
from matplotlib.colors import to_rgb

import rnnlab
from rnnlab.pictures import plots
from rnnlab.pictures.task_panels import make_panel
from rnnlab.tasks.catalogue import load_task
from rnnlab.widgets.access import STYLE

LABS = (
    rnnlab.TrainingLab, rnnlab.LoopStepper, rnnlab.GradientLab, rnnlab.StateLab,
    rnnlab.LandscapeLab,
)  # fmt: skip


# ---- contrast ---------------------------------------------------------------------------


def luminance(color):
    """Return the relative luminance of WCAG 2.2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def in_the_dark(color):
    """Return what the page's filter makes of a color: invert, then turn the hue by 180 degrees."""
    (amount,) = map(float, re.findall(r"filter: invert\((.+?)\) hue-rotate\(180deg\)", STYLE))
    inverted = [c * (1 - 2 * amount) + amount for c in color]
    weights = (0.213, 0.715, 0.072)  # of the Filter Effects specification
    gray = sum(weight * c for weight, c in zip(weights, inverted, strict=True))
    return [min(1, max(0, 2 * gray - c)) for c in inverted]


def on_white(color, alpha):
    return [alpha * c + 1 - alpha for c in to_rgb(color)]


def test_the_formula_gives_the_known_values():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast(to_rgb("#767676"), (1, 1, 1)) == pytest.approx(4.54, abs=0.005)  # WebAIM's
    assert [round(255 * c) for c in in_the_dark((1, 1, 1))] == [0x11] * 3


@pytest.mark.parametrize("theme", [list, in_the_dark])
def test_text_and_lines_of_the_pictures_stand_out(theme):
    page = theme((1.0, 1.0, 1.0))
    for name in ("BLUE", "ORANGE", "INK", "MUTED", "RED"):
        assert contrast(theme(to_rgb(getattr(plots, name))), page) >= 4.5, name
    assert contrast(theme(to_rgb(plots.PALE)), page) >= 3
    _, panel = make_panel(load_task("names"))
    bar = theme(on_white(plots.BLUE, panel.bars.get_alpha()))
    for name in ("INK", "MUTED"):  # letters and percents stand on bars
        assert contrast(theme(to_rgb(getattr(plots, name))), bar) >= 4.5, name


# ---- names and words --------------------------------------------------------------------


@pytest.mark.parametrize("kind", LABS)
def test_the_lab_and_every_control_and_picture_has_a_name(kind):
    lab = kind()
    assert lab.children[0] is lab._access
    assert lab._access.label.replace(" ", "").lower().startswith(kind.__name__.lower())
    assert all(control.description for control in lab.controls.values())
    assert len({*lab._access.pictures}) == len(lab.pictures)
    assert all(lab._access.pictures)
    lab.close()


def test_the_words_of_a_picture_follow_the_task():
    lab = rnnlab.TrainingLab(epochs=1)
    for task, words in (
        ("co2", "CO2"), ("names", "letters"), ("reber", "symbols"), ("recall", "held-out sequence"),
        ("adding", "Scatter"),
    ):  # fmt: skip
        lab.task = task
        lab.run()
        assert words in lab._access.pictures[0]
    lab.close()


def listen(lab):
    said = []
    lab._access.say = said.append
    return said


def test_a_run_is_said_at_its_begin_and_end_and_not_between():
    lab = rnnlab.TrainingLab(epochs=20)
    said, written = listen(lab), []
    lab._status.observe(lambda change: written.append(change["new"]), "value")
    lab._pace.fraction = lab._pace.fastest = 1e-9  # each slice is shown
    lab._pace.due = lambda: True
    lab._start()
    for _ in range(5):
        lab._runner._take(0)
    lab._on_pause()
    lab._on_pause()
    lab._runner._take(0)
    lab._on_stop()
    assert len(written) == 10
    seen = "years that it has never seen"
    parts = ["Run 1 begins", "paused", seen, "epoch 1", "was stopped", seen]
    assert len(said) == len(parts)
    assert [part for words, part in zip(said, parts, strict=True) if part not in words] == []
    del said[:]
    lab._start()
    lab._runner.drain()
    parts = ["Run 2 begins, with these settings.", "Run 2 is finished", "Sunspots: the network is"]
    assert [words[: len(part)] for words, part in zip(said, parts, strict=True)] == parts
    assert "\nLoss: train" in said[-1]
    lab.close()


@pytest.mark.parametrize("kind", LABS)
def test_less_motion_means_at_most_a_picture_a_second(kind):
    lab = kind()
    usual = lab._pace.fastest
    lab._access.less_motion = True  # as the page does
    assert lab._pace.fastest == 1
    with lab._pace.drawing():
        pass
    assert not lab._pace.due()
    lab._access.less_motion = False
    assert lab._pace.fastest == usual < 0.2
    lab.close()


def test_phases_taken_one_by_one_are_said_and_those_of_a_run_are_not():
    lab = rnnlab.LoopStepper()
    said = listen(lab)
    lab.next_phase()
    assert said == ["Epoch 1, batch 1: batch is done, zero_grad comes next.", lab.describe()]
    lab._on_run()
    for _ in range(3):
        lab._runner._take(0)
    assert len(said) == 3
    lab._on_run()
    assert said[3:] == [said[3], lab.describe()]
    assert said[3].startswith("Epoch 1, batch 1: loss is done")
    lab.close()


def test_an_error_is_an_alert_and_said_at_the_end_of_the_run():
    lab = rnnlab.TrainingLab(epochs=2, learning_rate=1e20, clip=False)
    said = listen(lab)
    with pytest.raises(rnnlab.TrainingDiverged):
        lab.run()
    assert '<div role="alert"' in lab._message.value
    ended, twin = said  # the message is an alert: no voice repeats it
    assert ended == "Run 1 ended at epoch 1 of 2, 1 step."
    assert twin.startswith("Sunspots: the network is")
    lab.close()
