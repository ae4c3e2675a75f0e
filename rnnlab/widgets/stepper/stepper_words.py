"""The stepper's own words: names of mistakes, how fast it goes, and where it stands."""

from rnnlab.base.say import say, translated
from rnnlab.microscope.stepping import PhaseStepper

FAULT_NAMES = {
    "nothing": "nothing",
    "missing-zero-grad": "leave out zero_grad",
    "zero-grad-after-backward": "zero_grad after backward",
    "state-not-detached": "carry the state, no detach",
    "clip-before-backward": "clip before backward",
    "missing-step": "leave out the step",
}
STANDS = {  # by whether a phase has run, and whether the one that follows has failed
    (True, False): "Epoch {epoch}, batch {batch}: {phase} is done, {following} comes next.",
    (True, True): (
        "Epoch {epoch}, batch {batch}: {phase} is done, {following} has raised an error. Back "
        "leads out of it."
    ),
    (False, False): "Epoch {epoch}, batch {batch}: nothing has run, {following} comes next.",
    (False, True): (
        "Epoch {epoch}, batch {batch}: nothing has run, {following} has raised an error. Back "
        "leads out of it."
    ),
}


def fault_words(fault: str) -> str:
    """Return what a mistake is called."""
    return translated(FAULT_NAMES[fault])


def pace_words(speed: float) -> str:
    """Return in words how many phases a second a run takes."""
    return say("{speed:g} phase/s" if speed == 1 else "{speed:g} phases/s", speed=speed)


def where_words(stepper: PhaseStepper, failed: bool) -> str:
    """Return which phase is done, and which comes next or has failed."""
    return say(
        STANDS[stepper.phase is not None, failed], epoch=stepper.epoch, batch=stepper.index + 1,
        phase=stepper.phase, following=stepper.following,
    )  # fmt: skip
