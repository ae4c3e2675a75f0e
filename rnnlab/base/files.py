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
    target = pathlib.Path(os.path.realpath(path) if os.path.islink(path) else path)
    exists = target.exists()
    if exists and not target.is_file():  # writing into a pipe would wait for ever
        text = "{path} is {kind}; expected the path of a file for the {what}"
        kind = "a folder" if target.is_dir() else "no regular file"
        raise OSError(say(text, path=os.fspath(path), kind=kind, what=what))
    # each writer has a name of its own; "x" gives the umask's permissions, tempfile does not
    beside = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}.part")
    try:
        file = beside.open(mode.replace("w", "x"), **options)
    except FileNotFoundError:
        text = "the folder {folder} of the {what} {name} does not exist: create it"
        folder, name = target.parent, target.name
        raise FileNotFoundError(say(text, folder=folder, what=what, name=name)) from None
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
