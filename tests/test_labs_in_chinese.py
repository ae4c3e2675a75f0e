"""The labs in Chinese: nothing that a learner sees, or a screen reader says, is left in English."""

import html
import re

import ipywidgets as w
import pytest

import rnnlab
from rnnlab.base import say
from rnnlab.widgets.base import remedy
from rnnlab.widgets.controls import NumberSlider, say_epochs
from rnnlab.widgets.viewer.glossary import explain, glossary
from tests.test_accessibility import LABS, listen

ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
CHINESE = re.compile("[\u4e00-\u9fff]")
CODE = re.compile(
    r'<style>.*?</style>|<(code|pre)\b.*?</\1>|<span class="line">.*?</span></span>', re.DOTALL
)
NAMED = re.compile(r'(?:aria-label|title|alt)="([^"]*)"')
TAGS = re.compile(r"<[^>]+>")
SHOWN = ("description", "tooltip", "description_tooltip", "placeholder")


@pytest.fixture(autouse=True)
def chinese(monkeypatch):
    """Speak Chinese in the test alone."""
    monkeypatch.setattr(say, "_language", None)
    rnnlab.set_language("zh")


def texts_of_page(page):
    """Return the texts of HTML, and what its attributes say, without code."""
    page = CODE.sub(" ", page)
    return [html.unescape(text) for text in (*NAMED.findall(page), *TAGS.split(page))]


def texts_of(widget):
    """Yield each text of a widget and of its parts."""
    for name in SHOWN:
        if widget.has_trait(name):
            yield getattr(widget, name) or ""
    if isinstance(widget, w.HTML):
        yield from texts_of_page(widget.value)
    if isinstance(widget, w.Label):
        yield widget.value
    if isinstance(widget, w.Output):
        for output in widget.outputs:
            yield from texts_of_page(output.get("data", {}).get("text/html", ""))
    for option in () if isinstance(widget, NumberSlider) else getattr(widget, "options", ()):
        yield str(option[0] if isinstance(option, tuple) else option)
    for child in getattr(widget, "children", ()):
        yield from texts_of(child)


def texts_of_lab(lab):
    access = lab._access
    yield from texts_of(lab)
    yield from (access.label, *access.words.values(), *access.pictures)
    yield from lab.describe().splitlines()
    yield from texts_of_page(lab._kept_page())


def in_english(texts):
    return sorted({text for text in texts if ENGLISH.search(text)})


def status(lab):
    (text,) = filter(str.strip, texts_of_page(lab._status.value))
    assert CHINESE.search(text), text
    assert not ENGLISH.search(text), text
    return text


@pytest.mark.parametrize("kind", LABS)
def test_a_lab_shows_no_english(kind):
    lab = kind()
    texts = [*texts_of_lab(lab)]
    assert len(texts) > 40
    assert not in_english(texts)
    assert lab._access.language == "zh"
    assert all(CHINESE.search(button.description + button.tooltip) for button in buttons(lab))
    assert 'lang="zh"' in lab._kept._data()["text/html"]
    lab.close()
    assert CHINESE.search(repr(lab))


def buttons(lab):
    return getattr(lab, "buttons", {}).values()


def test_english_that_is_shown_is_seen():
    part = w.Button(description="看", tooltip="Some words")
    page = w.HTML('<p title="A meaning here">好 <code>two words</code></p>')
    choice = w.Dropdown(options=[("some runs", 1), "rnn"], description="几次")
    found = in_english(texts_of(w.VBox([part, w.HBox([page, choice])])))
    assert found == ["A meaning here", "Some words", "some runs"]


