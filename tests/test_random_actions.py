"""Labs under random actions: none of them leaves a lab that does not answer, or anything behind.

Each example makes a lab and acts on it in any order, as a learner with ten hands would: from the
loop's thread as a cell does, from another as JupyterLab's widgets do, with no wait or a short one.
After each action controls, words and pictures must agree with what the lab has. At its end it must
train as if nothing had happened, and nothing may be left of it.

RNNLAB_ACTIONS=10000 has all labs together take as many actions, in the tests marked slow.
"""

import asyncio
import contextlib
import copy
import functools
import gc
import html
import io
import itertools
import math
import os
import signal
import statistics
import sys
import threading
from unittest import mock

import ipywidgets as w
import pytest
import torch
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from matplotlib.figure import Figure
from torch.nn.modules import module as torch_module
from torch.optim import optimizer as torch_optimizer
from tqdm.auto import tqdm

import rnnlab
from rnnlab.microscope import carrying
from rnnlab.model.cells import CELLS, Cell
from rnnlab.pictures.gradient_panels import verdict
from rnnlab.tasks.catalogue import TASKS
from rnnlab.widgets import base, kept_picture
from rnnlab.widgets.base import SettingError
from rnnlab.widgets.controls import NumberSlider
from rnnlab.widgets.live import on_threads
from tests.lab_invariants import (
    Complaints,
    at_rest,
    callbacks,
    check_at_rest,
    check_kept,
    check_now,
    check_pictures,
)
from tests.memory import in_use, open_widgets
from tests.sizes import short_or_long

MOST_THREADS = 40  # beside those before: asyncio's pool for what is done on another thread
NONSENSE = [
    None, -1, 0, 2.5, float("nan"), float("inf"), 10**9, "", "tides", "reset ", [], {}, (1, 2),
    object(), True, torch.ones(3), b"rnn", lambda: 1,
]  # fmt: skip
TYPED = ["", "-1", "0", "2.5", "nan", "inf", "1e999", "fast", "3 epochs", "\u0663", "0x10", "$a$"]


class Interrupted:
    """Batches whose file cannot be read any more after some of them, in the midst of an epoch."""

    def __init__(self, batches, after):
        self.batches, self.left = batches, after

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        for batch in self.batches:
            self.left -= 1
            if self.left < 0:
                raise RuntimeError("the learner's own data has failed")
            yield batch


def own_cell(calls):
    """Return a learner's own cell, whose step raises after so many calls."""
    left = [calls]

    def step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
        left[0] -= 1
        if left[0] < 0:
            raise RuntimeError("the learner's own cell has failed")
        return torch.tanh(x @ weight_ih.T + h @ weight_hh.T + bias_ih + bias_hh)

    return Cell(f"own {calls}", step)


class Faulty(rnnlab.SeriesTask):
    """A learner's own task: it prints, and one of its functions raises after some calls."""

    def __init__(self, name, calls):
        super().__init__(rnnlab.data.shipped.make_sine(length=200), f"faulty {name} {calls}")
        self.fails, self.calls = name, calls

    def _call(self, name, *given, **options):
        print(f"{name} is called")
        if name == self.fails:
            self.calls -= 1
            if self.calls < 0:
                raise RuntimeError(f"{name} of the learner's own task has failed")
        return getattr(super(), name)(*given, **options)

    def batches(self, *given, **options):
        made = self._call("batches", *given, **options)
        return Interrupted(made, self.calls) if self.fails == "reading" else made

    def validation_loss(self, model):
        return self._call("validation_loss", model)

    def answers(self, model):
        return self._call("answers", model)

    def words(self, model):
        return self._call("words", model)


def makes_sense(name, value):
    """Return whether a value that is nonsense for most settings is a good one for this."""
    number = type(value) in (int, float) and math.isfinite(value)
    if name == "seed":
        return type(value) is int and value >= 0
    if name in ("learning_rate", "clip_norm", "scale", "speed"):
        return number and value > 0
    if name == "forget_bias":
        return number
    switches = ("clip", "apply_while_training", "free_running")
    return name in switches and isinstance(value, bool)


