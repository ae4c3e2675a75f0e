"""A closed lab: nothing holds it, and where a notebook's Out does it is small and says so."""

import asyncio
import contextlib
import gc
import io
import weakref

import pytest

import rnnlab
from rnnlab.widgets.base import ClosedLab
from tests.memory import in_use

WORDS = r"this lab is closed, by close\(\) or because its cell was run again: make a new one"
MOST = 0.04  # MB; of it 12 kB are what ipywidgets has of a box, and a history is the learner's
LABS = {
    "TrainingLab": lambda: rnnlab.TrainingLab("sine", epochs=3),
    "LoopStepper": lambda: rnnlab.LoopStepper(),
    "GradientLab": lambda: rnnlab.GradientLab(length=20),
    "StateLab": lambda: rnnlab.StateLab(epochs=1),
    "LandscapeLab": lambda: rnnlab.LandscapeLab("sine", epochs=2, seeds=1),
}


def used(name):
    """Return a lab that has been shown, has worked, and is closed."""
    lab = LABS[name]()
    lab._repr_mimebundle_()
    if hasattr(lab, "run"):
        lab.run()
    elif name == "LoopStepper":
        lab.next_batch()
    lab.describe()
    lab.close()
    return lab


@pytest.mark.parametrize("name", LABS)
def test_nothing_holds_a_closed_lab(name):
    async def main():
        lab = LABS[name]()
        lab._repr_mimebundle_()
        if hasattr(lab, "buttons"):
            next(iter(lab.buttons.values())).click()
        await asyncio.sleep(0.1)
        lab.close()
        found = weakref.ref(lab)
        del lab
        await asyncio.sleep(1.1)  # what was to be done later lets it go
        gc.collect()
        return found() is None

    assert asyncio.run(main())


@pytest.mark.parametrize("name", LABS)
def test_a_closed_lab_that_the_notebook_has_is_small(name, report):
    for _ in range(3):  # what is loaded or kept at its first use
        used(name)
    before = in_use()
    kept = [used(name) for _ in range(5)]
    each = (in_use() - before) / len(kept)
    report(f"a closed {name} that Out holds: {1000 * each:.0f} kB")
    assert each < MOST


@pytest.mark.parametrize("name", LABS)
def test_whatever_is_asked_of_a_closed_lab_says_that_it_is_closed(name):
    lab = used(name)
    lab.close()
    assert repr(lab) == f"<{name}: closed>"
    assert lab._settings() == LABS[name]()._settings()
    for ask in (lab.describe, lab.snapshot, lambda: lab.controls, lambda: lab._status):
        with pytest.raises(ClosedLab, match=WORDS):
            ask()
    assert not hasattr(lab, "buttons")


def test_what_a_lab_never_had_is_missing_as_usual():
    lab = rnnlab.GradientLab(length=10, hidden_size=4)
    with pytest.raises(AttributeError, match="'GradientLab' object has no attribute 'lenght'"):
        _ = lab.lenght
    lab.close()


@pytest.mark.parametrize("raises", [False, True])
@pytest.mark.parametrize("in_a_cell", [False, True])
def test_a_lab_that_is_closed_by_one_of_its_own_steps_ends_in_silence(in_a_cell, raises):
    """A page may close it on another thread, in the midst of a step."""
    problems, lab = [], None

    class Closing(rnnlab.SeriesTask):
        def validation_loss(self, model):
            lab.close()
            if raises:
                raise OSError("the file is gone")
            return super().validation_loss(model)

    async def main():
        nonlocal lab
        asyncio.get_running_loop().set_exception_handler(lambda _, found: problems.append(found))
        lab = rnnlab.TrainingLab(
            Closing(rnnlab.data.shipped.make_sine(length=200), "closing"), epochs=3, hidden_size=4
        )
        if in_a_cell:
            with pytest.raises(OSError, match="gone") if raises else contextlib.nullcontext():
                lab.run()
        else:
            lab.buttons["Train"].click()
        await asyncio.sleep(0.3)

    heard = io.StringIO()
    with contextlib.redirect_stderr(heard):
        asyncio.run(main())
        gc.collect()
    assert lab.closed
    assert not problems
    assert "Traceback" not in heard.getvalue()
