"""The mistakes in the lessons: each has a section in the gallery, 09, most in another lesson."""

import itertools
import re
from pathlib import Path

import nbformat
import pytest

from rnnlab.course.lessons import sections_by_mistake
from rnnlab.doctor.judge import RULES
from tests.lesson_claims import CLAIMS

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
GALLERY = sorted(NOTEBOOKS.glob("09*.ipynb"))
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
# What the doctor finds too, and no lesson has a section of its own for yet.
NO_SECTION_YET = {
    "accumulated-gradients-cleared", "accumulation-not-divided", "batch-axis-squeezed",
    "changed-in-place", "dropout-without-effect", "embedding-index", "frozen-parameters",
    "future-seen", "input-size", "inputs-not-scaled", "last-step-is-padding",
    "learning-rate-becomes-zero", "loss-made-not-called", "loss-not-scalar", "mean-over-padding",
    "nll-without-log", "one-time-step", "optimizer-made-anew", "outputs-cannot-reach",
    "padding-in-loss", "part-cut-from-graph", "regression-on-class-numbers",
    "reshape-for-transpose", "rows-never-filled", "scheduler-per-batch", "sequence-lengths",
    "shape-mismatch", "sigmoid-before-bce-with-logits", "softmax-axis", "sorted-by-class",
    "state-not-passed-on", "state-shape", "stepped-twice", "target-is-input", "target-shape",
    "targets-not-scaled", "train-mode-in-validation", "unequal-lengths",
    "update-outside-no-grad", "wrong-last-state",
}  # fmt: skip
PHASES = {  # of the loop, in its order, and what goes wrong there
    "batch": {"batch-first", "dtype-mismatch", "device-mismatch"},
    "zero_grad": {"missing-zero-grad", "zero-grad-after-backward"},
    "forward": {"output-not-unpacked", "no-graph"},
    "loss": {"loss-broadcast", "cross-entropy-axis", "target-dtype",
             "softmax-before-cross-entropy"},
    "backward": {"missing-backward", "vanishing-gradient", "exploding-gradient"},
    "clip": {"clip-before-backward", "clip-after-step", "nonfinite-gradient"},
    "step": {"missing-step", "step-before-backward", "parameters-not-in-optimizer",
             "learning-rate-too-high", "learning-rate-too-low"},
    "state": {"state-not-detached", "retain-graph", "lstm-state-is-a-tuple", "state-batch-size",
              "detached-every-time-step", "carried-and-shuffled"},
    "epoch": {"mean-of-batch-means", "graph-kept", "eval-mode-while-training",
              "validation-builds-graph"},
}  # fmt: skip


def sections(notebook):
    """Return the cells below each heading of level 1 or 2, by the heading's cell."""
    found, place, seen = {}, "", set()
    for cell in nbformat.read(notebook, 4).cells:
        lines = cell.source.split("\n") if cell.cell_type == "markdown" else []
        for line in lines:
            if re.match("#+ ", line):
                assert line not in seen, f"{line!r} stands twice"
                seen.add(line)
                place = place if line.startswith("###") else cell.id
        found.setdefault(place, []).append(cell)
    return found


REPORT = re.compile("^report$", re.MULTILINE)  # the last line of a cell
SECTIONS = {path: sections(path) for path in GALLERY}


def codes_of(cell):
    tags = cell.metadata.get("tags", [])
    return [tag.removeprefix("mistake:") for tag in tags if tag.startswith("mistake:")]


@pytest.mark.parametrize("code", CODES)
def test_each_mistake_has_a_section(code):
    found = [
        cells for places in SECTIONS.values() for cells in places.values()
        if code in codes_of(cells[0])
    ]  # fmt: skip
    ((heading, *cells),) = found
    assert codes_of(heading) == [code], "one mistake a section"
    assert re.search(r"^## ", heading.source, re.MULTILINE)
    kinds = [
        "asks" if "**What is wrong?**" in cell.source
        else "says" if REPORT.search(cell.source)
        else "watches" if "rnnlab.watch() as report" in cell.source else ""
        for cell in cells
    ]  # fmt: skip
    kinds = [kind for kind in kinds if kind]
    assert {*kinds} >= {"asks", "says"}
    assert kinds.index("asks") < kinds.index("says"), "the question comes first"


@pytest.mark.parametrize("code", CODES)
def test_no_word_before_the_report_names_the_mistake(code):
    ((path, cells),) = [
        (path, cells) for path, places in SECTIONS.items() for cells in places.values()
        if code in codes_of(cells[0])
    ]  # fmt: skip
    before = itertools.takewhile(lambda cell: not REPORT.search(cell.source), cells)
    assert not any(code in cell.source for cell in before), path


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_what_the_doctor_says_in_each_section_is_asserted(path):
    claims = CLAIMS[path.stem.partition("_")[0]]
    for heading, *cells in SECTIONS[path].values():
        said = [claim for cell in cells for claim in claims.get(cell.id, [])]
        for code in codes_of(heading):
            assert any("report.findings" in claim and f'"{code}"' in claim for claim in said), code


