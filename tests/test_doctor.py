"""The doctor on whole training scripts: each mistake found on its line, and no false alarm."""

import runpy
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import rnnlab
from rnnlab.doctor.judge import RULES
from tests.outside.score import header

CORPUS = Path(__file__).parent / "doctor"
NEEDS_ALL = pytest.mark.slow  # `make test` runs some of the correct loops and two with each mistake
CORRECT = sorted((CORPUS / "correct").glob("*.py"))
DEFECTS = sorted((CORPUS / "defects").glob("*.py"))
FOUND: Counter[str] = Counter()  # by the tests of this run
NOTES = {  # what is told, and may be meant
    "mean-of-batch-means", "accumulation-not-divided", "frozen-parameters",
}  # fmt: skip


def code_of(path):
    return path.stem.rsplit("_", 1)[0]


def of_two_sizes(paths, few):
    """Return the scripts for pytest, those for `make test` without a mark."""
    return [
        pytest.param(path, id=path.stem, marks=() if few(path) else NEEDS_ALL) for path in paths
    ]


def watched(path):
    """Run a script under watch and return the report, whether it raises or not."""
    state = torch.random.get_rng_state()
    try:
        with rnnlab.watch() as report:
            runpy.run_path(str(path), run_name="__main__")
    except Exception:
        pass
    finally:
        torch.random.set_rng_state(state)
    assert report.trace.stumbled is None
    return report


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", of_two_sizes(CORRECT, lambda path: len(path.stem) % 3 == 0))
def test_a_correct_loop_gets_no_finding_above_note(path):
    report = watched(path)
    assert report.trace.error_place is None
    assert report.worst in (None, "note"), str(report)
    FOUND["nothing above a note"] += 1


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", of_two_sizes(DEFECTS, lambda p: p.stem.endswith(("1", "2"))))
def test_each_mistake_is_found_on_its_line(path):
    code = code_of(path)
    lines = path.read_text().splitlines()
    wanted = [k for k, line in enumerate(lines, start=1) if line.rstrip().endswith("# <- here")]
    report = watched(path)
    found = {f.code: f for f in report.findings}
    assert code in found, str(report)
    assert (found[code].severity == "note") == (code in NOTES)
    assert found[code].where.file == str(path)
    assert [found[code].where.line] == wanted, str(report)
    FOUND[code] += 1


SAID = [  # of a script's finding, what was seen, and a part of what to write
    ("rows-never-filled_1", "Rows 0, 7, 14, 21 and 6 more of the predictions are", "outputs[1:]"),
    ("rows-never-filled_2", "Row 0 of the predictions is exactly 0 in", "outputs[1:]"),
    ("rows-never-filled_3", "Column 0 of the predictions is exactly 0 in", "outputs[:, 1:]"),
    ("rows-never-filled_4", "Rows 0 to 11 of the predictions are exactly 0 in", "outputs[1:]"),
    ("frozen-parameters_1", "The optimizer holds embedding.weight, with", "freeze=False"),
    ("frozen-parameters_2", "The optimizer holds encoder.weight_ih_l0, ", "requires_grad_(True)"),
    ("frozen-parameters_4", "The optimizer holds words.weight, with", "freeze=False"),
]


@pytest.mark.parametrize(("script", "seen", "fix"), SAID, ids=[script for script, *_ in SAID])
def test_a_finding_names_what_it_means_in_the_users_words(script, seen, fix):
    path = CORPUS / "defects" / f"{script}.py"
    (found,) = (f for f in watched(path).findings if f.code == code_of(path))
    assert found.what.startswith(seen)
    assert fix in found.fix


