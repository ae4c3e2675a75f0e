"""check, solution and progress: hints that sharpen, no solution before a try, nothing lost."""

import importlib
from pathlib import Path

import pytest
import torch

import rnnlab
from rnnlab.course import exercises as checks
from rnnlab.course.judging import compare, three_hints, wrong
from rnnlab.course.lesson_words import words_of
from rnnlab.doctor.judge import RULES

JUDGES = Path(checks.__file__).parent / "judges"


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path):
    monkeypatch.setenv("RNNLAB_PROGRESS", str(tmp_path / "progress" / "progress.json"))
    monkeypatch.setattr(checks, "_tries", checks.Counter())

    def judge(answer):
        return None if answer == 3 else wrong("else", given=answer + 0)

    hints = {"else": ["{given} is one", "it is below 4", "it is 2 + 1"]}
    asked = {"question": "say three", "solution": "answer = 3", "hints": hints}
    monkeypatch.setitem(words_of("01"), "01.9", asked)
    monkeypatch.setattr("rnnlab.course.judges.steps.e01.judge_9", judge, raising=False)


def test_hints_sharpen_stay_at_the_last_and_then_name_the_solution():
    texts = [checks.check("01.9", 2).text for _ in range(4)]
    assert [text.partition(". ")[2] for text in texts] == [
        "2 is one", "it is below 4", *["it is 2 + 1 Or look at it: rnnlab.solution('01.9')"] * 2,
    ]  # fmt: skip


def test_a_gap_is_not_yet_and_a_right_answer_is_remembered():
    assert checks.check("01.9", ...).passed is None
    assert checks.check("01.9").passed is None
    assert "try it first" in checks.solution("01.9").text
    assert checks.check("01.9", 3).passed is True
    assert checks.solution("01.9").text == "answer = 3"
    assert "01.9 solved" in rnnlab.progress().text
    checks._tries.clear()  # another notebook's kernel
    assert checks.solution("01.9").text == "answer = 3"


def test_an_answer_that_cannot_be_read_is_wrong_and_says_why():
    feedback = checks.check("01.9", "three")
    assert feedback.passed is False
    assert "Your answer (str) could not be read: TypeError" in feedback.text
    assert "\u2717" in feedback._repr_html_()


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (4, 'the exercise is 4; expected a number like "04.2"'),
        ("4.2", "expected a number like"),
        ("44.2", "the known lessons are 00, 01"),
        ("01.8", "the known exercises are 01.1, 01.2, 01.3, 01.9"),
    ],
)
def test_an_unknown_exercise_names_the_known(number, message):
    with pytest.raises(ValueError) as error:
        checks.check(number, 1)
    assert message in str(error.value)


def test_a_damaged_file_of_progress_is_no_reason_to_fail(tmp_path):
    (tmp_path / "progress").mkdir()
    (tmp_path / "progress" / "progress.json").write_text("{half")
    assert checks.check("01.9", 3).passed
    assert "01.9 solved" in rnnlab.progress().text


def test_expect_error_wants_kind_and_text(capsys):
    with checks.expect_error(ValueError, "half"):
        raise ValueError("half of it")
    assert capsys.readouterr().out == "ValueError: half of it\n"
    wrong = pytest.raises(AssertionError, match="expected the text 'whole'")
    with wrong, checks.expect_error(ValueError, "whole"):
        raise ValueError("half of it")
    nothing = pytest.raises(AssertionError, match="nothing was raised")
    with nothing, checks.expect_error(ValueError, "half"):
        pass
    with pytest.raises(KeyError), checks.expect_error(ValueError, "half"):
        raise KeyError("half")


def learners_loop(code):
    """Return the function that a cell with this code defines."""
    names = {"nn": torch.nn, "rnnlab": rnnlab}
    exec(code, names)
    return names["train_epoch"]


