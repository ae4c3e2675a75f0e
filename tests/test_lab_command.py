"""`rnnlab lab`: what is copied, that no work is lost, and what JupyterLab is given."""

import errno
import os
import shlex
import stat
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnlab
from rnnlab.commands.course import MANIFEST, copy_course
from rnnlab.commands.main import main
from rnnlab.course.lessons import FIRST
from tests.conftest import refuse

pytestmark = pytest.mark.usefixtures("here")
POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has no such links or pipes")


@pytest.fixture
def course(here, monkeypatch):
    """A course of two short notebooks, to be changed as a new version would."""
    folder = here / "the course"
    folder.mkdir()
    for name in (FIRST, "03_loss.ipynb"):
        (folder / name).write_text(f"{name}, version 1")
    monkeypatch.setattr("rnnlab.commands.course.course_folder", lambda: folder)
    return folder


def lab(*arguments, folder="mine"):
    assert main(["lab", "--copy-only", *arguments, folder]) == 0
    return {path.name: path.read_text() for path in Path(folder).glob("*.ipynb")}


def test_all_notebooks_are_copied_and_stay_when_there(here, capsys):
    assert main(["lab", "--copy-only"]) == 0
    folder = here / "rnnlab-course"
    notebooks = sorted((Path(rnnlab.__file__).parents[1] / "notebooks").glob("*.ipynb"))
    assert [path.name for path in sorted(folder.glob("*.ipynb"))] == [p.name for p in notebooks]
    course = [*notebooks, notebooks[0].with_name("train_together.py")]
    assert {path.name for path in folder.iterdir()} == {MANIFEST, *(p.name for p in course)}
    assert all((folder / p.name).read_bytes() == p.read_bytes() for p in course)
    assert capsys.readouterr().out == (
        f"Your copy of the course is {folder}.\nCopied: {len(course)} files.\n"
        "To open them: rnnlab lab rnnlab-course\n"
    )
    (folder / FIRST).write_text("mine")
    (folder / "03_loss.ipynb").unlink()
    for more in ([], ["--update"]):  # nothing newer: what is changed stays in its place
        assert main(["lab", "--copy-only", *more]) == 0
        assert (folder / FIRST).read_text() == "mine"
        assert (folder / "03_loss.ipynb").exists()
    said = capsys.readouterr().out
    kept = len(course) - 1
    assert f"Copied: 03_loss.ipynb.\nLeft as they were: {kept} files.\n" in said
    assert "another version" not in said


def test_update_replaces_what_is_unchanged_and_keeps_what_is_changed(course, here, capsys):
    lab()
    (here / "mine" / FIRST).write_text("work")
    for path in course.iterdir():
        path.write_text(f"{path.name}, version 2")
    before = lab()
    assert before == {FIRST: "work", "03_loss.ipynb": "03_loss.ipynb, version 1"}
    said = capsys.readouterr().out
    assert f"The course has another version of {FIRST}, 03_loss.ipynb: `rnnlab lab --update" in said
    yours = "00_start_here (yours).ipynb"
    new = {name: f"{name}, version 2" for name in (FIRST, "03_loss.ipynb")}
    assert lab("--update") == {yours: "work", **new}
    said = capsys.readouterr().out
    assert "because you had not changed them: 03_loss.ipynb.\n" in said
    assert f"Kept beside the new version, because you had changed it: {yours}.\n" in said
    assert lab("--update") == {yours: "work", **new}
    (here / "mine" / FIRST).write_text("more work")
    (course / FIRST).write_text("version 3")
    assert lab("--update") == {
        **new, FIRST: "version 3", yours: "work", "00_start_here (yours 2).ipynb": "more work",
    }  # fmt: skip


DAMAGED = [None, "", "{", "[]", '{"copied": 3}', '{"copied": {"03_loss.ipynb": 4}}', "\xff\xfe"]


@pytest.mark.parametrize("content", DAMAGED)
def test_without_the_list_of_what_was_copied_nothing_is_replaced(course, here, content):
    before = lab()
    (here / "mine" / MANIFEST).unlink()
    if content is not None:
        (here / "mine" / MANIFEST).write_text(content, encoding="latin-1")
    (course / FIRST).write_text("version 2")
    beside = {"00_start_here (yours).ipynb": before[FIRST]}
    assert lab("--update") == {**before, **beside, FIRST: "version 2"}
    assert lab("--update") == {**before, **beside, FIRST: "version 2"}


EVENTS = ["work 0", "work 3", "delete 0", "new 0", "new 3", "lab", "lab --update", "no manifest"]


