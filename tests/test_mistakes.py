"""The mistakes in the lessons: each has a section in the gallery, 09, many in another lesson."""

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
    "unequal-lengths",
    "sequence-lengths",
    "embedding-index",
    "input-size",
    "state-shape",
    "shape-mismatch",
    "loss-made-not-called",
    "target-shape",
    "batch-axis-squeezed",
    "loss-not-scalar",
    "changed-in-place",
    "update-outside-no-grad",
    "one-time-step",
    "reshape-for-transpose",
    "inputs-not-scaled",
    "targets-not-scaled",
    "sorted-by-class",
    "target-is-input",
    "mean-over-padding",
    "last-step-is-padding",
    "padding-in-loss",
    "wrong-last-state",
    "future-seen",
    "softmax-axis",
    "dropout-without-effect",
    "outputs-cannot-reach",
    "sigmoid-before-bce-with-logits",
    "nll-without-log",
    "regression-on-class-numbers",
    "rows-never-filled",
    "accumulated-gradients-cleared",
    "part-cut-from-graph",
    "accumulation-not-divided",
    "frozen-parameters",
    "optimizer-made-anew",
    "stepped-twice",
    "scheduler-per-batch",
    "learning-rate-becomes-zero",
    "state-not-passed-on",
    "train-mode-in-validation",
)
PHASES = {  # of the loop, in its order, and what goes wrong there
    "batch": {"batch-first", "dtype-mismatch", "device-mismatch", "unequal-lengths",
              "sequence-lengths", "one-time-step", "reshape-for-transpose", "inputs-not-scaled",
              "targets-not-scaled", "sorted-by-class", "target-is-input"},
    "zero_grad": {"missing-zero-grad", "zero-grad-after-backward", "accumulated-gradients-cleared"},
    "forward": {"output-not-unpacked", "no-graph", "embedding-index", "input-size", "state-shape",
                "shape-mismatch", "mean-over-padding", "last-step-is-padding", "wrong-last-state",
                "future-seen", "softmax-axis", "dropout-without-effect", "part-cut-from-graph"},
    "loss": {"loss-broadcast", "cross-entropy-axis", "target-dtype", "softmax-before-cross-entropy",
             "loss-made-not-called", "target-shape", "batch-axis-squeezed", "padding-in-loss",
             "outputs-cannot-reach", "sigmoid-before-bce-with-logits", "nll-without-log",
             "regression-on-class-numbers", "rows-never-filled", "accumulation-not-divided"},
    "backward": {"missing-backward", "vanishing-gradient", "exploding-gradient", "loss-not-scalar",
                 "changed-in-place"},
    "clip": {"clip-before-backward", "clip-after-step", "nonfinite-gradient"},
    "step": {"missing-step", "step-before-backward", "parameters-not-in-optimizer",
             "learning-rate-too-high", "learning-rate-too-low", "update-outside-no-grad",
             "frozen-parameters", "optimizer-made-anew", "stepped-twice", "scheduler-per-batch",
             "learning-rate-becomes-zero"},
    "state": {"state-not-detached", "retain-graph", "lstm-state-is-a-tuple", "state-batch-size",
              "detached-every-time-step", "carried-and-shuffled", "state-not-passed-on"},
    "epoch": {"mean-of-batch-means", "graph-kept", "eval-mode-while-training",
              "validation-builds-graph", "train-mode-in-validation"},
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
    assert sorted(CODES) == sorted(RULES)


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
    "unequal-lengths": "the lesson on padding pads from its first cell on",
    "sequence-lengths": "the lesson on padding packs with enforce_sorted=False",
    "embedding-index": "the lessons' tables are large enough",
    "input-size": "the lessons' layers fit one another",
    "state-shape": "the lesson on the state has another mistake, in its batch size",
    "shape-mismatch": "the most general error of all",
    "loss-made-not-called": "the lessons take losses as functions",
    "target-shape": "the lesson on the loss has the one that only warns",
    "batch-axis-squeezed": "the lessons squeeze no axis",
    "loss-not-scalar": "the lessons' losses are means",
    "changed-in-place": "the lessons change no state in place",
    "one-time-step": "the lessons' windows have their axis of features",
    "reshape-for-transpose": "the lesson on batches has batch_first alone",
    "targets-not-scaled": "the lessons' targets are scaled with the inputs",
    "sorted-by-class": "the lessons' classes are shuffled",
    "target-is-input": "the lesson on batches has targets two steps later, and none at once",
    "future-seen": "the lessons read in one direction",
    "softmax-axis": "no lesson has attention",
    "dropout-without-effect": "the lessons' dropout stands between two layers",
    "outputs-cannot-reach": "the lessons' readouts are linear",
    "sigmoid-before-bce-with-logits": "no lesson has this loss",
    "nll-without-log": "the lesson on the loss has the mistake's twin, a softmax twice",
    "regression-on-class-numbers": "the lesson on the loss takes cross-entropy for classes",
    "rows-never-filled": "the lessons collect outputs in a list",
    "accumulated-gradients-cleared": "an exercise asks for the right order",
    "part-cut-from-graph": "the lessons' forward is of torch alone",
    "accumulation-not-divided": "an exercise asks for it",
    "frozen-parameters": "the lessons train all weights",
    "optimizer-made-anew": "the lessons make one optimizer",
    "stepped-twice": "the lessons make one step",
    "scheduler-per-batch": "the lesson with schedulers steps them right",
    "learning-rate-becomes-zero": "the lesson with schedulers ends them right",
    "state-not-passed-on": "the lessons' loop over time hands its state on",
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
    "inputs-not-scaled": "networks learn best from numbers around 0",
    "wrong-last-state": "It is the last **sequence of the batch**",
    "update-outside-no-grad": "torch refuses to change a parameter in place",
    "train-mode-in-validation": "dropout leaves everything in place",
    "mean-over-padding": '"mean over all columns": at_each.mean(1)',
    "last-step-is-padding": '"last column": at_each[:, -1]',
    "padding-in-loss": "as if its target were the symbol 0",
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