def test_a_loop_of_a_learner_who_watches_already_is_judged_without_the_doctor():
    right = checks.find("07.1").solution
    wrong = right.replace("        optimizer.zero_grad()\n", "")
    seen = "backward has added to gradients"
    assert seen in checks.check("07.1", learners_loop(wrong)).text
    with rnnlab.watch():
        assert checks.check("07.1", learners_loop(right)).passed
        alone = checks.check("07.1", learners_loop(wrong))
    assert alone.passed is False
    assert "away from the right ones" in alone.text
    inside = right.replace("for inputs", "with rnnlab.watch(): pass\n    for inputs")
    assert checks.check("07.1", learners_loop(inside)).passed


def test_the_last_hint_names_the_line_and_what_to_write():
    code = checks.find("07.1").solution.replace("        optimizer.step()\n", "")
    hints = [checks.check("07.1", learners_loop(code)).text for _ in range(3)]
    assert "optimizer.step" not in hints[0] + hints[1]
    assert "line 7" in hints[1]
    assert "line 7" in hints[2]
    assert "optimizer.step()  # after loss.backward()" in hints[2]


def test_the_lessons_are_found_and_each_has_its_words():
    judges = [path.stem[1:] for path in JUDGES.rglob("e*.py")]
    assert ["00", *sorted(judges)] == checks.LESSONS  # 00 has guesses alone
    assert all((JUDGES.parent / "words" / f"{lesson}.toml").exists() for lesson in checks.LESSONS)


@pytest.mark.parametrize("lesson", [*checks.LESSONS, "shared"])
def test_every_hint_is_given_by_a_judge(lesson):
    words = words_of(lesson)
    tables = [words, *(table for name, table in words.items() if name[:2] == lesson)]
    names = {name for table in tables for name in table.get("hints", {})}
    names -= {"then", "else", *RULES}  # the doctor names some mistakes
    files = [JUDGES.parent / f"{name}.py" for name in ("exercises", "judging", "trials")]
    files += list(JUDGES.rglob(f"e{lesson}.py"))
    text = "".join(path.read_text() for path in files)
    assert {name for name in names if f'"{name.partition(", ")[0]}"' not in text} == set()


def test_a_table_of_hints_may_be_short():
    table = {"once": "Only {n}", "three": ["a", "b", "c"]}
    assert three_hints(table) == {"once": ("Only {n}",) * 3, "three": ("a", "b", "c")}
    follow = three_hints({"why": "Why?", "so": "So", "then": ["~. Look", "Count"]})
    assert follow == {"why": ("Why?", "Why? Look", "Count"), "so": ("So", "So. Look", "Count")}


def test_an_answer_is_compared_with_the_right_and_with_the_known_wrong_values():
    table = {"sum": torch.full((2,), 6.0), "huge": True, "small": False}
    right = torch.full((2,), 3.0)
    assert compare(right + 1e-5, right, table) is None
    assert compare(2 * right, right, table, n=2) == ("sum", {"n": 2})
    assert compare(9 * right, right, table).mistake == "huge"
    assert compare(9 * right, right, {"small": False}).mistake == "else"
    assert compare(right[:1], right, {"nan": torch.nan}).mistake == "else"


@pytest.mark.parametrize("mistake", ["right", "unclipped", "one by one", "by value", "twice"])
def test_a_step_in_tensorflow_is_judged_by_the_same_step_in_torch(mistake, monkeypatch):
    """Here the step is made in torch: what TensorFlow computes, `test_tensorflow_twin` compares."""
    e11 = importlib.import_module("rnnlab.course.judges.further.e11")

    def follow(answer, task):
        known = {"right": (1, ""), "twice": (2, "")}
        return tuple(task.updates(*known.get(mistake, (1, mistake)))[0])

    monkeypatch.setattr(e11, "_follow", follow)
    verdict = e11.judge_2(print)
    assert (verdict and verdict.mistake) == (None if mistake == "right" else mistake)
    hints = verdict.hints(checks.find("11.2").hints) if verdict else ()
    assert not any("{" in hint for hint in hints)
