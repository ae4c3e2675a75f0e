"""Finds the files of progress that learners handed in: in folders, and in zip files as they are.

What cannot be read is named with its reason and costs nothing else. Nothing is unpacked to the
disk, and no link out of the folder is followed. The limits are far above what a class hands in;
they keep a file that somebody made to do harm from filling memory.
"""

import io
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from rnnlab.base.say import say

MOST_BYTES = 1_000_000  # of a file of progress, which rnnlab keeps below 32 kB
MOST_ZIP_BYTES = 500_000_000  # of a zip file on the disk: read piece by piece
MOST_INNER_BYTES = 20_000_000  # of a zip file in a zip file: held in memory
MOST_FILES = 5_000  # files of progress and zip files, all together
MOST_NAMES = 200_000  # names that are looked at in the folder, and in each zip file
DEEPEST = 2  # a zip file in a zip file, as a platform packs what a learner has packed
JUNK = "._"  # macOS puts such files beside the real ones
BAD_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, OSError,
           NotImplementedError, RuntimeError)  # fmt: skip
# what `zipfile` raises for archives that are damaged, of a kind it does not know, or encrypted

OUTSIDE = "it is a link out of the folder, which is not followed"
TOO_LARGE = "it is too large: more than {most:,} bytes"


class Found(NamedTuple):
    """A file that was handed in: its path with slashes, and its content or why there is none."""

    path: str
    content: bytes = b""
    reason: str = ""


def files_in(place: Path) -> Iterator[Found]:
    """Yield the files of progress in a folder or a zip file, in the order of their paths.

    Each file whose name ends in `.json` is one, at any depth; `.zip` files are looked into. Others
    are passed over.

    Args:
        place: the folder, or the zip file.

    Yields:
        what was found. A folder, zip file or file that cannot be read has a reason, as a part of a
        sentence: "it is too large: more than 1,000,000 bytes".

    Example:
        >>> [found.path for found in files_in(Path("handed-in")) if not found.reason]
        ['Anna/progress.json', 'ben.json']
    """
    if place.is_dir():
        found = _in_folder(place.resolve())
    else:
        found = _on_disk(place, place.name, place.resolve().parent)
    for count, one in enumerate(found):
        if count == MOST_FILES:
            text = "there are more than {most:,} files, and the rest was not looked at"
            yield Found(one.path, reason=say(text, most=MOST_FILES))
            return
        if one.content or one.reason:
            yield one


def _in_folder(root: Path) -> Iterator[Found]:
    refused: list[OSError] = []
    looked = 0
    for folder, folders, names in os.walk(root, onerror=refused.append):
        folders.sort()
        looked += len(folders) + len(names)
        if looked > MOST_NAMES:
            text = "there are more than {most:,} names, and the rest was not looked at"
            yield Found(_within(folder, root), reason=say(text, most=MOST_NAMES))
            return
        for name in sorted([*names, *folders]):
            path = Path(folder, name)
            if name in folders:
                if path.is_symlink() and _leads_out(path, root):
                    yield Found(_within(path, root), reason=say(OUTSIDE))
            elif _wanted(name):
                yield from _on_disk(path, _within(path, root), root)
    for error in refused:
        yield Found(_within(error.filename, root), reason=_refused(error))


def _on_disk(path: Path, name: str, root: Path) -> Iterator[Found]:
    """Yield a file, or what is in a zip file."""
    try:
        if path.is_symlink() and _leads_out(path, root):
            yield Found(name, reason=say(OUTSIDE))
        elif not stat.S_ISREG(path.stat().st_mode):  # a pipe would wait for ever
            yield Found(name, reason=say("it is no regular file"))
        elif not _is_zip(name):
            yield _content(name, lambda: path.open("rb"), MOST_BYTES)
        elif path.stat().st_size > MOST_ZIP_BYTES:
            yield Found(name, reason=say(TOO_LARGE, most=MOST_ZIP_BYTES))
        else:
            with path.open("rb") as file:
                yield from _in_zip(file, name, 1)
    except OSError as error:
        yield Found(name, reason=_refused(error))


def _in_zip(file: IO[bytes], name: str, depth: int) -> Iterator[Found]:
    """Yield what is in a zip file, which counts as a folder of its name."""
    yield Found(name)  # counted
    try:
        archive = zipfile.ZipFile(file)
    except BAD_ZIP:
        yield Found(name, reason=say("it is damaged, or no zip file"))
        return
    with archive:
        for member in sorted(archive.infolist()[:MOST_NAMES], key=_name):
            inner = _name(member)
            path = f"{name}/{inner}"
            if member.is_dir() or not _wanted(inner):
                continue
            if not _is_zip(inner):
                yield _content(path, partial(archive.open, member), MOST_BYTES)
            elif depth == DEEPEST:
                yield Found(path, reason=say("it is a zip file in a zip file in a zip file"))
            else:
                found = _content(path, partial(archive.open, member), MOST_INNER_BYTES)
                if found.reason:
                    yield found
                else:
                    yield from _in_zip(io.BytesIO(found.content), path, depth + 1)
    if len(archive.infolist()) > MOST_NAMES:
        text = "it holds more than {most:,} names, and the rest was not looked at"
        yield Found(name, reason=say(text, most=MOST_NAMES))


def _content(name: str, open_it: Callable[[], IO[bytes]], most: int) -> Found:
    """Return a file with its content, of which no more is read than is allowed."""
    try:
        with open_it() as file:
            content = file.read(most + 1)
    except OSError as error:
        return Found(name, reason=_refused(error))
    except BAD_ZIP as error:
        locked = "password" in str(error)
        reason = say("a password locks it" if locked else "its zip file is damaged")
        return Found(name, reason=reason)
    if len(content) > most:
        return Found(name, reason=say(TOO_LARGE, most=most))
    return Found(name, content, "" if content else say("it is empty"))


def _wanted(name: str) -> bool:
    last = name.rpartition("/")[2]
    return last.lower().endswith((".json", ".zip")) and not last.startswith(JUNK)


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; some programs write UTF-8 and do not say so."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _within(path: str | Path, root: Path) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")


def _leads_out(path: Path, root: Path) -> bool:
    return not Path(os.path.realpath(path)).is_relative_to(root)


def _refused(error: OSError) -> str:
    return say("the system refuses it: {why}", why=error.strerror or type(error).__name__)
