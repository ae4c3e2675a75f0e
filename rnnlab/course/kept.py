"""What a learner has guessed and solved, in a file of the learner's. Nothing leaves the machine.

The file holds a JSON object:

- `solved`: the numbers of the exercises that are solved, such as "04.1";
- `guessed`: the latest guess, by the number of the question: a choice, or a number as typed;
- `first_guesses`: the first guess, likewise: a choice, or "near", "low" or "high" for a number;
- `mistakes`: by the number of each exercise that was tried, how often which mistake was made until
  it was solved, by the mistake's name in the hints. Nothing of an answer itself is kept.

A file of rnnlab 0.1 holds the first two alone, one from before a list of what is solved.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from rnnlab.base.files import read_regular, written_whole
from rnnlab.base.say import say

MOST_MISTAKES, MOST_TIMES = 8, 99  # kept of an exercise, so that the file stays below 32 kB


def solved() -> set[str]:
    """Return the numbers of the exercises that are solved."""
    return {*_read()["solved"]}


def guessed() -> dict[str, str]:
    """Return what was guessed, by the number of the guess."""
    return dict(_read()["guessed"])


def keep_solved(number: str) -> None:
    """Remember that an exercise is solved."""
    kept = _read()
    if number not in kept["solved"]:  # also that it was tried, maybe without any mistake
        kept["mistakes"] = {number: {}, **kept.get("mistakes", {})}
    _write({**kept, "solved": sorted({*kept["solved"], number})})


def keep_mistake(number: str, mistake: str) -> None:
    """Remember a mistake in an exercise, until it is solved.

    Args:
        number: of the exercise, such as "04.1".
        mistake: its name in the hints; "else" where there are `MOST_MISTAKES` others already.
    """
    kept = _read()
    if number in kept["solved"]:
        return
    mistakes = kept.get("mistakes", {})
    made = mistakes.get(number, {})
    if mistake not in made and len(made) >= MOST_MISTAKES - 1:
        mistake = "else"
    made = {**made, mistake: min(made.get(mistake, 0) + 1, MOST_TIMES)}
    _write({**kept, "mistakes": {**mistakes, number: made}})


def keep_guess(number: str, answer: str, kind: str | None = None) -> None:
    """Remember what was guessed, and whether it was the first guess.

    Args:
        number: of the question, such as "04.2".
        answer: what is shown again: a choice, or a number as it was typed.
        kind: what is kept of a first guess: a choice, or "near", "low" or "high"; as the answer
            if None.
    """
    kept = _read()
    if number not in kept["guessed"]:
        kind = answer if kind is None else kind
        kept["first_guesses"] = {**kept.get("first_guesses", {}), number: kind}
    _write({**kept, "guessed": {**kept["guessed"], number: answer}})


def parse_kept(content: bytes, mend: bool = False) -> dict[str, Any]:
    """Return what a file of progress holds.

    Args:
        content: of the file, as this version or an earlier one has written it.
        mend: leave out "first_guesses" and "mistakes" where they are damaged.

    Returns:
        the parts of the file; "solved" and "guessed" are always there.

    Raises:
        ValueError: if it is damaged or no file of progress, with the reason.

    Example:
        >>> parse_kept(b'["04.1"]')["solved"]
        ['04.1']
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):  # RecursionError: a thousand brackets
        what = "it is damaged: this is no JSON" if content.strip() else "it is empty"
        raise ValueError(say(what)) from None
    if isinstance(found, list):  # as it was before there were guesses
        found = {"solved": found}
    if not isinstance(found, dict) or not {"solved", "guessed"} & {*found}:
        raise ValueError(say("it is no progress file of rnnlab"))
    found = {"solved": [], "guessed": {}, **found}
    for part, right in PARTS.items():
        if part in found and not right(found[part]):
            if not mend or part in ("solved", "guessed"):
                raise ValueError(
                    say("it is damaged: what stands under {part!r} is wrong", part=part)
                )
            del found[part]
    return found


def _are_texts(part: Any) -> bool:
    return isinstance(part, list) and all(isinstance(text, str) for text in part)


def _is_of_texts(part: Any) -> bool:
    return isinstance(part, dict) and _are_texts([*part.values()])


def _are_counts(part: Any) -> bool:
    return isinstance(part, dict) and all(
        isinstance(made, dict) and all(type(times) is int and times > 0 for times in made.values())
        for made in part.values()
    )


PARTS = {  # of the file: what each of them must be
    "solved": _are_texts,
    "guessed": _is_of_texts,
    "first_guesses": _is_of_texts,
    "mistakes": _are_counts,
}


def _file() -> Path:
    return Path(os.environ.get("RNNLAB_PROGRESS", Path.home() / ".rnnlab" / "progress.json"))


def _read() -> dict[str, Any]:
    """Return what is kept; nothing, where there is no file yet or none that can be read."""
    with suppress(OSError, ValueError):  # damaged, or another's
        return parse_kept(read_regular(_file(), "progress"), mend=True)
    return {"solved": [], "guessed": {}}


def _write(kept: dict[str, Any]) -> None:
    path = _file()
    with suppress(OSError):  # a folder that cannot be written is no reason to fail an exercise
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path, "progress", "w", encoding="utf-8") as file:
            json.dump(kept, file)
