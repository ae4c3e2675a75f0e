"""The course in the learner's own folder: what is new is copied, what is theirs is never lost.

A small file in the folder records what each notebook and script was when it was copied, to tell one
that the learner has changed from one that is only older than the course; and in which language the
course was wanted. Where that file is missing or damaged, whatever differs from the course counts as
changed.
"""

import json
import os
from collections import defaultdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from rnnlab.base.catalogues import ENGLISH, languages
from rnnlab.base.files import read_regular, written_whole
from rnnlab.base.say import language
from rnnlab.course.lessons import course_folder
from rnnlab.course.translation.notebook import in_language

MANIFEST = ".rnnlab.json"
KINDS = ("*.ipynb", "*.py")  # the notebooks, and the scripts that they run


def language_of(folder: Path) -> str:
    """Return in which language a folder was to have the course; in a new one, that spoken here."""
    kept = _read_manifest(folder).get("language")
    return kept if kept in languages() else language()


def copy_course(folder: Path, update: bool = False, spoken: str = ENGLISH) -> dict[str, list[str]]:
    """Copy the notebooks of the course, and the scripts that they run, into a folder.

    What the learner has changed is never overwritten. The course in another language is to a folder
    what a new version is.

    Args:
        folder: where to; it is created if it does not exist.
        update: bring new versions too. A file that nobody has changed is replaced; one that
            is changed is kept beside the new one, under the name of `free_name`.
        spoken: the language of the notebooks, such as "zh".

    Returns:
        names of the files: "copied", which were not there; "replaced", which were there
        unchanged; "moved", the new names of those that were changed and have a newer version
        beside them; "kept", which stayed as they were; and "older", those of the kept ones of
        which the course has another version.

    Raises:
        OSError: if the system refuses it; what was done until then stays, and nothing is lost.
    """
    course = course_folder()
    folder.mkdir(parents=True, exist_ok=True)
    before = _read_manifest(folder)
    known, done = before["copied"].copy(), defaultdict[str, list[str]](list)
    try:
        for file in sorted(file for kind in KINDS for file in course.glob(kind)):
            content = file.read_bytes()
            if file.suffix == ".ipynb":
                content = in_language(content, file.stem, spoken)
            _bring(content, folder / file.name, known, done, update)
    finally:
        now = {"copied": known} | ({"language": spoken} if spoken != ENGLISH else {})
        if now != before:
            _write(json.dumps(now, indent=1).encode(), folder / MANIFEST)
    return done


def _bring(
    content: bytes, target: Path, known: dict[str, str], done: dict[str, list[str]], update: bool
) -> None:
    """Write one file to its place, and record what was done."""
    name, new, there = target.name, sha256(content).hexdigest(), _digest(target)
    copied = known.get(name)
    if there is None:
        _write(content, target)
        done["copied"].append(name)
    elif there == new or copied == new:  # or: changed by the learner, with nothing newer to bring
        done["kept"].append(name)
    elif not update:
        done["kept"].append(name)
        done["older"].append(name)
        return
    elif there == copied:
        _write(content, target)
        done["replaced"].append(name)
    else:
        beside = free_name(target)
        _write(content, target, keep=beside)
        done["moved"].append(beside.name)
    known[name] = new


def free_name(path: Path) -> Path:
    """Return the name for the learner's own version: `03_loss (yours).ipynb`, `(yours 2)`, ..."""
    beside, number = path.with_name(f"{path.stem} (yours){path.suffix}"), 1
    while os.path.lexists(beside):
        number += 1
        beside = path.with_name(f"{path.stem} (yours {number}){path.suffix}")
    return beside


def _digest(path: Path) -> str | None:
    """Return the digest of a file's content; "" for what is no file, None for nothing."""
    if not os.path.lexists(path):
        return None
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _write(content: bytes, path: Path, keep: Path | None = None) -> None:
    """Write a file whole or not at all; what was there is kept under another name, if asked."""
    with written_whole(path, "copy", keep=keep) as file:
        file.write(content)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_regular(folder / MANIFEST, "table"))
        copied = {name: each for name, each in found["copied"].items() if isinstance(each, str)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {"copied": {}}
    spoken = found.get("language")
    return {"copied": copied} | ({"language": spoken} if isinstance(spoken, str) else {})
