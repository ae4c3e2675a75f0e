"""Letters of other languages in pictures: none is a box, and English loads no font for them."""

import logging
import subprocess
import sys
import warnings

import numpy as np
import pytest
from matplotlib import rc_context, rcParams
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from docs.font import FACES, MOST, characters, missing
from rnnlab.base import say
from rnnlab.pictures import plots
from rnnlab.pictures.look import FONTS, own_look, with_letters

LANGUAGES = [*FACES]


@pytest.fixture
def speak(monkeypatch):
    monkeypatch.setattr(say, "_language", "en")
    return say.set_language


def pixels(*lines: str) -> np.ndarray:
    """Return the drawn picture of some lines of text; what matplotlib warns of is an error."""
    figure, axes = plots.make_figure(1000, 120 + 24 * len(lines), 5, 5)
    plots.style(axes, "")
    axes.set(xticks=[], yticks=[])
    for k, line in enumerate(lines):
        plots.write(axes, line, (0, (k + 0.5) / len(lines)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba()).copy()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_character_of_the_catalogues_is_a_box(language, speak):
    speak(language)
    assert missing(language) == "", "make font"
    letters = sorted(characters(language))
    pixels(*("".join(letters[k : k + 60]) for k in range(0, len(letters), 60)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_has_letters_where_english_has_boxes(language, speak):
    letters = "".join(sorted(c for c in characters(language) if c >= "\u2e80")[:2])
    with pytest.raises(UserWarning, match=r"Glyph .* missing"):
        pixels(letters)
    speak(language)
    first, second, both = pixels(letters[0]), pixels(letters[1]), pixels(letters)
    assert (first != second).any()  # boxes would be alike
    assert (both != first).any()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_font_is_small_and_comes_with_its_license(language):
    assert (FONTS / f"{language}.otf").stat().st_size <= MOST
    license = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in license
    assert "Reserved Font Name 'Source'" in license
    family = FontProperties(fname=FONTS / f"{language}.otf").get_name()
    assert "source" not in family.lower()  # which no subset of it may be called


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_logged_of_bold_titles_and_latin_letters_stay(language, speak, caplog):
    english = pixels("loss 0.25")
    speak(language)
    letter = min(c for c in characters(language) if c >= "\u2e80")
    with caplog.at_level(logging.WARNING, logger="matplotlib.font_manager"):
        figure, axes = plots.make_figure(300, 200)
        plots.style(axes, f"loss {letter}")
        figure.canvas.draw()
    assert not caplog.records
    assert (pixels("loss 0.25") == english).all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_users_own_fonts_come_first_and_stay_as_they_are(language, speak):
    speak(language)
    with rc_context({"font.family": ["serif", "monospace"]}):
        with own_look(), own_look():
            *users, own = rcParams["font.family"]
            assert users == ["serif", "monospace"]
            assert with_letters(rcParams["font.family"]) == [*users, own]  # not twice
            assert Figure().text(0, 0, "x").get_fontfamily() == [*users, own]
        assert rcParams["font.family"] == ["serif", "monospace"]
    speak("en")
    with own_look():
        assert own not in rcParams["font.family"]


def test_english_loads_no_further_font():
    code = (
        "import rnnlab\n"
        "from matplotlib import font_manager as fonts\n"
        "from rnnlab.pictures import plots\n"
        "figure, axes = plots.make_figure(300, 200)\n"
        "plots.style(axes, 'loss', 'epoch')\n"
        "figure.canvas.draw()\n"
        "assert not [f for f in fonts.fontManager.ttflist if 'rnnlab' in f.name]\n"
        "rnnlab.set_language('zh')\n"
        "plots.style(axes, 'loss', 'epoch')\n"
        "assert [f for f in fonts.fontManager.ttflist if f.name == 'rnnlab zh']\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_a_picture_can_be_saved_in_each_form(speak, tmp_path):
    speak("zh")
    letter = min(c for c in characters("zh") if c >= "\u2e80")
    figure, axes = plots.make_figure(300, 200)
    plots.style(axes, letter)
    for form in ("png", "pdf", "svg"):
        figure.savefig(tmp_path / f"picture.{form}")
        assert (tmp_path / f"picture.{form}").stat().st_size > 1000


def test_a_chinese_letter_takes_the_room_of_two():
    assert plots.letters("loss") == 4
    assert plots.letters("\u635f\u5931 1") == 6
