"""The gallery of mistakes, notebook 09: each has a section with code, or a link to a lesson."""

import re
from pathlib import Path

import nbformat
import pytest

from rnnlab.doctor.judge import RULES

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "09_break_it.ipynb"
CODES = (
    "state-not-detached",
    "retain-graph",
    "lstm-state-is-a-tuple",
    "state-batch-size",
    "batch-first",
    "loss-broadcast",
    "cross-entropy-axis",
    "target-dtype",
    "missing-zero-grad",
    "zero-grad-after-backward",
    "clip-before-backward",
    "clip-after-step",
    "nonfinite-gradient",
    "detached-every-time-step",
    "carried-and-shuffled",
    "graph-kept",
    "device-mismatch",
    "dtype-mismatch",
    "no-graph",
    "eval-mode-while-training",
    "validation-builds-graph",
    "missing-step",
    "missing-backward",
    "step-before-backward",
    "parameters-not-in-optimizer",
    "softmax-before-cross-entropy",
    "output-not-unpacked",
    "mean-of-batch-means",
    "learning-rate-too-high",
    "learning-rate-too-low",
    "vanishing-gradient",
    "exploding-gradient",
)
PHASES = ("batch", "zero_grad", "forward", "loss", "backward", "clip", "step", "state", "epoch")


def sections():
    """Return the cells below each heading, by the heading."""
    found, heading = {}, ""
    for cell in nbformat.read(NOTEBOOK, 4).cells:
        lines = cell.source.split("\n") if cell.cell_type == "markdown" else []
        for line in lines:
            if re.match("#+ ", line):
                heading = line
                assert heading not in found, f"{heading!r} stands twice"
        found.setdefault(heading, []).append(cell)
    return found


SECTIONS = sections()


@pytest.mark.parametrize("code", CODES)
def test_each_mistake_has_a_section(code):
    headings = [heading for heading in SECTIONS if f"`{code}`" in heading]
    assert len(headings) == 1, headings
    assert headings[0].startswith("### ")
    cells = SECTIONS[headings[0]]
    text = "".join(cell.source for cell in cells if cell.cell_type == "markdown")
    is_run = any(cell.cell_type == "code" for cell in cells)
    assert is_run or re.search(r"\]\(\d\d_\w+\.ipynb\)", text)
    assert not is_run or "**What is wrong?**" in text


def test_the_doctor_knows_these_mistakes():
    assert set(CODES) == {*RULES}


def test_no_heading_names_an_unknown_mistake():
    named = {code for heading in SECTIONS for code in re.findall("`([^`]+)`", heading)}
    assert named == set(CODES)


def test_the_phases_stand_in_the_order_of_the_loop():
    headings = [heading.lower() for heading in SECTIONS if heading.startswith("## ")]
    places = [next(k for k, h in enumerate(headings) if phase in h) for phase in PHASES]
    assert places == list(range(len(PHASES)))
