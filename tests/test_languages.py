"""rnnlab in another language: what it says, and the copy of a course."""

import argparse
import gettext
import io
import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po as babel_read_po

import rnnlab
from docs.said import files, read_module
from rnnlab.base import catalogues, parser, say
from rnnlab.base.catalogues import LOCALE, catalogue, digest, languages, pack, read_po
from rnnlab.base.checks import check_known
from rnnlab.commands.course import MANIFEST, copy_course, language_of
from rnnlab.commands.main import main
from rnnlab.course import exercises, kept
from rnnlab.course.judging import three_hints
from rnnlab.course.lessons import FIRST, course_folder, sections_by_mistake
from rnnlab.course.translation.notebook import (
    in_language,
)
from rnnlab.doctor import __main__ as doctors

HEAD = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals={}; plural={};\\n"\n\n'
POLISH = Catalog(locale="pl")
OPTION = re.compile(r"--[a-z][a-z-]+")


@pytest.fixture(autouse=True)
def in_english(monkeypatch):
    """Begin in English, and end as it was; catalogues are read again."""
    monkeypatch.setattr(say, "_language", None)
    monkeypatch.delenv(say.VARIABLE, raising=False)
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


@pytest.fixture
def locale(tmp_path, monkeypatch):
    """Return a function that writes a catalogue of the language "xx", in an empty folder."""
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path / "locale")

    def write(entries, name="messages", plural=(1, "0")):
        path = tmp_path / "locale" / "xx" / f"{name}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD.format(*plural) + entries, encoding="utf-8")
        if name != "messages" and not (path := tmp_path / "locale/xx/messages.po").exists():
            path.write_text(HEAD.format(*plural))
        catalogue.cache_clear()

    return write


def entry(english, other):
    one, two = (json.dumps(text, ensure_ascii=False) for text in (english, other))
    return f"msgid {one}\nmsgstr {two}\n\n"


SENTENCE = "{name} is {value!r}"


def test_a_sentence_is_said_in_the_language_that_is_set(locale):
    locale(entry(SENTENCE, "{value!r}: {name}") + entry("rate", "R"))
    assert say.say(SENTENCE, name="a", value=1) == "a is 1"
    rnnlab.set_language("xx")
    assert say.say(SENTENCE, name="a", value=1) == "1: a"
    assert say.translated("rate") == "R"
    assert say.say("{a} has no translation", a=2) == "2 has no translation"
    assert say.translated("") == say.say("") == ""  # in gettext, the head of the catalogue
    assert say.say("\ud800{x}", x=1) == "\ud8001"
    rnnlab.set_language("en")
    assert say.say(SENTENCE, name="a", value=1) == "a is 1"


NOT_SHOWN = {
    "fuzzy": "#, fuzzy\n" + entry("loss", "L"),
    "fuzzy among others": "#. note\n#, python-format, fuzzy\n" + entry("loss", "L"),
    "obsolete": '#~ msgid "loss"\n#~ msgstr "L"\n',
    "empty": entry("loss", ""),
    "of other English": entry("Loss", "L"),
    "what it was": '#, fuzzy\n#| msgid "loss"\n' + entry("losses", "L"),
}


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_what_is_stale_is_not_shown(locale, name):
    locale(NOT_SHOWN[name])
    rnnlab.set_language("xx")
    assert say.translated("loss") == "loss"
    locale(entry("loss", "L"))
    assert say.translated("loss") == "L"


def test_sentences_and_phrases_are_put_together_as_the_language_does_it(locale):
    locale(entry("It ends.", "它完了。") + entry("A mark", "记号") + entry("{one}; {other}",
           "{one}；{other}"))  # fmt: skip

    def told():
        parts = say.say("It ends."), "", say.say("A mark"), say.say("It ends.")
        return say.sentences(*parts), say.listed(["a", "b", "c"]), say.listed(["a"])

    assert told() == ("It ends. A mark It ends.", "a; b; c", "a")
    assert say.sentences() == say.sentences("", "") == ""
    assert say.sentences("他说：", "Yes") == "他说： Yes"  # a name of the learner's, in English
    rnnlab.set_language("xx")
    assert told() == ("它完了。记号 它完了。", "a；b；c", "a")
    assert say.english_of(ValueError(told()[0])) == "It ends. A mark It ends."
    assert not hasattr(say.sentences("a", "b"), "english")


