"""The page that trains in the browser, in Chinese: whole, nothing cut off, the same numbers."""

import base64
import re

import pytest
from conftest import LAPTOP, PHONE
from playwright.sync_api import expect
from test_accessibility import check
from test_page import ALL, LOW, OUTSIDE, SIZES, SMALL

from rnnlab.base import say
from rnnlab.commands.page import build, page_folder
from rnnlab.commands.page_texts import texts, translations
from rnnlab.pictures.look import FONTS

pytestmark = pytest.mark.browser
# names of cells, optimizers, units, settings of the address, and the other language by its name
CODE = {"rnn", "gru", "lstm", "Adam", "SGD", "RMSprop", "CO", "ppm", "rnnlab", "off", "English",
        "zero_grad", "forward", "loss", "backward", "clip", "step", "task", "cell", "learning_rate",
        "epochs", "optimizer", "hidden_size", "seed", "speed", "lang", "weight_ih", "weight_hh",
        "bias_ih", "bias_hh", "readout_weight", "readout_bias", "colour", "fr"}  # fmt: skip
SEEN = """() => { const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    if (!node.parentElement.closest('script, style, noscript, #phase_list')) texts.push(node.data) }
  for (const name of ['title', 'aria-label', 'aria-valuetext', 'placeholder', 'alt'])
    for (const e of document.querySelectorAll(`[${name}]`)) texts.push(e.getAttribute(name));
  return texts.filter(text => text.trim()) }"""
# What is wider or higher than its place: of boxes their content, of charts their texts.
CUT = """() => { const cut = [];
  const parts = 'button, label, legend, summary, h1, h2, h3, p, dt, dd, output, a, span, strong';
  for (const e of document.querySelectorAll(parts)) {
    if (e.closest('.unseen, .skip') || !e.clientWidth || !e.textContent.trim()) continue;
    const {scrollWidth, scrollHeight, clientWidth, clientHeight} = e;
    if (scrollWidth > clientWidth || scrollHeight > clientHeight + 2) cut.push(e.outerHTML) }
  for (const e of document.querySelectorAll('select')) { // as wide as its longest option needs
    const style = getComputedStyle(e), pen = document.createElement('canvas').getContext('2d');
    pen.font = style.font;
    const room = e.clientWidth - parseFloat(style.paddingLeft) - 20;
    if (e.getClientRects().length && e.selectedOptions[0]
      && pen.measureText(e.selectedOptions[0].text).width > room) cut.push(e.outerHTML) }
  for (const e of document.querySelectorAll('.chart svg text')) {
    const text = e.getBoundingClientRect(), chart = e.closest('.chart').getBoundingClientRect();
    if (text.width && (text.left < chart.left - 1 || text.right > chart.right + 1
      || text.top < chart.top - 1 || text.bottom > chart.bottom + 1)) cut.push(e.outerHTML) }
  return cut }"""
WIDE = """async source => { const wide = new FontFace('wide', source);
  document.fonts.add(await wide.load());
  document.body.style.fontFamily = "system-ui, 'DejaVu Sans', wide, sans-serif" }"""
LINES = "() => [...document.querySelectorAll('.chart path')].map(e => e.getAttribute('d'))"
NUMBERS = """() => ['headline', 'words', 'legend', 'epoch_out', 'strip'].map(
  id => document.getElementById(id).textContent.match(/[\\d.]*\\d/g)?.sort())"""


def wide():
    """Return what `WIDE` reads: letters as wide as Chinese ones, for where no font has them."""
    font = base64.b64encode((FONTS / "zh.otf").read_bytes()).decode()
    return f"url(data:font/otf;base64,{font})"


@pytest.fixture
def chinese(visit):
    """Return a function that opens the page with letters as wide as Chinese ones are."""

    def open_page(fragment="#lang=zh", size=LAPTOP, **options):
        page = visit(fragment, size, bypass_csp=True, **options)  # which forbids a font, too
        page.evaluate(WIDE, wide())
        return page

    return open_page


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def train(page, number=1):
    button(page, "训练").click()
    expect(page.locator("#status")).to_contain_text(f"第 {number} 次运行结束", timeout=60_000)


def check_texts(page):
    """No word of English is on the page, unless it is not translated, and nothing is cut off."""
    known = {*translations(page_folder())["zh"]}
    english = [text for text in texts(page_folder()) if text not in known]
    for text in page.evaluate(SEEN):
        left = {*re.findall(r"[A-Za-z_]{2,}", text)} - CODE
        assert not left or any(" ".join(text.split()) == other for other in english), text
    assert page.evaluate(CUT) == []
    assert page.evaluate(OUTSIDE) == []