def standing():
    """Return what must be the same after a lab as before it."""
    gc.collect()
    hooks = [
        value for where in (torch_module, torch_optimizer) for name, value in vars(where).items()
        if name.startswith("_global_") and isinstance(value, dict)
    ]  # fmt: skip
    return {
        "figures": sum(issubclass(type(thing), Figure) for thing in gc.get_objects()),
        "widgets": len(open_widgets()),
        "hooks": sum(map(len, hooks)),
        "threads of torch": torch.get_num_threads(),
        "threads": threading.active_count(),
        "random numbers": torch.get_rng_state().sum().item(),
        "streams": (sys.stdout, sys.stderr),
        "interrupts": signal.getsignal(signal.SIGINT),
    }


class LabMachine(RuleBasedStateMachine):
    """Random actions on one lab; a second one stands beside it now and then."""

    actions, memory, may_raise = 0, (), ()

    def __init__(self):
        super().__init__()
        type(self).memory += (in_use(),)
        self.before = standing()
        self.loop = asyncio.new_event_loop()
        self.problems = []
        self.loop.set_exception_handler(lambda loop, context: self.problems.append(context))
        self.second, self.earlier = None, []
        self.cells, self.executions = {}, itertools.count()  # by cell, the lab that it shows
        self.complaints = Complaints()
        self.notebook = mock.patch.object(kept_picture, "publish")  # there is none
        self.published = self.notebook.start()
        self.do(self.begin)

    def begin(self):
        self.lab = self.make()
        self.callbacks = callbacks(self.lab)

    @invariant()
    def words_and_controls_agree_with_the_lab(self):
        assert not self.complaints.heard, self.complaints.heard
        check_now(self.lab)
        assert callbacks(self.lab) == self.callbacks
        assert threading.active_count() <= self.before["threads"] + MOST_THREADS
        own = [task for task in asyncio.all_tasks(self.loop) if "Runner" in repr(task)]
        assert len(own) <= 2 * (len(self.runners()) + (self.second is not None) + len(self.earlier))
        if at_rest(self.lab, self.runners()):
            check_at_rest(self.lab)

    def do(self, act, wait=0.0, thread=False):
        """Act, and leave the loop at work for a while."""

        async def main():
            if thread:
                await asyncio.to_thread(act)
            else:
                act()
            await asyncio.sleep(wait)

        type(self).actions += 1
        self.loop.run_until_complete(main())
        assert not self.problems, self.problems
        assert not self.lab.closed

    waits = st.sampled_from([0.0, 0.0, 0.003, 0.03])
    threads = st.booleans()
    seldom = st.integers(0, 4)  # what takes most of a second is done if this is 0

    @rule(data=st.data(), wait=waits, thread=threads)
    def move_a_control(self, data, wait, thread):
        name = data.draw(st.sampled_from([*self.lab.controls]))
        control = self.lab.controls[name]
        if isinstance(control, w.Checkbox):
            value = data.draw(st.booleans())
        elif isinstance(control, w.BoundedIntText):
            value = data.draw(st.integers(0, 5))
        else:
            pairs = [o if isinstance(o, tuple) else (o, o) for o in control.options]
            value = data.draw(st.sampled_from([v for _, v in self.quick(name, pairs)]))
        if isinstance(control, NumberSlider):
            part = data.draw(st.sampled_from(control.children[:2]))  # its slider or its field
            control, value = part, str(value) if isinstance(part, w.Text) else value
        self.do(lambda: setattr(control, "value", value), wait, thread)

    @rule(data=st.data(), typed=st.sampled_from(TYPED), wait=waits, thread=threads)
    def type_something(self, data, typed, wait, thread):
        """What is no number, or none that makes sense, is refused in words and taken away again."""
        sliders = {n: c for n, c in self.lab.controls.items() if isinstance(c, NumberSlider)}
        name = data.draw(st.sampled_from([*sliders]))
        lab, field, before = self.lab, sliders[name].children[1], getattr(self.lab, name)
        try:
            number = float(typed)
        except ValueError:
            number = math.nan

        def act():
            shown, field.value = field.value, typed
            if thread:  # meanwhile the loop may do something else
                return
            if not math.isfinite(number):
                assert field.value == shown
                assert getattr(lab, name) is before
                assert f"{name} stays {before!r}" in html.unescape(lab._message.value)
            elif getattr(lab, name) == before != number:
                assert field.value == shown

        self.do(act, wait, thread)

    @rule(data=st.data(), wait=waits)
    def set_a_trait(self, data, wait):
        name, value = data.draw(st.sampled_from(self.good))
        before = getattr(self.lab, name)

        def act():
            try:
                setattr(self.lab, name, value)
            except (SettingError, *self.may_raise):  # it does not go together with another
                assert getattr(self.lab, name) is before

        self.do(act, wait)

    @rule(data=st.data(), value=st.sampled_from(NONSENSE), wait=waits)
    def set_a_trait_to_nonsense(self, data, value, wait):
        name = data.draw(st.sampled_from([*self.lab.controls]))
        if makes_sense(name, value):
            return
        before = getattr(self.lab, name)

        def act():
            message = self.lab._message.value
            with pytest.raises(SettingError, match=name):
                setattr(self.lab, name, value)
            assert self.lab._message.value == message  # code is told by the error

        self.do(act, wait)
        assert getattr(self.lab, name) is before
        assert self.lab.controls[name].value == before

    @rule(data=st.data(), wait=waits, thread=threads)
    def press_a_button(self, data, wait, thread):
        buttons = [b for name, b in self.lab.buttons.items() if name != "Ask the doctor"]
        self.do(data.draw(st.sampled_from(buttons)).click, wait, thread)

    @rule(really=seldom)
    def look_closely(self, really):
        """Once the lab is at rest and has been for a while, its pictures show what it has."""
        if not really and self.comes_to_rest():
            check_kept(self.lab, self.published)
            check_pictures(self.lab, self.may_raise)

    def comes_to_rest(self):
        """Return whether the lab is at rest within two seconds."""

        async def main():
            for _ in range(150):
                if at_rest(self.lab, self.runners()) and not self.lab._kept._waits:
                    await asyncio.sleep(0.5)  # words follow an epoch that is looked at, later
                    return at_rest(self.lab, self.runners()) and not self.lab._kept._waits
                await asyncio.sleep(0.01)
            return False

        return self.loop.run_until_complete(main())

    @rule(cell=st.sampled_from("AB"), wait=waits)
    def show(self, cell, wait):
        """Run a cell that shows the lab; it may stand in another one already."""
        self.do(functools.partial(self.show_in, cell), wait)

    def show_in(self, cell):
        name, before = f"{cell} of {id(self)}", self.cells.get(cell)
        closed = before is None or before.closed
        execution = str(next(self.executions))
        with mock.patch.object(base, "_present_cell", return_value=(name, execution)):
            assert self.lab._repr_mimebundle_()
        self.cells[cell] = self.lab
        if not closed:
            assert before.closed == (before not in self.cells.values())
        self.earlier = [lab for lab in self.earlier if not lab.closed]

    @rule(cell=st.sampled_from("AB"), wait=waits, really=seldom)
    def run_a_cell_that_makes_a_lab(self, cell, wait, really):
        if really:
            return

        def act():
            self.earlier.append(self.lab)
            self.lab = self.make()
            self.show_in(cell)

        self.do(act, wait)

    @rule(width=st.sampled_from([300, 700, 1400]), calm=st.booleans(), wait=waits)
    def the_page_has_another_width(self, width, calm, wait):
        def act():
            self.lab._access.width, self.lab._access.less_motion = width, calm

        self.do(act, wait)

    @rule(what=st.sampled_from(["describe", "snapshot", "__repr__", "_repr_mimebundle_"]))
    def look(self, what):
        with contextlib.suppress(*self.may_raise):
            self.do(getattr(self.lab, what))

    @rule()
    def wait(self):
        self.do(lambda: None, 0.08)

    @rule(wait=waits, really=seldom)
    def run_the_cell_again(self, wait, really):
        if really:
            return

        def act():
            self.lab.close()
            self.lab = self.make()

        self.do(act, wait)

    @rule(wait=waits, really=seldom)
    def work_in_a_second_lab(self, wait, really):
        if really:
            return

        def act():
            if self.second is None:
                self.second = self.make()
            else:
                self.second.close()
                self.second = None

        self.do(act, wait)
        if self.second is not None and hasattr(self.second, "buttons"):
            self.do(next(iter(self.second.buttons.values())).click, wait)

    def runners(self):
        """Return what acts by itself in the lab."""
        return [self.lab._runner]

    def settle(self, seconds=60):
        async def main():
            async with asyncio.timeout(seconds):
                await asyncio.sleep(0.01)
                while any(runner.busy or runner._waiting for runner in self.runners()):
                    await asyncio.sleep(0.005)
                await asyncio.sleep(0.01)

        self.loop.run_until_complete(main())

    def teardown(self):
        if not hasattr(self, "lab"):
            return
        for name, value in self.at_the_end.items():
            self.do(lambda name=name, value=value: setattr(self.lab, name, value))
        self.check_that_it_works()
        for name, control in self.lab.controls.items():
            assert control.value == getattr(self.lab, name)

        async def close():
            for lab in (self.lab, self.second, *self.earlier, *self.cells.values()):
                if lab is not None:
                    lab.close()
            await asyncio.sleep(0.01)
            left = asyncio.all_tasks() - {asyncio.current_task()}
            async with asyncio.timeout(10):
                await asyncio.gather(*left)  # a task that waits ends by itself

        self.loop.run_until_complete(close())
        assert not self.problems, self.problems
        self.complaints.end()
        self.notebook.stop()
        assert not self.complaints.heard, self.complaints.heard
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self.lab = self.second = None
        self.earlier, self.cells = [], {}
        after = standing()
        left = {k: (v, after[k]) for k, v in self.before.items() if v != after[k]}
        assert not left, left

    def quick(self, name, pairs):
        """Return the choices that an example has time for."""
        most = {"hidden_size": 16, "epochs": 20, "length": 30, "window": 6}.get(name)
        return [pair for pair in pairs if most is None or pair[1] <= most]


