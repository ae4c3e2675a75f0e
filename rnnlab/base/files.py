"""Files that are written whole or not at all: a kill at any moment leaves the one before."""

import os
import pathlib
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from rnnlab.base.say import say

Path = str | os.PathLike[str]


@contextmanager
def written_whole(path: Path, what: str, mode: str = "wb", **options: Any) -> Iterator[IO[Any]]:
    """Yield a new file in the same folder, which takes the place of the path's at the end.

    As with `open`, a symbolic link stays one, a file that was there keeps its permissions, and a
    new one has those of the umask.

    `what` says in messages what the file is, `mode` is "wb" or "w", and `options` are those of
    `open`.

    Raises:
        OSError: if it cannot be written or is no regular file; a file that was there stays as it
            was.
    """
    target = _target(path)
    exists = target.exists()
    if exists and not target.is_file():  # writing into a pipe would wait for ever
        text = "{path} is {kind}; expected the path of a file for the {what}"
        kind = "a folder" if target.is_dir() else "no regular file"
        raise OSError(say(text, path=os.fspath(path), kind=kind, what=what))
    beside, file = _open_beside(target, what, mode.replace("w", "x"), **options)
    try:
        with file:
            if exists:
                shutil.copymode(target, beside)
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def check_folder(path: Path, what: str) -> None:
    """Refuse the path of a file whose folder is missing or cannot be written into.

    Raises:
        OSError: in the words of `written_whole`, before there is anything to write.
    """
    beside, file = _open_beside(_target(path), what, "xb")
    file.close()
    beside.unlink()


def _target(path: Path) -> pathlib.Path:
    return pathlib.Path(os.path.realpath(path) if os.path.islink(path) else path)


def _open_beside(
    target: pathlib.Path, what: str, mode: str, **options: Any
) -> tuple[pathlib.Path, IO[Any]]:
    """Return a new file in the folder of another, open, and its path."""
    # each writer has a name of its own; "x" gives the umask's permissions, tempfile does not
    beside = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}.part")
    folder, name = target.parent, target.name
    try:
        return beside, beside.open(mode, **options)
    except FileNotFoundError:
        text = "the folder {folder} of the {what} {name} does not exist: create it"
        raise FileNotFoundError(say(text, folder=folder, what=what, name=name)) from None
    except OSError as error:
        text = "the {what} {name} cannot be written into {folder} ({why}): choose another folder"
        why = error.strerror or type(error).__name__
        raise type(error)(say(text, what=what, name=name, folder=folder, why=why)) from error
