"""Guesses: each has a reply to each choice, is kept, and is nothing but a fold without a kernel."""

import json
import re
from pathlib import Path

import nbformat
import pytest
import torch
from torch import nn

import rnnlab
from rnnlab.course import kept
from rnnlab.course.guess_page import GuessPage
from rnnlab.course.guesses import Guess, guesses_of
from rnnlab.course.lesson_words import LESSONS, words_of
from rnnlab.course.the_loop import LINES, MARKS, source_lines, training_loop
from rnnlab.loop.batch import PHASES

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
GUESSES = [one for lesson in LESSONS for one in guesses_of(lesson).values()]
NUMBER = Guess("01.9", "how many?", {"near": "yes", "low": "more", "high": "less"}, "10", 10.0, 2.0)


@pytest.fixture(autouse=True)
def own_file(monkeypatch, tmp_path):
    monkeypatch.setenv("RNNLAB_PROGRESS", str(tmp_path / "mine" / "progress.json"))


def typed(one):
    """Return answers that together get every reply."""
    if one.right is None:
        return {choice: choice for choice in one.choices}
    return {"near": f"{one.right:g}", "low": f"{one.right / one.within / 2:g}",
            "high": f"{one.right * one.within * 2:g}"}  # fmt: skip


@pytest.mark.parametrize("one", GUESSES, ids=[one.number for one in GUESSES])
def test_each_choice_has_a_reply_of_its_own_which_comes_after_the_guess_alone(one):
    replies = [*one.replies.values()]
    assert 2 <= len(replies) <= 5
    assert len({*replies}) == len(replies)
    assert all(len(reply.split()) >= 4 for reply in replies)
    if one.right is not None:
        assert [*one.replies] == ["near", "low", "high"]
    page = GuessPage(one)
    assert page.reply == ""
    for name, answer in typed(one).items():
        page.guess(answer)
        assert len(re.findall("<p>", page.reply)) == 1 + bool(one.seen)
        text = re.sub("<.+?>", "", one.replies[name].replace("`", ""))
        assert text in re.sub("<.+?>", "", unescaped(page.reply))
        assert kept.guessed() == {one.number: answer}
        again = GuessPage(one)
        assert (again.answer, again.reply) == (answer, page.reply)
    page.guess("")
    assert (page.answer, page.reply) == ("", "")
    page.close()


def unescaped(html):
    return html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace(
        "&quot;", '"').replace("&#x27;", "'")  # fmt: skip


@pytest.mark.parametrize("lesson", sorted({path.stem[:2] for path in NOTEBOOKS}))
def test_a_lesson_shows_its_guesses_in_order_each_before_the_cell_that_answers(lesson):
    paths = [path for path in NOTEBOOKS if path.stem[:2] == lesson]  # of 09 there are nine
    cells = [c.source for path in paths for c in nbformat.read(path, 4).cells
             if c.cell_type == "code"]  # fmt: skip
    calls = [re.fullmatch(r'(?:rnnlab\.)?guess\("(.+)"\)', source) for source in cells]
    found = [call[1] for call in calls if call]
    assert found == ([*guesses_of(lesson)] if lesson in LESSONS else [])
    assert sum("guess(" in source for source in cells) == len(found), "a cell of its own"


def test_a_number_is_near_low_or_high():
    page = GuessPage(NUMBER)
    for answer, reply in {"10": "yes", " 5,0 ": "yes", "20": "yes", "4.9": "more", "2e3": "less",
                          "12 %": "yes"}.items():  # fmt: skip
        page.guess(answer)
        assert page.reply == f"<p>{reply}</p><p>10</p>", answer
    for answer in ("ten", "nan", "inf", ""):
        page.guess(answer)
        assert page.answer == ""
        assert ("is no number; type one, such as 0.5" in page.reply) == bool(answer)
    assert kept.guessed() == {"01.9": "12 %"}
    page.close()


def test_a_choice_that_an_older_lesson_offered_is_as_if_nothing_was_guessed():
    kept.keep_guess("04.1", "<script>")
    page = rnnlab.guess("04.1")
    assert (page.answer, page.reply) == ("", "")
    page.close()