def test_the_buttons_of_a_training_lab_are_shown_and_answered_in_chinese():
    lab = rnnlab.TrainingLab(epochs=2)
    said = listen(lab)
    press = {name: button.click for name, button in lab.buttons.items()}
    assert "“训练”" in status(lab)
    shown = [button.description for button in lab.buttons.values()]
    assert shown == ["训练", "暂停", "单步", "停止", "请医生看看", "更多设置", "清空", "默认值"]
    press["Step"]()
    assert "已暂停：第 1 轮（共 2 轮），1 步" in status(lab)
    assert lab.buttons["Pause"].description == "继续"
    lab.learning_rate = 0.02
    assert "按“继续”" in status(lab)
    press["Pause"]()
    assert lab.buttons["Pause"].description == "暂停"
    press["Stop"]()
    assert "已停止" in status(lab)
    press["Train"]()
    assert "第 2 次运行开始" in status(lab)
    lab._runner.drain()
    assert re.search("第 2 次运行已完成：第 2 轮（共 2 轮），.*，用一个线程。按播放", status(lab))
    press["More settings"]()
    assert lab.buttons["More settings"].description == "收起设置"
    assert "停在第 1 轮" in lab._viewer.strip._buttons[0].description
    for word in ("持续性预测", "AR(9)", "自由运行", "损失", "梯度范数", "留出"):
        assert f'">{word}</abbr>' in lab._twin.value, word
    press["Ask the doctor"]()
    assert "<h3>医生的诊断</h3>" in lab._doctor.value
    assert not in_english([*texts_of_lab(lab), *said])
    lab.close()


def test_seeds_and_a_changed_rate_are_told_in_chinese():
    lab = rnnlab.TrainingLab(epochs=2, seeds=8, apply_while_training=True)
    lab._start(paused=True)
    lab._on_step()
    lab.learning_rate = 0.02
    assert lab._training.marks[-1].text == "学习率 0.02"
    lab.run()
    assert "8 个种子，第 2 轮之后：中位数" in status(lab)
    assert not in_english(texts_of_lab(lab))
    lab.cell = "lstm"
    lab.run()
    assert "只有一次运行，不是 8 次：" in status(lab)
    lab.close()


def test_what_a_run_ended_with_is_known_in_any_language():
    lab = rnnlab.TrainingLab(epochs=5, optimizer="sgd", learning_rate=1.0, clip=False)
    lab._start()
    with pytest.raises(rnnlab.TrainingDiverged):
        lab._runner.drain()
    run = lab._training
    assert run.outcome == f"在第 {len(run.history)} 步发散"
    assert run.outcome.english == f"diverged at step {len(run.history)}"
    assert "中断了" in status(lab)
    assert not in_english(texts_of_page(lab._message.value))
    lab.close()
    with pytest.raises(RuntimeError, match="已经关闭"):
        lab.run()


def test_too_little_memory_is_known_by_its_english():
    reason = say.Said("要的内存太多")
    reason.english = "not enough memory"
    assert "请选更小的隐藏单元数" in remedy(ValueError(reason))
    assert remedy(ValueError("要的内存太多")) == "要的内存太多"


def test_a_number_has_its_unit_beside_it_in_either_language():
    for language, unit in (("zh", "轮"), ("en", "epochs")):
        rnnlab.set_language(language)
        slider = NumberSlider("a", [20, 40], say_epochs)
        assert (slider._field.value, slider._unit.value) == ("20", unit)
        slider.value = 1
        assert slider._unit.value == {"zh": "轮", "en": "epoch"}[language]


def test_a_word_is_explained_once_and_in_no_tooltip():
    words = {"损失": "留出的损失", "留出": "没见过", "AR(9)": "公式"}
    page = explain("训练损失和损失，留出 AR(9)。", words)
    assert page == (
        '训练<abbr title="留出的损失">损失</abbr>和损失，<abbr title="没见过">留出</abbr> '
        '<abbr title="公式">AR(9)</abbr>。'
    )
    assert explain("Losses of a Loss", {"Loss": "a"}) == 'Losses of a <abbr title="a">Loss</abbr>'
    assert not in_english([*glossary(), *glossary().values()])