COUNTED = 'msgid "{n} epoch"\nmsgid_plural "{n} epochs"\n' + "".join(
    f'msgstr[{k}] "{{n}} form {k}"\n' for k in range(POLISH.num_plurals)
)


def test_a_number_of_things_has_the_form_that_gettext_gives_it(locale):
    locale(COUNTED, plural=(POLISH.num_plurals, POLISH.plural_expr))
    content = io.BytesIO()
    write_mo(content, babel_read_po(io.BytesIO(COUNTED.encode()), locale="pl"))
    trusted = gettext.GNUTranslations(io.BytesIO(content.getvalue()))
    numbers = [*range(40), 101, 102, 112, 1022]
    words = [say.say_count("{n} epoch", "{n} epochs", n=n) for n in numbers]
    assert words[:3] == ["0 epochs", "1 epoch", "2 epochs"]
    rnnlab.set_language("xx")
    for n in numbers:
        wanted = trusted.ngettext("{n} epoch", "{n} epochs", n).format(n=n)
        assert say.say_count("{n} epoch", "{n} epochs", n=n) == wanted
    assert say.say_count("{n} step{x}", "{n} steps{x}", n=1, x="!") == "1 step!"
    assert say.say_count("{n} step{x}", "{n} steps{x}", n=2, x="!") == "2 steps!"


@pytest.mark.parametrize("path", sorted(LOCALE.rglob("*.po")), ids=lambda path: path.stem)
def test_a_catalogue_is_read_as_babel_reads_it(path):
    content = path.read_bytes()
    wanted = {
        message.id if isinstance(message.id, str) else message.id[0]:
        [message.string] if isinstance(message.string, str) else [*message.string]
        for message in babel_read_po(io.BytesIO(content))
        if message.id and message.string and not message.fuzzy
        and (isinstance(message.string, str) or all(message.string))
    }  # fmt: skip
    found = read_po(content.decode())
    del found[""]
    assert found == wanted


def test_texts_with_quotes_and_breaks_are_read():
    hard = 'a "b" \\ c\\n\n\td {x}'
    assert read_po(entry(hard, hard[::-1])) == {hard: [hard[::-1]]}
    parts = 'msgid ""\n"one "\n"two"\nmsgstr ""\n"a\\n"\n"b"\n'
    assert read_po(parts) == {"one two": ["a\nb"]}


def test_an_unknown_language_is_refused_with_those_there_are(monkeypatch, here, capsys):
    assert languages() == ["en", "zh"]
    with pytest.raises(ValueError) as raised:
        rnnlab.set_language("fr")
    assert str(raised.value) == "there is no language 'fr'; expected one of en, zh"
    monkeypatch.setenv(say.VARIABLE, "zh_CN")
    monkeypatch.setattr(say, "_language", None)
    text = "RNNLAB_LANG is 'zh_CN'; expected one of en, zh. rnnlab speaks English"
    with pytest.warns(UserWarning, match=f"^{text}$"):
        assert say.language() == "en"
    assert say.language() == "en"  # said once
    with pytest.raises(SystemExit):
        main(["lab", "--lang", "fr"])
    said = "argument --lang: there is no language 'fr'; expected one of en, zh\n"
    assert capsys.readouterr().err == f"rnnlab lab: error: {said}"


def test_a_process_speaks_the_language_of_its_environment(tmp_path):
    code = "from rnnlab.commands.main import main; main(['page', '--nothing'])"
    env = {**os.environ, say.VARIABLE: "zh", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, cwd=tmp_path)
    assert "rnnlab page：错误：这里没有 '--nothing' 这个选项" in done.stderr.decode()


