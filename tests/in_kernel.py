"""What tests do in the kernel of a notebook, between two of its cells.

nbmake runs it as `post_cell_execute`. What is found is written into files beside the notebook.
"""

import asyncio
import base64
import contextlib
import io
import json
import os
import sys
import traceback
from pathlib import Path

import rnnlab
from rnnlab.base.say import language, say
from rnnlab.widgets.viewer.run_words import where
from tests import memory


async def lab(shell, file, diverges=False):
    """Let the lab that the cell has shown work, and write down what it shows and says.

    `diverges` says that the lesson lets its run break.
    """
    shown = shell.user_ns["Out"]
    lab = shown[max(shown)]
    kind = type(lab).__name__
    if kind == "LoopStepper":
        lab.next_batch()
    elif diverges:
        with contextlib.suppress(rnnlab.TrainingDiverged):
            lab.run()
        said = "training cannot go on from here" if language() == "en" else "训练无法从这里继续"
        assert said in lab._message.value
    elif kind != "GradientLab":
        lab.run()
    await _at_rest(lab)
    image = lab.snapshot()
    found = {"model": lab.model_id, "kind": kind, "words": lab.describe(), "width": image.width,
             "settings": lab._settings(), "png": base64.b64encode(image.data).decode()}  # fmt: skip
    with Path(file).open("a") as lines:
        print(json.dumps(found, default=repr), file=lines)  # a task may be an object
    if diverges:
        return
    if kind == "TrainingLab":
        await _see_it_again(lab)
    elif kind == "LoopStepper":
        lab.next_epoch()
    elif kind == "GradientLab":
        lab.scale = 2.0
    await _at_rest(lab)
    if kind == "LoopStepper":
        assert len(lab.stepper.history.epochs) == 1
    if kind == "TrainingLab":
        assert len(lab.history.epochs) == lab.epochs
        place, outcome = where(lab._viewer.shown), say("finished")
        ended = say("Run {run}, {outcome}: {where}.", run=1, outcome=outcome, where=place)
        assert ended in lab._status.value
        assert str(lab.epochs) in place
    assert lab._message.value == ""
    assert lab.describe()
    assert all(len(picture.widget.value) > 1000 for picture in lab.pictures)


async def _see_it_again(lab):
    """Look at the first epoch of a finished run, play it, and be at its end again."""
    finished = say("Run {run} is finished: {where}.", run=1, where="|")
    assert finished.partition("|")[0] in lab._status.value
    history, last = lab.history, lab.pictures[0].widget.value
    lab.epoch = 0
    await _at_rest(lab)
    assert say("You are looking at epoch {epoch}.", epoch=0) in lab._status.value
    assert lab.pictures[0].widget.value != last
    lab._viewer.film._play.click()
    await _at_rest(lab)
    assert lab.epoch == lab.epochs
    assert lab.history is history


async def _at_rest(lab):
    await asyncio.sleep(0.05)  # what was called on the loop has begun
    async with asyncio.timeout(120):
        while lab._busy or lab._runner.steps is not None:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.05)


def answers(shell, before, cases, file):
    """Try answers to an exercise in a copy of this process, and write down what each is told.

    Args:
        shell: IPython's.
        before: code that is run first.
        cases: pairs of code, an answer and the call that checks it.
        file: for a list of (passed, text), or a traceback.
    """
    child = os.fork()
    if child == 0:
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(sys.stdout):
                shell.run_cell(before).raise_error()
                said = [_told(shell, *case) for case in cases]
        except BaseException:
            said = traceback.format_exc()
        Path(file).write_text(json.dumps(said))
        os._exit(0)
    os.waitpid(child, 0)


def _told(shell, answer, check):
    from rnnlab.course import exercises

    exercises._tries.clear()
    for code in (answer, f"_feedback = {check}"):
        shell.run_cell(code).raise_error()
    feedback = shell.user_ns["_feedback"]
    return feedback.passed, feedback.text


_of_claims = {}  # names that earlier claims have given


def claims(shell, claims):
    """Assert what the prose relies on, in a copy of the learner's names."""
    names = {**_of_claims, **shell.user_ns}
    for claim in claims:
        try:
            exec(claim, names)
        except AssertionError:
            raise AssertionError(claim) from None
    _of_claims.update(names)


def peak(file):
    """Write down how much memory the kernel has taken at most, in MB."""
    Path(file).write_text(str(memory.peak()))
