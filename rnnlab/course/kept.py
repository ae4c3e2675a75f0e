"""What a learner has guessed and solved, in a file of the learner's. Nothing leaves the machine."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from rnnlab.base.files import written_whole


def solved() -> set[str]:
    """Return the numbers of the exercises that are solved."""
    return {*_read()["solved"]}


def guessed() -> dict[str, str]:
    """Return what was guessed, by the number of the guess."""
    return dict(_read()["guessed"])


def keep_solved(number: str) -> None:
    """Remember that an exercise is solved."""
    kept = _read()
    _write({**kept, "solved": sorted({*kept["solved"], number})})


def keep_guess(number: str, answer: str) -> None:
    """Remember what was guessed."""
    kept = _read()
    _write({**kept, "guessed": {**kept["guessed"], number: answer}})


def _file() -> Path:
    return Path(os.environ.get("RNNLAB_PROGRESS", Path.home() / ".rnnlab" / "progress.json"))


def _read() -> dict[str, Any]:
    """Return what is kept; nothing, where there is no file yet or none that can be read."""
    empty: dict[str, Any] = {"solved": [], "guessed": {}}
    with suppress(OSError, ValueError, TypeError, AttributeError):  # damaged, or another's
        found = json.loads(_file().read_text(encoding="utf-8"))
        if isinstance(found, list):  # as it was before there were guesses
            found = {"solved": found}
        found = {**empty, **found}
        texts = [*found["solved"], *found["guessed"], *found["guessed"].values()]
        if all(isinstance(text, str) for text in texts):
            return found
    return empty


def _write(kept: dict[str, Any]) -> None:
    path = _file()
    with suppress(OSError):  # a folder that cannot be written is no reason to fail an exercise
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path, "progress", "w", encoding="utf-8") as file:
            json.dump(kept, file)