def test_the_doctor_knows_these_mistakes():
    assert {*CODES} | NO_SECTION_YET == {*RULES}
    assert not {*CODES} & NO_SECTION_YET


def test_no_tag_names_an_unknown_mistake():
    named = [code for places in SECTIONS.values() for cells in places.values() for cell in cells
             for code in codes_of(cell)]  # fmt: skip
    assert sorted(named) == sorted(CODES)


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_sections_stand_in_the_order_of_the_loop(path):
    phase_of = {code: k for k, codes in enumerate(PHASES.values()) for code in codes}
    assert {*phase_of} == {*CODES}
    places = [phase_of[code] for cells in SECTIONS[path].values() for code in codes_of(cells[0])]
    assert places == sorted(places)


def test_a_table_leads_to_each_section_by_what_is_seen():
    table = re.findall(r"^\| .+ \|$", text_of("09_break_it.ipynb"), re.MULTILINE)
    links = set(re.findall(r"\]\(([\w.]*)#([^)]+)\)", "\n".join(table)))
    for path, places in SECTIONS.items():
        for cells in places.values():
            if codes_of(cells[0]):
                here = "" if path.stem == "09_break_it" else path.name
                assert (here, f"cell-id={cells[0].id}") in links, path


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_link_to_a_place_in_a_lesson_leads_to_a_heading(path):
    for notebook, place in re.findall(r"\]\(([\w.]*)#([^)]+)\)", text_of(path.name)):
        if place.startswith("cell-id="):  # which JupyterLab finds before the page is drawn
            assert text_of(notebook or path.name, place.removeprefix("cell-id=")).startswith("#")
        else:
            headings = re.findall("^#+ (.+)$", text_of(notebook or path.name), re.MULTILINE)
            assert place in [heading.replace(" ", "-") for heading in headings], place


# ---- the sections that the labs link to ---------------------------------------------------

IN_THE_GALLERY_ALONE = {
    "missing-backward": "no other lesson leaves this line out",
    "retain-graph": "moved there from the lesson on the state",
    "graph-kept": "moved there from the lesson on the state",
}
TAUGHT_BY = {  # what only that section of its lesson says of the mistake
    "batch-first": "forgotten = nn.RNN(1, 8)",
    "output-not-unpacked": "readout(rnn(inputs))",
    "dtype-mismatch": "hand a NumPy series to the network as it is",
    "cross-entropy-axis": "it took axis 1, the 24 time steps, for 24 classes",
    "target-dtype": "expected target dtype to be Long or Byte",
    "loss-broadcast": "each prediction is compared with all targets",
    "softmax-before-cross-entropy": "softmax is applied a second time",
    "missing-zero-grad": "once with the clearing and once without",
    "no-graph": "does not require grad",
    "vanishing-gradient": "This is the **vanishing gradient**",
    "clip-before-backward": 'if place == "before backward":',
    "clip-after-step": 'if place == "after step":',
    "nonfinite-gradient": "the norm of a vector with a nan is nan",
    "exploding-gradient": "over an edge, beyond which the gradient is hundreds of times as long",
    "learning-rate-too-high": "Too high, it jumps: at 0.5",
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
    "lstm-state-is-a-tuple": "'tuple' object has no attribute 'detach'",
    "state-batch-size": "what does a recurrent layer say to a state of 4 rows and a batch of 3",
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


@pytest.mark.parametrize("code", CODES)
def test_the_sections_of_each_mistake_speak_of_it(code):
    sections = {section.notebook: section for section in sections_by_mistake()[code]}
    assert len(sections) == len(sections_by_mistake()[code])
    (gallery,) = (name for name in sections if name.startswith("09"))
    assert sections.pop(gallery).heading in text_of(gallery)
    if code in IN_THE_GALLERY_ALONE:
        assert sections == {}
        assert RULES[code].lesson in {gallery.removesuffix(".ipynb"), "07_the_training_loop"}
        return
    (section,) = sections.values()
    assert section.notebook == f"{RULES[code].lesson}.ipynb"
    taught = text_of(section.notebook, section.cell)
    assert re.match(rf"#+ {re.escape(section.heading)}\n", taught)
    said = TAUGHT_BY[code]
    assert taught.count(said) == text_of(section.notebook).count(said) > 0


def test_no_section_is_of_an_unknown_mistake():
    assert set(sections_by_mistake()) == {*CODES} == {*TAUGHT_BY, *IN_THE_GALLERY_ALONE}
