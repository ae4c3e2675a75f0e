"""The doctor on whole training scripts: each mistake found on its line, and no false alarm."""

import runpy
from collections import Counter
from pathlib import Path

import pytest
import torch

import rnnlab
from rnnlab.doctor.judge import RULES

CORPUS = Path(__file__).parent / "doctor"
CORRECT = sorted((CORPUS / "correct").glob("*.py"))
DEFECTS = sorted((CORPUS / "defects").glob("*.py"))
FOUND: Counter[str] = Counter()  # by the tests of this run
NOTES = {"mean-of-batch-means"}  # what is told wrong, and trained right


def code_of(path):
    return path.stem.rsplit("_", 1)[0]


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
@pytest.mark.parametrize("path", CORRECT, ids=lambda path: path.stem)
def test_a_correct_loop_gets_no_finding_above_note(path):
    report = watched(path)
    assert report.trace.error_place is None
    assert report.worst in (None, "note"), str(report)
    FOUND["nothing above a note"] += 1


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", DEFECTS, ids=lambda path: path.stem)
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


def test_every_rule_has_advice_with_a_lesson_that_is_there():
    notebooks = {p.stem for p in (CORPUS.parents[1] / "notebooks").glob("*.ipynb")}
    assert {rule.lesson for rule in RULES.values()} <= notebooks
    assert all(rule.why and rule.fix for rule in RULES.values())
    assert all(rule.signs or rule.raises for rule in RULES.values())
    assert {code_of(path) for path in DEFECTS} == {*RULES}


def test_the_corpus_covers_every_mistake(report):
    """At least three loops for each; the tests above have each of them found on its line."""
    counts = Counter(code_of(path) for path in DEFECTS)
    assert counts.keys() == RULES.keys()
    assert min(counts.values()) >= 3
    assert len(CORRECT) >= 60
    report("Doctor: loops with a mistake, and of those that ran, found on their line")
    for code, count in sorted(counts.items()):
        report(f"  {code:30} {FOUND[code]} of {count}")
    right = FOUND["nothing above a note"]
    report(f"  correct loops with nothing above a note: {right} of {len(CORRECT)}")