@settings(deadline=None, max_examples=60)
@given(events=st.lists(st.sampled_from(EVENTS), max_size=14))
def test_no_work_is_ever_lost(events):
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        course, folder = Path(name, "course"), Path(name, "mine")
        patch.setattr("rnnlab.commands.course.course_folder", lambda: course)
        course.mkdir()
        notebooks = {"0": FIRST, "3": "03_loss.ipynb"}
        for notebook in notebooks.values():
            (course / notebook).write_text("version 1")
        copy_course(folder)
        for number, event in enumerate(events):
            what, _, which = event.partition(" ")
            work = {path.read_text() for path in folder.glob("*") if "work" in path.read_text()}
            if what == "work":  # in a notebook of one's own, over what was there
                (folder / notebooks[which]).write_text(f"work {number}")
            elif what == "delete":
                (folder / notebooks[which]).unlink(missing_ok=True)
            elif what == "new":
                (course / notebooks[which]).write_text(f"version {number + 2}")
            elif what == "no":
                (folder / MANIFEST).unlink(missing_ok=True)
            else:
                copy_course(folder, update=bool(which))
                assert work <= {path.read_text() for path in folder.glob("*.ipynb")}
                for name in notebooks.values() if which else ():
                    text = (folder / name).read_text()
                    assert text == (course / name).read_text() or "work" in text


def test_jupyterlab_is_given_the_folder_and_what_stands_after_the_dashes(here, monkeypatch, capsys):
    pytest.importorskip("jupyterlab", reason="it comes with the extra lab")
    given = []
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", given.append)
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert main(["lab", "a b", "--no-browser", "--", "--port=9999", "--", "--update"]) == 0
    folder = here / "a b"
    assert given == [[
        str(folder / FIRST), f"--ServerApp.root_dir={folder}", "--no-browser", "--allow-root",
        "--port=9999", "--", "--update",
    ]]  # fmt: skip
    assert capsys.readouterr().out.endswith(
        f"Your notebooks are in {folder}. To open them again: rnnlab lab 'a b'\n"
    )
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert main(["lab", "a b"]) == 0
    assert given[1] == [str(folder / FIRST), f"--ServerApp.root_dir={folder}"]


