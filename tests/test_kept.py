"""What progress keeps of mistakes and guesses, and the words that a teacher reads of them."""

import json
import os
import re

import pytest
import torch

import rnnlab
from rnnlab.course import exercises as checks
from rnnlab.course import kept
from rnnlab.course.classroom.stumbles import OTHER, words_of_mistake
from rnnlab.course.guess_page import GuessPage
from rnnlab.course.judging import wrong
from rnnlab.course.lesson_words import words_of
from rnnlab.course.lessons import notebooks_of_questions
from rnnlab.doctor.judge import RULES
from tests.handed_in import ASKED, NUMBERS


@pytest.fixture
def own(here, monkeypatch):
    monkeypatch.setenv("RNNLAB_PROGRESS", str(here / "own.json"))
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # thousands of these take seconds
    return here / "own.json"


def test_a_learner_upgrades_and_loses_nothing(own):
    before = {"solved": ["04.1"], "guessed": {"04.1": "Once: it is one matrix"}}
    own.write_text(json.dumps(before))
    kept.keep_guess("04.1", "Three times: once a time step")
    kept.keep_mistake("04.1", "order")
    kept.keep_solved("04.1")
    kept.keep_solved("04.2")
    assert json.loads(own.read_text()) == {
        "solved": ["04.1", "04.2"],
        "guessed": {"04.1": "Three times: once a time step"},
        "mistakes": {"04.2": {}},
    }
    own.write_text(json.dumps({**before, "mistakes": {"04.2": 7}, "first_guesses": []}))
    assert kept.solved() == {"04.1"}, "what is damaged does not take the rest along"
    kept.keep_mistake("04.2", "mean")
    assert json.loads(own.read_text()) == {**before, "mistakes": {"04.2": {"mean": 1}}}


def test_the_first_guess_stays_and_mistakes_end_with_the_solution(own):
    for answer, kind in (("100 %", "high"), ("3.3", "near")):
        kept.keep_guess("03.1", answer, kind)
    for mistake in ("mean", "mean", "last"):
        kept.keep_mistake("04.2", mistake)
    kept.keep_solved("04.2")
    kept.keep_mistake("04.2", "last")
    assert json.loads(own.read_text()) == {
        "solved": ["04.2"],
        "guessed": {"03.1": "3.3"},
        "first_guesses": {"03.1": "high"},
        "mistakes": {"04.2": {"mean": 2, "last": 1}},
    }


def test_a_check_keeps_the_name_of_a_mistake_and_nothing_of_the_answer(own, monkeypatch):
    def judge(answer):
        known = {
            2: wrong("known", answer=answer),
            4: wrong("unheard of"),
            5: wrong("found", seen="", where="", why="", fix="", code="missing-zero-grad"),
        }
        return None if answer == 3 else known[answer]  # fmt: skip

    hints = {"known": "{answer} is one", "else": "no"}
    asked = {"question": "say three", "solution": "answer = 3", "hints": hints}
    monkeypatch.setitem(words_of("01"), "01.9", asked)
    monkeypatch.setattr("rnnlab.course.judges.steps.e01.judge_9", judge, raising=False)
    for answer in (..., 2, 2, 4, "my secret", 5, 3, 2):
        checks.check("01.9", answer)
    assert json.loads(own.read_text()) == {
        "solved": ["01.9"],
        "guessed": {},
        "mistakes": {
            "01.9": {"known": 2, "else": 1, "unreadable": 1, "found, missing-zero-grad": 1}
        },
    }


def test_a_loop_without_zero_grad_is_kept_by_the_code_of_the_doctor(own):
    code = checks.find("07.1").solution.replace("        optimizer.zero_grad()\n", "")
    names = {"nn": torch.nn, "rnnlab": rnnlab}
    exec(code, names)
    assert not checks.check("07.1", names["train_epoch"]).passed
    (mistake,) = json.loads(own.read_text())["mistakes"]["07.1"]
    assert words_of_mistake("07.1", mistake) == RULES["missing-zero-grad"].why


def test_all_that_can_be_kept_is_below_32_kb(own, report):
    longest = max((f"graph found, {code}" for code in RULES), key=len)
    for number, guess in ASKED.items():
        kind = max(guess.replies, key=len)
        page = GuessPage(guess)
        page.guess(kind if guess.right is None else "9" * 40)
        page.guess("9" * 41)  # no number: not kept
        page.close()
        assert number in kept.guessed()
        assert len(kept.guessed()[number]) <= 80
    for number in NUMBERS:
        names = sorted([*checks.find(number).hints, longest], key=len)
        for name in [*(f"{longest}{k:02}" for k in range(kept.MOST_MISTAKES + 1)), names[-1]]:
            kept.keep_mistake(number, name)
        assert len(json.loads(own.read_text())["mistakes"][number]) <= kept.MOST_MISTAKES
        assert max(map(len, names)) < 60, "names are not cut where they are read"
    for number in NUMBERS:
        kept.keep_solved(number)
    report(f"progress with everything in it: {own.stat().st_size} bytes")
    assert own.stat().st_size < 32_000


@pytest.mark.parametrize("guess", ASKED.values(), ids=[*ASKED])
def test_each_guess_has_one_right_answer(guess):
    assert guess.right_kind in guess.replies
    if guess.right is None:
        right = [kind for kind, reply in guess.replies.items() if reply.startswith("Yes")]
        assert right == [guess.right_kind]


def test_each_mistake_has_words_without_fields():
    for number in NUMBERS:
        for name in checks.find(number).hints:
            assert not re.search(r"\{\w", words_of_mistake(number, name)), (number, name)
    assert words_of_mistake("07.2", "of a newer rnnlab") == OTHER
    assert words_of_mistake("12.1", "not a function") == (
        "safe_rate is \u2026, not a function; expected a function of (rows, clip_norm)."
    )


def test_each_question_has_its_notebook():
    wanted = {f"exercise {number}" for number in NUMBERS} | {f"guess {number}" for number in ASKED}
    assert {*notebooks_of_questions()} == wanted
    assert notebooks_of_questions()["guess 04.1"] == "04_backward.ipynb"


def test_progress_is_as_it_was(own):
    kept.keep_guess("04.1", "Once: it is one matrix")
    kept.keep_solved("04.2")
    assert "1 of 3 guesses   1 of 3 exercises   04.2 solved" in rnnlab.progress().text
