"""Hints, guesses, progress and the class page in Chinese; what is kept of them stays English."""

import json
from datetime import datetime

import pytest
import torch

import rnnlab
from rnnlab.base import catalogues, say
from rnnlab.base.catalogues import catalogue
from rnnlab.course import exercises, kept, trials
from rnnlab.course.classroom import page, sheet, stumbles
from rnnlab.course.classroom.learners import Learner, SchoolClass
from rnnlab.course.drawings import curves
from rnnlab.course.guess_page import as_text
from rnnlab.course.guesses import find_guess
from rnnlab.course.judging import three_hints
from rnnlab.course.lesson_words import words_of
from rnnlab.course.lessons import titles

HEAD = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
SHIFT, UNIT = (
    "Your targets lie {steps} before their inputs; asked is {ahead} after",
    "You return {result:.4g}; the average over {unit} is another number.",
)
ASKED = find_guess("04.1")
ONCE, TWICE, RIGHT = ASKED.choices
CHINESE = {
    SHIFT: "你的目标比输入早 {steps}；要求的是晚 {ahead} 步",
    UNIT: "你返回了 {result:.4g}；对所有{unit}的平均是另一个数。",
    "examples": "样本",
    "{number} is not right. {hint}": "{number} 不对。{hint}",
    "{hint} Or look at it: rnnlab.solution({number!r})": (
        "{hint}（也可以看答案：rnnlab.solution({number!r})）"
    ),
    "What next?": "下一步是什么？",
    "~. Look again": "~。再看一看",
    ASKED.question: "`weight_hh` 在计算图的叶子中出现几次？",
    ONCE: "一次：它是一个矩阵",
    TWICE: "两次",
    RIGHT: "三次：每个时间步一次",
    ASKED.replies[RIGHT]: "对。",
    ASKED.replies[ONCE]: "它是一个矩阵，但是……",
    "Guess {number}": "猜一猜 {number}",
    "Guess {number}. {question}": "猜一猜 {number}。{question}",
    "Guess again": "重新猜",
    "near": "接近",
    "Too low: {reply}": "太低：{reply}",
    "{made} of {asked} guesses made, {solved} of {there} exercises solved": (
        "猜过 {made}/{asked} 题，做对练习 {solved}/{there} 道"
    ),
    "lesson {lesson}   {made} of {asked} guesses   {solved} of {there} exercises": (
        "第 {lesson} 课   猜测 {made}/{asked}   练习 {solved}/{there}"
    ),
    "lesson {lesson}   {made} of {asked} guesses": "第 {lesson} 课   猜测 {made}/{asked}",
    "{number} solved": "{number} 做对",
    "solved": "做对",
    "Who is where": "谁学到了哪里",
    "predict": "预测",
    "what for": "用途",
    words_of("04")["figures"]["04.3"]: "八根条。",
}
COUNTED = {("{n} step", "{n} steps"): "{n} 步", ("{n} learner", "{n} learners"): "{n} 名学生"}


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


