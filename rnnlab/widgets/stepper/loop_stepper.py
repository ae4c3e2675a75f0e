"""LoopStepper: walk one real batch through the training loop, phase by phase, and back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import ipywidgets as w
from torch import nn
from torch.optim import Optimizer

from rnnlab.base.checks import check_known, check_positive
from rnnlab.base.say import joined, say, translated
from rnnlab.doctor.judge import first_sentence, rule_of_error
from rnnlab.loop.losses import LossFunction
from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.microscope.words import failed_words, phase_words
from rnnlab.runs.threads import fitting_threads, on_threads
from rnnlab.tasks.catalogue import Task
from rnnlab.tasks.recipe import prepare
from rnnlab.widgets.base import Setting
from rnnlab.widgets.controls import (
    NumberSlider,
    as_task,
    check_setting,
    compact,
    make_controls,
    row,
)
from rnnlab.widgets.doctoring import ASK, ExaminedLab
from rnnlab.widgets.outputs import has_own_lines
from rnnlab.widgets.picture import LivePicture
from rnnlab.widgets.stepper.stepper_page import facts_html, source_html
from rnnlab.widgets.stepper.stepper_pictures import StepperPictures
from rnnlab.widgets.stepper.stepper_words import (
    FAULT_NAMES,
    fault_words,
    pace_words,
    where_words,
)

OF_THE_MODEL = ("task", "cell", "hidden_size")  # not offered for your own model
OF_THE_RUN = ("hidden_state", "learning_rate", "clip", "clip_norm", "seed")
LIGHT, SHORTEST = 0.5, 0.1  # seconds in which the chain lights up; less is not worth it
SPEEDS = [0.5, 1, 2, 4, 8]  # phases per second, while it runs


class LoopStepper(ExaminedLab):
    """A debugger for the training loop. The last line of a cell shows it.

    It runs the lines of `rnnlab.train_batch` one phase at a time and shows what each has changed.
    Space runs and pauses, Enter takes the next phase. Every setting is a trait of the same name; a
    changed setting begins again from the same seed.

    Args:
        task: a name as for `TrainingLab`, or your own task; or leave it out and give
        model, batches, loss_fn: whatever `rnnlab.train` takes; optimizer: a name, or an optimizer
            made from the model's parameters, which keeps its own learning rate.
        settings: any of `cell`, `hidden_size`, `hidden_state`, `learning_rate`, `clip`,
            `clip_norm`, `seed`, `fault` (a mistake to make on purpose, one of
            `rnnlab.microscope.faults.FAULTS`), `speed` (phases per second).

    Attributes:
        stepper: the `PhaseStepper` behind it: variables, gradients, history.
    """

    _label = "Loop stepper. Space runs and pauses, Enter takes the next phase."
    task = Setting("sine")
    cell = Setting("rnn")
    hidden_size = Setting(8)
    hidden_state = Setting("reset")
    learning_rate = Setting(0.003)
    clip = Setting(True)
    clip_norm = Setting(1.0)
    seed = Setting(0)
    fault = Setting("nothing")
    speed = Setting(4)
    _carries_for_fault = False
    _failed: Exception | None = None  # what the phase that comes next has raised

    def __init__(
        self,
        task: str | Task | None = None,
        model: nn.Module | None = None,
        *,
        batches: Iterable[Any] | None = None,
        loss_fn: str | LossFunction | None = None,
        optimizer: str | Optimizer = "adam",
        **settings: Any,
    ) -> None:
        super().__init__()
        self._own = _own_run(task, model=model, batches=batches, loss_fn=loss_fn)
        self._optimizer = optimizer
        self._set({"task": task or "sine", **settings})
        if self.fault == "state-not-detached":
            self.hidden_state = "carry"  # otherwise there is nothing to detach
        self._begin()
        self._make_controls()
        self._lay_out()
        self._follow()
        self._show()

    # ---- what a learner or a script calls ------------------------------------------------

    def next_phase(self) -> None:
        """Run the next phase."""
        self._do(lambda stepper: stepper.next_phase(), LIGHT)

    def next_batch(self) -> None:
        """Run the phases that are left of this batch, or those of the next."""
        self._do(lambda stepper: stepper.next_batch())

    def next_epoch(self) -> None:
        """Run to the end of this epoch, or of the next."""
        self._do(lambda stepper: [*stepper.next_epoch()])

    def back(self) -> None:
        """Go to where the last phase had not been run."""
        self._do(lambda stepper: stepper.back())

    def restart(self) -> None:
        """Begin again from the first weights and the first batch."""
        self._check_open()
        self._errors.clear()
        self._do(lambda stepper: stepper.restart())

    def _columns(self) -> list[Sequence[LivePicture]]:
        return [self.pictures[:1], self.pictures[1:]]  # the ring stands on the left

    # ---- the run -------------------------------------------------------------------------

    def _check_setting(self, name: str, value: Any) -> None:
        if name == "speed":
            check_positive(name, value)
        elif name == "fault":
            check_known(name, value, FAULT_NAMES, "faults")
        else:
            check_setting(name, value)
        if self._ready:  # before anything is given up: can these settings work together?
            self._make_stepper({**self._settings(), name: value}, try_out=True)

    def _apply(self, changed: set[str]) -> None:
        if changed == {"speed"}:
            self._runner.set_wait(1 / self.speed)
            return
        self._runner.stop()
        self._errors.clear()
        if self.fault == "state-not-detached" and self.hidden_state == "reset":
            self.hidden_state = "carry"  # otherwise there is nothing to detach
            self._carries_for_fault = True
        elif "fault" in changed and self._carries_for_fault:
            self.hidden_state, self._carries_for_fault = "reset", False
        self._begin()
        self._show()

    def _words(self) -> str:
        if self._failed is None:
            return phase_words(self.stepper)
        words = say("{phase} has failed. {follows}", phase=self.stepper.following,
                    follows=failed_words(self.stepper.following))  # fmt: skip
        rule = rule_of_error(self._failed)
        if rule:
            why, fix = translated(rule.why), translated(rule.fix)  # found elsewhere
            words = say("{words} {why}\nTo mend it: {fix}", words=words, why=why, fix=fix)
        if self.fault != "nothing":
            chosen = "You chose this mistake under Break ({name}); nothing there mends it."
            words += "\n" + say(chosen, name=fault_words(self.fault))
        return words

    def _fresh_run(self) -> PhaseStepper:
        return self.stepper.at_start()

    def _begin(self) -> None:
        self._failed = None
        if self._own is not None and self._ready:
            self.stepper.restart()  # your own model has its first weights again
        self.stepper: PhaseStepper = self._make_stepper(self._settings())

    def _make_stepper(self, settings: dict[str, Any], try_out: bool = False) -> Any:
        """Return a run with these settings; to try out, only see that there could be one."""
        clip_norm = settings["clip_norm"] if settings["clip"] else None
        policy = "carry" if settings["fault"] == "state-not-detached" else settings["hidden_state"]
        if settings["fault"] == "clip-before-backward" and clip_norm is None:
            refusal = "nothing is clipped, so it cannot be clipped too early: set clip"
            raise ValueError(say(refusal))
        seed, run = settings["seed"], self._own
        if run is None:
            task = as_task(settings["task"])
            if try_out:
                return task.batches(policy, seed=seed)
            sizes = {name: settings[name] for name in ("cell", "hidden_size")}
            model, batches = prepare(task, **sizes, hidden_state=policy, seed=seed)
            run = {"model": model, "batches": batches, "loss_fn": task.loss_fn, "device": "cpu"}
        elif try_out:
            return None
        rate = settings["learning_rate"] if isinstance(self._optimizer, str) else None
        fault = None if settings["fault"] == "nothing" else settings["fault"]
        return PhaseStepper(
            **run, optimizer=self._optimizer, learning_rate=rate, clip_norm=clip_norm,
            hidden_state=policy, fault=fault, seed=seed,
        )  # fmt: skip

    def _do(self, act: Callable[[PhaseStepper], Any], light: float = 0.0) -> None:
        """Do one thing in the calling thread and show it, in `light` seconds where it lights up."""
        self._check_open()
        self._apply_all()
        self._runner.stop()
        self._forget_error()
        try:
            with on_threads(fitting_threads(self.stepper.model)):
                act(self.stepper)
        except Exception as error:  # the learner's model may raise anything; torch too
            self._fail(error)
        else:
            self._show(light)

    def _on_slice(self, done: bool) -> None:
        if done or self._runner.wait is not None or self._pace.due():
            self._show(0.6 * (self._runner.wait or 0))  # with a wait each phase is to be looked at

    def _fail(self, error: Exception) -> None:
        """Show what the phase has raised, and the line to write where that is known."""
        self._failed = error
        if has_own_lines(error) or not rule_of_error(error):
            super()._fail(error)  # its lines are worth a look
        else:
            self._complain(first_sentence(error))
            self._show()

    def _on_error(self, error: Exception) -> None:
        self._show()

    def _forget_error(self) -> None:
        self._failed = None
        self._complain("")

    # ---- what is shown -------------------------------------------------------------------

    def _show(self, light: float = 0.0) -> None:
        stepper = self.stepper
        failed = stepper.following if self._failed else None
        light = light if light >= SHORTEST and not self._access.less_motion else 0.0
        with self._pace.drawing():
            self._pictures.draw(stepper, failed, light)
            self._source.value = source_html(stepper, failed)
            self._facts.value = facts_html(stepper)
            self.buttons["Run"].description = say("Pause" if self._runner.busy else "Run")
            self._say(where_words(stepper, self._failed is not None))
            self._show_twin()

    def _fit(self, width: int) -> None:
        self._pictures.fit(width)
        self._show()

    # ---- how it is put together ----------------------------------------------------------

    def _make_controls(self) -> None:
        names = [*OF_THE_RUN] if self._own is not None else [*OF_THE_MODEL, *OF_THE_RUN]
        if not isinstance(self._optimizer, str):
            names.remove("learning_rate")  # it has its own
        self.controls = make_controls(names, self.task)
        mistakes = [(fault_words(name), name) for name in FAULT_NAMES]
        self.controls["fault"] = w.Dropdown(options=mistakes, description=say("Break"))
        self.controls["speed"] = NumberSlider(say("Speed"), SPEEDS, pace_words)
        for control in self.controls.values():
            if not isinstance(control, NumberSlider):
                compact(control)
        if "seed" in self.controls:
            self.controls["seed"].layout.width = "150px"

    def _lay_out(self) -> None:
        actions: dict[str, Callable[[], None]] = {
            "Next phase": self.next_phase,  # not said: the names of buttons
            "Next batch": self.next_batch,  # not said
            "Next epoch": lambda: self._start(self.stepper.next_epoch(), None),  # not said
            "Run": self._on_run,
            "Back": self.back,
            "Restart": self.restart,
            ASK: self._on_ask,
        }
        self.buttons = self._make_buttons(actions)
        keys = {" ": self._on_run, "Enter": self.next_phase}
        self._access.listen({key: partial(self._runner.call, act) for key, act in keys.items()})
        self._source, self._facts = w.HTML(), w.HTML()
        self._twin.layout.min_height = "48px"  # two lines: what is below does not jump
        self._pictures = StepperPictures(self._runner, self._source)
        self.pictures = self._pictures.all
        self.children = [
            self._access, row(self.buttons.values()), row(self.controls.values()),
            self._status, self._message, self._twin, self._doctor, self._pictures.box,
            self._facts, self._errors,
        ]  # fmt: skip

    def _on_run(self) -> None:
        if self._runner.busy:
            self._runner.stop()
            self._show()
        else:
            self._start(iter(self.stepper.next_phase, None), 1 / self.speed)  # without end

    def _start(self, phases: Iterator[str], wait: float | None) -> None:
        self._forget_error()
        self._runner.start(phases, threads=fitting_threads(self.stepper.model), wait=wait)


def _own_run(task: Any, **given: Any) -> dict[str, Any] | None:
    """Return what your own run is made of, or None for a task."""
    missing = [name for name, value in given.items() if value is None]
    if len(missing) == len(given):
        return None
    if missing or task is not None:
        refusal = "a task is given too: give either a task, or model, batches and loss_fn together"
        if missing:
            refusal = (
                "{names} is missing: give either a task, or model, batches and loss_fn together"
            )
        raise TypeError(say(refusal, names=joined(missing or [""])))
    return given
