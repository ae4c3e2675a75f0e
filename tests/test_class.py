"""`rnnlab class`: what the page and the table say is what was handed in, whatever was handed in."""

import csv
import io
import json
import os
import random
import re
import tracemalloc
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch

import rnnlab
from rnnlab.commands.main import main
from rnnlab.course import exercises as checks
from rnnlab.course import kept
from rnnlab.course.classroom import handed_in
from rnnlab.course.classroom.learners import exercises, guesses, read_class
from rnnlab.course.classroom.names import names_of
from rnnlab.course.classroom.page import SHOWN
from rnnlab.course.classroom.stumbles import OTHER, stumbles, words_of_guess, words_of_mistake
from rnnlab.course.guess_page import GuessPage
from rnnlab.course.judging import wrong
from rnnlab.course.lesson_words import words_of
from rnnlab.course.lessons import notebooks_of_questions
from rnnlab.doctor.judge import RULES

pytestmark = pytest.mark.usefixtures("here")
ASKED = {number: guess for those in guesses().values() for number, guess in those.items()}
NUMBERS = [number for those in exercises().values() for number in those]
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


class Tables(HTMLParser):
    """The texts of a page: its tables as rows of cells, its tags, and all that a reader sees."""

    def __init__(self, html):
        super().__init__()
        self.tables, self.tags, self.texts, self.path = [], Counter(), [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        if tag not in ("meta", "br", "img"):
            self.path.append((tag, dict(attributes)))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        assert self.path.pop()[0] == tag, "each element ends where it should"

    def handle_data(self, text):
        seen = not any("aria-hidden" in attributes for _, attributes in self.path)
        if seen and self.path and self.path[-1][0] != "style":
            self.texts.append(text)
            if any(tag in ("td", "th") for tag, _ in self.path):
                self.tables[-1][-1][-1] += text

    @property
    def text(self):
        return " ".join("".join(self.texts).split())


def make_class(folder, names, seed=3):
    """Make a learner's file for each name as a kernel would; return what each has done."""
    chance, made = random.Random(seed), {}
    for name in names:
        done = made[name] = {"guessed": {}, "mistakes": {}, "solved": set()}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RNNLAB_PROGRESS", str(folder / name / "progress.json"))
            patch.setattr(os, "fsync", lambda descriptor: None)  # thousands take seconds
            last = chance.randrange(1, len(guesses()))
            for lesson in [*guesses()][: last + 1]:
                for number in guesses()[lesson]:
                    if chance.random() < 0.8:
                        done["guessed"][number] = make_guess(ASKED[number], chance)
                for number in exercises()[lesson]:
                    if chance.random() < 0.8:
                        done["mistakes"][number] = make_tries(number, chance)
                        if chance.random() < 0.8:
                            kept.keep_solved(number)
                            kept.keep_mistake(number, "after it was solved")
                            done["solved"].add(number)
                        elif not done["mistakes"][number]:
                            del done["mistakes"][number]  # not even tried
    return made


def make_guess(guess, chance):
    """Guess, wrong in half of the cases, then again and right; return the kind of the first."""
    kind = chance.choice([guess.right_kind, chance.choice([*guess.replies])])
    page = GuessPage(guess)
    factor = {"low": 0.1, "near": 1, "high": 10}.get(kind, 1)
    page.guess(kind if guess.right is None else f"{factor * guess.right:g} %")
    page.guess(guess.right_kind if guess.right is None else f"{guess.right:g}")
    page.close()
    return kind


def make_tries(number, chance):
    """Make a few mistakes; return how often which."""
    names = [*checks.find(number).hints][:4]
    made = Counter(chance.choice(names) for _ in range(chance.randrange(4)))
    for name, times in made.items():
        for _ in range(times):
            kept.keep_mistake(number, name)
    return dict(made)


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


# ---- what is handed in -------------------------------------------------------------------

ONE = json.dumps({"solved": ["04.1"], "guessed": {}, "mistakes": {"04.1": {}}}).encode()
TWO = json.dumps({"solved": ["04.2"], "guessed": {}, "mistakes": {"04.3": {"none": 2}}}).encode()


def packed(members, **options):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def put(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


NAMES = {  # paths, and the learners whose files they are
    ("anna.json", "ben.json"): ["anna", "ben"],
    ("Anna/progress.json", "Ben/progress (1).json"): ["Anna", "Ben"],
    ("Anna/progress.json", "Anna/progress (1).json"): ["Anna", "Anna"],
    ("progress (1).json", "progress (2).json"): ["progress (1)", "progress (2)"],
    ("ann_progress.json", "progress-bob.json", "Progress.json"): ["ann", "bob", "Progress"],
    ("jupyter-ann/.rnnlab/progress.json",): ["jupyter-ann"],
    ("week1/ann.json", "week1/bob.json", "week2/ann.json"): ["ann", "bob", "ann"],
    ("Ann/homework.json", "Bob/homework.json"): ["Ann", "Bob"],
    ("Ann Lee_4711_assignsubmission_file_/my work.json",
     "Ann Lee_4712_assignsubmission_file_progress.json",
     "Bo_4713_assignsubmission_file_/progress.json"): ["Ann Lee (4711)", "Ann Lee (4712)", "Bo"],
    ("leeann_123_4567_progress.json", "leeann_123_9999_progress-1.json",
     "bo_LATE_124_4568_progress.json"): ["leeann", "leeann", "bo"],
    ("class.zip/ann.json", "Bob.zip/progress.json"): ["ann", "Bob"],
    ("Zoe\u0308.json", "week2/Zo\u00eb.json"): ["Zo\u00eb", "Zo\u00eb"],
    ("a\udcffb.json", "a\nb.json"): ["a\\udcffb", "a b"],
}  # fmt: skip


@pytest.mark.parametrize("paths", NAMES)
def test_the_file_or_its_folder_names_the_learner(paths):
    assert names_of(paths) == dict(zip(paths, NAMES[paths], strict=True))


def test_names_are_short_and_no_two_are_the_same():
    long = [f"{'x' * 5000}{k}.json" for k in range(3)]
    names = [*names_of(long).values()]
    assert len({*names}) == 3
    assert max(map(len, names)) < 70


def test_folders_and_zip_files_at_any_depth(here):
    inner = packed({"progress.json": ONE, "__MACOSX/._progress.json": b"x"})
    put(here / "in", {
        "ann.json": ONE,
        "export.zip": packed({"Bob_123_assignsubmission_file_/progress.json": ONE,
                              "Cleo_124_assignsubmission_file_/cleo.zip": inner,
                              "notes/readme.txt": b"x", "M\u00fcller.json": ONE}),
        "a/b/c/Dora/PROGRESS.JSON": ONE,
        "a/notes.pdf": b"x", "a/._ann.json": b"x",
    })  # fmt: skip
    learners, unread = read_class(here / "in")
    assert [one.name for one in learners] == ["ann", "Bob", "Cleo", "Dora", "M\u00fcller"]
    assert all(one.solved == {"04.1"} for one in learners)
    assert unread == []
    learners, _ = read_class(here / "in/export.zip")  # as it comes
    assert [one.name for one in learners] == ["Bob", "Cleo", "M\u00fcller"]
    assert sorted(os.listdir(here)) == ["in"], "nothing is unpacked"
    assert main(["class", "in/export.zip"]) == 0


def test_utf8_in_a_zip_file_that_does_not_say_so(here):
    content = packed({"M\u00fcller.json": ONE}).replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00")
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() != ["M\u00fcller.json"]
    put(here, {"in/z.zip": content})
    assert [one.name for one in read_class(here / "in").learners] == ["M\u00fcller"]


def test_two_files_of_one_learner_are_their_union_and_the_page_says_so(here, capsys):
    put(here / "in", {"week1/ann.json": ONE, "week2/ann.json": TWO, "week2/bob.json": ONE})
    (ann, bob), _ = read_class(here / "in")
    assert ann.solved == {"04.1", "04.2"}
    assert ann.mistakes == {"04.1": {}, "04.3": {"none": 2}}
    assert (len(ann.files), len(bob.files)) == (2, 1)
    assert main(["class", "in"]) == 0
    page = Tables(Path("rnnlab-class.html").read_text())
    assert "counts): ann (week1/ann.json, week2/ann.json)." in page.text
    assert capsys.readouterr().out.startswith("2 learners.\nWritten to ")
    put(here / "in", {"copy/ann.json": TWO})
    assert read_class(here / "in").learners[0].mistakes["04.3"] == {"none": 2}, "a copy is no try"


def test_links_out_of_the_folder_are_not_followed(here):
    put(here, {"out/secret.json": ONE, "in/ann.json": ONE})
    (here / "in/file.json").symlink_to(here / "out/secret.json")
    (here / "in/folder").symlink_to(here / "out")
    (here / "in/within.json").symlink_to("ann.json")
    (here / "in/circle").symlink_to(".")
    (here / "in/nowhere.json").symlink_to("none.json")
    (here / "in/round.json").symlink_to("round.json")
    os.mkfifo(here / "in/pipe.json")
    learners, unread = read_class(here / "in")
    assert [one.name for one in learners] == ["ann", "within"]
    outside = "it is a link out of the folder, which is not followed"
    reasons = dict(unread)
    assert reasons.pop("round.json").startswith("the system refuses it: ")
    assert reasons == {
        "file.json": outside,
        "folder": outside,
        "pipe.json": "it is no regular file",
        "nowhere.json": "the system refuses it: No such file or directory",
    }


def test_a_file_that_the_system_refuses_is_named(here, monkeypatch):
    put(here, {"in/ann.json": ONE, "in/bob.json": ONE})
    opened = Path.open

    def open_it(path, *given, **options):
        if path.name == "ann.json":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *given, **options)

    monkeypatch.setattr(Path, "open", open_it)
    learners, unread = read_class(here / "in")
    assert [one.name for one in learners] == ["bob"]
    assert unread == [("ann.json", "the system refuses it: Permission denied")]


def test_zip_files_that_are_made_to_do_harm(here):
    locked = bytearray(packed({"ann.json": ONE}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    lies = packed({"ann.json": b" " * 3_000_000})
    lies = lies.replace((3_000_000).to_bytes(4, "little"), (30).to_bytes(4, "little"))
    damaged = bytearray(packed({"ann.json": os.urandom(500)}))
    damaged[60:100] = bytes(40)
    inner = packed({"ann.json": ONE})
    put(here / "in", {
        "bomb.zip": packed({"ann.json": b" " * 50_000_000}),
        "damaged.zip": bytes(damaged),
        "deep.zip": packed({"a.zip": packed({"b.zip": inner})}),
        "half.zip": packed({"ann.json": ONE})[:60],
        "lies.zip": lies,
        "locked.zip": bytes(locked),
        "twice.zip": packed({"dora.json": ONE, "dorb.json": ONE}).replace(b"dorb", b"dora"),
        "up.zip": packed({"../../bob.json": ONE, "/etc/cleo.json": ONE}),
    })  # fmt: skip
    learners, unread = read_class(here / "in")
    assert [one.name for one in learners] == ["bob", "cleo", "dora"]
    assert os.listdir(here) == ["in"]
    reasons = dict(unread)
    assert reasons.pop("lies.zip/ann.json") in (
        "its zip file is damaged",
        "it is damaged: this is no JSON",
    )
    assert reasons == {
        "bomb.zip/ann.json": "it is too large: more than 1,000,000 bytes",
        "damaged.zip/ann.json": "its zip file is damaged",
        "deep.zip/a.zip/b.zip": "it is a zip file in a zip file in a zip file",
        "half.zip": "it is damaged, or no zip file",
        "locked.zip/ann.json": "a password locks it",
    }


def test_of_a_file_too_large_no_more_is_read_than_is_allowed(here, report):
    read_class(here)
    put(here / "in", {"a.zip": packed({"a.json": b" " * 60_000_000}), "b.json": b" " * 60_000_000})
    tracemalloc.start()
    unread = read_class(here / "in").unread
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    report(f"two files of 60 MB are refused with {peak / 1e6:.1f} MB of memory")
    assert len(unread) == 2
    assert peak < 8_000_000


@pytest.mark.parametrize(("limit", "reason"), [
    ("MOST_FILES", "there are more than 3 files, and the rest was not looked at"),
    ("MOST_NAMES", "it holds more than 3 names, and the rest was not looked at"),
    ("MOST_ZIP_BYTES", "it is too large: more than 3 bytes"),
])  # fmt: skip
def test_there_are_limits(here, limit, reason, monkeypatch):
    put(here / "in", {"all.zip": packed({f"{k}.json": ONE for k in range(5)})})
    monkeypatch.setattr(handed_in, limit, 3)
    learners, unread = read_class(here / "in")
    assert [one.reason for one in unread] == [reason]
    assert len(learners) == {"MOST_FILES": 2, "MOST_NAMES": 3}.get(limit, 0)
    put(here / "names", {f"{k}.json": ONE for k in range(5)})
    if limit == "MOST_NAMES":
        (unread,) = read_class(here / "names").unread
        assert unread.reason.startswith("there are more than 3 names")


def test_json_that_is_made_to_do_harm(here):
    put(here / "in", {
        "deep.json": b"[" * 400_000,
        "digits.json": b'{"solved": [], "mistakes": {"04.1": {"none": ' + b"9" * 5000 + b"}}}",
        "names.json": json.dumps({"solved": [], "mistakes": {
            "04.1": {f"{k}<b>" * 50: 10**9 for k in range(500)}, "x" * 999: {}}}).encode(),
        "null.json": b"null",
        "utf16.json": ONE.decode().encode("utf-16"),
    })  # fmt: skip
    (names, utf16), unread = read_class(here / "in")
    assert [one.path for one in unread] == ["deep.json", "digits.json", "null.json"]
    assert [*names.mistakes] == ["04.1"]
    assert len(names.mistakes["04.1"]) < 100
    assert utf16.solved == {"04.1"}
    (stumble,) = stumbles([names])
    assert "<b>" not in stumble.mistake


def test_files_of_before_are_read(here):
    guessed = {"04.1": "Once: it is one matrix", "03.1": "3.3", "04.2": "of an older lesson"}
    put(here / "in", {
        "first.json": b'["04.1", "04.2"]',
        "second.json": json.dumps({"solved": ["04.1"], "guessed": guessed}).encode(),
    })  # fmt: skip
    (first, second), unread = read_class(here / "in")
    assert unread == []
    assert (first.solved, second.solved) == ({"04.1", "04.2"}, {"04.1"})
    assert second.guessed == {*guessed}
    assert second.first_guesses == {"04.1": guessed["04.1"], "03.1": "near"}
    assert [(one.kind, one.number) for one in stumbles([first, second])] == [("guess", "04.1")]
    assert main(["class", "in"]) == 0
    text = Tables(Path("rnnlab-class.html").read_text()).text
    assert "Files of 2 of 2 learners are of an older rnnlab" in text
    with open("rnnlab-class.csv", encoding="utf-8-sig") as file:
        rows = [*csv.DictReader(file)]
    assert [row["guess 04.2"] for row in rows] == ["", "made"]


# ---- what is kept ------------------------------------------------------------------------


@pytest.fixture
def own(here, monkeypatch):
    monkeypatch.setenv("RNNLAB_PROGRESS", str(here / "own.json"))
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # thousands of these take seconds
    return here / "own.json"


def test_a_learner_upgrades_and_loses_nothing(own):
    before = {"solved": ["04.1"], "guessed": {"04.1": "Once: it is one matrix"}}
    own.write_text(json.dumps(before))
    kept.keep_guess("04.1", "Three times: once a time step")
    kept.keep_mistake("04.1", "order")
    kept.keep_solved("04.1")
    kept.keep_solved("04.2")
    assert json.loads(own.read_text()) == {
        "solved": ["04.1", "04.2"],
        "guessed": {"04.1": "Three times: once a time step"},
        "mistakes": {"04.2": {}},
    }
    own.write_text(json.dumps({**before, "mistakes": {"04.2": 7}, "first_guesses": []}))
    assert kept.solved() == {"04.1"}, "what is damaged does not take the rest along"
    kept.keep_mistake("04.2", "mean")
    assert json.loads(own.read_text()) == {**before, "mistakes": {"04.2": {"mean": 1}}}


def test_the_first_guess_stays_and_mistakes_end_with_the_solution(own):
    for answer, kind in (("100 %", "high"), ("3.3", "near")):
        kept.keep_guess("03.1", answer, kind)
    for mistake in ("mean", "mean", "last"):
        kept.keep_mistake("04.2", mistake)
    kept.keep_solved("04.2")
    kept.keep_mistake("04.2", "last")
    assert json.loads(own.read_text()) == {
        "solved": ["04.2"],
        "guessed": {"03.1": "3.3"},
        "first_guesses": {"03.1": "high"},
        "mistakes": {"04.2": {"mean": 2, "last": 1}},
    }


def test_a_check_keeps_the_name_of_a_mistake_and_nothing_of_the_answer(own, monkeypatch):
    def judge(answer):
        known = {
            2: wrong("known", answer=answer),
            4: wrong("unheard of"),
            5: wrong("found", seen="", where="", why="", fix="", code="missing-zero-grad"),
        }
        return None if answer == 3 else known[answer]  # fmt: skip

    hints = {"known": "{answer} is one", "else": "no"}
    asked = {"question": "say three", "solution": "answer = 3", "hints": hints}
    monkeypatch.setitem(words_of("01"), "01.9", asked)
    monkeypatch.setattr("rnnlab.course.judges.steps.e01.judge_9", judge, raising=False)
    for answer in (..., 2, 2, 4, "my secret", 5, 3, 2):
        checks.check("01.9", answer)
    assert json.loads(own.read_text()) == {
        "solved": ["01.9"],
        "guessed": {},
        "mistakes": {
            "01.9": {"known": 2, "else": 1, "unreadable": 1, "found, missing-zero-grad": 1}
        },
    }


def test_a_loop_without_zero_grad_is_kept_by_the_code_of_the_doctor(own):
    code = checks.find("07.1").solution.replace("        optimizer.zero_grad()\n", "")
    names = {"nn": torch.nn, "rnnlab": rnnlab}
    exec(code, names)
    assert not checks.check("07.1", names["train_epoch"]).passed
    (mistake,) = json.loads(own.read_text())["mistakes"]["07.1"]
    assert words_of_mistake("07.1", mistake) == RULES["missing-zero-grad"].why


def test_all_that_can_be_kept_is_below_32_kb(own, report):
    longest = max((f"graph found, {code}" for code in RULES), key=len)
    for number, guess in ASKED.items():
        kind = max(guess.replies, key=len)
        page = GuessPage(guess)
        page.guess(kind if guess.right is None else "9" * 40)
        page.guess("9" * 41)  # no number: not kept
        page.close()
        assert number in kept.guessed()
        assert len(kept.guessed()[number]) <= 80
    for number in NUMBERS:
        names = sorted([*checks.find(number).hints, longest], key=len)
        for name in [*(f"{longest}{k:02}" for k in range(kept.MOST_MISTAKES + 1)), names[-1]]:
            kept.keep_mistake(number, name)
        assert len(json.loads(own.read_text())["mistakes"][number]) <= kept.MOST_MISTAKES
        assert max(map(len, names)) < 60, "names are not cut where they are read"
    for number in NUMBERS:
        kept.keep_solved(number)
    report(f"progress with everything in it: {own.stat().st_size} bytes")
    assert own.stat().st_size < 32_000


# ---- the course's words ------------------------------------------------------------------


@pytest.mark.parametrize("guess", ASKED.values(), ids=[*ASKED])
def test_each_guess_has_one_right_answer(guess):
    assert guess.right_kind in guess.replies
    if guess.right is None:
        right = [kind for kind, reply in guess.replies.items() if reply.startswith("Yes")]
        assert right == [guess.right_kind]


def test_each_mistake_has_words_without_fields():
    for number in NUMBERS:
        for name in checks.find(number).hints:
            assert not re.search(r"\{\w", words_of_mistake(number, name)), (number, name)
    assert words_of_mistake("07.2", "of a newer rnnlab") == OTHER
    assert words_of_mistake("12.1", "not a function") == (
        "safe_rate is \u2026, not a function; expected a function of (rows, clip_norm)."
    )


def test_each_question_has_its_notebook():
    wanted = {f"exercise {number}" for number in NUMBERS} | {f"guess {number}" for number in ASKED}
    assert {*notebooks_of_questions()} == wanted
    assert notebooks_of_questions()["guess 04.1"] == "04_backward.ipynb"


# ---- the command -------------------------------------------------------------------------


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


def test_progress_is_as_it_was(own):
    kept.keep_guess("04.1", "Once: it is one matrix")
    kept.keep_solved("04.2")
    assert "1 of 3 guesses   1 of 3 exercises   04.2 solved" in rnnlab.progress().text
