"""Files that are written whole or not at all: a kill at any moment leaves the one before."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

Path = str | os.PathLike[str]


@contextmanager
def written_whole(path: Path, what: str, mode: str = "wb", **options: Any) -> Iterator[IO[Any]]:
    """Yield a file to write into, beside that of the path, whose place it takes at the end.

    Args:
        path: of the file.
        what: it is, for messages.
        mode: "wb", or "w".
        **options: of `open`.

    Raises:
        OSError: if it cannot be written; a file that was there stays as it was.
    """
    target = pathlib.Path(path)
    beside = target.with_name(f".{target.name}.part")
    try:
        with beside.open(mode, **options) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"the folder {target.parent} of the {what} {target.name} does not exist: create it"
        ) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