@pytest.fixture(autouse=True)
def chinese(tmp_path, monkeypatch):
    """Speak Chinese, with a catalogue that holds what is above and nothing else."""
    path = tmp_path / "locale" / "zh" / "messages.po"
    path.parent.mkdir(parents=True)
    entries = [f"msgid {quoted(a)}\nmsgstr {quoted(b)}\n\n" for a, b in CHINESE.items()]
    for (one, many), text in COUNTED.items():
        plural = f"msgid_plural {quoted(many)}\nmsgstr[0] {quoted(text)}"
        entries.append(f"msgid {quoted(one)}\n{plural}\n\n")
    path.write_text(HEAD + "".join(entries), encoding="utf-8")
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(say, "_language", "zh")
    monkeypatch.setenv("RNNLAB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(exercises, "_tries", exercises.Counter())
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


def test_a_hint_is_whole_with_its_numbers_and_words(tmp_path):
    series = torch.arange(10.0).unsqueeze(1)  # (T, 1)
    later, earlier = (torch.stack([series[k : k + 4] for k in range(a, a + 5)]) for a in (1, 0))
    feedback = exercises.check("01.1", (later, earlier), series)
    assert feedback.text == "01.1 不对。你的目标比输入早 1 步；要求的是晚 2 步"
    for _ in range(2):
        feedback = exercises.check("01.1", (later, earlier), series)
    assert feedback.text.endswith("（也可以看答案：rnnlab.solution('01.1')）")
    content = json.loads((tmp_path / "progress.json").read_text())
    assert content["mistakes"] == {"01.1": {"shift before": 3}}


def test_a_unit_in_a_hint_is_a_word_of_the_language():
    unit = say.say("examples")
    wrong = trials.about_average(9.0, [1.0, 2.0], [4, 4], unit)
    first, *_ = wrong.hints(exercises.find("07.1").hints)
    assert first == "你返回了 9；对所有样本的平均是另一个数。"


def test_no_full_stop_follows_a_question_mark():
    table = {"a": "What next?", "then": ["~. Look again", "~"]}
    assert three_hints(table)["a"] == ("下一步是什么？", "下一步是什么？再看一看", "下一步是什么？")


def test_a_guess_is_shown_in_chinese_and_kept_in_english():
    shown = rnnlab.guess("04.1")
    assert shown.title == "猜一猜 04.1"
    assert shown.question == "<code>weight_hh</code> 在计算图的叶子中出现几次？"
    assert shown.choices == [ONCE, TWICE, RIGHT]
    assert shown.shown == ["一次：它是一个矩阵", "两次", "三次：每个时间步一次"]
    assert shown.labels["again"] == "重新猜"
    shown.guess(RIGHT)
    assert shown.reply.startswith("<p>对。</p>")
    assert kept.guessed() == {"04.1": RIGHT}
    fold = shown._repr_mimebundle_()[0]["text/html"]
    assert "<b>一次：它是一个矩阵</b>: 它是一个矩阵，但是……" in fold
    assert as_text(ASKED).splitlines() == [
        "猜一猜 04.1。`weight_hh` 在计算图的叶子中出现几次？", "- 一次：它是一个矩阵", "- 两次",
        "- 三次：每个时间步一次",
    ]  # fmt: skip
    assert ASKED.right_kind == RIGHT
    shown.close()


def test_progress_is_a_table_in_chinese():
    kept.keep_guess("04.1", RIGHT)
    kept.keep_solved("04.2")
    head, *lines = rnnlab.progress().text.splitlines()
    assert head.startswith("猜过 1/")
    assert lines[4].startswith("第 04 课   猜测 1/")
    assert lines[4].endswith("   练习 1/3   04.2 做对")
    assert all(line.startswith("第 ") for line in lines)


def test_the_class_is_shown_in_chinese_and_the_columns_keep_their_names():
    one = Learner("Anna", ["anna.json"], solved={"04.2"}, guessed={"04.1"})
    html = page.page(SchoolClass([one], []), datetime(2026, 1, 2))
    assert '<html lang="zh">' in html
    assert "<p class=lead>1 名学生</p>" in html
    assert "谁学到了哪里" in html
    head, row = sheet.sheet([one]).splitlines()
    assert head.startswith(sheet.START)
    assert "做对" in row.split(",")
    hint = stumbles.words_of_mistake("01.1", "shift before")
    assert hint == "你的目标比输入早 …；要求的是晚 … 步"
    number = find_guess("03.1")
    assert stumbles.words_of_guess(number, "low") == f"太低：{number.replies['low']}"
    assert stumbles.words_of_guess(ASKED, ONCE) == "“一次：它是一个矩阵”: 它是一个矩阵，但是……"


def test_pictures_and_the_loop_speak_the_language():
    shown = curves({"a": [1, 2]}, title="a", xlabel="b", figure="04.3")
    assert shown.words == "八根条。"
    loop = rnnlab.show_loop("forward")
    assert "# 预测" in loop.text
    assert "用途" in loop._repr_html_()
    assert titles()["04"]
