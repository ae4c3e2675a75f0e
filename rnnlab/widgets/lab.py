"""TrainingLab: change the settings of a training run and see loss and predictions redraw."""

import time
from os import PathLike
from pathlib import Path
from typing import Any

import ipywidgets as w

from rnnlab.base.checks import check_path
from rnnlab.base.say import say
from rnnlab.loop.training import Run
from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.model.cells import CELLS
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.pictures.plots import on_axes
from rnnlab.pictures.run_panels import GradientPanel, LossPanel
from rnnlab.pictures.task_panels import make_panel
from rnnlab.runs import checkpoints
from rnnlab.runs.history import History
from rnnlab.runs.saved_states import run_state
from rnnlab.runs.threads import fitting_threads, on_threads
from rnnlab.runs.training import train
from rnnlab.tasks.catalogue import TASKS, Task
from rnnlab.tasks.recipe import DEFAULTS, prepare
from rnnlab.widgets.base import Setting
from rnnlab.widgets.controls import as_task, check_setting, make_controls, row
from rnnlab.widgets.doctoring import ASK, ExaminedLab
from rnnlab.widgets.picture import LivePicture

APPLICABLE = {"learning_rate", "clip", "clip_norm"}  # what can change in the middle of a run


class TrainingLab(ExaminedLab):
    """A live lab: sliders and buttons around one training run. The last line of a cell shows it.

    Every setting is a trait of the same name: set it from code, or by its control. A changed
    setting restarts the run from the same seed; with `apply_while_training` a changed learning
    rate or clipping bound acts in the middle of the run instead. A value that cannot work is
    refused with a message in the lab, and the one before stays.

    Attributes:
        history: the `History` of the present run: the data behind the pictures.
        model: the model of the present run.

    Args:
        task: a name ("sunspots", "co2", "sine", "names", "recall", "adding") or any object that
            meets `rnnlab.tasks.catalogue.Task`, such as a `SeriesTask`.
        settings: any of `cell`, `hidden_size`, `hidden_state`, `learning_rate`, `epochs`,
            `clip`, `clip_norm`, `seed`, `apply_while_training`.
        checkpoint: path of a file to save the settings and the run in, as it goes. If it exists,
            the lab begins as it was, paused: after a kernel has died, run the cell again.

    Raises:
        ValueError: for a value that cannot work.
        CheckpointError, OSError: for a checkpoint that cannot be read, or is of another task.
    """

    _label = "Training lab"
    task = Setting(DEFAULTS["task"])
    cell = Setting(DEFAULTS["cell"])
    hidden_size = Setting(DEFAULTS["hidden_size"])
    hidden_state = Setting(DEFAULTS["hidden_state"])
    learning_rate = Setting(DEFAULTS["learning_rate"])
    epochs = Setting(DEFAULTS["epochs"])
    clip = Setting(DEFAULTS["clip"])
    clip_norm = Setting(DEFAULTS["clip_norm"])
    seed = Setting(DEFAULTS["seed"])
    _most = 60
    apply_while_training = Setting(False)

    def __init__(
        self,
        task: str | Task = "sunspots",
        *,
        checkpoint: str | PathLike[str] | None = None,
        **settings: Any,
    ) -> None:
        super().__init__()
        if checkpoint is not None:
            check_path("checkpoint", checkpoint, checkpoints.FOR)
        saved = checkpoints.read(checkpoint) if checkpoint and Path(checkpoint).exists() else {}
        given = {"task": task, **settings}
        self._set(given | (_saved_settings(saved, given) if saved else {}))
        self._autosave: checkpoints.AutoSave | None = None
        self.runs = 0
        self.history = History()
        self._before: History | None = None
        self._run: Run | None = None
        self._turn = 0
        self._task = as_task(self.task)
        self._make_pictures()
        self._lay_out()
        self._follow()
        self._forget()
        if saved:
            self._resume(saved, checkpoint)
        if checkpoint:
            self._autosave = checkpoints.AutoSave(self._state, checkpoint, self._complain)

    # ---- what a learner or a script calls ------------------------------------------------

    def run(self) -> History:
        """Train from the start to the end in the calling cell and return the history."""
        self._check_open()
        self._start(paused=True)
        self._runner.drain()
        return self.history

    # ---- settings ------------------------------------------------------------------------

    def _check_setting(self, name: str, value: Any) -> None:
        check_setting(name, value)
        if self._ready and name in ("task", "hidden_state"):  # not every task carries a state
            pair = {"task": self.task, "hidden_state": self.hidden_state, name: value}
            as_task(pair["task"]).batches(pair["hidden_state"])

    def _apply(self, changed: set[str]) -> None:
        changed = changed - {"apply_while_training"}
        if not changed:
            return
        if self.apply_while_training and changed <= APPLICABLE and self._runner.steps is not None:
            assert self._run is not None  # there are steps
            self._run.learning_rate = self.learning_rate
            self._run.clip_norm = self._bound
            return
        if "task" in changed:
            self._task = as_task(self.task)
            self._before, self.history = None, History()
            self.pictures[2].show(*make_panel(self._task))
        self._start(paused=self._runner.steps is not None and self._runner.paused)

    @property
    def _bound(self) -> float | None:
        return self.clip_norm if self.clip else None

    # ---- the run -------------------------------------------------------------------------

    def _start(self, paused: bool = False) -> None:
        """Begin a run from the seed."""
        if self.history.epochs:
            self._before = self.history
        self.runs += 1
        self._make_model()
        self._run = train(
            self.model,
            self._batches,
            loss_fn=self._task.loss_fn,
            learning_rate=self.learning_rate,
            epochs=self.epochs,
            clip_norm=self._bound,
            hidden_state=self.hidden_state,
            validation=self._task.validation_loss,
            device="cpu",
        )
        self.history = self._run.history
        self._started, self._first = time.perf_counter(), 0
        self._errors.clear()
        self._runner.start(self._run, paused, fitting_threads(self.model))
        self._turn = -1  # all pictures
        self._show()

    def _state(self) -> dict[str, Any]:
        """Return what a checkpoint of the lab holds: the run's, and the settings."""
        assert self._run is not None  # for mypy: saved is what runs
        names = {"task": self._task.name, "cell": getattr(self.cell, "name", self.cell)}
        settings = {**self._settings(), **names}
        return {**run_state(self._run), "lab": settings}

    def _resume(self, saved: dict[str, Any], path: Any) -> None:
        self._start(paused=True)
        assert self._run is not None  # for mypy: it has begun
        checkpoints.put(self._run, saved, path)
        self._first = len(self.history)
        if self._run.epoch >= self.epochs:
            self._runner.stop()
        self._show(finished=self._runner.steps is None)

    def _make_model(self) -> None:
        self.model, self._batches = self._fresh()
        self._total = self.epochs * len(self._batches)

    def _fresh(self) -> tuple[SequenceModel, Any]:
        """Return a model and its batches, from the seed."""
        return prepare(
            self._task, cell=self.cell, hidden_size=self.hidden_size,
            hidden_state=self.hidden_state, seed=self.seed,
        )  # fmt: skip

    def _fresh_run(self) -> PhaseStepper:
        return PhaseStepper(
            *self._fresh(), loss_fn=self._task.loss_fn, learning_rate=self.learning_rate,
            clip_norm=self._bound, hidden_state=self.hidden_state, seed=self.seed, device="cpu",
        )  # fmt: skip

    def _forget(self) -> None:
        """Go back to an untrained model and clear the pictures."""
        self._runner.stop()
        self._run, self._before, self.history, self.runs = None, None, History(), 0
        self._make_model()
        self._show()
        self._say(f"Not trained yet: {self._task!r}. Press Train.")
        self._show_twin()

    def _on_slice(self, done: bool) -> None:
        if done:
            self._show(finished=True)
            self._crisp_later()
        elif self._runner.paused or self._pace.due():
            self._show()
        if self._autosave is not None:
            self._autosave.save(now=done or self._runner.paused)

    def _on_error(self, error: Exception) -> None:
        try:
            self._show()
        finally:  # a task of the learner's own may raise again
            self._say(f"Run {self.runs} ended at {self._where()}: {error}")
        self._show_twin()

    # ---- what is shown -------------------------------------------------------------------

    def _show(self, finished: bool = False) -> None:
        """Draw the present state; while training, the slower a picture the less often."""
        loss, gradient, answers = self.pictures
        self._turn = self._turn + 1 if self._runner.busy else 0
        with self._pace.drawing(), on_threads(self._runner.threads):
            loss.draw(loss.panel.update(self.history, self._before, self.epochs))
            if self._turn % 2 == 0:
                gradient.draw(
                    gradient.panel.update(self.history, self._before, self._total, self._bound)
                )
            if self._turn % 4 == 0:
                shown = self._task.answers(self.model)
                answers.draw(answers.panel.update(*shown, scores=not self._runner.busy))
            self._progress.value = len(self.history) / self._total
            self._tell(finished)

    def _tell(self, finished: bool) -> None:
        self._name_pause()
        if self._run is None:
            return
        if finished:
            self._say(f"Run {self.runs} is finished: {self._where()}{self._speed()}.")
        elif self._runner.paused:
            self._say(f"Run {self.runs} is paused at {self._where()}.")
        elif self._runner.busy:
            self._say(f"Run {self.runs}: {self._where()}{self._speed()}.")
        if finished or self._runner.paused:
            self._show_twin()

    def _where(self) -> str:
        epoch = self.history.steps[-1].epoch if self.history.steps else 0
        return f"epoch {epoch} of {self.epochs}, {len(self.history)} steps"

    def _speed(self) -> str:
        seconds = time.perf_counter() - self._started
        rate = (len(self.history) - self._first) / seconds if seconds > 0 else 0
        threads = "one thread" if self._runner.threads == 1 else f"{self._runner.threads} threads"
        return f", {rate:.0f} steps per second on {threads}" if len(self.history) else ""

    def _words(self) -> str:
        """Return what the pictures show, a line for each."""
        lines = []
        if self.history.epochs:
            first, last = self.history.epochs[0], self.history.epochs[-1]
            clipped = sum(step.clipped for step in self.history.steps)
            lines = [
                f"Loss: train {first.train_loss:.3g} after epoch 1, {last.train_loss:.3g} after "
                f"epoch {last.epoch}; held out {last.validation_loss:.3g}.",
                f"Gradient norm: {self.history.steps[-1].grad_norm:.3g} at the last step, "
                f"at most {max(self.history.grad_norm):.3g}; clipped in {clipped} of "
                f"{len(self.history)} steps.",
            ]
        with on_threads(fitting_threads(self.model)):
            return "\n".join([*lines, self._task.words(self.model)])

    # ---- how it is put together ----------------------------------------------------------

    def _make_pictures(self) -> None:
        self.pictures = (
            LivePicture(*on_axes(LossPanel, 330, 54, 72)),
            LivePicture(*on_axes(GradientPanel, 280, 44, 16)),
            LivePicture(*make_panel(self._task)),
        )

    def _lay_out(self) -> None:
        self.controls = make_controls(self.setting_names(), self.task)
        self.buttons = self._make_buttons({
            "Train": self._on_train, "Pause": self._on_pause, "Step": self._on_step,
            "Stop": self._on_stop, "Reset": self._on_reset, ASK: self._on_ask,
        })  # fmt: skip
        self._progress = w.FloatProgress(max=1.0, layout=w.Layout(width="160px", height="14px"))
        self.children = [
            self._access,
            row(self.buttons.values()),
            row(self.controls.values()),
            row([self._progress, self._status]),
            self._message,
            self._doctor,
            row(picture.widget for picture in self.pictures),
            self._twin,
            self._errors,
        ]

    def _on_train(self) -> None:
        self._complain("")
        self._start()

    def _on_pause(self) -> None:
        if self._runner.steps is None:
            return
        if self._runner.paused:
            self._started, self._first = time.perf_counter(), len(self.history)
            self._runner.resume()
        else:
            self._runner.pause()
        self._show()

    def _on_step(self) -> None:
        if self._runner.steps is None:
            self._start(paused=True)
        self._runner.step()

    def _on_stop(self) -> None:
        if self._runner.steps is not None:
            self._runner.stop()
            if self._autosave is not None:
                self._autosave.save(now=True)
            self._show()
            self._say(f"Run {self.runs} was stopped at {self._where()}.")
            self._show_twin()

    def _on_ask(self) -> None:
        super()._on_ask()
        self._started, self._first = time.perf_counter(), len(self.history)  # of the run alone

    def _on_reset(self) -> None:
        self._complain("")
        self._forget()

    def _name_pause(self) -> None:
        waiting = self._runner.steps is not None and self._runner.paused
        self.buttons["Pause"].description = "Resume" if waiting else "Pause"


def _saved_settings(saved: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return a saved lab's settings; a task or a cell of the learner's own is the one given."""
    settings = saved.get("lab")
    if not isinstance(settings, dict) or settings.keys() != {*TrainingLab.setting_names()}:
        raise checkpoints.CheckpointError(
            "the checkpoint holds a run but no lab's settings: resume it with rnnlab.fit"
        )
    for kind, known in (("task", TASKS), ("cell", CELLS)):
        own, name = given.get(kind), settings[kind]
        if getattr(own, "name", None) == name:
            settings = {**settings, kind: own}
        elif name not in known:
            refusal = (
                "the checkpoint was saved with the {kind} {name!r}: make the lab with that {kind}, "
                "or give another checkpoint"
            )
            raise checkpoints.CheckpointError(say(refusal, kind=kind, name=name))
    return settings
