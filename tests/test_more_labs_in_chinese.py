"""The stepper and the labs of map, states and gradients in Chinese, as they are used."""

import html
import re

import pytest

import rnnlab
from rnnlab.base import say
from rnnlab.microscope.carrying import NO_DETACH, WAYS
from rnnlab.microscope.faults import FAULTS
from tests.test_accessibility import listen
from tests.test_labs_in_chinese import CHINESE, in_english, status, texts_of_lab

TORCHS = re.compile(r'<p class="rnnlab-message".*?</p>', re.DOTALL)  # its own words


@pytest.fixture(autouse=True)
def chinese(monkeypatch):
    """Speak Chinese in the test alone."""
    monkeypatch.setattr(say, "_language", None)
    rnnlab.set_language("zh")


def without_code(lab):
    """Return the texts of a stepper without the loop's lines and those that it advises."""
    source = html.unescape(lab._source.value)
    return [text for text in texts_of_lab(lab) if text not in source and "改法：" not in text]


def test_the_stepper_tells_each_phase():
    lab = rnnlab.LoopStepper(clip_norm=0.5)
    said = listen(lab)
    shown = [button.description for button in lab.buttons.values()]
    assert shown == [
        "下一阶段", "下一批", "下一轮", "运行", "退回", "重新开始", "请医生看看",
    ]  # fmt: skip
    assert "还什么都没有运行，接下来是 batch" in status(lab)
    for phase in lab.stepper.phases:
        lab.buttons["Next phase"].click()
        assert f"{phase} 已完成" in status(lab)
        assert not in_english([*without_code(lab), *said])
        assert "。 " not in lab.describe()
    lab._on_run()
    lab._show()  # as the first of its phases does
    assert lab.buttons["Run"].description == "暂停"
    lab._on_run()
    assert lab.buttons["Run"].description == "运行"
    lab.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_in_the_stepper_is_told(fault):
    lab = rnnlab.LoopStepper(clip_norm=0.5, fault=fault)
    lab.next_batch()
    lab.next_batch()
    assert CHINESE.search(lab.controls["fault"].label)
    if lab._failed:
        assert "backward 报错了。按“退回”可以退出来" in status(lab)
        lab._message.value = ""  # torch's own words
    assert not in_english(without_code(lab))
    lab.close()


def test_what_the_stepper_cannot_do_is_told():
    with pytest.raises(TypeError, match=r"^缺少 batches ?和 ?loss_fn：请只给 task"):
        rnnlab.LoopStepper(model=rnnlab.SequenceModel(1, 2, 1))
    lab = rnnlab.LoopStepper(fault="clip-before-backward")
    with pytest.raises(ValueError, match="请打开 clip"):
        lab.clip = False
    lab.close()


def test_a_map_is_told():
    few = {"learning_rates": [0.03, 1e6], "clip_norms": [0.1, None], "seeds": 2, "epochs": 1}
    lab = rnnlab.LandscapeLab(**few, hidden_size=4)
    said = listen(lab)
    assert "请按“训练”" in status(lab)
    assert (lab.controls["seeds"]._unit.value, lab.controls["epochs"]._unit.value) == ("个", "轮")
    lab.run()
    assert "训练结束" in status(lab)
    assert "2 次中 2 次发散" in lab._table.value
    assert lab.pictures[0].panel.key.get_text().startswith("2 个种子的中位数")
    lab._move(1, 0)
    opened = lab.open_chosen()
    assert "训练实验室：学习率 0.03，" in lab._heading.value
    opened.close()
    assert not in_english([*texts_of_lab(lab), *said])
    assert not re.search(r"[\u4e00-\u9fff][:;,]|[。；：] ", lab.describe())
    for rates, words in (([0.1, -1], "learning_rates 中的一个值 是 -1"), ([], "learning_rates 是")):
        with pytest.raises(ValueError, match=words):
            lab.learning_rates = rates
    lab.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_way_of_the_state_lab_is_told(way):
    lab = rnnlab.StateLab(epochs=1, hidden_size=4, way=way)
    lab.run()
    assert lab.way == lab.controls["way"].value == way
    assert CHINESE.search(lab.controls["way"].label)
    assert status(lab) == "训练结束：每种方式 1 轮，每轮 32 个批次。"
    assert ("retain_graph" in lab._torch.value) == (way == NO_DETACH)
    lab._torch.value = TORCHS.sub("", lab._torch.value)
    assert not in_english(texts_of_lab(lab))
    lab.way = WAYS[WAYS.index(way) - 1]
    assert CHINESE.search(status(lab))
    lab.close()


def test_the_gradient_lab_says_its_sentences():
    lab = rnnlab.GradientLab(length=20, hidden_size=4, scale=1.5)
    assert "图会跟着变" in status(lab)
    assert lab.controls["scale"]._unit.value == "倍"
    assert lab.controls["length"]._unit.value == "步"
    assert lab.describe().count("\n") == 3
    assert "。 " not in lab.describe()
    assert not in_english(texts_of_lab(lab))
    with pytest.raises(ValueError, match="length 是 1；必须在 2 到 100 个时间步之间"):
        lab.length = 1
    lab.close()
