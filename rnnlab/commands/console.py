"""What all commands share: what they say when something fails, and how they begin quickly."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rnnlab.base.files import remedy_of
from rnnlab.base.say import say


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage a hundred times less often: torch makes many lasting objects as it starts.

    Measured: of the 1.2 s that its first optimizer takes to load, a quarter went there.
    """
    before = gc.get_threshold()
    gc.set_threshold(100 * before[0], *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def no_folder(path: Path, option: str) -> str:
    """Return that what an option names is no folder, or "" for a folder and for nothing."""
    if os.path.isdir(path) or not os.path.lexists(path):
        return ""
    text = (
        "argument {option}: {path} is a link that leads nowhere; expected a folder: give another "
        "name"
    )
    if os.path.exists(path):
        text = "argument {option}: {path} is a file; expected a folder: give another name"
    return say(text, option=option, path=path)


def refusal(error: OSError, place: Path | None = None) -> str:
    """Return what the system refused, where if that is not the place said before, and a remedy."""
    if error.strerror is None:  # not the system's words but ours, which say all
        return str(error)
    known = error.filename is None or str(error.filename) == str(place)
    where = "" if known else f"{error.filename}: "
    remedy = remedy_of(error) or say("choose another place")
    return say("{refused}; {remedy}", refused=f"{where}{error.strerror}", remedy=remedy)