@SIZES
@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_all_of_it_is_chinese_and_nothing_is_cut_off(chinese, size, theme):
    page = chinese("#lang=zh&epochs=3", size, color_scheme=theme)
    assert page.evaluate("document.documentElement.lang") == "zh"
    expect(page).to_have_title("rnnlab：看循环神经网络怎样训练")
    check_texts(page)
    check(page, "it was opened", ALL)
    train(page)
    check_texts(page)
    page.get_by_role("button", name="更多设置").click()
    expect(page.get_by_role("button", name="收起设置")).to_be_visible()
    page.get_by_text("这些词是什么意思").click()
    page.locator("#phases").scroll_into_view_if_needed()
    expect(page.locator("#whose")).to_have_text("这是第 1 次运行中，第 3 轮之后的批次。")
    for phase in page.locator("#phase_list button").all():
        phase.click()
        check_texts(page)
    check(page, "all is open", ALL)
    page.get_by_role("textbox", name="随机种子").fill("-1")
    page.keyboard.press("Tab")
    expect(page.locator("#message")).to_have_text(
        "随机种子不能是“-1”；应当是从 0 到 4294967295 的整数。它仍然是 0。"
    )
    check_texts(page)
    check(page, "a refusal", ALL)
    assert page.evaluate(LOW) == []
    assert page.evaluate(SMALL) == []


def test_what_happens_is_said_in_chinese(chinese):
    page = chinese("#lang=zh&task=co2&colour=red&epochs=2&cell=fr&speed=1")
    expect(page.locator("#message")).to_contain_text("地址里有“colour”，可是没有这个设置")
    expect(page.locator("#message")).to_contain_text("应为：rnn, gru 或 lstm。这里改用默认值 rnn。")
    expect(page.locator("#words")).to_contain_text("526 个月中有 5 个月没有读数")
    check_texts(page)
    button(page, "单步").click()
    expect(page.locator("#status")).to_contain_text(
        re.compile(r"^第 1 次运行已暂停：第 1 轮（共 2 轮），走了 1 步。这一步的损失是 [\d.]+。$")
    )
    check_texts(page)
    page.get_by_role("textbox", name="学习率").fill("0.01")
    page.keyboard.press("Tab")
    expect(page.locator("#status")).to_contain_text("按“训练”，用这些设置开始新的运行")
    page.get_by_role("button", name="更多设置").click()
    page.get_by_role("combobox", name="速度").select_option("full")
    train(page, 2)
    expect(page.locator("#strip")).to_contain_text("停在第 0 轮")
    for figure in ("forecast", "loss", "norm"):
        box = page.locator(f"#{figure} svg").bounding_box()
        page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
        expect(page.locator(f"#{figure} .tip")).to_have_text(re.compile("实测|训练|第 "))
        check_texts(page)
    page.get_by_role("textbox", name="学习率").fill("1e30")
    page.get_by_role("checkbox", name="裁剪上限").click()
    expect(page.locator("#status")).to_contain_text("步发散：数值超出了计算机能表示的范围")
    check_texts(page)


@pytest.mark.slow  # two pages train; what they share is in test_page.py
@pytest.mark.parametrize("settings", ["epochs=6&cell=gru", "task=co2&epochs=2&seed=3"])
def test_the_numbers_are_those_of_the_english_page(visit, settings):
    found = []
    for language, train_it, end in [("en", "Train", "is finished"), ("zh", "训练", "次运行结束")]:
        page = visit(f"#lang={language}&{settings}")
        button(page, train_it).click()
        expect(page.locator("#status")).to_contain_text(end, timeout=60_000)
        page.wait_for_function("() => !document.querySelector('#epoch').disabled")
        found.append((page.evaluate(LINES), page.evaluate(NUMBERS)))
    (english, said), (chinese, said_too) = found
    assert english == chinese
    assert len(said) == 5
    assert said == said_too


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_other_language_is_a_link_that_keeps_the_settings(visit, size):
    page = visit("#cell=gru&epochs=5", size)
    html, other = page.locator("html"), page.locator("#language")
    expect(html).to_have_attribute("lang", "en")
    expect(other).to_have_text("中文")
    page.get_by_role("textbox", name="Learning rate").fill("0.01")
    page.keyboard.press("Tab")
    other.click()
    expect(html).to_have_attribute("lang", "zh")
    assert page.url.endswith("#cell=gru&learning_rate=0.01&epochs=5&lang=zh")
    expect(page.get_by_role("textbox", name="学习率")).to_have_value("0.01")
    expect(page.get_by_role("radio", name="gru")).to_be_checked()
    page.get_by_role("textbox", name="轮数").fill("2")
    page.keyboard.press("Tab")
    expect(page.locator("#status")).to_contain_text("次运行结束")
    assert page.url.endswith("&epochs=2&lang=zh")
    expect(other).to_have_text("English")
    other.click()
    expect(html).to_have_attribute("lang", "en")
    assert page.url.endswith("#cell=gru&learning_rate=0.01&epochs=2&lang=en")
    expect(page.get_by_role("textbox", name="Epochs")).to_have_value("2")


def test_the_browser_chooses_where_the_address_does_not(visit):
    page = visit("#epochs=5", locale="zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    expect(page.locator("#message")).to_be_empty()
    assert page.url.endswith("#epochs=5")
    page.evaluate("() => { location.hash = '#epochs=5&lang=en' }")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("textbox", name="Epochs")).to_have_value("5")
    page = visit("#lang=fr")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#message")).to_have_text("The address has lang=fr; expected en or zh.")


def test_a_file_written_in_chinese_opens_in_it(browser, tmp_path, monkeypatch):
    monkeypatch.setattr(say, "_language", "zh")
    file = tmp_path / "page.html"
    file.write_text(build(), encoding="utf-8")
    for fragment, language in ("", "zh"), ("#lang=en", "en"):
        page = browser.new_page(locale="en-US")
        page.goto(file.as_uri() + fragment)
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.close()
