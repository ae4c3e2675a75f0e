"""What learners hand in is found, in whatever form; what cannot be read costs nothing else."""

import csv
import io
import json
import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from rnnlab.commands.main import main
from rnnlab.course.classroom import handed_in
from rnnlab.course.classroom.learners import read_class
from rnnlab.course.classroom.names import names_of
from rnnlab.course.classroom.stumbles import stumbles
from tests.handed_in import ONE, TWO, Tables, packed, put

pytestmark = pytest.mark.usefixtures("here")
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
