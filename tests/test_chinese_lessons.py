"""Each lesson in Chinese executes as in English: the same numbers, the same answers are right."""

import re

import pytest

from rnnlab.course.translation.notebook import in_language
from tests.executed import NOTEBOOKS, executed
from tests.needs import reason

pytestmark = pytest.mark.slow
NUMBER = re.compile(r"(?<![A-Za-z_.\d])-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")
# what a cell prints of times, memory or processes is another in each run; and preflight ("7 checks
# in 0.2 s"), at once or shown again, says what it has found within two seconds
VARIES = re.compile(r"\bseconds?\b|\bms\b|\b[kM]B\b|\bhundredths?\b|\bchecks in \d")


def numbers(cell):
    """Return the numbers that a cell has printed, or shown as its value, in no order."""
    texts = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.get("outputs", [])
        if output.output_type != "stream" or output.name == "stdout"
    ]
    varies = VARIES.search("".join(texts)) or "preflight(" in cell.source
    return [] if varies else sorted(NUMBER.findall("\n".join(texts)))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_in_chinese_has_the_numbers_of_the_english_one(path, executions):
    if why := reason(path):
        pytest.skip(why)
    assert in_language(path.read_bytes(), path.stem, "zh") != path.read_bytes()
    english, chinese = executed(path, executions), executed(path, executions, "zh")
    pairs = zip(english.notebook.cells, chinese.notebook.cells, strict=True)
    for ours, theirs in pairs:
        if ours.cell_type == "code" and numbers(ours):
            assert numbers(theirs) == numbers(ours), ours.source
    assert len(chinese.labs) == len(english.labs)
    assert chinese.told.keys() == english.told.keys()
    for number, told in english.told.items():
        right = [passed for passed, _ in told]
        assert [passed for passed, _ in chinese.told[number]] == right, number
