"""`rnnlab class`: what the page and the table say is what was handed in; the command."""

import csv
import io
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from rnnlab.commands.main import main
from rnnlab.course.classroom.learners import exercises, guesses
from rnnlab.course.classroom.page import SHOWN
from rnnlab.course.classroom.stumbles import words_of_guess, words_of_mistake
from rnnlab.course.lessons import notebooks_of_questions
from tests.handed_in import ASKED, NUMBERS, ONE, Tables, make_class, put

pytestmark = pytest.mark.usefixtures("here")
HOSTILE = [
    "<script>alert(1)<",
    "$x$ \\(y\\)",
    "\u202eevil\u2066",
    "\u05d0\u05d1\u05d9",
    '"><img src=x>',
    "=1+1",
]
DAMAGED = {  # by the name of the file: its content, and why it cannot be read
    "empty.json": (b"", "it is empty"),
    "half.json": (b'{"solved": ["01.1"', "it is damaged: this is no JSON"),
    "foreign.json": (b'{"version": 3, "cells": []}', "it is no progress file of rnnlab"),
    "wrong.json": (b'{"solved": [1]}', "it is damaged: what stands under 'solved' is wrong"),
    "huge.json": (b"[" + b'"01.1",' * 200_000, "it is too large: more than 1,000,000 bytes"),
}


@pytest.fixture(scope="module")
def handed(tmp_path_factory):
    """Return a folder with thirty files, five of them damaged, and what was done in the others."""
    folder = tmp_path_factory.mktemp("class") / "handed-in"
    names = [f"Learner {k:02}" for k in range(25 - len(HOSTILE))]
    made = make_class(folder, [*names, *(name.replace("/", "") for name in HOSTILE)])
    for name, (content, _) in DAMAGED.items():
        (folder / name).write_bytes(content)
    return folder, made


def shown(name):
    return re.sub("[\u202e\u2066]", "", name)


