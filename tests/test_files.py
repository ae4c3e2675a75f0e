"""Files written whole: what `open` keeps is kept, and two writers do not meet."""

import os
import stat

import pytest

from rnnlab.base.files import written_whole

POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions or pipes")


def write(path, text):
    with written_whole(path, "note", "w", encoding="utf-8") as file:
        file.write(text)


def fail(path, error):
    with written_whole(path, "note", "w") as file:
        file.write("half")
        raise error


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    path = tmp_path / "f.txt"
    with written_whole(path, "note", "w") as first:
        first.write("first")
        with written_whole(path, "note", "w") as second:
            second.write("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first"
    assert [*tmp_path.iterdir()] == [path]


def test_what_is_raised_while_writing_leaves_the_file_before(tmp_path):
    path = tmp_path / "f.txt"
    write(path, "before")
    for error in (ValueError("mine"), FileNotFoundError("mine too")):
        with pytest.raises(type(error)) as raised:
            fail(path, error)
        assert raised.value is error
    assert path.read_text() == "before"
    assert [*tmp_path.iterdir()] == [path]


@POSIX
def test_permissions_stay_and_new_files_have_those_of_the_umask(tmp_path):
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.touch()
    old.chmod(0o604)
    before = os.umask(0o027)
    try:
        write(old, "again")
        write(new, "first")
    finally:
        os.umask(before)
    assert (mode(old), mode(new)) == (0o604, 0o640)


@POSIX
def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "f.txt", tmp_path / "link.txt"
    link.symlink_to(target)
    for text in ("new", "again"):  # at first the link points to nothing
        write(link, text)
        assert link.is_symlink()
        assert target.read_text() == text


@POSIX
def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, kind in ((pipe, "no regular file"), ("/dev/null", "no regular file"),
                       (tmp_path, "a folder")):  # fmt: skip
        with pytest.raises(OSError) as raised:
            write(path, "text")
        assert str(raised.value) == f"{path} is {kind}; expected the path of a file for the note"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [*tmp_path.iterdir()] == [pipe]


def test_a_folder_that_is_not_there_and_a_long_name(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"of the note f\.txt does not exist: create it"):
        write(tmp_path / "none" / "f.txt", "text")
    long = tmp_path / ("n" * 250)
    write(long, "text")
    assert long.read_text() == "text"
