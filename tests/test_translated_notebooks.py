"""Which texts of a notebook are translated, and that all else stays byte for byte."""

import pytest

from rnnlab.course.lessons import course_folder
from rnnlab.course.translation.code import translate_code
from rnnlab.course.translation.notebook import (
    in_language,
    texts_of,
    translate_markdown,
    translate_notebook,
)

NOTEBOOKS = sorted(course_folder().glob("*.ipynb"))

MARKDOWN = {
    "## A heading": ["A heading"],
    "One line.\n\nAnother.": ["One line.", "Another."],
    "- one item;\n  - an inner one\n2. third": ["one item;", "an inner one", "third"],
    "<details><summary>What was seen</summary>\n\nText\n\n</details>": ["What was seen", "Text"],
    "| a row | with `code` |\n| --- | ---: |": ["| a row | with `code` |"],
    "```\nno text here\n```\nText": ["Text"],
    "$$h_t = tanh(x)$$": [],
    "`code alone`": [],
    "  Text  ": ["Text"],
    "<b>bold</b> text": ["<b>bold</b> text"],
}


@pytest.mark.parametrize("source", MARKDOWN)
def test_the_texts_of_a_text_cell(source):
    found = []
    assert translate_markdown(source, lambda text: found.append(text) or text) == source
    assert found == MARKDOWN[source]
    other = translate_markdown(source, lambda text: "译")
    for text in MARKDOWN[source]:
        source = source.replace(text, "译", 1)
    assert other == source


CODE = {
    "x = 1  # a comment": ["a comment"],
    "# one\n# text\nx = 1\n# another\n\n# and one": ["one\ntext", "another", "and one"],
    "x = 1  # of x\ny = 2  # of y\n# alone": ["of x", "of y", "alone"],
    "    # in here\n    # too": ["in here\ntoo"],
    "x = y  # (B, T, D) -> (T, B)": [],
    "x = y  # (B, T): of all": ["(B, T): of all"],
    "import a  # noqa: F401\nx = 1  # type: ignore": [],
    "print('a text', x, end=' and so on')": ["a text"],
    "print('name', x)\nprint('model.weight', y)": [],
    "print(f'loss {x:.3f}')": ["loss {x:.3f}"],
    "print(f'{x:.3f}')\nprint(f'{name}: {d[\"a key\"]}')": [],
    "print(f'''of {d['a key']} and\n{f\"{x} in\"}''')": ["of {d['a key']} and\n{f\"{x} in\"}"],
    'print("say \\"so\\" now\\n")': ['say \\"so\\" now\\n'],
    "print(len('a text'))\nprint(d['a key'])": [],
    "draw(x, title='A title', xlabel='year', path='a file')": ["A title", "year"],
    "drawings.curves({'a line': d['a key'], 'b': 1}, title=\"It's\")": ["a line", "It's"],
    "table = {'a key': 'a value'}\nload('a task')": [],
    'def f():\n    """Do it."""\n    return "a text"': ["Do it."],
    "with expect_error(ValueError, 'must be so'):\n    pass": [],
}


@pytest.mark.parametrize("source", CODE)
def test_the_texts_of_a_code_cell(source):
    found = []
    assert translate_code(source, lambda text: found.append(text) or text) == source
    assert found == CODE[source]
    marked = translate_code(source, lambda text: f"译{text}")
    assert marked.count("译") == len(found)
    assert translate_code(marked, lambda text: text.removeprefix("译")) == source


def test_a_comment_may_get_more_lines_or_fewer():
    source = "if x:\n    # one\n    # two\n    y = 1"
    assert (
        translate_code(source, lambda _: "a\nb\nc") == "if x:\n    # a\n    # b\n    # c\n    y = 1"
    )
    assert translate_code(source, lambda _: "a") == "if x:\n    # a\n    y = 1"


@pytest.mark.parametrize("source", ["print('never closed", "x = (", "!ls 'it", "if x:\n  a\n b"])
def test_a_cell_that_is_no_python_stays(source):
    assert translate_code(source, lambda _: "译") == source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_comes_back_byte_for_byte(path):
    content = path.read_bytes()
    assert translate_notebook(content, lambda text: text) == content
    assert in_language(content, path.stem, "en") == content
    marked = translate_notebook(content, lambda text: f"译{text}")
    assert marked.decode().count("译") >= len(texts_of(content)) > 30
    assert translate_notebook(marked, lambda text: text.removeprefix("译")) == content
