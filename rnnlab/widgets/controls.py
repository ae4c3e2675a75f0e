"""The controls of a training lab: what each setting may be, and how it is offered and checked."""

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import ipywidgets as w
import traitlets

from rnnlab.base.checks import POLICIES, check_known, check_positive
from rnnlab.base.say import say, say_count, translated
from rnnlab.base.showable import NAME, showable
from rnnlab.model.cells import CELLS
from rnnlab.pictures.task_panels import PANELS
from rnnlab.runs.optimizers import OPTIMIZERS
from rnnlab.tasks import recipe
from rnnlab.tasks.catalogue import TASKS, Task, load_task

LEARNING_RATES = [d * 10.0**e for e in (-4, -3, -2, -1) for d in (1, 1.5, 2, 3, 5, 7)] + [1.0]
EPOCHS = [1, 2, 5, 10, 20, 40, 60, 100, 200, 500]
CLIP_NORMS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
HIDDEN_SIZES = [1, 2, 4, 8, 16, 32, 64, 128]
FULL = "full"
SEEDS = [1, 8, 16]  # runs with seeds in a row; more than 16 would take longer than two seconds
SPEEDS: list[Any] = [FULL, 10, 3, 1]  # epochs per second
TIPS = {
    "task": "What the network learns from, and what it is to predict.",
    "cell": "The kind of network: rnn is the plain one; gru and lstm have gates to remember.",
    "optimizer": "What a step makes of the gradient: SGD takes it as it is, Adam scales it.",
    "hidden_size": "How many numbers the network remembers from one time step to the next.",
    "hidden_state": "reset: each batch starts from nothing; carry: from where the last one ended.",
    "learning_rate": "How far the weights move at each step. Too low: slow; too high: it diverges.",
    "epochs": "How many times the network sees all training data; each time takes several steps.",
    "clip": "Whether a step that asks for too large a change (a long gradient) is shortened.",
    "clip_norm": "The length to which a longer gradient is shortened, so that no step is too wild.",
    "speed": "How fast a run goes by: full, or slowly enough to watch it.",
    "free_running": "Show, dotted, the forecast that reads its own predictions, never the data; "
    "there is none where the network reads more columns than the one that it predicts.",
    "apply_while_training": "A changed learning rate or bound acts in the middle of a run.",
    "seed": "Which random numbers a run starts from. The same seed gives the same run.",
    "seeds": "How many runs, with this seed and the next ones: how much of a result is luck.",
}
BUTTONS = (  # the name of each, by which a lab has it, and its tip
    ("Train", "Train a network with these settings, from its first weights."),
    ("Pause", "Let the run wait; pressed again, it goes on."),
    ("Step", "Make one step, of the run that waits or of a new one, and wait."),
    ("Stop", "End the run where it is."),
    ("Ask the doctor", "Have a fresh run with these settings examined: what is wrong, what to do?"),
    ("More settings", "Optimizer, hidden size, hidden state, seed, more seeds, speed, and more."),
    ("Open in a training lab", "Show a training lab with the settings of the chosen cell, below."),
    ("Clear", "Forget all runs, and show an untrained network."),
    ("Defaults", "Set every setting to what it was at first."),
    ("Next phase", "Run the next lines of the loop. Key: Enter."),
    ("Next batch", "Run what is left of this batch, or all of the next."),
    ("Next epoch", "Run to the end of this pass over the data, or of the next."),
    ("Run", "Run phase after phase; pressed again, it pauses. Key: Space."),
    ("Back", "Take the last phase back."),
    ("Restart", "Begin again from the first weights and the first batch."),
)
# an LSTM of 1024 units takes 70 MB to train, one of ten times as many 7 GB
MOST = {"hidden_size": 1024, "epochs": 10_000}


def check_setting(name: str, value: Any) -> None:
    """Refuse a value that cannot work, naming the setting, the value and what was expected."""
    if name == "task":
        check_task(value)
    elif name in ("apply_while_training", "free_running"):
        recipe.check_switch(name, value)
    elif name == "optimizer":
        check_known(name, value, OPTIMIZERS, "optimizers")
    elif name == "speed":
        check_speed(value)
    elif name == "seeds":
        if type(value) is not int or value not in SEEDS:
            raise ValueError(say("seeds is {value!r}; expected 1, 8 or 16", value=value))
    else:
        recipe.check_setting(name, value)
    if name in MOST and value > MOST[name]:
        refusal = (
            "{name} is {value}; a lab takes at most {most}, so that it stays quick and within "
            "memory: go further with rnnlab.fit"
        )
        raise ValueError(say(refusal, name=name, value=value, most=MOST[name]))