@pytest.fixture
def written(handed, here, capsys):
    """Return the page, the rows of the CSV file, and what the command said."""
    assert main(["class", str(handed[0])]) == 0
    with open(here / "rnnlab-class.csv", encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    page = (here / "rnnlab-class.html").read_text(encoding="utf-8")
    return Tables(page), rows, capsys.readouterr().out


def test_thirty_files_were_made(handed):
    assert len([path for path in handed[0].rglob("*") if path.is_file()]) == 30


def test_the_table_is_who_has_done_what(handed, written):
    _, rows, _ = written
    called = {shown(name): name for name in handed[1]}
    assert {row["learner"].removeprefix("'") for row in rows} == {*called}
    for row in rows:
        done = handed[1][called[row["learner"].removeprefix("'")]]
        assert int(row["guesses made"]) == len(done["guessed"])
        assert int(row["exercises solved"]) == len(done["solved"])
        for lesson in guesses():
            for kind, those in {"guesses": done["guessed"], "exercises": done["solved"]}.items():
                of_it = [number for number in those if number[:2] == lesson]
                assert int(row[f"lesson {lesson} {kind}"]) == len(of_it)
        for number in NUMBERS:
            count = sum(done["mistakes"].get(number, {}).values())
            said = [f"{count} wrong"] * bool(count)
            said = [" after ".join(["solved", *said])] if number in done["solved"] else said
            assert row[f"exercise {number}"] == "".join(said)
        for number, guess in ASKED.items():
            first = done["guessed"].get(number)
            said = {None: "", guess.right_kind: "right"}.get(first, "wrong")
            assert row[f"guess {number}"] == said


def test_the_page_says_how_far_each_is(handed, written):
    page, _, _ = written
    head, *rows, last = page.tables[0]
    assert head == ["Learner", "All", *guesses()]
    assert {row[0] for row in rows} == {shown(name) for name in handed[1]}
    called = {shown(name): name for name in handed[1]}
    finished = Counter()
    for name, everything, *cells in rows:
        done = handed[1][called[name]]
        assert everything == (
            f"{len(done['guessed'])} of {len(ASKED)} guesses, "
            f"{len(done['solved'])} of {len(NUMBERS)} exercises"
        )
        for lesson, cell in zip(guesses(), cells, strict=True):
            made = sum(number[:2] == lesson for number in done["guessed"])
            solved = sum(number[:2] == lesson for number in done["solved"])
            asked, there = len(guesses()[lesson]), len(exercises()[lesson])
            finished[lesson] += (made, solved) == (asked, there)
            said = f"{made} of {asked} guesses, {solved} of {there} exercises"
            assert cell == (said if made or solved else "nothing yet")
    assert last == ["Finished by", "", *(str(finished[lesson]) for lesson in guesses())]


def test_the_page_says_where_many_stumbled(handed, written):
    page, _, _ = written
    people, expected = [*handed[1].values()], {}
    for number in NUMBERS:
        tried = [p for p in people if number in p["mistakes"]]
        wrongly = [p for p in tried if p["mistakes"][number]]
        never = sum(number not in p["solved"] for p in wrongly)
        kinds = Counter(kind for p in wrongly for kind in p["mistakes"][number])
        words = {words_of_mistake(number, kind): n for kind, n in kinds.items()}
        if wrongly:
            expected[f"Exercise {number}"] = (len(wrongly), len(tried), str(never), words)
    for number, guess in ASKED.items():
        first = [p["guessed"][number] for p in people if number in p["guessed"]]
        kinds = Counter(kind for kind in first if kind != guess.right_kind)
        words = {words_of_guess(guess, kind).replace("`", ""): n for kind, n in kinds.items()}
        if kinds:
            expected[f"Guess {number}"] = (kinds.total(), len(first), "\u2013", words)
    rows = [row for table in page.tables[1:] for row in table[1:]]
    assert [len(table) - 1 for table in page.tables[1:]] == [SHOWN, len(expected) - SHOWN]
    assert {row[0] for row in rows} == {*expected}
    counts = [int(row[1].partition(" ")[0]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    homes = notebooks_of_questions()
    for name, wrongly, never, words in rows:
        count, tried, not_yet, kinds = expected[name]
        assert (wrongly, never) == (f"{count} of {tried}", not_yet)
        question, mistake = re.split(rf"(?={max(kinds.values())} of {count}: )", words, maxsplit=1)
        assert question.endswith(f" {homes[name[0].lower() + name[1:]]}")
        most = [text for text, n in kinds.items() if n == max(kinds.values())]
        assert mistake.partition(": ")[2].replace("`", "") in most


def test_what_cannot_be_read_is_named_and_why(handed, written):
    page, _, said = written
    first, *lines, last = said.splitlines()
    assert first == "25 learners, 5 files could not be read:"
    assert lines == [f"  {name}: {why}" for name, (_, why) in sorted(DAMAGED.items())]
    assert last == (
        f"Written to {os.getcwd()}/rnnlab-class.html and {os.getcwd()}/rnnlab-class.csv. "
        "Nothing was sent anywhere."
    )
    assert page.text.startswith("The class: rnnlab The class 25 learners, 5 files could not be")
    for line in lines:
        assert line.strip() in page.text
    assert "Nothing was sent, nothing is loaded" in page.text


def test_hostile_names_are_text_and_nothing_else(handed, written, here):
    page, rows, _ = written
    html = (here / "rnnlab-class.html").read_text(encoding="utf-8")
    assert not {"script", "img", "link", "iframe"} & {*page.tags}
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", html)
    assert not re.search(r"url\(|@import|src=x", html.replace("&lt;img src=x&gt;", ""))
    for name in HOSTILE:
        assert any(row[0] == shown(name) for row in page.tables[0])
    assert "'=1+1" in [row["learner"] for row in rows]
    assert html.count("<bdi>") == html.count("</bdi>") == 25 + 5


def refused(capsys, *line):
    with pytest.raises(SystemExit) as end:
        main(["class", *line])
    assert end.value.code == 2
    return capsys.readouterr().err.removeprefix("rnnlab class: error: ").rstrip("\n")


def test_its_own_files_are_replaced_and_no_others(here, capsys):
    put(here, {"in/ann.json": ONE, "page.html": b"mine", "table.csv": b"mine"})
    assert main(["class", "in"]) == 0
    put(here, {"in/bob.json": ONE})
    assert main(["class", "in"]) == 0
    assert "2 learners" in Path("rnnlab-class.html").read_text()
    there = "is there already, and not of rnnlab class: give --force to replace it, or another name"
    for option, name in {"--output": "page.html", "--csv": "table.csv"}.items():
        assert refused(capsys, "in", option, name) == f"argument {option}: {name} {there}"
    assert refused(capsys, "in", "--output", "in") == (
        "argument --output: in is a folder; expected a file: give another name"
    )
    assert "argument --output: . is a folder" in refused(capsys, "in", "--output", ".")
    assert refused(capsys, "in", "--csv", "rnnlab-class.html") == (
        "argument --csv: rnnlab-class.html is the page's name, too; give another name"
    )
    assert Path("page.html").read_text() == Path("table.csv").read_text() == "mine"
    assert main(["class", "in", "--output", "page.html", "--csv", "table.csv", "--force"]) == 0
    assert main(["class", "in", "--output", "page.html", "--csv", "table.csv"]) == 0
    assert Path("page.html").read_text().startswith("<!doctype html>")
    assert main(["class", "in", "--output", "new.html"]) == 0
    assert Path("new.csv").read_bytes().startswith("\ufefflearner,files,".encode())


def test_without_a_file_it_fails_and_writes_nothing(here, capsys):
    put(here, {"in/empty.json": b"", "in/notes.txt": b"x"})
    assert main(["class", "in"]) == 1
    assert capsys.readouterr().err == (
        "  empty.json: it is empty\n"
        "rnnlab class: error: no file of progress could be read in in; expected files .json, "
        "copies of the learners' ~/.rnnlab/progress.json\n"
    )
    assert os.listdir() == ["in"]
    assert refused(capsys, "none") == (
        "argument FOLDER: there is no folder none; give the one that holds what the learners "
        "handed in"
    )
    put(here, {"in/ann.json": ONE})
    assert main(["class", "in", "--output", "nowhere/page.html"]) == 1
    assert capsys.readouterr().err == (
        "rnnlab class: error: the folder nowhere of the page page.html does not exist: create it\n"
    )


def test_a_terminal_that_has_no_such_letters(here, monkeypatch):
    put(here, {"in/ann.json": ONE, "in/\u05d0\x1b[2J.json": b""})
    said = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", said)
    assert main(["class", "in"]) == 0
    said.flush()
    assert "\\u05d0\\x1b[2J.json: it is empty" in said.buffer.getvalue().decode("ascii")
