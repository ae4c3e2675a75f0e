"""TrainingLab: change the settings of a training run, watch it, and see every epoch of it again."""

import time
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import ipywidgets as w
import traitlets

from rnnlab.base.checks import check_path
from rnnlab.base.say import say, sentences
from rnnlab.base.showable import NAME, showable
from rnnlab.loop.training import Run
from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.pictures.run_panels import Mark
from rnnlab.runs import checkpoints
from rnnlab.runs.checks import TrainingDiverged
from rnnlab.runs.history import History
from rnnlab.runs.saved_states import run_state
from rnnlab.runs.threads import fitting_threads, on_threads
from rnnlab.runs.training import train
from rnnlab.tasks.catalogue import Task
from rnnlab.tasks.recipe import DEFAULTS, prepare
from rnnlab.widgets.base import Setting
from rnnlab.widgets.controls import (
    FULL,
    as_task,
    check_setting,
    compact,
    make_controls,
    offer,
    row,
    same,
)
from rnnlab.widgets.doctoring import ASK, OF_THE_VIEW, ExaminedLab
from rnnlab.widgets.picture import LivePicture
from rnnlab.widgets.viewer.glossary import glossary
from rnnlab.widgets.viewer.recorded_run import RecordedRun
from rnnlab.widgets.viewer.run_viewer import RunViewer
from rnnlab.widgets.viewer.run_words import how_fast, title_of, where, words_of
from rnnlab.widgets.viewer.saved_lab import saved_settings

APPLICABLE = {"learning_rate", "clip", "clip_norm"}  # what can change in the middle of a run
FOLDED = ["optimizer", "hidden_size", "hidden_state", "seed", "seeds", "speed", "free_running",
          "apply_while_training"]  # fmt: skip
MORE, FEWER = "More settings", "Fewer settings"


