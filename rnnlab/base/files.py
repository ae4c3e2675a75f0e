"""Files that are written whole or not at all: a kill at any moment leaves the one before.

Whatever rnnlab writes goes through here. What is no regular file is refused at once, for writing
and for reading: a pipe would wait for ever.
"""

import errno
import os
import pathlib
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from rnnlab.base.say import say

Path = str | os.PathLike[str]
_ROOM, _RIGHT = (
    "make room, or choose a place on another disk",
    "choose a place where you may write",
)
_REMEDIES = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: "choose a place that takes files of this size",
    errno.EACCES: _RIGHT,
    errno.EPERM: _RIGHT,
    errno.EROFS: _RIGHT,
    errno.ENOTDIR: "choose a place that does not lie below a file",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "remove the link, or choose another name",
}
_KINDS = ("checkpoint", "copy", "page", "picture", "progress", "report", "table", "weights")
WINDOWS = os.name == "nt"
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds: a virus scanner holds a new file for less


@contextmanager
def written_whole(
    path: Path, what: str, mode: str = "wb", keep: Path | None = None, **options: Any
) -> Iterator[IO[Any]]:
    """Yield a new file in the same folder, which takes the place of the path's at the end.

    As with `open`, a symbolic link stays one, a file that was there keeps its permissions and its
    owner, a write-protected one is refused, and a new one has the permissions of the umask.

    `what` says in messages what the file is, `mode` is "wb" or "w", and `options` are those of
    `open`. What was there, file, link or folder, is kept under the name `keep`, if that is given;
    nothing may have this name.

    Raises:
        OSError: if it cannot be written or is no regular file; a file that was there stays as it
            was.
    """
    target, before = (pathlib.Path(path), None) if keep else _look(path, what)
    beside = _name_beside(target)
    try:
        with _open(beside, target, what, mode.replace("w", "x"), **options) as file:
            _give(beside, before)
            yield file
            file.flush()
            os.fsync(file.fileno())  # it fits on the disk: only now it takes the other's place
        if keep:
            _keep(target, keep)
        _replace(beside, target, what)
    except OSError as error:
        if error.errno is not None and error.filename in (None, str(beside)):
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error
        raise
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def check_writable(path: Path, what: str) -> None:
    """Refuse the path of a file that `written_whole` would refuse.

    Raises:
        OSError: in its words, before there is anything to write.
    """
    target, _ = _look(path, what)
    beside = _name_beside(target)
    try:
        _open(beside, target, what, "xb").close()
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def read_regular(path: Path, what: str) -> bytes:
    """Return what a file holds, unless it is none.

    Raises:
        OSError: if there is no such file, it cannot be read, or it is no regular file.
    """
    _check_regular(path, os.stat(path), what)
    return pathlib.Path(path).read_bytes()


def _look(path: Path, what: str) -> tuple[pathlib.Path, os.stat_result | None]:
    """Return where a file is to be written, and what is there; refuse what cannot be replaced."""
    target = pathlib.Path(os.path.realpath(path) if os.path.islink(path) else path)
    try:
        about = os.stat(target)
    except FileNotFoundError:
        return target, None
    except OSError as error:
        raise _refused(error, target, what) from error
    _check_regular(path, about, what)
    if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        text = "the {what} {path} is write-protected: make it writable, or choose another name"
        raise PermissionError(say(text, what=_word(what), path=os.fspath(path)))
    return target, about


def _check_regular(path: Path, about: os.stat_result, what: str) -> None:
    if not stat.S_ISREG(about.st_mode):
        text = "{path} is no regular file; expected the path of a file for the {what}"
        if stat.S_ISDIR(about.st_mode):
            text = "{path} is a folder; expected the path of a file for the {what}"
        raise OSError(say(text, path=os.fspath(path), what=_word(what)))


def _word(what: str) -> str:
    """Return what a file is, in the language that is spoken."""
    return say(_KINDS[_KINDS.index(what)]) if what in _KINDS else what


def remedy_of(error: OSError) -> str:
    """Return what to do about a refusal of the system; "" where that is not known."""
    return say(_REMEDIES[error.errno]) if error.errno in _REMEDIES else ""


def _name_beside(target: pathlib.Path) -> pathlib.Path:
    """Return a name that no other writer has, short on any file system."""
    return target.with_name(f".rnnlab-{secrets.token_hex(8)}.part")


def _open(
    beside: pathlib.Path, target: pathlib.Path, what: str, mode: str, **options: Any
) -> IO[Any]:
    """Return a new file, open, with the umask's permissions, which `tempfile` does not give."""
    try:
        return beside.open(mode, **options)
    except FileNotFoundError:
        text = "the folder {folder} of the {what} {name} does not exist: create it"
        given = {"folder": target.parent, "what": _word(what), "name": target.name}
        raise FileNotFoundError(say(text, **given)) from None
    except OSError as error:
        raise _refused(error, target, what) from error


def _refused(error: OSError, target: pathlib.Path, what: str) -> OSError:
    return type(error)(say(
        "the {what} {name} cannot be written into {folder} ({why}): {remedy}",
        what=_word(what), name=target.name, folder=target.parent,
        why=error.strerror or type(error).__name__,
        remedy=remedy_of(error) or say("choose another folder"),
    ))  # fmt: skip


def _give(beside: pathlib.Path, before: os.stat_result | None) -> None:
    """Give a new file the owner and the permissions of the one before, if there was one."""
    if before is None:
        return
    own = beside.stat()
    if (own.st_uid, own.st_gid) != (before.st_uid, before.st_gid):
        with suppress(OSError):  # root may do this
            os.chown(beside, before.st_uid, before.st_gid)
    if own.st_mode != before.st_mode:
        beside.chmod(stat.S_IMODE(before.st_mode))


def _keep(target: pathlib.Path, keep: Path) -> None:
    """Give what is there a second name, or where the system has no such thing, another."""
    try:
        os.link(target, keep, follow_symlinks=False)
    except FileExistsError:  # of another writer, since this name was chosen
        raise
    except (OSError, NotImplementedError):  # a folder, or a disk or a system without links
        target.rename(keep)


def _replace(beside: pathlib.Path, target: pathlib.Path, what: str) -> None:
    """Put the new file in the other's place, which Windows refuses while a program has it open."""
    for pause in PAUSES if WINDOWS else ():
        with suppress(PermissionError):
            beside.replace(target)
            return
        time.sleep(pause)
    try:
        beside.replace(target)
    except PermissionError:
        if not WINDOWS:
            raise
        text = "the {what} {path} is open in another program: close it there, and try again"
        raise PermissionError(say(text, what=_word(what), path=target)) from None