class ExaminedLabMachine(LabMachine):
    """A lab that trains one model, and has a doctor."""

    @rule(really=LabMachine.seldom)
    def ask_the_doctor(self, really):
        if not really:
            self.do(self.lab.buttons["Ask the doctor"].click)

    def by_fit(self, epochs, **options):
        """Return what `fit` makes of the lab's settings."""
        lab, task, before = self.lab, rnnlab.load_task("sine"), torch.get_rng_state()
        torch.manual_seed(lab.seed)
        model = rnnlab.SequenceModel(1, lab.hidden_size, 1, lab.cell)
        torch.set_rng_state(before)
        return rnnlab.fit(
            model, task.batches(seed=lab.seed), loss_fn="mse", epochs=epochs, device="cpu",
            learning_rate=0.003, clip_norm=lab.clip_norm if lab.clip else None, progress=False,
            **options,
        )  # fmt: skip


class TrainingLabMachine(ExaminedLabMachine):
    may_raise = (RuntimeError,)  # a learner's own task that fails, when it is looked at
    at_the_end = {
        "task": "sine", "cell": "rnn", "hidden_state": "reset", "learning_rate": 0.003, "epochs": 2,
        "optimizer": "adam", "speed": "full",
    }  # fmt: skip
    good = [
        ("task", "recall"), ("task", "sunspots"), ("learning_rate", 0.0123), ("learning_rate", 1e9),
        ("epochs", 7), ("clip_norm", 1e-6), ("clip", True), ("seed", 12345), ("cell", "gru"),
        ("apply_while_training", True), ("hidden_state", "carry"), ("optimizer", "sgd"),
        ("optimizer", "rmsprop"), ("speed", 3), ("speed", 50.0), ("speed", "full"),
        ("free_running", True),
        *(("task", Faulty(name, calls)) for calls in (0, 1, 5)
          for name in ("batches", "reading", "validation_loss", "answers", "words")),
        *(("cell", own_cell(calls)) for calls in (0, 100, 2000)), ("seeds", 8),
    ]  # fmt: skip

    def make(self):
        return rnnlab.TrainingLab("sine", epochs=5, hidden_size=8)

    def runners(self):
        return [*super().runners(), self.lab._viewer.player]

    @rule(
        epoch=st.integers(-1, 9), slider=st.booleans(), wait=LabMachine.waits,
        thread=LabMachine.threads,
    )  # fmt: skip
    def look_at_an_epoch(self, epoch, slider, wait, thread):
        lab, model, history = self.lab, self.lab.model, self.lab.history
        weights, steps = [p.clone() for p in model.parameters()], len(history)
        where = (lab._viewer.film._slider, "value") if slider else (lab, "epoch")
        self.do(lambda: setattr(*where, epoch), wait, thread)
        if len(history) == steps:  # looking changes no weight
            for one, other in zip(model.parameters(), weights, strict=True):
                torch.testing.assert_close(one, other, rtol=0, atol=0, equal_nan=True)

    @rule(wait=LabMachine.waits, thread=LabMachine.threads)
    def play(self, wait, thread):
        self.do(self.lab._viewer.film._play.click, wait, thread)

    @rule(data=st.data(), wait=LabMachine.waits, thread=LabMachine.threads)
    def choose_a_run(self, data, wait, thread):
        strip = self.lab._viewer.strip
        if not strip._runs:
            return
        k = data.draw(st.integers(0, len(strip._runs) - 1))
        self.do(strip._buttons[k].click, wait, thread)

    @rule(after=st.sampled_from([0.0, 0.001, 0.01, 0.05]))
    def interrupt_a_cell_that_trains(self, after):
        """The stop button of JupyterLab, pressed while `lab.run()` is at work."""
        timer = threading.Timer(after, signal.raise_signal, [signal.SIGINT])

        def act():
            try:
                timer.start()
                self.lab.run()
                timer.join()
            except (KeyboardInterrupt, RuntimeError, rnnlab.TrainingDiverged):
                pass
            finally:
                with contextlib.suppress(KeyboardInterrupt):
                    timer.join()

        with contextlib.suppress(KeyboardInterrupt):
            self.do(act)

    def check_that_it_works(self):
        for button in ("Stop", "Train"):  # a run that waits would go on, with all its changes
            self.do(self.lab.buttons[button].click)
        self.settle()
        lab, task = self.lab, rnnlab.load_task("sine")
        assert f"Run {lab._training.number} is finished" in lab._status.value, lab._status.value
        assert lab._message.value == ""
        assert lab.history == self.by_fit(epochs=2, validation=task.validation_loss)
        assert lab.epoch == 2
        assert lab._viewer.strip._runs[-1].history is lab.history
        self.do(lab._viewer.film._play.click, 0.03)  # from its first epoch on
        assert lab._viewer.player.busy
        assert lab.epoch == 0
        self.do(lab._viewer.film._play.click, 0.03)  # it stops there
        assert not lab._viewer.player.busy
        first = lab._fresh(task)[0]  # as it was before all steps
        shown = torch.as_tensor(lab.pictures[0].panel.ahead.get_ydata())
        assert torch.equal(shown, task.one_step_ahead(first))
        assert "You are looking at epoch 0" in lab._status.value


