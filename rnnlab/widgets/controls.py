"""The controls of a training lab: what each setting may be, and how it is offered and checked."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets as w

from rnnlab.base.checks import POLICIES, check_known
from rnnlab.base.say import say
from rnnlab.model.cells import CELLS
from rnnlab.pictures.task_panels import PANELS
from rnnlab.tasks import recipe
from rnnlab.tasks.catalogue import TASKS, Task, load_task

LEARNING_RATES = [d * 10.0**e for e in (-4, -3, -2, -1) for d in (1, 1.5, 2, 3, 5, 7)] + [1.0]
EPOCHS = [1, 2, 5, 10, 20, 40, 60, 100, 200, 500]
CLIP_NORMS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
HIDDEN_SIZES = [1, 2, 4, 8, 16, 32, 64, 128]
# an LSTM of 1024 units takes 70 MB to train, one of ten times as many 7 GB
MOST = {"hidden_size": 1024, "epochs": 10_000}


def check_setting(name: str, value: Any) -> None:
    """Refuse a value that cannot work, naming the setting, the value and what was expected."""
    if name == "task":
        check_task(value)
    elif name == "apply_while_training":
        recipe.check_switch(name, value)
    else:
        recipe.check_setting(name, value)
    if name in MOST and value > MOST[name]:
        refusal = (
            "{name} is {value}; a lab takes at most {most}, so that it stays quick and within "
            "memory: go further with rnnlab.fit"
        )
        raise ValueError(say(refusal, name=name, value=value, most=MOST[name]))


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
        tasks = [(task.name, task), *((name, name) for name in TASKS)]
    kinds: dict[str, Callable[[], Any]] = {
        "task": lambda: w.Dropdown(options=tasks, description="Task"),
        "cell": lambda: w.Dropdown(options=list(CELLS), description="Cell"),
        "hidden_size": lambda: slider("Hidden size", HIDDEN_SIZES, "{} units"),
        "hidden_state": lambda: w.Dropdown(options=POLICIES, description="Hidden state"),
        "learning_rate": lambda: slider("Learning rate", LEARNING_RATES, "{:g}"),
        "epochs": lambda: slider("Train for", EPOCHS, "{} epochs"),
        "clip": lambda: w.Checkbox(description="Clip the gradient norm"),
        "clip_norm": lambda: slider("Clip above", CLIP_NORMS, "{:g}"),
        "apply_while_training": lambda: w.Checkbox(description="Apply while training"),
        "seed": lambda: w.BoundedIntText(min=0, max=10**6, description="Seed"),
    }
    return {name: sized(kinds[name]()) for name in names}


def offer(control: Any, value: Any) -> None:
    """Show a value in its control, adding it to the choices if it is not one of them."""
    if isinstance(control, w.SelectionSlider):
        known = [v for _, v in control.options]
        near = [v for v in known if math.isclose(v, value)]
        if not near:
            choices = sorted({*known, value})
            control.options = [(control.label_format.format(v), v) for v in choices]
        value = near[0] if near else value
    elif isinstance(control, w.BoundedIntText):
        control.max = max(control.max, value)
    elif isinstance(control, w.Dropdown) and not isinstance(value, str):
        if all(v is not value for _, v in map(_pair, control.options)):
            # In front: new options choose the first, and no other task is to run on the way.
            control.options = [(value.name, value), *map(_pair, control.options)]
    if not same(control.value, value):
        control.value = value


def same(one: Any, other: Any) -> bool:
    """Return whether two values of a setting mean the same."""
    if type(one) in (int, float) and type(other) in (int, float):
        return math.isclose(one, other)  # a slider may send 1.0000000000000002 for 1
    return one is other or (type(one) is type(other) and one == other)


def slider(description: str, values: list[Any], label: str) -> w.SelectionSlider:
    """Return a slider over the given values, each shown with its unit."""
    control = w.SelectionSlider(
        options=[(label.format(v), v) for v in values], description=description
    )
    control.label_format = label
    return sized(control)


def row(widgets: Iterable[w.Widget]) -> w.Box:
    """Return widgets side by side, wrapped where the page is narrow."""
    return w.Box([*widgets], layout=w.Layout(flex_flow="row wrap", align_items="center"))


def sized(control: Any) -> Any:
    """Give a control the width that all have."""
    control.style.description_width = "90px"
    control.layout.width = "300px"
    control.layout.max_width = "100%"
    return control


def _pair(option: Any) -> tuple[str, Any]:
    return option if isinstance(option, tuple) else (option, option)
