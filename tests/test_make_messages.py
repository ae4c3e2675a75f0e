"""`make messages`: what it finds in the source, and what it does to catalogues that are there."""

import ast

import pytest

from docs import messages
from docs.messages import is_translated, read, to_po, words_in
from docs.said import HOUSE, Reader, files, mistakes, read_module
from rnnlab.base.catalogues import read_po

OLD = {"The loss falls steeply at first.": "", "This one goes.": "", "{n} epoch": "{n} epochs"}
NEW = {"The loss falls very steeply at first.": "", "{n} epoch": "{n} epochs", "And a new one": ""}


class Book:
    """One catalogue, renewed from texts as `make messages` does."""

    def __init__(self, folder):
        self.path = folder / "x.po"

    def renew(self, texts):
        catalog, memory = read(self.path, "zh"), {}
        for message in [*catalog.obsolete.values(), *catalog]:
            if is_translated(message):
                memory[message.id] = message.string
        messages._renew(catalog, texts, memory)
        self.path.write_bytes(to_po(catalog, "x"))
        return self.path.read_text(encoding="utf-8")

    def fill(self, other):
        catalog = read(self.path, "zh")
        for message in catalog:
            if message.id and not message.string:
                message.string = other
            if isinstance(message.id, tuple):
                message.string = (other,)
        self.path.write_bytes(to_po(catalog, "x"))

    @property
    def shown(self):
        return {text for text in read_po(self.path.read_text(encoding="utf-8")) if text}


@pytest.fixture
def book(tmp_path):
    book = Book(tmp_path)
    book.renew(OLD)
    assert book.shown == set()
    book.fill("译")
    assert book.shown == {*OLD}
    return book


def test_what_has_only_points_between_its_fields_is_translated_too():
    texts = messages.english()["messages"]
    assert {"{one}; {other}", "{spot}: {words}.", "{result} ({beside})", "{lost}."} <= {*texts}
    assert not {"{what}", "{way}", ""} & {*texts}


def test_what_has_changed_is_fuzzy_and_what_has_gone_is_obsolete(book):
    content = book.renew(NEW)
    assert book.shown == {"{n} epoch"}
    first = '#| msgid "The loss falls steeply at first."\nmsgid "The loss falls very steeply at'
    assert f"#, fuzzy\n{first}" in content
    assert '#~ msgid "This one goes."\n#~ msgstr "译"' in content
    assert 'msgid "And a new one"\nmsgstr ""' in content


@pytest.mark.parametrize("texts", [OLD, NEW, {}])
def test_a_second_time_changes_nothing(book, texts):
    content = book.renew(texts)
    assert book.renew(texts) == content
    assert book.path.read_bytes().endswith(b"\n")
    for word in ("Date", "Generator", "#:"):
        assert word not in content


def test_what_was_fuzzy_is_never_shown_by_itself(book):
    """Also when it goes and comes back, which Babel would take for a translation."""
    for texts in (NEW, {}, NEW, NEW, OLD):
        book.renew(texts)
        assert "The loss falls very steeply at first." not in book.shown
        content = book.path.read_text(encoding="utf-8")
        assert content.count("译") == 3, "no translation is lost"
    assert book.shown == {"This one goes.", "{n} epoch"}  # these are as they were translated


def test_fuzzy_again_says_what_its_translation_was_of(book):
    book.renew(NEW)
    content = book.renew({"The loss falls very steeply at first, and later slowly.": ""})
    assert '#| msgid "The loss falls steeply at first."\nmsgid "The loss falls very' in content


def test_the_order_is_that_of_the_english(book):
    content = book.renew(dict(reversed(OLD.items())))
    assert [content.index(text) for text in OLD] == sorted(map(content.index, OLD), reverse=True)
    assert book.shown == {*OLD}


def test_a_text_translated_elsewhere_is_translated(tmp_path):
    (tmp_path / "zh" / "notebooks").mkdir(parents=True)
    catalog = messages.renewed("zh", tmp_path)["notebooks/03_loss"]
    text = "What was to be seen"
    catalog[text].string = "译"
    (tmp_path / "zh" / "notebooks" / "03_loss.po").write_bytes(to_po(catalog, "x"))
    again = messages.renewed("zh", tmp_path)
    assert again["notebooks/04_backward"][text].string == "译"
    assert is_translated(again["notebooks/04_backward"][text])


