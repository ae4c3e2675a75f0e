"""The house: what an import loads, which way imports run, and that README tells the truth."""

import ast
import inspect
import pathlib
import re
import subprocess
import sys
from graphlib import TopologicalSorter

import pytest

import rnnlab
from rnnlab.loop.training import Run

HOUSE = pathlib.Path(rnnlab.__file__).parent
README = HOUSE.parent / "README.md"

# The rooms, from the ground up: each imports from the rooms above it in this list alone.
ROOMS = [
    "base",
    "loop",
    "model",
    "data",
    "tasks",
    "pictures",
    "runs",
    "probes",
    "microscope",
    "doctor",
    "twins",
    "course",
    "widgets",
    "commands",
]
LIBRARIES = {  # the only importers of a library
    "matplotlib": {"pictures", "course.drawings", "widgets.picture"},
    "ipywidgets": {"widgets"},
    "anywidget": {"course.guess_page", "widgets"},
    "IPython": {"course.extras", "widgets"},
    "tensorflow": {"twins", "course.judges.further.e11"},
    "keras": {"twins", "course.judges.further.e11"},
    "asyncio": {"widgets"},
}


# What the loop knows nothing of: files, signals, random numbers, processes, pictures, widgets.
NOT_IN_THE_LOOP = {"os", "io", "pathlib", "csv", "json", "signal", "threading", "asyncio", "random",
                   "numpy", "torch.distributed", "torch.utils.data", "matplotlib", "ipywidgets",
                   "rnnlab.base.files", "rnnlab.base.tables"}  # fmt: skip


def module_name(path):
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


FILES = {module_name(path): path for path in HOUSE.rglob("*.py")}


def imports(path):
    """Yield what a file imports; of rnnlab the modules, not the names in them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole.removeprefix("rnnlab.") in FILES else node.module


def in_house(path):
    wanted = (name.removeprefix("rnnlab.") for name in imports(path) if name.startswith("rnnlab."))
    return {name for name in wanted if name in FILES}


def within(name, places):
    return any(name == place or name.startswith(f"{place}.") for place in places)


@pytest.mark.parametrize("name", [name for name in FILES if "." in name])
def test_imports_run_one_way(name):
    room = name.partition(".")[0]
    for imported in imports(FILES[name]):
        package = imported.partition(".")[0]
        assert within(name, LIBRARIES.get(package, {name})), f"{name} imports {package}"
        assert imported != "rnnlab" or room == "commands", f"{name} imports the whole house"
    for module in in_house(FILES[name]):
        other = module.partition(".")[0]
        assert ROOMS.index(other) <= ROOMS.index(room), f"{name} imports {module}, upwards"


@pytest.mark.parametrize("name", [name for name in FILES if within(name, ["doctor"])])
def test_the_doctor_knows_little_of_the_house(name):
    known = ["doctor", "base", "model.unrolled"]
    assert all(within(module, known) for module in in_house(FILES[name]))


def test_no_import_runs_in_a_circle():
    rooms = {name: in_house(path) - {name} for name, path in FILES.items() if "." in name}
    list(TopologicalSorter(rooms).static_order())  # raises for a circle, and names it


def test_the_house_can_be_seen_at_a_glance():
    folders = [path for path in HOUSE.iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert {path.name for path in folders} == {*ROOMS, "locale"}  # which holds no code
    assert len(folders) <= 16
    assert {path.name for path in HOUSE.glob("*.py")} == {"__init__.py", "__main__.py"}
    for folder in {path.parent for path in FILES.values()}:
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(modules) <= 14, folder


def test_the_loop_fits_on_a_screen_and_knows_nothing_else():
    loop = [FILES[name] for name in FILES if within(name, {"loop"})]
    assert sum(len(path.read_text().splitlines()) for path in loop) <= 450
    for path in loop:
        assert not NOT_IN_THE_LOOP & {*imports(path)}, path
        rooms = {name.partition(".")[0] for name in in_house(path)}
        assert rooms <= {"base", "loop"}, path
    source, _ = inspect.getsourcelines(Run._epochs)
    assert len(source) <= 25


def test_no_code_is_executed_from_text():
    for name, path in FILES.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {n.func.id for n in ast.walk(tree)
                  if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}  # fmt: skip
        assert not called & {"exec", "eval", "compile"}, name
        assert "ast" not in {*imports(path)} or within(name, {"doctor"}), name


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