class LoopStepperMachine(ExaminedLabMachine):
    may_raise = (RuntimeError,)
    at_the_end = {
        "task": "sine", "cell": "rnn", "fault": "nothing", "hidden_state": "reset", "clip": True,
        "learning_rate": 0.003,
    }  # fmt: skip
    good = [
        ("task", "recall"), ("learning_rate", 0.0123), ("learning_rate", 1e9), ("speed", 200),
        ("fault", "state-not-detached"), ("fault", "missing-step"), ("clip", True), ("clip", False),
        ("hidden_state", "carry"), ("seed", 12345), ("cell", "lstm"), ("cell", own_cell(100)),
        *(("task", Faulty(name, calls)) for calls in (0, 1, 5) for name in ("batches", "reading")),
    ]  # fmt: skip

    def make(self):
        return rnnlab.LoopStepper("sine", hidden_size=4, speed=8)

    def check_that_it_works(self):
        for button in ("Restart", "Next epoch"):
            self.do(self.lab.buttons[button].click)
        self.settle()
        lab = self.lab
        assert lab._message.value == ""
        assert lab.stepper.history.loss == self.by_fit(epochs=1).loss, lab._status.value


class OwnModel(torch.nn.Module):
    """A learner's own model; while `left` is a number it raises after so many calls."""

    def __init__(self):
        super().__init__()
        self.cell, self.readout = torch.nn.GRU(1, 4, batch_first=True), torch.nn.Linear(4, 1)
        self.left = None

    def forward(self, inputs, state=None):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise RuntimeError("the learner's own model has failed")
        outputs, state = self.cell(inputs, state)
        return self.readout(outputs), state


