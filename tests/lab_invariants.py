"""What is true of a lab after any action, whatever was done to it, and more of one at rest."""

import base64
import contextlib
import logging
import re

import numpy as np

from rnnlab.widgets.base import Lab
from rnnlab.widgets.controls import NumberSlider, same

MOST_WRITTEN = 6000  # characters of the errors of a learner's own code, with their lines


class Complaints(logging.Handler):
    """What is logged while it listens: an exception in a callback of a widget, or in a task."""

    LOGGERS = ("", "traitlets", "asyncio")

    def __init__(self):
        super().__init__(logging.WARNING)
        self.heard = []
        for name in self.LOGGERS:
            logging.getLogger(name).addHandler(self)

    def emit(self, record):
        self.heard.append(self.format(record))

    def end(self):
        for name in self.LOGGERS:
            logging.getLogger(name).removeHandler(self)


def callbacks(lab):
    """Return how many functions the lab and its parts would call, and how many parts there are."""
    buttons = [*lab.buttons.values()] if hasattr(lab, "buttons") else []
    parts = [lab, lab._access, *lab.controls.values(), *buttons]
    observers = [
        len(found)
        for part in parts
        for of_a_name in part._trait_notifiers.values()
        for found in of_a_name.values()
    ]
    clicks = [len(button._click_handlers.callbacks) for button in buttons]
    return sum(observers), sum(clicks), len(lab._access._msg_callbacks.callbacks), len(lab.children)


def check_now(lab):
    """Assert what holds even while the lab is at work."""
    for name, control in lab.controls.items():
        value = getattr(lab, name)
        assert same(control.value, value), (name, control.value, value)
        if isinstance(control, NumberSlider):
            assert same(float(control._slider.value), float(value)), (name, value)
            written = f"{value:g}" if isinstance(value, float) else str(value)
            assert control._field.value == written, (name, value)
    written = lab._errors.outputs
    assert [output["name"] for output in written] in ([], ["stdout"], ["stderr"], WRITTEN_BOTH)
    printed = [output["text"] for output in written if output["name"] == "stdout"]
    assert all("Traceback" not in text and len(text) <= MOST_WRITTEN for text in printed)
    for picture in lab.pictures:
        assert bytes(picture.widget.value[:4]) in (b"", b"\x89PNG")
    assert len(re.findall("<div", lab._message.value)) <= 1


WRITTEN_BOTH = ["stdout", "stderr"]


def at_rest(lab, runners):
    """Return whether nothing of the lab changes by itself, and all that was set is acted on."""
    return not lab._changed and not any(runner.busy or runner._waiting for runner in runners)


def check_at_rest(lab):
    """Assert that words, buttons and sliders say what the lab has."""
    assert "role=" in lab._status.value
    assert [*lab._access.pictures] == [picture.panel.alt for picture in lab.pictures]
    assert all(lab._access.pictures)
    assert all(picture.widget.value for picture in lab.pictures)
    CHECKS.get(type(lab).__name__, lambda lab: None)(lab)


def check_training_lab(lab):
    viewer, run = lab._viewer, lab._training
    waits = lab._runner.steps is not None
    assert lab.buttons["Pause"].description == ("Resume" if waits else "Pause")
    assert lab.epoch == viewer.epoch == viewer.film._slider.value
    assert viewer.film._of.value == f"of {viewer.shown.settings['epochs']}"
    assert viewer.film._play.icon == "play"
    assert 0 <= viewer.epoch <= viewer.shown.epoch
    assert viewer.follows == (viewer.epoch == viewer.shown.epoch)
    strip = viewer.strip
    shown = [k for k, b in enumerate(strip._buttons) if "rnnlab-shown" in b._dom_classes]
    assert strip._runs == viewer._recorded
    assert [strip._runs[k] for k in shown] == [r for r in strip._runs if r is viewer.shown]
    numbers = [run.number for run in strip._runs]
    assert numbers == sorted(set(numbers))
    if run is not None and waits and lab._run_settings() == viewer.shown.settings:
        assert f"Run {run.number} is paused" in lab._status.value
    folded = lab._fold.layout.display == "none"
    assert lab.buttons["More settings"].description == ("More" if folded else "Fewer") + " settings"


def check_stepper(lab):
    assert lab.buttons["Run"].description == "Run"
    where = f"Epoch {lab.stepper.epoch}, batch {lab.stepper.index + 1}: "
    assert where in lab._status.value
    done = f"{lab.stepper.phase} is done" if lab.stepper.phase else "nothing has run"
    assert done in lab._status.value


def check_landscape(lab):
    spots = lab.landscape.spots
    assert lab.chosen in spots
    assert [*lab.learning_rates] == [*lab.landscape.learning_rates]
    assert [*lab.clip_norms] == [*lab.landscape.clip_norms]
    assert [*lab._below.children] == ([] if lab.opened is None else [lab.opened])
    assert lab._progress.value == round(100 * lab.landscape.epoch / lab.epochs)


CHECKS = {
    "TrainingLab": check_training_lab, "LoopStepper": check_stepper,
    "LandscapeLab": check_landscape,
}  # fmt: skip


def redraw(lab):
    """Draw all pictures anew from what the lab has."""
    kind = type(lab).__name__
    if kind == "TrainingLab":
        lab._viewer.draw()
    elif kind == "GradientLab":
        for cell in lab._gradients:
            lab._unrolled.clear()
            lab._draw(cell)
    else:
        if kind == "StateLab":
            lab._shown.clear()
        lab._show()


def check_kept(lab, published):
    """Assert that the notebook has been given what the lab shows now."""
    calls = [call.args for call in published.call_args_list]
    given = [data for data, name in calls if name == lab._kept.name]
    assert bool(given) == lab._kept._is_out
    if given:
        html = given[-1]["text/html"]
        for picture in lab.pictures:
            assert base64.b64encode(picture.widget.value).decode() in html
        assert lab._twin.value in html


def check_pictures(lab: Lab, may_raise=()):
    """Assert that the pictures show the present state: drawn anew, they are the same."""
    before = [(np.asarray(p.image(), dtype=int), p.crisp) for p in lab.pictures]
    twin, described = lab._twin.value, ""
    with contextlib.suppress(*may_raise):  # a learner's own task may fail whenever it is asked
        described = lab.describe()
        redraw(lab)
        for number, (picture, (image, crisp)) in enumerate(zip(lab.pictures, before, strict=True)):
            if crisp:
                picture.draw_crisp()
            again = np.asarray(picture.image(), dtype=int)
            assert again.shape == image.shape, (number, again.shape, image.shape)
            share = (np.abs(again - image).max(2) > 40).mean()
            assert share < 0.001, f"{share:.1%} of picture {number} is not of the present state"
        assert described == lab.describe()
        lab._show_twin()
        assert lab._twin.value == twin, (twin, lab._twin.value)
