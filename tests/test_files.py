"""Files written whole: what `open` keeps is kept, and two writers do not meet."""

import ast
import errno
import inspect
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

import pytest

from rnnlab.base import files
from rnnlab.base.files import written_whole
from rnnlab.course import kept
from rnnlab.runs import checkpoints

NOBODY = 65534
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


@POSIX
def test_what_is_no_regular_file_is_not_read_either(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, kind in ((pipe, "no regular file"), ("/dev/zero", "no regular file"),
                       (tmp_path, "a folder")):  # fmt: skip
        with pytest.raises(OSError) as raised:
            files.read_regular(path, "note")
        assert str(raised.value) == f"{path} is {kind}; expected the path of a file for the note"
    with pytest.raises(FileNotFoundError):
        files.read_regular(tmp_path / "none", "note")


@POSIX
def test_progress_and_checkpoints_that_are_pipes_do_not_wait(tmp_path, monkeypatch):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setenv("RNNLAB_PROGRESS", str(pipe))
    kept.keep_solved("01.1")
    assert kept.solved() == set()
    with pytest.raises(OSError, match="no regular file"):
        checkpoints.read(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@POSIX
def test_links_in_a_circle_are_refused_and_stay(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.symlink_to(two)
    two.symlink_to(one)
    for path in (one, two):
        with pytest.raises(OSError, match=r"symbolic links\): remove the link, or choose another"):
            write(path, "text")
        assert path.is_symlink()


@pytest.mark.parametrize("name", ["n" * 255, "\N{GREEK SMALL LETTER ETA}" * 127, "x"])
def test_a_name_as_long_as_the_system_takes(tmp_path, name, monkeypatch):
    path, beside = tmp_path / name, []
    replace = files.pathlib.Path.replace
    monkeypatch.setattr(
        files.pathlib.Path, "replace", lambda old, new: (beside.append(old), replace(old, new))
    )
    write(path, "text")
    write(path, "again")
    assert path.read_text() == "again"
    assert len({*beside}) == 2
    assert max(len(os.fsencode(old.name)) for old in beside) <= 32
    with pytest.raises(OSError, match="choose a shorter name"):
        write(tmp_path / ("n" * 256), "text")
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_what_the_system_refuses_on_the_way_names_the_file(tmp_path, monkeypatch, call, number):
    path = tmp_path / "f.txt"
    write(path, "before")

    def no(*given):
        raise OSError(
            number, os.strerror(number), *map(os.fspath, given[:1] if call == "replace" else ())
        )

    def attempt():
        with written_whole(path, "note", "w") as file:
            if call == "write":
                no()
            file.write("half")

    monkeypatch.setattr(os, "fsync", no if call == "fsync" else os.fsync)
    if call == "replace":
        monkeypatch.setattr(files.pathlib.Path, "replace", no)
    with pytest.raises(OSError) as raised:
        attempt()
    assert (raised.value.errno, raised.value.filename) == (number, str(path))
    assert str(raised.value).endswith(f"{os.strerror(number)}: '{path}'")
    assert path.read_text() == "before"
    assert [*tmp_path.iterdir()] == [path]


FULL = """
import os, sys
from rnnlab.base.files import written_whole
path, size = sys.argv[1], int(sys.argv[2])
try:
    with written_whole(path, "note") as file:
        file.write(bytes(size))
except OSError as error:
    print(error)
print(*os.listdir(os.path.dirname(path)), os.path.getsize(path))
"""


@POSIX
def test_a_disk_that_is_really_full(tmp_path):
    mount = 'mount -t tmpfs -o size=64k tmpfs "$1" || exit 77'
    line = mount + '; for size in 9000 90000; do "$2" -c "$3" "$1/f" $size; done'
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here, which makes a small disk of its own")
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", line, "sh", tmp_path, sys.executable, FULL],
        capture_output=True, text=True,
    )  # fmt: skip
    if "f 9000" not in done.stdout:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    assert done.stdout.splitlines() == [
        "f 9000", f"[Errno 28] No space left on device: '{tmp_path}/f'", "f 9000",
    ]  # fmt: skip


@pytest.fixture
def as_nobody():
    """Return a folder of nobody's, and be nobody for the test: root may write anywhere."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory() as name:
        os.chown(name, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield pathlib.Path(name)
        finally:
            os.seteuid(0)


def test_a_folder_that_cannot_be_written_loses_nothing(as_nobody):
    path = as_nobody / "f.txt"
    write(path, "before")
    as_nobody.chmod(0o555)
    for refused in (lambda: write(path, "after"), lambda: files.check_writable(path, "note")):
        with pytest.raises(PermissionError) as raised:
            refused()
        assert str(raised.value) == (
            f"the note f.txt cannot be written into {as_nobody} (Permission denied): choose a "
            "place where you may write"
        )
    assert path.read_text() == "before"
    assert [*as_nobody.iterdir()] == [path]


def test_a_write_protected_file_is_refused_as_by_open(as_nobody):
    path = as_nobody / "f.txt"
    write(path, "before")
    path.chmod(0o444)
    with pytest.raises(PermissionError):
        path.open("w")
    with pytest.raises(PermissionError) as raised:
        write(path, "after")
    assert str(raised.value) == (
        f"the note {path} is write-protected: make it writable, or choose another name"
    )
    assert path.read_text() == "before"


def test_a_file_stays_its_owners_when_root_writes(as_nobody):
    path = as_nobody / "f.txt"
    write(path, "before")
    path.chmod(0o600)
    os.seteuid(0)
    write(path, "after")
    os.seteuid(NOBODY)
    assert path.read_text() == "after"
    assert (path.stat().st_uid, mode(path)) == (NOBODY, 0o600)


def test_what_was_there_is_kept_under_another_name(tmp_path, monkeypatch):
    path, keep = tmp_path / "f.txt", tmp_path / "f (yours).txt"

    def write_beside():
        with written_whole(path, "note", "w", keep=keep) as file:
            file.write("new")

    for has_links in (True, False):
        write(path, "mine")
        if not has_links:
            monkeypatch.setattr(os, "link", raises(OSError(errno.EPERM, "no links here")))
        write_beside()
        assert (path.read_text(), keep.read_text()) == ("new", "mine")
        keep.unlink()
    monkeypatch.undo()
    keep.write_text("of another")
    with pytest.raises(FileExistsError):  # another writer chose this name, too
        write_beside()
    assert keep.read_text() == "of another"
    assert sorted(tmp_path.iterdir()) == sorted([path, keep])


def raises(error):
    def refuse(*given, **options):
        raise error

    return refuse


def test_windows_is_asked_again_while_another_program_has_the_file(tmp_path, monkeypatch):
    path, replace, pauses = tmp_path / "f.txt", files.pathlib.Path.replace, []
    write(path, "before")
    monkeypatch.setattr(files, "WINDOWS", True)
    monkeypatch.setattr(files.time, "sleep", pauses.append)
    monkeypatch.setattr(files.pathlib.Path, "replace", raises(PermissionError(13, "denied")))
    with pytest.raises(PermissionError) as raised:
        write(path, "after")
    assert str(raised.value) == (
        f"the note {path} is open in another program: close it there, and try again"
    )
    assert path.read_text() == "before"
    assert [*tmp_path.iterdir()] == [path]
    assert pauses == [*files.PAUSES]
    refusals = [PermissionError(13, "denied")] * 2

    def replace_at_last(old, new):
        if refusals:
            raise refusals.pop()
        return replace(old, new)

    monkeypatch.setattr(files.pathlib.Path, "replace", replace_at_last)
    write(path, "after")
    assert path.read_text() == "after"


def interrupted_at(line, path):
    """Write a file, and press Ctrl-C at a line of the source; return whether it was reached."""
    reached = []

    def trace(frame, event, argument):
        if frame.f_code.co_filename != files.__file__:
            return None
        if event == "line" and frame.f_lineno == line and not reached:
            reached.append(line)
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        write(path, "after")
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return bool(reached)


def test_an_interrupt_at_any_line_leaves_one_whole_file(tmp_path):
    path, reached = tmp_path / "f.txt", 0
    for line in range(1, len(inspect.getsource(files).splitlines())):
        path.write_text("before")
        if interrupted_at(line, path):
            reached += 1
            assert path.read_text() in ("before", "after"), line
            assert [*tmp_path.iterdir()] == [path], line
    assert reached > 20


WRITING = {"write_text", "write_bytes", "rename", "renames", "replace", "touch", "copyfile", "copy",
           "copy2", "copytree", "move", "mkstemp", "NamedTemporaryFile"}  # fmt: skip


def test_all_that_is_written_goes_through_one_place():
    """Nothing else in the package opens a file for writing, moves one, or copies one."""
    package, found = pathlib.Path(files.__file__).parents[1], []
    for source in package.rglob("*.py"):
        if str(source) == files.__file__:
            continue
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            of = getattr(getattr(call.func, "value", None), "id", "")
            given = [a.value for a in call.args if isinstance(a, ast.Constant)]
            if name == "open" and any(
                isinstance(mode, str) and set(mode) & set("wax+") and len(mode) < 4
                for mode in given
            ):
                found.append((source.name, call.lineno))
            if (name in WRITING and of in ("os", "shutil", "tempfile", "Path", "pathlib")) or (
                name in ("write_text", "write_bytes", "rename", "touch")
            ):
                found.append((source.name, call.lineno))
    assert found == []