class OwnLoopStepperMachine(ExaminedLabMachine):
    """A stepper with the learner's own model and batches."""

    may_raise = (RuntimeError,)
    at_the_end = {"fault": "nothing", "hidden_state": "reset", "clip": True, "learning_rate": 0.003}
    good = [*((n, v) for n, v in LoopStepperMachine.good if n not in ("task", "cell"))]

    def make(self):
        torch.manual_seed(3)
        model = OwnModel()
        torch.set_rng_state(self.before_making)
        self.start = copy.deepcopy(model)
        batches = rnnlab.load_task("sine").batches(seed=1)
        return rnnlab.LoopStepper(model=model, batches=batches, loss_fn="mse", speed=8)

    def begin(self):
        self.before_making = torch.get_rng_state()
        super().begin()

    @rule(calls=st.sampled_from([None, 0, 1, 20]), wait=LabMachine.waits)
    def mend_or_break_the_model(self, calls, wait):
        self.do(lambda: setattr(self.lab.stepper.model, "left", calls), wait)

    def check_that_it_works(self):
        lab = self.lab
        lab.stepper.model.left = None
        for button in ("Restart", "Next epoch"):
            self.do(lab.buttons[button].click)
        self.settle()
        assert lab._message.value == ""
        batches = rnnlab.load_task("sine").batches(seed=1)
        clip_norm = lab.clip_norm if lab.clip else None
        expected = rnnlab.fit(
            self.start, batches, loss_fn="mse", epochs=1, device="cpu", learning_rate=0.003,
            clip_norm=clip_norm, progress=False,
        )  # fmt: skip
        assert lab.stepper.history.loss == expected.loss