FORMS = {  # of one axis more at the end, as torch takes it
    "dim": lambda x: x.unsqueeze(dim=-1),
    "axis": lambda x: x.unsqueeze(axis=-1),
    "function": lambda x: torch.unsqueeze(x, axis=2),
    "of NumPy": lambda x: x.unsqueeze(np.int64(-1)),
    "of a tensor": lambda x: x.unsqueeze(torch.tensor(-1)),
    "stacked": lambda x: torch.stack([x], axis=-1),
    "unbound": lambda x: torch.stack(x.unbind(axis=1), axis=1)[..., None],
    "squeezed": lambda x: x.unsqueeze(1).squeeze(axis=1).unsqueeze(-1),
    "swapped": lambda x: x.t().unsqueeze(-1).swapaxes(axis0=0, axis1=1),
    "reduced": lambda x: torch.stack([x, x], 2).mean(axis=2, keepdims=True),
    "reduced by NumPy": lambda x: torch.stack([x, x], 2).mean(np.int64(2)).unsqueeze(-1),
}


@pytest.mark.parametrize("wrong", [False, True], ids=["right", "wrong"])
@pytest.mark.parametrize("form", FORMS)
def test_an_axis_is_read_in_every_form_that_torch_takes(form, wrong):
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(64, 12), torch.randn(64, 1))
    rnn, head = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
    optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()])
    with rnnlab.watch() as report:
        for inputs, targets in DataLoader(data, batch_size=16, shuffle=True):
            inputs = FORMS[form](inputs)  # (16, 12) -> (16, 12, 1)
            outputs, _ = rnn(inputs.transpose(0, 1) if wrong else inputs)
            last = outputs[-1, :] if wrong else outputs[:, -1]
            predictions = head(last).mean() if wrong else head(last)
            loss = nn.functional.l1_loss(predictions, targets.mean() if wrong else targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert report.trace.stumbled is None
    assert ("batch-first" in [finding.code for finding in report.findings]) == wrong, str(report)


OUTSIDE = Path(__file__).parent / "outside"
MISTAKES = sorted((OUTSIDE / "mistakes").glob("*.py"))
SOUND = [path for name in ("mended", "correct") for path in sorted((OUTSIDE / name).glob("*.py"))]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_mistake_from_outside_is_named_on_its_line(path):
    code, lines = header(path)
    found = {f.code: f.where.line for f in watched(path).findings}
    assert found.get(code) in lines


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", SOUND, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_correct_loop_from_outside_gets_no_finding_above_note(path):
    report = watched(path)
    assert report.worst in (None, "note"), str(report)


def test_the_document_tells_of_each_mistake_what_it_is_and_how_it_was_tested():
    counts = Counter(map(code_of, DEFECTS))
    text = (CORPUS.parents[1] / "docs" / "doctor.md").read_text()
    for code, rule in RULES.items():
        lesson = rule.lesson.partition("_")[0]
        assert f"| `{code}` | {rule.severity} | {counts[code]} | {lesson} |" in text
    assert f"Of {len(CORRECT)} correct loops" in text


def test_every_rule_has_advice_with_a_lesson_that_is_there():
    notebooks = {p.stem for p in (CORPUS.parents[1] / "notebooks").glob("*.ipynb")}
    assert {rule.lesson for rule in RULES.values()} <= notebooks
    assert all(rule.why and rule.fix for rule in RULES.values())
    assert all(rule.signs or rule.raises for rule in RULES.values())
    assert {code_of(path) for path in DEFECTS} == {*RULES}


def test_the_corpus_covers_every_mistake(report):
    """At least three loops for each, and as many correct ones that look like it.

    The tests above have each mistake found on its line, and nothing said of what is correct.
    """
    counts = Counter(code_of(path) for path in DEFECTS)
    alike = tomllib.loads((CORPUS / "lookalikes.toml").read_text())
    assert counts.keys() == RULES.keys() == alike.keys()
    assert {name for names in alike.values() for name in names} <= {path.stem for path in CORRECT}
    assert [code for code in counts if len({*alike[code]}) < counts[code]] == []
    assert min(counts.values()) >= 3
    assert len(CORRECT) >= 60
    report("Doctor: loops with a mistake, and of those that ran, found on their line")
    for code, count in sorted(counts.items()):
        report(f"  {code:30} {FOUND[code]} of {count}")
    right = FOUND["nothing above a note"]
    report(f"  correct loops with nothing above a note: {right} of {len(CORRECT)}")