def test_an_unknown_guess_names_the_known():
    with pytest.raises(ValueError, match=r"the guess is .04\.77.; the known guesses are 04\.1"):
        rnnlab.guess("04.77")
    with pytest.raises(ValueError, match="the known lessons are"):
        rnnlab.guess("77.1")


def test_without_widgets_it_is_a_question_and_a_fold():
    page = rnnlab.guess("04.1")
    data = page._repr_mimebundle_()[0]
    asked = guesses_of("04")["04.1"]
    assert data["text/plain"].splitlines()[1:] == [f"- {choice}" for choice in asked.choices]
    before, _, after = data["text/html"].partition("<details>")
    assert "How often does <code>weight_hh</code> appear" in before
    for reply in asked.replies.values():
        assert reply not in before
        assert reply.split("`")[0] in unescaped(after)
    page.close()


def test_progress_counts_guesses_and_exercises_also_from_a_file_of_before(tmp_path):
    kept.keep_guess("04.1", "x")
    kept.keep_solved("04.2")
    text = rnnlab.progress().text
    assert text.startswith("1 of ")
    assert f"lesson 04   1 of {len(guesses_of('04'))} guesses   1 of 3 exercises" in text
    assert "04.2 solved" in text
    for content in ('["04.3"]', "[4]", "{half", "3", '{"guessed": [4]}', '{"solved": 4}'):
        (tmp_path / "mine" / "progress.json").write_text(content)
        assert ("04.3 solved" in rnnlab.progress().text) == (content == '["04.3"]')
        kept.keep_guess("04.2", "y")  # it mends the file
        assert json.loads((tmp_path / "mine" / "progress.json").read_text())["guessed"]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_right_answer_is_told_something_more(lesson):
    for number, words in words_of(lesson).items():
        if number.startswith(f"{lesson}."):
            assert len(words["right"].split()) >= 6, number
            assert words["right"].endswith("."), number


# ---- the loop ---------------------------------------------------------------------------


def test_the_twelve_lines_train_as_rnnlab_does_bit_for_bit():
    runs = []
    for ours in (True, False):
        torch.manual_seed(0)
        task = rnnlab.load_task("sunspots")
        model = rnnlab.SequenceModel(1, 8, 1, "gru")
        optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
        if ours:
            loop = training_loop(model, task.batches(seed=0), nn.MSELoss(), optimizer, 3, 0.1)
            losses = [*loop]
        else:
            run = rnnlab.train(model, task.batches(seed=0), loss_fn="mse", optimizer=optimizer,
                               epochs=3, clip_norm=0.1, device="cpu")  # fmt: skip
            losses = [(s.epoch, s.train_loss) for s in run if s.train_loss is not None]
        runs.append((losses, [p.detach().clone() for p in model.parameters()]))
    (one, ours), (other, theirs) = runs
    assert one == other
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_notebook_00_trains_by_the_lines_that_it_shows():
    cells = nbformat.read(NOTEBOOKS[0], 4).cells
    (cell,) = [cell.source for cell in cells if "optimizer.step()" in cell.source]
    *lines, last = source_lines()
    assert "\n".join(lines) in cell
    assert last == "    yield epoch, total / count"
    assert "    losses[epoch] = total / count" in cell


def test_the_loop_is_shown_in_twelve_lines_with_one_step_marked():
    assert len(source_lines()) == len(LINES) == 12
    assert {phase.__name__ for phase in PHASES} | {"batch", "average"} == {*MARKS}
    for mark in MARKS:
        page = rnnlab.show_loop(mark)
        marked = [line for line in page.text.splitlines() if line.startswith(">")]
        assert len(marked) == sum(step == mark for step, _ in LINES) >= 1
        assert page._repr_html_().count("<mark") == len(marked)
    assert ">" not in {line[0] for line in rnnlab.show_loop().text.splitlines()}
    (backward,) = [
        line for line in rnnlab.show_loop("backward").text.splitlines() if ">" in line[0]
    ]
    assert "loss.backward()" in backward
    with pytest.raises(ValueError, match="mark is 'back'; the known marks are average, batch"):
        rnnlab.show_loop("back")