class GradientLabMachine(LabMachine):
    at_the_end = {"length": 20, "scale": 1.0, "forget_bias": 0.0, "hidden_size": 8, "seed": 1}
    good = [
        ("length", 13), ("scale", 1e6), ("scale", 1e-6), ("clip_norm", 1e-3), ("forget_bias", -3.0),
        ("hidden_size", 3), ("seed", 12345), ("forget_bias", 0),
    ]  # fmt: skip
    press_a_button = None

    def make(self):
        return rnnlab.GradientLab(length=10, hidden_size=4)

    def check_that_it_works(self):
        self.settle()
        self.do(self.lab.describe)
        alone = rnnlab.GradientLab(clip_norm=self.lab.clip_norm, **self.at_the_end)
        for cell, measured in self.lab.gradients.items():
            expected = alone.gradients[cell]
            assert torch.equal(measured.through_time.matrix, expected.through_time.matrix)
            words = verdict(cell.upper(), expected.through_time.norms)
            assert words in self.lab.describe()
        alone.close()


class StateLabMachine(LabMachine):
    at_the_end = {"way": "reset", "window": 3, "hidden_size": 4, "epochs": 1, "seed": 2}
    good = [
        ("way", "carry without detach"), ("way", "carry with shuffle"), ("window", 7),
        ("epochs", 3), ("hidden_size", 3), ("seed", 12345),
    ]  # fmt: skip

    def make(self):
        return rnnlab.StateLab(window=2, hidden_size=4, epochs=1)

    def check_that_it_works(self):
        self.do(self.lab.buttons["Train"].click)
        self.settle()
        assert "Training is finished" in self.lab._status.value, self.lab._status.value
        task = carrying.recall_task(3, 2)
        for way, rows in self.lab.rows.items():
            expected = carrying.carry_through(task, way, hidden_size=4, epochs=1, seed=2)
            assert [row.loss for row in rows] == [row.loss for row in expected]