def check_speed(value: Any) -> None:
    """Refuse what is neither "full" nor a number of epochs a second above 0."""
    if value != FULL:
        try:
            check_positive("speed", value)
        except (TypeError, ValueError):
            refusal = 'speed is {value!r}; expected "full", or epochs per second above 0'
            raise ValueError(say(refusal, value=value)) from None


def check_task(task: Any) -> None:
    """Refuse what is neither the name of a task nor an object with all that a lab needs of one."""
    if isinstance(task, str):
        check_known("task", task, TASKS, "tasks")
        return
    needed = [*Task.__annotations__, *(name for name in vars(Task) if not name.startswith("_"))]
    missing = [name for name in needed if not hasattr(task, name)]
    if missing:
        refusal = (
            "task is {task!r}, which has no {missing}; give one of the names {names}, or an object "
            "with all that rnnlab.tasks.catalogue.Task asks for"
        )
        names = ", ".join(TASKS)
        raise ValueError(say(refusal, task=task, missing=", ".join(missing), names=names))
    check_known("task.picture", task.picture, PANELS, "pictures")


def as_task(task: str | Task) -> Task:
    """Return the task of this name, or the task itself."""
    return load_task(task) if isinstance(task, str) else task


def make_controls(names: Iterable[str], task: str | Task = "") -> dict[str, Any]:
    """Return the control of each of these settings, by its name; your own task is offered too."""
    tasks: list[Any] = list(TASKS)
    if not isinstance(task, str):
        tasks = [(showable(task.name, NAME), task), *((name, name) for name in TASKS)]
    speeds = [(say_speed(speed), speed) for speed in SPEEDS]
    seeds = [(say_count("{n} run", "{n} runs", n=count), count) for count in SEEDS]
    kinds: dict[str, Callable[[], Any]] = {
        "task": lambda: w.Dropdown(options=tasks, description=say("Task")),
        "cell": lambda: w.ToggleButtons(options=list(CELLS), description=say("Cell")),
        "optimizer": lambda: w.Dropdown(options=list(OPTIMIZERS), description=say("Optimizer")),
        "hidden_size": lambda: NumberSlider(say("Hidden size"), HIDDEN_SIZES, say_units),
        "hidden_state": lambda: w.Dropdown(options=POLICIES, description=say("Hidden state")),
        "learning_rate": lambda: NumberSlider(say("Learning rate"), LEARNING_RATES),
        "epochs": lambda: NumberSlider(say("Train for"), EPOCHS, say_epochs),
        "clip": lambda: w.Checkbox(description=say("Clip"), indent=False),
        "clip_norm": lambda: NumberSlider(say("Clip above"), CLIP_NORMS),
        "speed": lambda: w.Dropdown(options=speeds, description=say("Speed")),
        "free_running": lambda: w.Checkbox(description=say("Forecast on its own, too")),
        "apply_while_training": lambda: w.Checkbox(description=say("Apply while training")),
        "seeds": lambda: w.Dropdown(options=seeds, description=say("Seeds")),
        "seed": lambda: w.BoundedIntText(min=0, max=10**6, description=say("Seed")),
    }
    controls = {name: sized(kinds[name]()) for name in names}
    for name, control in controls.items():
        give_tip(control, translated(TIPS[name]))
    return controls