def test_the_lessons_words_are_found_but_not_their_code(tmp_path):
    path = tmp_path / "99.toml"
    path.write_text("""
[figures]
"99.1" = "A line."
[guesses."99.1"]
question = "How many?"
seen = "That."
[guesses."99.1".replies]
"Two of them" = "Yes: two."
[guesses."99.2"]
question = "Which number?"
right = 3
within = 1.2
[guesses."99.2".replies]
near = "Near it."
["99.1"]
solution = "some_code = True"
["99.1".hints]
kind = "A {kind}"
then = ["~", "~. Look again"]
""")
    assert {*words_in(path)} == {
        "A line.", "How many?", "That.", "Two of them", "Yes: two.", "Which number?", "Near it.",
        "~. Look again",
    }  # fmt: skip


SAID = {
    'say("a text")': ["a text"],
    'say("a text" if x else "another", x=1)': ["a text", "another"],
    'def f():\n    text = "a text"\n    raise E(say(text))': ["a text"],
    'TEXT = "a text"\ndef f():\n    return say(TEXT)': ["a text"],
    'text = "outer"\ndef f():\n    text = "inner one"\n    say(text)': ["inner one"],
    'T = {"k": "a text", "l": "two"}\ndef f(k):\n    say(T[k])': ["a text", "two"],
    'T = {"k": "a text"}\nfor k, t in T.items():\n    say(t)': ["a text"],
    'a, b = "a text", 3\nsay(a)': ["a text"],
    '[translated(t) for t in ("a b", "c d")]': ["a b", "c d"],
    'say_count("{n} a", "{n} b", n=1)': ["{n} a"],
    'print("a text")': [],
    'Rule("code", "a text", why="so", fix="a fix", lesson="a b")': ["a text", "so", "a fix"],
    '@rule.sign("a text", least=3)\ndef f(): say(sign.what)': ["a text"],
    'class A:\n    _label = "a lab"\n    def f(self): say(self._label)': ["a lab"],
}


@pytest.mark.parametrize("source", SAID)
def test_what_is_said_is_found(source):
    module = Reader(source).module
    assert [*module.said] == SAID[source]
    assert not module.unfound
    left = {node.value for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)}  # fmt: skip
    assert {text.strip("'") for _, text in module.unsaid} <= left


UNSAID = {
    'raise E("some text")': 1,
    'raise E(f"{x} is wrong, {y}")': 1,
    'print("some text")': 1,
    'Button(description="Train")': 1,
    'axes.set(title=f"Loss {x}")': 1,
    'T = {"k": "some text"}': 1,
    'def f():\n    """Some docstring."""': 0,
    'say("some text")': 0,
    'Rule("code", raises=("some text",))': 0,
    'f(raises="some text")': 1,
    'x = "border: none"  # not said': 0,
    'x = "name"\ny = d["a-key"]': 0,
    'parser.add_argument("--force", help="replace it")': 1,
}


@pytest.mark.parametrize("source", UNSAID)
def test_what_is_shown_unsaid_is_found(source):
    assert len(Reader(source).module.unsaid) == UNSAID[source]


@pytest.mark.parametrize("source", ["def f(text):\n    say(text)", 'say(f"{a} is b")', "say(x())"])
def test_a_text_that_nobody_finds_is_told(source):
    assert Reader(source).module.unfound


def test_texts_of_another_file_and_names_of_mistakes_are_passed_over():
    assert not Reader("def f(text):\n    say(text)  # found elsewhere").module.unfound
    assert "mean of means" in mistakes()
    source = 'wrong("mean of means")\nwrong("some text")'
    assert Reader(source, mistakes()).module.unsaid == [(2, "'some text'")]
    assert len(Reader(source).module.unsaid) == 2


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_everything_is_said(path):
    module = read_module(path)
    assert not module.unsaid, f"{path}: say it, or mark its line `# not said`"
    assert not module.unfound, f"{path}: write the text where it is said"


def test_how_much_is_said(report):
    table = messages.unsaid()
    report(f"texts in rnnlab/ that go through say, and that do not:\n{table}")
    for room in (path.name for path in HOUSE.iterdir() if (path / "__init__.py").exists()):
        assert room in table