class TrainingLab(ExaminedLab):
    """A live lab: sliders and buttons around one training run. The last line of a cell shows it.

    Every setting is a trait of the same name: set it from code, or by its control. A changed
    setting starts a new run from the same seed; with `apply_while_training` a changed learning
    rate or clipping bound acts in the middle of the run instead. A run that is paused stays until
    Train is pressed. The epoch slider shows a run as it was at the end of any of its epochs.

    Attributes:
        epoch: the epoch whose state is shown; set it to look at another. While a run goes on it
            is the last one, as long as the last one is looked at.
        history: the `History` of the run that is shown: the data behind the pictures.
        model: the model of the run that is shown, as it is now.

    Args:
        task: a name ("sunspots", "co2", "sine", "names", "recall", "adding", "reber") or any
            object that meets `rnnlab.tasks.catalogue.Task`, such as a `SeriesTask`.
        settings: any of `cell`, `hidden_size`, `hidden_state`, `optimizer`, `learning_rate`,
            `epochs`, `clip`, `clip_norm`, `seed`, `seeds` (1, 8 or 16: runs with the next seeds
            train beside the one that is shown, and the pictures show the band of all), `speed`
            ("full", or epochs per second), `free_running`, `apply_while_training`.
        checkpoint: path of a file to save the settings and the run in, as it goes. If it exists,
            the lab begins as it was, paused: after a kernel has died, run the cell again.

    Raises:
        ValueError: for a value that cannot work, here and when a setting is set from code.
        CheckpointError, OSError: for a checkpoint that cannot be read, or is of another task.
    """

    _label = "Training lab"
    task = Setting(DEFAULTS["task"])
    cell = Setting(DEFAULTS["cell"])
    learning_rate = Setting(DEFAULTS["learning_rate"])
    epochs = Setting(DEFAULTS["epochs"])
    clip = Setting(DEFAULTS["clip"])
    clip_norm = Setting(DEFAULTS["clip_norm"])
    optimizer = Setting(DEFAULTS["optimizer"])
    hidden_size = Setting(DEFAULTS["hidden_size"])
    hidden_state = Setting(DEFAULTS["hidden_state"])
    seed = Setting(DEFAULTS["seed"])
    seeds = Setting(1)
    speed = Setting(FULL)
    free_running = Setting(False)
    apply_while_training = Setting(False)
    epoch = traitlets.Int(0)
    _most = 60
    _last_history: History | None = None  # of a closed lab

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
        self._set(given | (saved_settings(saved, given, self.setting_names()) if saved else {}))
        self._autosave: checkpoints.AutoSave | None = None
        self._choosing = False  # settings are those of a run that is shown: none begins
        self._follows_viewer = False  # the epoch is what the viewer shows: there is none to look at
        self._turn = 0
        self._training: RecordedRun | None = None
        self._viewer = RunViewer(
            self._untrained(), self._runner, self._pace, on_error=self._fail,
            on_look=self._on_look, on_choose=self._choose, calm=lambda: self._access.less_motion,
        )  # fmt: skip
        self.pictures = self._viewer.pictures.all
        self._lay_out()
        self._follow()
        self.observe(self._on_epoch, "epoch")
        self._clear()
        if saved:
            self._resume_from(saved, checkpoint)
        if checkpoint:
            self._autosave = checkpoints.AutoSave(self._state, checkpoint, self._complain)

    # ---- what a learner or a script calls ------------------------------------------------

    def run(self) -> History:
        """Train from the start to the end in the calling cell and return the history."""
        self._check_open()
        self._runner.drain(self._begin_here)
        return self.history

    def _begin_here(self) -> None:
        self._apply_all()
        self._start(paused=True, show=False)  # it does not wait, it is drained

    def _columns(self) -> list[Sequence[LivePicture]]:
        return [self.pictures[:1], self.pictures[1:]]  # the answers large, the others beside them

    @property
    def history(self) -> History:
        """The history of the run that is shown; of a closed lab, of the last that was."""
        last = self._last_history
        return self._viewer.shown.history if last is None else last

    @property
    def model(self) -> SequenceModel:
        """The model of the run that is shown, as it is now."""
        return self._viewer.shown.model

    @property
    def _task(self) -> Task:
        return self._viewer.shown.task

    def close(self) -> None:
        """End the run and remove the lab, with all its parts, from the page and from memory."""
        if "_viewer" in vars(self) and not self.closed:
            self._viewer.close()
            history = self.history
            super().close()
            self._last_history = history
        else:
            super().close()

    # ---- settings ------------------------------------------------------------------------

    def _check_setting(self, name: str, value: Any) -> None:
        check_setting(name, value)
        if not self._ready or self._choosing:  # what a run was made with goes together
            return
        if name in ("task", "hidden_state"):  # not every task carries a state
            pair = {"task": self.task, "hidden_state": self.hidden_state, name: value}
            as_task(pair["task"]).batches(pair["hidden_state"])

    def _on_setting(self, change: Any) -> None:
        if self._choosing:
            offer(self.controls[change["name"]], change["new"])
        else:
            super()._on_setting(change)

    def _apply(self, changed: set[str]) -> None:
        if "speed" in changed and self._training is not None:
            self._runner.set_wait(self._seconds_a_step(self._training))
        if "free_running" in changed:
            self._viewer.show_answers(self.free_running)
            self._viewer.draw()
        changed = changed - OF_THE_VIEW
        if not changed:
            return
        if self.apply_while_training and changed <= APPLICABLE and self._runner.steps is not None:
            self._change_the_run(changed)
        elif self._runner.steps is not None and self._runner.paused:
            self._tell()  # a run that waits is not thrown away: Train begins the new one
        else:
            self._start()

    def _change_the_run(self, changed: set[str]) -> None:
        """Have the run that goes on take over a learning rate or a bound, and mark the step."""
        training = self._training
        assert training is not None  # there are steps
        assert training.run is not None
        training.run.learning_rate = self.learning_rate
        training.run.clip_norm = self._bound
        training.change({name: getattr(self, name) for name in changed})
        text = say("rate {rate:g}", rate=self.learning_rate)
        if changed != {"learning_rate"}:
            clip = "clip {bound:g}" if self.clip else "no clip"
            text = say(clip, bound=self.clip_norm)
        steps = len(training.history)
        epoch = steps / training.steps * training.settings["epochs"]
        training.marks.append(Mark(steps, epoch, text))

    @property
    def _bound(self) -> float | None:
        return self.clip_norm if self.clip else None

    def _run_settings(self) -> dict[str, Any]:
        return {n: value for n, value in self._settings().items() if n not in OF_THE_VIEW}

    # ---- the run -------------------------------------------------------------------------

    @property
    def _run(self) -> Run | None:
        return self._training.run if self._training else None

    def _start(self, paused: bool = False, show: bool = True) -> None:
        """Begin a run from the seed."""
        self._leave(instead=True)
        self.runs += 1
        self._number += 1
        task = self._present_task()
        model, batches = self._fresh(task)
        run = train(
            model,
            batches,
            loss_fn=task.loss_fn,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            epochs=self.epochs,
            clip_norm=self._bound,
            hidden_state=self.hidden_state,
            validation=task.validation_loss,
            device="cpu",
        )
        self._training = RecordedRun(
            self._number, task, self._run_settings(), model, len(batches), run
        )  # fmt: skip
        self._viewer.record(self._training)
        self._started, self._first = time.perf_counter(), 0
        self._errors.clear()
        wait = self._seconds_a_step(self._training)
        self._runner.start(self._training, paused, fitting_threads(model), wait)
        self._turn = -1  # all pictures
        if show:
            self._show()

    def _leave(self, instead: bool = False) -> None:
        """Say of a run that was not finished how far it came; it makes no more steps.

        `instead` says that another one begins in its place.
        """
        if self._training is not None and self._runner.steps is not None:
            steps = self._training.history.steps
            epoch = steps[-1].epoch if steps else 0
            self._training.outcome = say("stopped at epoch {epoch}", epoch=epoch)
            if instead and self._runner.busy:  # a moving slider would fill the strip with these
                self._viewer.drop(self._training)
                self._number -= 1  # its number goes to the one that begins
            self._training.seeds.end()
        self._runner.stop()

    def _seconds_a_step(self, run: RecordedRun) -> float | None:
        if self.speed == FULL:
            return None
        return float(run.settings["epochs"] / (self.speed * max(1, run.steps)))

    def _state(self) -> dict[str, Any]:
        """Return what a checkpoint of the lab holds: the run's, and the settings."""
        assert self._training is not None  # saved is what runs
        assert self._run is not None
        cell = getattr(self.cell, "name", self.cell)
        names = {"task": self._training.task.name, "cell": cell}
        return {**run_state(self._run), "lab": {**self._settings(), **names}}

    def _resume_from(self, saved: dict[str, Any], path: Any) -> None:
        self._start(paused=True)
        assert self._training is not None  # it has begun
        assert self._run is not None
        checkpoints.put(self._run, saved, path)
        self._training.begin(self._run.epoch)
        text = "the other seeds are not in a checkpoint; Train begins with all"
        self._training.seeds.end(say(text))
        self._first = len(self.history)
        finished = self._run.epoch >= self.epochs
        if finished:
            self._runner.stop()
        self._show(finished)

    def _fresh(self, task: Task) -> tuple[SequenceModel, Any]:
        """Return a model and its batches, from the seed."""
        return prepare(
            task, cell=self.cell, hidden_size=self.hidden_size,
            hidden_state=self.hidden_state, seed=self.seed,
        )  # fmt: skip

    def _fresh_run(self) -> PhaseStepper:
        task = as_task(self.task)
        return PhaseStepper(
            *self._fresh(task), loss_fn=task.loss_fn, optimizer=self.optimizer,
            learning_rate=self.learning_rate, clip_norm=self._bound,
            hidden_state=self.hidden_state, seed=self.seed, device="cpu",
        )  # fmt: skip

    def _present_task(self) -> Task:
        """Return the task of the setting; that of the run that is shown, if it has the same."""
        shown = self._viewer.shown
        return shown.task if same(shown.settings["task"], self.task) else as_task(self.task)

    def _untrained(self) -> RecordedRun:
        """Return a model that was never trained, as if it were a run."""
        task = as_task(self.task)
        model, batches = self._fresh(task)
        return RecordedRun(0, task, self._run_settings(), model, len(batches))

    def _clear(self) -> None:
        """Forget all runs and show an untrained model."""
        untrained = self._untrained()  # a task of the learner's own may raise
        self._runner.stop()
        self.runs, self._number, self._training = 0, 0, None
        self._viewer.forget(untrained)
        task = self._task
        about = showable(getattr(task, "about", ""))
        text = "Not trained yet: {title}. Press Train."
        if about:
            text = "Not trained yet: {title}, {about}. Press Train."
        try:
            self._show()
        finally:  # a task of the learner's own may raise
            self._tell()
            self._say(say(text, title=showable(task.title, NAME), about=about))
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
        self._viewer.end_failed_film()
        self._set_epoch()  # the picture of another one may be what has failed
        run = self._training
        if run is None or self._runner.steps is not None:  # a film has failed, and the run goes on
            return
        diverged = isinstance(error, TrainingDiverged)
        if diverged or (not run.outcome and len(run.history) < run.steps):  # else it had ended
            text = "diverged at step {step}" if diverged else "failed at step {step}"
            run.outcome = say(text, step=len(run.history))
        ended = say("Run {run} ended at {where}.", run=run.number, where=where(run))
        try:
            self._show(words=ended)
        except Exception:  # a task of the learner's own may raise again
            self._viewer.show_strip()
            self._say(ended)
            raise
        self._show_twin()

    # ---- what is shown -------------------------------------------------------------------

    def _show(self, finished: bool = False, words: str = "") -> None:
        """Draw the present state and tell it; while training, norms and answers take turns."""
        self._turn = self._turn + 1 if self._runner.busy else 0
        seen = self._viewer.follows  # else the answers stay as they are
        self._viewer.draw(self._turn % 2 if self._turn and seen else None)
        self._set_epoch()
        self._tell(finished, words)
        if not self._runner.busy:
            self._viewer.show_strip()

    def _on_look(self, stays: bool) -> None:
        self._set_epoch()
        if stays:
            self._show_twin()
            self._crisp_later()
        else:
            self._tell()

    @property
    def _busy(self) -> bool:
        return self._viewer.busy

    def _tell(self, finished: bool = False, words: str = "") -> None:
        """Say how the run stands, in these words or its usual, and which epoch is looked at."""
        run, waits = self._training, self._runner.steps is not None and self._runner.paused
        self.buttons["Pause"].description = say("Resume" if waits else "Pause")
        if run is None:
            return
        if finished or waits or self._runner.steps is not None:
            words = self._of_the_run(run, finished, waits)
        elif not words:
            shown = self._viewer.shown
            words = say("Run {run}, {outcome}: {where}.", run=shown.number, where=where(shown),
                        outcome=shown.outcome or say("finished"))  # fmt: skip
        looks = ""
        if not self._viewer.follows:
            looks = say("You are looking at epoch {epoch}.", epoch=self.epoch)
        seeds = self._viewer.shown.seeds.words(self._viewer.epoch)
        self._say(sentences(words, looks, seeds))
        if finished or waits:
            self._show_twin()

    def _of_the_run(self, run: RecordedRun, finished: bool, waits: bool) -> str:
        """Say how a run stands that can go on, or has just come to its end."""
        more = ""
        if finished:
            text = "Run {run} is finished: {where}."
            more = say("Press play, or move the epoch slider, to see it learn.")
        elif waits:
            text = "Run {run} is paused at {where}."
            if self._run_settings() != run.settings:
                more = say(
                    "Train begins a new run with these settings; Resume goes on with the old."
                )
        elif run.history.steps:
            text = "Run {run}: {where}."
        else:
            text = "Run {run} begins, with these settings."
        place = where(run)
        if not waits and len(run.history) > self._first:
            steps, seconds = len(run.history) - self._first, time.perf_counter() - self._started
            place = how_fast(place, steps, seconds, self._runner.threads)
        return sentences(say(text, run=run.number, where=place), more)

    def _words(self) -> str:
        run, epoch = self._viewer.shown, None if self._viewer.follows else self.epoch
        with on_threads(fitting_threads(run.model)):
            return words_of(run, epoch)

    def _glossary(self) -> Mapping[str, str]:
        return glossary()

    def _show_twin(self) -> None:
        title = title_of(self._viewer.shown, self._viewer.epoch)  # they change only at a rest
        page = f'<div class="rnnlab-heading">{title}</div>'  # not said
        self._title.value = page if title else ""
        super()._show_twin()

    def _set_epoch(self) -> None:
        if self.epoch != self._viewer.epoch:
            self._follows_viewer = True
            try:
                self.epoch = self._viewer.epoch
            finally:
                self._follows_viewer = False

    def _on_epoch(self, change: Any) -> None:
        if not self._follows_viewer:
            self._check_open()
            self._viewer.want(change["new"])

    # ---- how it is put together ----------------------------------------------------------

    def _lay_out(self) -> None:
        self.controls = make_controls(self.setting_names(), self.task)
        for name in ("task", "cell", "clip"):
            compact(self.controls[name])
        self.buttons = self._make_buttons({
            "Train": self._on_train, "Pause": self._on_pause, "Step": self._on_step,
            "Stop": self._on_stop, ASK: self._on_ask, MORE: self._on_more,
            "Clear": self._on_clear, "Defaults": self._on_defaults,
        })  # fmt: skip
        self.buttons[MORE].add_class("rnnlab-fold")
        folded = [self.controls[name] for name in FOLDED]
        self._fold = row([*folded, self.buttons["Clear"], self.buttons["Defaults"]])
        self._fold.layout.display = "none"
        self._title = w.HTML()  # of the words
        names = ("Train", "Pause", "Step", "Stop")
        others = [self.buttons[ASK], self.buttons[MORE], self.controls["task"]]
        first = [*(self.buttons[name] for name in names), self.controls["cell"], *others]
        second = [self.controls[n] for n in ("learning_rate", "epochs", "clip", "clip_norm")]
        viewer = self._viewer
        self._large = w.VBox([viewer.pictures.answers.widget, viewer.film, viewer.pictures.legend])
        self._large.layout.width = f"{viewer.pictures.large}px"
        self.children = [
            self._access, row(first), row(second), self._fold, self._message, self._doctor,
            w.Box([self._large, viewer.pictures.small],
                  layout=w.Layout(flex_flow="row wrap")),  # not said
            self._status, viewer.strip, self._title, self._twin, self._errors,
        ]  # fmt: skip

    def _fit(self, width: int) -> None:
        self._viewer.pictures.fit(width)
        self._large.layout.width = f"{self._viewer.pictures.large}px"
        self._viewer.draw()
        self._crisp_later()

    def _on_train(self) -> None:
        self._complain("")
        run, going = self._training, self._runner.steps is not None
        if run is None or not going or self._run_settings() != run.settings:
            self._start()
        elif self._runner.paused:
            self._resume()
        else:  # a changed setting has begun it already
            self._viewer.show_run(run)
            self._show()

    def _on_pause(self) -> None:
        if self._runner.steps is None:
            return
        if self._runner.paused:
            self._resume()
        else:
            self._runner.pause()
            self._show()

    def _resume(self) -> None:
        """Go on with the run that waits, with its settings."""
        assert self._training is not None  # it waits
        self._choose(self._training)
        self._started, self._first = time.perf_counter(), len(self.history)
        self._runner.resume()
        self._show()

    def _on_step(self) -> None:
        if self._runner.steps is None:
            self._start(paused=True)
        elif self._training and self._viewer.shown is not self._training:
            self._choose(self._training)
        self._runner.step()

    def _on_stop(self) -> None:
        run = self._training
        if self._runner.steps is not None and run is not None:
            self._leave()
            if self._autosave is not None:
                self._autosave.save(now=True)
            text = "Run {run} was stopped at {where}."
            self._show(words=say(text, run=run.number, where=where(run)))
            self._show_twin()

    def _choose(self, run: RecordedRun) -> None:
        """Show a run, and its settings in the controls; nothing is trained for it."""
        if self._runner.busy:
            self._runner.pause()
        self._complain("")
        if self._run_settings() != run.settings:
            self._said = self._doctor.value = ""  # of another run
        self._choosing = True
        try:
            for name, value in run.settings.items():
                setattr(self, name, value)
        finally:
            self._choosing = False
        self._viewer.show_run(run)
        self._show()
        self._show_twin()

    def _on_more(self) -> None:
        opens = self._fold.layout.display == "none"
        self._fold.layout.display = "" if opens else "none"
        fold = self.buttons[MORE]
        (fold.add_class if opens else fold.remove_class)("rnnlab-open")
        fold.description = say(FEWER if opens else MORE)

    def _on_ask(self) -> None:
        super()._on_ask()
        self._started, self._first = time.perf_counter(), len(self.history)  # of the run alone

    def _on_clear(self) -> None:
        self._complain("")
        self._clear()

    def _on_defaults(self) -> None:
        """Set all settings to what they are in a lab that is given none."""
        self._complain("")
        for name in self.setting_names():  # not `trait_defaults`: it has those of all other traits
            setattr(self, name, self.traits()[name].default_value)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        self._viewer.player.attach()
        return super()._repr_mimebundle_(**options)
