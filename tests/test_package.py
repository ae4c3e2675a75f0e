"""The house: what an import loads, which way imports run, and that README tells the truth."""

import ast
import pathlib
import re
import subprocess
import sys

import rnnlab

HOUSE = pathlib.Path(rnnlab.__file__).parent
README = HOUSE.parent / "README.md"

# Each module imports from lines above its own only; what stands on one line does not import
# one another.
FLOORS = [
    {"files"},
    {"tables"},
    {
        "__version__",  # a name in __init__.py, which imports nothing
        "arguments",
        "bptt",
        "figures",
        "history",
        "interrupt",
        "intervals",
        "memory",
        "randomness",
        "threads",
        "doctor.advice",
        "doctor.axes",
        "doctor.graphs",
        "doctor.parameters",
        "doctor.events",
    },
    {"doctor.cycle", "sheets"},
    {"doctor.trace"},
    {"doctor.marks", "doctor.raised", "doctor.report", "doctor.rule", "doctor.source"},
    {"doctor.flow"} | {f"doctor.rules_of_{what}" for what in ("losses", "order", "size", "state")},
    {"doctor.judge"},
    {"checks"},
    {"extras"},
    {"data", "hidden", "loop_checks", "losses", "optimizers", "recurrence"},
    {"shards"},
    {"ranks"},
    {"loop", "model", "reading", "doctor.calls"},
    {"phases", "unrolling", "saved_states", "keras_layout", "keras_twin"},
    {"tensorflow_twin"},
    {"checkpoints"},
    {"rank_checkpoints"},
    {"fitting"},
    {"through_time", "doctor.back_in_time"},
    {"probes", "doctor.recorder"},
    {"doctor.watch"},
    {"doctor.__main__", "doctor.examine"},
    {"series", "sequences", "stepping", "temporal_order"},
    {"tasks", "carrying", "phase_words", "whole_loop"},
    {"recipe", "sweeps.pool"},
    {"sweeps.trial"},
    {"sweeps.files", "sweeps.grid"},
    {"sweeps.table"},
    {"sweeps.sweeping"},
    {"exercises.trials"},
    {"exercises.two_halves", "exercises.step_in_tensorflow"},
    {f"exercises.e{number:02}" for number in range(1, 14)},
    {"plots"},
    {"drawings", "panels", "gradient_panels", "state_panels", "stepper_panels"},
    {"run_picture", "sweeps.drawings"},
    {"commands.course", "commands.failing"},
    {"commands.lab", "commands.running"},
    {"commands.train"},
    {"commands.main"},
    {"__main__"},
    {
        "widgets.access",
        "widgets.keys",
        "widgets.live",
        "widgets.outputs",
        "widgets.picture",
        "widgets.stepper_page",
    },
    {"widgets.base", "widgets.controls"},
    {"widgets.settings"},
    {"widgets.doctoring"},
    {"widgets.lab", "widgets.gradient_lab", "widgets.state_lab", "widgets.stepper"},
]
LIBRARIES = {  # the only importers of a library
    "matplotlib": {
        "plots",
        "drawings",
        "panels",
        "run_picture",
        "sweeps.drawings",
        "gradient_panels",
        "state_panels",
        "stepper_panels",
        "widgets.picture",
    },
    "ipywidgets": {
        "widgets.picture",
        "widgets.outputs",
        "widgets.base",
        "widgets.controls",
        "widgets.doctoring",
        "widgets.lab",
        "widgets.gradient_lab",
        "widgets.state_lab",
        "widgets.stepper",
    },
    "anywidget": {"widgets.access", "widgets.keys"},
    "IPython": {"extras", "widgets.base"},
    "tensorflow": {"keras_twin", "tensorflow_twin", "exercises.step_in_tensorflow"},
    "keras": {"keras_twin", "exercises.step_in_tensorflow"},
    "asyncio": {"widgets.live"},
}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            whole = node.module == "rnnlab"  # from rnnlab import hidden
            yield from (f"rnnlab.{n.name}" for n in node.names) if whole else [node.module]


def test_imports_run_one_way():
    floor_of = {name: k for k, floor in enumerate(FLOORS) for name in floor}
    for path in HOUSE.rglob("*.py"):
        name = ".".join(path.relative_to(HOUSE).with_suffix("").parts)
        if path.name == "__init__.py":
            continue
        for imported in imports(path):
            package, _, module = imported.partition(".")
            assert name in LIBRARIES.get(package, {name}), f"{name} imports {package}"
            if package == "rnnlab":
                assert floor_of[module] < floor_of[name], f"{name} imports {module}"


def test_import_is_light():
    heavy = {"matplotlib", "ipywidgets", "torch", "tensorflow", "keras"}
    code = f"import sys, rnnlab; print({heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_every_public_name_is_there_and_documented():
    for name in rnnlab.__all__:
        assert getattr(rnnlab, name).__doc__, name
    assert set(rnnlab.__all__) <= set(dir(rnnlab))


def test_readme_example_runs():
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 280
    assert lines[-1].startswith("40 279 0.")
