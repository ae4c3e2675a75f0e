"""The mistakes in the lessons: each has a section in the gallery, 09, and in one other lesson."""

import re
from pathlib import Path

import nbformat
import pytest

from rnnlab.course.lessons import sections_by_mistake
from rnnlab.doctor.judge import RULES

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
NOTEBOOK = NOTEBOOKS / "09_break_it.ipynb"
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


# ---- the sections that the labs link to ---------------------------------------------------

IN_THE_GALLERY_ALONE = {"missing-backward": "no other lesson leaves this line out"}
TAUGHT_BY = {  # what only that section of its lesson says of the mistake
    "batch-first": "forgotten = nn.RNN(1, 8)",
    "output-not-unpacked": "readout(rnn(inputs))",
    "dtype-mismatch": "hand a NumPy series to the network as it is",
    "cross-entropy-axis": "it took axis 1, the 24 time steps, for 24 classes",
    "target-dtype": "expected target dtype to be Long or Byte",
    "loss-broadcast": "each prediction is compared with all targets",
    "softmax-before-cross-entropy": "softmax is applied a second time",
    "missing-zero-grad": "with the clearing left out",
    "no-graph": "does not require grad",
    "vanishing-gradient": "This is the vanishing gradient",
    "clip-before-backward": 'if place == "before backward":',
    "clip-after-step": 'if place == "after step":',
    "nonfinite-gradient": "the norm of a vector with a nan is nan",
    "exploding-gradient": "over an edge, beyond which the gradient is hundreds of times as long",
    "learning-rate-too-high": "Too high, it jumps up",
    "learning-rate-too-low": "Too low, it goes down slowly",
    "missing-step": "one that does not move at all points at the step",
    "step-before-backward": 'if place == "before backward":',
    "parameters-not-in-optimizer": "a fresh readout",
    "mean-of-batch-means": "in the plain mean one single window makes up half of the number",
    "zero-grad-after-backward": "zero_grad comes three lines later, behind backward",
    "eval-mode-while-training": "`model.train()` switches back",
    "validation-builds-graph": "no graph, so memory is saved and no backward is possible",
    "carried-and-shuffled": 'training(carry, task.batches(order="shuffled"))',
    "state-not-detached": "training(keep, streams)",
    "detached-every-time-step": "a wrong one: inside the time loop",
    "retain-graph": ".backward(retain_graph=True)",
    "lstm-state-is-a-tuple": "'tuple' object has no attribute 'detach'",
    "state-batch-size": "what does a recurrent layer say to a state of 4 rows and a batch of 3",
    "graph-kept": "`total + loss` holds on to the graph of each batch",
    "device-mismatch": "the model moves, the inputs are forgotten",
}


def text_of(notebook, id=None):
    """Return what stands in a notebook; with a cell's id, from its last heading to the next."""
    lines, headings = [], []  # of a heading: where it is, its level, its cell
    for cell in nbformat.read(NOTEBOOKS / notebook, 4).cells:
        for line in cell.source.split("\n"):
            if cell.cell_type == "markdown" and (mark := re.match("#+ ", line)):
                headings.append((len(lines), len(mark.group()), cell.id))
            lines.append(line)
    if id is None:
        return "\n".join(lines)
    begin, level, _ = [heading for heading in headings if heading[2] == id][-1]
    after = (k for k, other, _ in headings if k > begin and other <= level)
    return "\n".join(lines[begin : next(after, None)])


@pytest.mark.parametrize("code", RULES)
def test_the_sections_of_each_mistake_speak_of_it(code):
    sections = {section.notebook: section for section in sections_by_mistake()[code]}
    assert len(sections) == len(sections_by_mistake()[code])
    gallery = text_of(NOTEBOOK.name, sections.pop(NOTEBOOK.name).cell)
    assert re.match(rf"### .+: `{code}`\n", gallery)
    assert f'doctor_says(report, "{code}")' in gallery
    if code in IN_THE_GALLERY_ALONE:
        assert sections == {}
        return
    (section,) = sections.values()
    assert section.notebook == f"{RULES[code].lesson}.ipynb"
    taught = text_of(section.notebook, section.cell)
    assert re.match(rf"#+ {re.escape(section.heading)}\n", taught)
    said = TAUGHT_BY[code]
    assert taught.count(said) == text_of(section.notebook).count(said) > 0


def test_no_section_is_of_an_unknown_mistake():
    assert set(sections_by_mistake()) == {*RULES} == {*TAUGHT_BY, *IN_THE_GALLERY_ALONE}