class NumberSlider(w.HBox):
    """A slider over some values, and beside it a field in which any other can be typed.

    Attributes:
        value: the number; what was typed and is no number is its text.
        description: what a reader calls it.
        options: the values of the slider, each as (label, value).

    Args:
        description: as the attribute.
        values: of the slider.
        label: returns how a value is written with its unit, such as `say_epochs`.
    """

    value = traitlets.Any()

    def __init__(
        self,
        description: str,
        values: Sequence[float],
        label: Callable[[Any], str] = "{:g}".format,
    ) -> None:
        self.description, self._written = description, label
        options = self._named(values)
        self._slider = w.SelectionSlider(options=options, description=description)
        self._slider.style.description_width, self._slider.layout.width = "92px", "196px"
        self._field = w.Text(continuous_update=False, layout=w.Layout(width="56px"))
        self._unit = w.Label()
        super().__init__([self._slider, self._field, self._unit], value=values[0])
        self.add_class("rnnlab-number")
        self._taking = False
        self._show()
        self.observe(lambda _: self._show(), "value")
        self._slider.observe(lambda _: self._take(self._slider.value), "value")
        self._field.observe(lambda _: self._take(as_number(self._field.value)), "value")

    def _take(self, value: float | str) -> None:
        """Have a reader's value; whoever follows it may put the one before back in its place."""
        if self._taking:
            return
        self._taking = True  # it is shown when it has been accepted
        try:
            self.value = value
        finally:
            self._taking = False
        self._show()

    @property
    def options(self) -> tuple[tuple[str, float], ...]:
        """The values of the slider, each as (label, value)."""
        options: tuple[tuple[str, float], ...] = self._slider.options
        return options

    @property
    def style(self) -> Any:
        """The style of the slider, for the width of its description."""
        return self._slider.style

    @property
    def tooltip(self) -> str:
        """What is shown of it when the pointer rests on it."""
        return str(self._slider.tooltip)

    @tooltip.setter
    def tooltip(self, words: str) -> None:
        give_tip(self._slider, words)
        give_tip(self._field, words)

    def _named(self, values: Iterable[float]) -> list[tuple[str, float]]:
        return [(self._written(value), value) for value in values]

    def _show(self) -> None:
        """Show the value in both parts; the slider gets it as one of its own, if it lacks it."""
        if self._taking or isinstance(self.value, str):
            return
        known = [value for _, value in self.options]
        near = next((value for value in known if math.isclose(value, self.value)), None)
        self._taking = True  # what is shown is no reader's choice
        try:
            if near is None:  # new options choose the first of them
                self._slider.options = self._named(sorted({*known, self.value}))
            self._slider.value = self.value if near is None else near
            text = f"{self.value:g}" if isinstance(self.value, float) else str(self.value)
            self._field.value = text
            self._unit.value = self._written(self.value).partition(text)[2].strip()
        finally:
            self._taking = False


def give_tip(control: Any, words: str) -> None:
    """Have words shown when the pointer rests on a control."""
    control.tooltip = words
    if isinstance(control, w.Widget) and not control.has_trait("tooltip"):  # in ipywidgets 7
        control.description_tooltip = words


def on_button(name: str) -> tuple[str, str]:
    """Return what is written on a button, and its tip."""
    (found,) = [(translated(word), translated(tip)) for word, tip in BUTTONS if word == name]
    return found


def say_speed(speed: Any) -> str:
    """Return in words how many epochs a second a run takes."""
    if speed == FULL:
        return translated(FULL)
    text = "{speed:g} epoch a second" if speed == 1 else "{speed:g} epochs a second"
    return say(text, speed=speed)


def say_epochs(epochs: int) -> str:
    """Return in words how many epochs."""
    return say_count("{n} epoch", "{n} epochs", n=epochs)


def say_units(units: int) -> str:
    """Return in words how many units a network has."""
    return say_count("{n} unit", "{n} units", n=units)


def as_number(text: str) -> float | str:
    """Return the number that was typed, an integer where it is one, or the text itself."""
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text


def offer(control: Any, value: Any) -> None:
    """Show a value in its control, adding it to the choices if it is not one of them."""
    if isinstance(control, w.BoundedIntText):
        control.max = max(control.max, value)
    elif isinstance(control, w.Dropdown | w.ToggleButtons) and not isinstance(value, str):
        if not any(same(v, value) for _, v in map(_pair, control.options)):
            label = showable(getattr(value, "name", ""), NAME) or say_speed(value)
            # In front: new options choose the first, and no other task is to run on the way.
            control.options = [(label, value), *map(_pair, control.options)]
    if not same(control.value, value):
        control.value = value


def same(one: Any, other: Any) -> bool:
    """Return whether two values of a setting mean the same."""
    if type(one) in (int, float) and type(other) in (int, float):
        return math.isclose(one, other)  # a slider may send 1.0000000000000002 for 1
    return one is other or (type(one) is type(other) and one == other)


def row(widgets: Iterable[w.Widget]) -> w.Box:
    """Return widgets side by side, wrapped where the page is narrow."""
    layout = w.Layout(flex_flow="row wrap", align_items="center")  # not said
    return w.Box([*widgets], layout=layout)


def sized(control: Any) -> Any:
    """Give a control the width that all have."""
    if not isinstance(control, NumberSlider):  # whose parts have their own
        control.style.description_width = "90px"
        control.layout.width = "300px"
    control.layout.max_width = "100%"
    return control


def compact(control: Any) -> None:
    """Give a control no more width than its words and its choices take."""
    control.layout.width, control.style.description_width = "max-content", "auto"
    control.layout.margin = "2px 6px 2px 4px"  # its label stands close to it, its neighbours not
    if isinstance(control, w.ToggleButtons):
        control.style.button_width = "auto"


def _pair(option: Any) -> tuple[str, Any]:
    return option if isinstance(option, tuple) else (option, option)