class LandscapeLabMachine(LabMachine):
    at_the_end = {
        "task": "sine", "cell": "rnn", "optimizer": "sgd", "hidden_size": 4, "seeds": 2,
        "epochs": 2, "learning_rates": [0.1, 1e6], "clip_norms": [None, 0.5],
    }  # fmt: skip
    good = [
        ("task", "recall"), ("task", "sunspots"), ("cell", "gru"), ("optimizer", "adam"),
        ("hidden_size", 3), ("seeds", 1), ("epochs", 7), ("learning_rates", [0.1]),
        ("learning_rates", [0.01, 0.1, 1e9]), ("clip_norms", [None]), ("clip_norms", (1, 2)),
        *(("task", Faulty("batches", calls)) for calls in (0, 1, 5)),
    ]  # fmt: skip

    @rule(data=st.data(), wait=LabMachine.waits, thread=LabMachine.threads)
    def press_a_button(self, data, wait, thread):
        buttons = {**self.lab.buttons}
        if isinstance(self.lab.task, Faulty):  # a training lab that cannot be made leaves widgets
            del buttons["Open in a training lab"]
        self.do(data.draw(st.sampled_from([*buttons.values()])).click, wait, thread)

    def make(self):
        return rnnlab.LandscapeLab(
            "sine", epochs=3, hidden_size=4, seeds=2, learning_rates=[0.01, 1.0], clip_norms=[1.0]
        )

    @rule(
        name=st.sampled_from(["ArrowLeft", "ArrowDown", "Enter"]), wait=LabMachine.waits,
        thread=LabMachine.threads,
    )  # fmt: skip
    def press_a_key(self, name, wait, thread):
        act = functools.partial(self.lab._access._handle_custom_msg, {"key": name}, [])
        self.do(act, wait, thread)

    @rule(x=st.floats(0, 1), y=st.floats(0, 1), wait=LabMachine.waits, thread=LabMachine.threads)
    def click(self, x, y, wait, thread):
        at = {"picture": 0, "x": x, "y": y}
        self.do(functools.partial(self.lab._access._handle_custom_msg, at, []), wait, thread)

    def check_that_it_works(self):
        self.do(self.lab.buttons["Train"].click)
        self.settle()
        assert "Training is finished" in self.lab._status.value, self.lab._status.value
        expected = rnnlab.LandscapeLab(**self.at_the_end)
        for place, spot in expected.run().spots.items():
            own = self.lab.landscape.spots[place]
            assert (own.losses, own.diverged) == (spot.losses, spot.diverged)
        expected.close()


@functools.cache
def warm_up():
    """Use once what is loaded or kept at its first use: each task and each cell."""
    tqdm(disable=True).close()  # the first one starts a thread that stays
    for task, cell in zip(TASKS, itertools.cycle(CELLS), strict=False):
        lab = rnnlab.TrainingLab(task, cell=cell, epochs=1, hidden_size=16)
        lab.run()
        lab.ask_the_doctor()
        lab.snapshot()
        lab.close()


@contextlib.contextmanager
def frozen():
    """Leave what is there out of each search for garbage: that took a quarter of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


# in the long form alone
OTHERS = (LoopStepperMachine, OwnLoopStepperMachine, GradientLabMachine, StateLabMachine,
          LandscapeLabMachine)  # fmt: skip
MACHINES = [TrainingLabMachine, *(pytest.param(other, marks=pytest.mark.slow) for other in OTHERS)]


ASKED = int(os.environ.get("RNNLAB_ACTIONS", 0)) // len(MACHINES)


# examples in a round, their actions at most, and how many actions there are at least
@short_or_long(
    ("examples", "steps", "actions"), (1, 25, 0), (4, 150 if ASKED else 25, max(100, ASKED))
)
@pytest.mark.parametrize("machine", MACHINES)
def test_no_order_of_actions_leaves_a_lab_that_does_not_answer(
    machine, examples, steps, actions, report
):
    run = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
        print_blob=False, phases=[Phase.generate], suppress_health_check=[*HealthCheck],
    )  # fmt: skip
    rounds = itertools.count()

    def act():
        run_state_machine_as_test(seed(next(rounds))(machine), settings=run)

    heard = io.StringIO()
    with on_threads(1), contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
        warm_up()
        act()
        machine.actions, machine.memory = 0, ()
        with frozen():
            act()
            while machine.actions < actions:
                act()
    assert "Traceback" not in heard.getvalue(), heard.getvalue()[-4000:]
    left = [after - before for before, after in itertools.pairwise([*machine.memory, in_use()])]
    most, mean = max(left), statistics.mean(left)
    report(
        f"{machine.__name__}: {machine.actions} actions in {len(left)} examples; memory left by "
        f"one: {mean:.2f} MB in the mean, {most:.1f} at most"
    )
    assert most < 5
    assert mean < 0.5