def test_english_reads_no_catalogue():
    code = (
        "import sys, rnnlab; assert 'rnnlab.base.catalogues' not in sys.modules\n"
        "from rnnlab.base import catalogues, say\n"
        "catalogues.catalogue = None\n"
        "print(say.say('{a}', a=1), say.say_count('{n} a', '{n} b', n=1))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "1 1 a\n", done.stderr


def test_a_lesson_recognises_an_error_in_any_language(locale):
    text = "{name} is {value!r}; the known {plural} are {known}"
    locale(entry(text, "{known} ({plural}), {name}, {value!r}"))
    rnnlab.set_language("xx")
    with rnnlab.expect_error(ValueError, "the known dogs are a"):
        check_known("dog", "b", ["a"], "dogs")
    with pytest.raises(AssertionError), rnnlab.expect_error(ValueError, "the known cats are a"):
        check_known("dog", "b", ["a"], "dogs")
    said = say.say(text, name=1, value=2, plural=3, known=4)
    assert pickle.loads(pickle.dumps(said)).english == "1 is 2; the known 3 are 4"


def test_hints_are_translated_and_progress_is_not(locale, monkeypatch, tmp_path):
    monkeypatch.setenv("RNNLAB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(exercises, "_tries", exercises.Counter())
    series = torch.zeros(10, 1)
    before = exercises.check("01.1", 3, series).hint
    hints = exercises.find("01.1").hints["kind"]
    again = exercises.words_of("01")["01.1"]["hints"]["kind"]
    assert hints[0] == again
    locale(entry(again, "<{kind}>"), "words/01")
    exercises._tries.clear()
    rnnlab.set_language("xx")
    assert before.startswith("Your answer is a int")
    assert exercises.check("01.1", 3, series).hint.startswith("<int>")
    assert kept.parse_kept((tmp_path / "progress.json").read_bytes())["mistakes"] == {
        "01.1": {"kind": 2}
    }


def test_a_hint_is_followed_by_others_in_its_language(locale):
    locale(entry("How?", "H?") + entry("~. Look again", "Again: ~") + entry("So", "S"))
    table = {"a": "How?", "b": ["So", "so", "so!"], "then": ["~. Look again", "~"]}
    assert three_hints(table)["a"] == ("How?", "How? Look again", "How?")
    rnnlab.set_language("xx")
    assert three_hints(table)["a"] == ("H?", "Again: H?", "H?")
    assert [say.say(hint) for hint in three_hints(table)["b"]] == ["S", "so", "so!"]


def test_links_into_lessons_say_the_heading_in_the_language(locale):
    (section,) = sections_by_mistake()["loss-broadcast"][:1]
    english = str(section)
    locale(entry(section.heading, "H"), f"notebooks/{Path(section.notebook).stem}")
    rnnlab.set_language("xx")
    assert str(section) == english.replace(section.heading, "H") != english


@pytest.mark.filterwarnings("ignore:Using a target size")
def test_the_doctor_speaks_the_language_and_keeps_its_codes(locale):
    texts = {text for path in files() if "doctor" in path.parts for text in read_module(path).said}
    locale("".join(entry(text, f"~{text}") for text in texts))
    model = torch.nn.Linear(3, 1)
    batches = [(torch.ones(8, 3), torch.ones(8))]
    wide = [(torch.ones(8, 6, 4), torch.ones(8, 6, 3))]

    def look():
        with rnnlab.watch() as report:
            torch.nn.functional.mse_loss(model(batches[0][0]), batches[0][1])
        checks = [*rnnlab.preflight(model, batches, "mse").checks]
        checks += rnnlab.preflight(torch.nn.RNN(3, 3), wide, "mse").checks
        return report, checks

    report, checks = look()
    rnnlab.set_language("xx")
    said, said_checks = look()
    (english,), (finding,) = report.findings, said.findings
    assert [finding.code, finding.severity] == [english.code, english.severity]
    assert [finding.what, finding.why] == [f"~{english.what}", f"~{english.why}"]
    assert str(said).startswith("~~error: loss-broadcast\n  where: ~")
    assert "<b>~error: loss-broadcast</b>" in said._repr_html_()
    assert said.looked_at().startswith("~Watched: 1 forward passes")
    assert [c[:2] for c in said_checks] == [c[:2] for c in checks]
    assert all(c.seen.startswith("~") for c in said_checks)
    assert all(c.advice[:1] in ("~", "") for c in said_checks)
    assert ". ~A layer's weights are made for" in said_checks[-1].seen
    assert said_checks[0].shown()[:2] == ("~inputs and targets", "~ok")


def test_a_wheel_has_all_that_the_sources_have(tmp_path, monkeypatch):
    path = course_folder() / FIRST
    translated = in_language(path.read_bytes(), path.stem, "zh")
    said = catalogue("zh", "messages", "words/*")
    content = pack("zh")
    assert "Train a recurrent" not in content
    (tmp_path / "zh.json").write_text(content, encoding="utf-8")
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    catalogue.cache_clear()
    assert languages() == ["en", "zh"]
    assert catalogue("zh", "messages", "words/*") == said
    assert digest("{n} file") in said
    assert in_language(path.read_bytes(), path.stem, "zh") == translated != path.read_bytes()


@pytest.fixture
def chinese():
    return in_language((course_folder() / FIRST).read_bytes(), Path(FIRST).stem, "zh")


def test_a_copy_in_another_language_is_as_a_new_version(tmp_path, chinese):
    folder, english = tmp_path / "mine", (course_folder() / FIRST).read_bytes()
    assert FIRST in copy_course(folder)["copied"]
    assert "language" not in json.loads((folder / MANIFEST).read_text())
    done = copy_course(folder, spoken="zh")
    assert FIRST in done["older"]
    assert (folder / FIRST).read_bytes() == english
    assert language_of(folder) == "zh"
    (folder / "03_loss.ipynb").write_text("work")
    done = copy_course(folder, update=True, spoken="zh")
    assert FIRST in done["replaced"]
    assert done["moved"] == ["03_loss (yours).ipynb"]
    assert (folder / FIRST).read_bytes() == chinese
    assert (folder / "03_loss (yours).ipynb").read_text() == "work"
    assert "replaced" not in copy_course(folder, update=True, spoken="zh")
    assert FIRST in copy_course(folder, update=True, spoken="en")["replaced"]
    assert (folder / FIRST).read_bytes() == english
    assert language_of(folder) == "en"


@pytest.mark.parametrize("kept_as", ["fr", 3, None, ["zh"]])
def test_a_folder_with_an_unknown_language_has_that_spoken_here(tmp_path, kept_as):
    (tmp_path / MANIFEST).write_text(json.dumps({"copied": {}, "language": kept_as}))
    assert language_of(tmp_path) == "en"
    rnnlab.set_language("zh")
    assert language_of(tmp_path) == "zh"


def test_the_help_of_a_command_has_the_same_options_in_each_language(monkeypatch, capsys):
    helps = {}
    for spoken in languages():
        say.set_language(spoken)
        with pytest.raises(SystemExit):
            main(["train", "--help"])
        helps[spoken] = capsys.readouterr().out
    assert OPTION.findall(helps["zh"]) == OPTION.findall(helps["en"])
    assert "--time-column" in helps["zh"]


# lines that argparse itself refuses, in its own words
WRONG_LINES = (
    [], ["--number"], ["--number", "x"], ["--kind", "z"], ["--many"], ["--yes=3"],
    ["--yes", "--no"], ["--kind", "a", "--nothing"],
)  # fmt: skip


def make_own(parser):
    parser.add_argument("--number", type=int)
    parser.add_argument("--kind", choices=["a", "b"], required=True)
    parser.add_argument("--many", nargs="+")
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--yes", action="store_true")
    either.add_argument("--no", action="store_true")
    return parser


@pytest.mark.parametrize("line", WRONG_LINES, ids=" ".join)
def test_argparses_own_words_are_said_in_the_language_that_is_spoken(line, locale, capsys):
    def refused(make):
        with pytest.raises(SystemExit) as ended:
            make_own(make()).parse_args(line)
        assert ended.value.code == 2
        return capsys.readouterr().err.splitlines()[-1]

    def ours():
        return parser.make_parser("prog", "about", "after")

    plain = refused(lambda: argparse.ArgumentParser("prog", allow_abbrev=False))
    assert refused(ours) == plain
    locale("".join(entry(text, f"~{text}") for text in parser._REFUSALS[:-1]))
    rnnlab.set_language("xx")
    assert refused(ours) == plain.replace("error: ", "error: ~")  # each is known


def test_the_doctors_help_is_as_argparse_writes_it():
    command = doctors._parser("rnnlab doctor")
    shown = command.format_help()
    command.formatter_class = argparse.HelpFormatter
    assert shown == command.format_help()


REFUSED = {
    "{file} has {count} columns that may be the values, {columns}: choose one, for example "
    "value={choice!r}": "{file} 中有 {count} 列都可能是值：请选一列，例如value={choice!r}。",
    "{name} is {value!r}; it must be a fraction between 0 and 1": "{name} 是 {value!r}。",
    "{file}: value and time are both {column}; expected two columns: name another one, or "
    "time=False counts the values 0, 1, 2, ...": "{file}：value 和 time 都是{column}，或用"
    "time=False把值按 0, 1, 2, ... 计数",
}


@pytest.mark.parametrize(
    ("options", "english", "other"),
    [
        ([], "for example --column b", "请选一列，例如--column b。"),
        (["--column", "a", "--held-out", "2"], "--held-out is 2.0; it", "--held-out 是 2.0。"),
        (
            ["--column", "a", "--time-column", "a"],
            ": --column and --time-column are both column 2",
            '：--column 和 --time-column 都是column 2 ("a")，或用--no-times把值按',
        ),
    ],
)
def test_a_refused_file_is_told_in_options_of_the_command_in_each_language(
    here, capsys, locale, options, english, other
):
    locale("".join(entry(*pair) for pair in REFUSED.items()))
    Path("two.csv").write_text("date,a,b\n2020,1,2\n2021,3,4\n2022,5,6\n")
    for spoken, wanted in (("en", english), ("xx", other)):
        say.set_language(spoken)
        with pytest.raises(SystemExit):
            main(["train", "--csv", "two.csv", *options])
        assert wanted in capsys.readouterr().err


@pytest.mark.parametrize("spoken", languages())
def test_what_a_refused_file_advises_is_an_option_of_the_command(here, capsys, spoken):
    say.set_language(spoken)
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    known = {*OPTION.findall(capsys.readouterr().out)}
    for content, advised in (
        ("date,a,b\n2020,1,2\n2021,3,4\n", "--column b"),
        ("date,a\n2020,1\n2020,2\n", "--no-times"),
        ("date,a\n2020,1\n2021,\n2022,3\n", "--fill-gaps"),
        ("a\n1\n2\n-99.99\n3\n4\n-99.99\n5\n", "--missing -99.99"),
    ):
        Path("mine.csv").write_text(content)
        with pytest.raises(SystemExit):
            main(["train", "--csv", "mine.csv"])
        told = capsys.readouterr().err
        assert advised in told
        assert {*OPTION.findall(told)} <= known
        assert "=" not in told


def test_the_english_of_a_sentence_has_its_parts_in_english(locale):
    locale(entry("column {k}", "Spalte {k}") + entry("{where} is empty", "{where} ist leer"))
    say.set_language("xx")
    error = ValueError(say.say("{where} is empty", where=say.say("column {k}", k=2)))
    assert str(error) == "Spalte 2 ist leer"
    assert say.english_of(error) == "column 2 is empty"


def test_the_lab_speaks_the_language_in_its_kernels_too(here, monkeypatch, capsys, chinese):
    pytest.importorskip("jupyterlab", reason="it comes with the extra lab")
    seen = []
    monkeypatch.setattr(
        "jupyterlab.labapp.LabApp.launch_instance",
        lambda _: seen.append(os.environ.get(say.VARIABLE)),
    )
    monkeypatch.setenv(say.VARIABLE, "")  # taken back at the end
    monkeypatch.delenv(say.VARIABLE)
    assert main(["lab", "plain"]) == 0
    assert seen == [None]
    assert main(["lab", "--lang", "zh", "mine"]) == 0
    assert (here / "mine" / FIRST).read_bytes() == chinese
    assert f"你的课程副本在 {here / 'mine'}。\n已复制：26 个文件。" in capsys.readouterr().out
    say.set_language("en")
    assert main(["lab", "mine"]) == 0  # the folder keeps its language
    assert (here / "mine" / FIRST).read_bytes() == chinese
    assert "另一个版本" not in capsys.readouterr().out
    assert main(["lab", "--lang", "en", "mine"]) == 0
    assert "The course has another version of" in capsys.readouterr().out
    assert seen == [None, "zh", "zh", "en"]
