"""Which learner a file is of: its own name says it, or that of a folder above it.

Learners name their files, and learning platforms put a folder around each, or a name in front.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from rnnlab.base.showable import showable

LONGEST = 60  # characters of a name that are shown
# "progress", "progress (1)"; behind a name, "anna_progress-2"; in front of it, "progress anna"
_PROGRESS = re.compile(r"[\W_]*progress(?:[\W_]|copy|\d)*", re.IGNORECASE)
_BEHIND = re.compile(r"[\W_]+progress(?:[\W_]|copy|\d)*$", re.IGNORECASE)
_IN_FRONT = re.compile(r"^progress[\W_]+", re.IGNORECASE)
_SAYS_NOTHING = re.compile(
    r"\.?rnnlab(?:[-_ ]course)?|submissions?|files?|online|\.{1,2}|", re.IGNORECASE
)
_PLATFORMS = (  # a name, then numbers of the platform's own
    re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_file(?:_.*)?"),  # Moodle
    re.compile(r"(?P<name>.+?)(?:_LATE)?_(?P<id>\d{3,})_\d{3,}(?:_.*)?"),  # Canvas
)
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # turn the text after them


def names_of(paths: Iterable[str]) -> dict[str, str]:
    """Return the name of the learner that each file is of, to be shown.

    A platform's folder or file names the learner; else the file's name does, without "progress";
    else, where this says nothing, or each folder has one file of the same name, the folder's does.
    Two learners whose names are the same on a platform keep its number behind the name.

    Args:
        paths: of the files, with slashes, from the folder that was handed in.

    Example:
        >>> names_of(["Anna/progress.json", "ben_progress.json"])
        {'Anna/progress.json': 'Anna', 'ben_progress.json': 'ben'}
    """
    paths = [*paths]
    alone = _in_folders_of_their_own(paths)
    keys = {path: _key(path, path in alone) for path in paths}
    return _shown(keys)


def _key(path: str, by_folder: bool) -> tuple[str, str]:
    """Return a learner's name and the platform's number, "" where there is none."""
    *folders, last = unicodedata.normalize("NFC", path).split("/")
    stem = last.rpartition(".")[0]
    parts = [*reversed(folders), stem] if by_folder else [stem, *reversed(folders)]
    parts = [re.sub(r"\.zip$", "", part, flags=re.IGNORECASE) for part in parts]
    for part in parts:
        for platform in _PLATFORMS:
            if found := platform.fullmatch(part):
                return found["name"], found["id"]
    for part in parts:
        if _PROGRESS.fullmatch(part) or _SAYS_NOTHING.fullmatch(part):
            continue
        return _BEHIND.sub("", _IN_FRONT.sub("", part)).strip() or part, ""
    return stem or last, ""


def _in_folders_of_their_own(paths: list[str]) -> set[str]:
    """Return the paths of files with one name, each of which is alone in its folder."""
    split = {path: path.rpartition("/") for path in paths}
    there = Counter(folder for folder, _, _ in split.values())
    by_name = defaultdict[str, list[str]](list)
    for path, (_, _, name) in split.items():
        by_name[name].append(path)
    return {
        path
        for same in by_name.values() if len(same) > 1 and all(
            split[path][0] and there[split[path][0]] == 1 for path in same)
        for path in same
    }  # fmt: skip


def _shown(keys: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Return for each path a name that no other learner has, on one line and not too long."""
    called = Counter(name for name, _ in {*keys.values()})
    shown: dict[tuple[str, str], str] = {}
    for key in sorted({*keys.values()}):
        name, number = key
        plain = shorten(f"{name} ({number})" if called[name] > 1 and number else name)
        free, count = plain, 1
        while free in shown.values():  # names that differ after so many characters
            count += 1
            free = f"{plain} ({count})"
        shown[key] = free
    return {path: shown[key] for path, key in keys.items()}


def shorten(text: str, most: int = LONGEST) -> str:
    """Return a name or a path as it can be shown: on one line, without marks that turn others."""
    return showable(text.translate(_TURNS), most) or "?"