def test_without_jupyterlab_the_notebooks_are_copied(here, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert main(["lab"]) == 1
    assert (here / "rnnlab-course" / FIRST).exists()
    said = capsys.readouterr().err
    assert said.startswith("rnnlab lab: error: JupyterLab cannot be loaded (")
    assert said.endswith(
        '): pip install "rnnlab[lab]". The notebooks are copied, and any Jupyter opens them\n'
    )


REFUSED = {
    errno.ENOSPC: "No space left on device; make room, or choose a place on another disk",
    errno.EACCES: "Permission denied; choose a place where you may write",
    errno.EROFS: "Read-only file system; choose a place where you may write",
    errno.EIO: "Input/output error; choose another place",
}


@pytest.mark.parametrize("number", REFUSED)
def test_a_copy_that_the_system_refuses_leaves_no_half_notebook(number, here, monkeypatch, capsys):
    monkeypatch.setattr(os, "fsync", refuse(number))
    assert main(["lab"]) == 1
    assert capsys.readouterr().err == (
        f"rnnlab lab: error: cannot copy the course to {here}/rnnlab-course: "
        f"{here}/rnnlab-course/{FIRST}: {REFUSED[number]}\n"
    )
    assert [*(here / "rnnlab-course").iterdir()] == []


def test_a_full_disk_does_not_move_the_learners_work(course, here, monkeypatch, capsys):
    lab()
    (here / "mine" / FIRST).write_text("work")
    (course / FIRST).write_text("version 2")
    monkeypatch.setattr(os, "fsync", refuse(errno.ENOSPC))
    assert main(["lab", "--copy-only", "--update", "mine"]) == 1
    assert (here / "mine" / FIRST).read_text() == "work"
    assert len([*(here / "mine").iterdir()]) == 3


def test_a_folder_that_is_complete_need_not_be_written_to(course, monkeypatch):
    before = lab()
    monkeypatch.setattr(os, "fsync", refuse(errno.EROFS))
    assert lab() == before


@POSIX
def test_a_notebook_behind_a_link_stays_the_learners(course, here):
    """The link itself gets the other name: the new version is not written through it."""
    lab()
    notebook, elsewhere = here / "mine" / FIRST, here / "elsewhere.ipynb"
    elsewhere.write_text("work")
    notebook.unlink()
    notebook.symlink_to(elsewhere)
    (course / FIRST).write_text("version 2")
    there = lab("--update")
    assert (there["00_start_here (yours).ipynb"], there[FIRST]) == ("work", "version 2")
    assert elsewhere.read_text() == "work"
    assert not notebook.is_symlink()
    assert len([*(here / "mine").iterdir()]) == 4


@POSIX
def test_two_updates_at_once_lose_no_work(course, here, monkeypatch):
    lab()
    (here / "mine" / FIRST).write_text("work")
    (course / FIRST).write_text("version 2")
    link, inner = os.link, []

    def link_after_another(old, new, **options):
        if not inner:  # the other one is as far, and has chosen the same name
            inner.append(old)
            lab("--update")
        link(old, new, **options)

    monkeypatch.setattr(os, "link", link_after_another)
    assert main(["lab", "--copy-only", "--update", "mine"]) == 1
    texts = {path.read_text() for path in (here / "mine").glob("*.ipynb")}
    assert {"work", "version 2"} <= texts


@POSIX
@pytest.mark.parametrize("what", ["pipe", "dangling link", "folder", "circle"])
def test_what_is_no_notebook_is_kept_beside_the_new_one(course, here, what):
    lab()
    path = here / "mine" / FIRST
    path.unlink()
    if what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to(path if what == "circle" else here / "nowhere")
    kind = stat.S_IFMT(path.lstat().st_mode)
    assert main(["lab", "--copy-only", "mine"]) == 0
    assert stat.S_IFMT(path.lstat().st_mode) == kind
    (course / FIRST).write_text("version 2")
    assert main(["lab", "--copy-only", "--update", "mine"]) == 0
    assert path.is_file()
    assert path.read_text() == "version 2"
    yours = path.with_name("00_start_here (yours).ipynb")
    assert stat.S_IFMT(yours.lstat().st_mode) == kind
    assert not (here / "nowhere").exists()


@POSIX
def test_a_list_of_what_was_copied_that_is_a_pipe_does_not_wait(course, here, capsys):
    (here / "mine").mkdir()
    os.mkfifo(here / "mine" / MANIFEST)
    assert main(["lab", "--copy-only", "mine"]) == 1
    assert capsys.readouterr().err == (
        f"rnnlab lab: error: cannot copy the course to {here}/mine: {here}/mine/{MANIFEST} is no "
        "regular file; expected the path of a file for the copy\n"
    )


@POSIX
def test_a_link_that_leads_nowhere_is_no_folder(here, capsys):
    (here / "nowhere").symlink_to("none")
    (here / "circle").symlink_to("circle")
    os.mkfifo(here / "pipe")
    kinds = {"nowhere": "a link that leads nowhere", "circle": "a link that leads nowhere",
             "pipe": "a file"}  # fmt: skip
    for line in (["lab", "--copy-only"], ["train", "--quiet", "--output"]):
        for name, kind in kinds.items():
            with pytest.raises(SystemExit) as end:
                main([*line, name])
            assert end.value.code == 2
            shown = here / name if line[0] == "lab" else name
            assert f"{shown} is {kind}; expected a folder" in capsys.readouterr().err
    assert sorted(os.listdir()) == ["circle", "nowhere", "pipe"]


def test_a_folder_that_is_half_copied_is_completed(course, here):
    whole = lab()
    for gone in (FIRST, MANIFEST):
        (here / "mine" / gone).unlink()
        assert lab() == whole
    assert len([*(here / "mine").iterdir()]) == 3


@POSIX
@pytest.mark.parametrize("folder", ["a b", "\N{GREEK SMALL LETTER ETA}\u2713", "new\nline", "a'b"])
def test_the_line_that_opens_a_folder_again_is_one(folder, here, capsys):
    assert main(["lab", "--copy-only", folder]) == 0
    line = capsys.readouterr().out.partition("To open them: ")[2]
    assert shlex.split(line) == ["rnnlab", "lab", folder]
    assert (here / folder / FIRST).is_file()


def test_folders_that_cannot_be(here, capsys):
    (here / "notes.txt").write_text("mine")
    assert main(["lab", "--copy-only", "notes.txt/course"]) == 1
    assert main(["lab", "--copy-only", "x" * 300]) == 1
    said = "rnnlab lab: error: cannot copy the course to"
    assert capsys.readouterr().err.splitlines() == [
        f"{said} {here}/notes.txt/course: Not a directory; choose a place that does not lie "
        "below a file",
        f"{said} {here}/{'x' * 300}: File name too long; choose a shorter name",
    ]


def test_a_package_without_its_notebooks_says_so(here, monkeypatch, capsys):
    monkeypatch.setattr("rnnlab.course.lessons.FIRST", "nothing.ipynb")
    package = Path(rnnlab.__file__).parent
    assert main(["lab"]) == 1
    assert capsys.readouterr().err == (
        f"rnnlab lab: error: cannot copy the course to {here}/rnnlab-course: the notebooks "
        f"are missing from {package}: pip install --force-reinstall rnnlab\n"
    )
