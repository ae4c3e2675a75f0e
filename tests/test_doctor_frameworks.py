"""The doctor on what others' trainers do: Lightning, skorch, Keras on torch, and Accelerate.

Each script is run as its user would run it, on the package as it is installed. A correct one leaves
`model`; `updates`, the number of its updates as the framework counts them; and `backwards` where
that is another number.
"""

import contextlib
import random
import runpy
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

import rnnlab

SCRIPTS = Path(__file__).parent / "doctor" / "frameworks"
CORRECT = sorted((SCRIPTS / "correct").glob("*.py"))
DEFECTS = sorted((SCRIPTS / "defects").glob("*.py"))
PACKAGES = ("accelerate", "keras", "lightning", "skorch")
RAISING = {"state-not-detached"}

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def framework_of(path):
    return path.stem.partition("_")[0]


@pytest.fixture(autouse=True)
def settings(monkeypatch, tmp_path):
    """Keras on torch and on the CPU, its files elsewhere; the random numbers as they were."""
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setenv("KERAS_TORCH_DEVICE", "cpu")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    yield
    for restore, state in zip(
        (random.setstate, np.random.set_state, torch.set_rng_state), states, strict=True
    ):
        restore(state)


def run(path):
    if find_spec(framework_of(path)) is None:
        pytest.skip(f"{framework_of(path)} is not installed: 'make test-all' installs it")
    return runpy.run_path(str(path), run_name="__main__")


def weights(model):
    if hasattr(model, "get_weights"):  # of Keras
        return [torch.from_numpy(np.asarray(weight)) for weight in model.get_weights()]
    return [*model.state_dict().values()]


def test_each_framework_has_correct_scripts_and_defects():
    for paths in (CORRECT, DEFECTS):
        assert {framework_of(path) for path in paths} == {*PACKAGES}


@pytest.mark.parametrize("path", CORRECT, ids=lambda path: path.stem)
def test_a_correct_script_gets_no_finding_and_trains_the_same(path):
    bare = run(path)
    with rnnlab.watch() as report:
        seen = run(path)
    assert report.trace.stumbled is None
    assert report.worst in (None, "note"), str(report)
    for one, other in zip(weights(bare["model"]), weights(seen["model"]), strict=True):
        assert torch.equal(one, other)
    counts, updates = report.trace.counts, seen["updates"]
    assert counts["backward"] == seen.get("backwards", updates) > 0
    assert counts["forward"] >= counts["backward"]
    # Keras' own optimizers are none of torch's: the report says what was not seen
    steps_by_keras = getattr(seen["model"], "compiled", False)
    assert counts["step"] == (0 if steps_by_keras else updates)
    assert ("no updates to judge" in report.looked_at()) == steps_by_keras
    assert bool(counts["recurrent"]) == (framework_of(path) != "keras")


@pytest.mark.parametrize("path", DEFECTS, ids=lambda path: path.stem)
def test_a_defect_is_found_on_its_line(path):
    code = path.stem.partition("_")[2]
    lines = path.read_text().splitlines()
    wanted = [k for k, line in enumerate(lines, start=1) if line.endswith("# <- here")]
    passes = pytest.raises(RuntimeError, match="backward through the graph a second time")
    with passes if code in RAISING else contextlib.nullcontext(), rnnlab.watch() as report:
        run(path)
    assert report.trace.stumbled is None
    assert [finding.code for finding in report.findings] == [code], str(report)
    assert report.findings[0].severity != "note"
    assert report.findings[0].where.file == str(path)
    assert [report.findings[0].where.line] == wanted
