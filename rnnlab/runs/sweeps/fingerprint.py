"""What made the rows of a sweep's file, in one line: rnnlab, the task and the model."""

import hashlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from rnnlab.base import VERSION
from rnnlab.base.nested import map_tensors
from rnnlab.base.say import say
from rnnlab.runs.sweeps.trial import Subject
from rnnlab.tasks.catalogue import Task
from rnnlab.tasks.recipe import seeded

MOST_BATCHES = 1_000  # of the task's data; more take long
UNKNOWN = "?"  # the hash of what cannot be compared
PLAIN = (bool, int, float, str, tuple, type(None))
WORDS = {
    "rnnlab": "the version of rnnlab ({theirs}; this is {ours})",
    "task": "the task's data, or the function that makes it",
    "model": "the model's function",
}


def fingerprint(subject: Subject, task: Task) -> str:
    """Return the version of rnnlab and hashes of the task and of the model's function.

    Of a task that is given itself, the hash is of its first 1,000 batches and of what it is
    validated on. Of a function or a class it is of its source, and of the plain values that it was
    made with. What these cannot tell is `UNKNOWN`.
    """
    parts = {
        "rnnlab": VERSION,
        "task": _hash(
            partial(_source_of, subject.task) if subject.makes_tasks else partial(_data, task)
        ),
        "model": _hash(partial(_source_of, subject.model)),
    }
    return " ".join(f"{name}={value}" for name, value in parts.items())


def differences(theirs: str | None, ours: str) -> dict[str, str]:
    """Return what is known to differ between two fingerprints: its name, and in words."""
    before, now = (
        dict(part.split("=", 1) for part in text.split() if "=" in part)
        for text in (theirs or "", ours)
    )
    pairs = {name: (before.get(name, UNKNOWN), now[name]) for name in WORDS}
    return {
        name: say(WORDS[name], theirs=pair[0], ours=pair[1])
        for name, pair in pairs.items()
        if UNKNOWN not in pair and pair[0] != pair[1]
    }


def _data(task: Task) -> Iterator[bytes]:
    """Yield the batches of a task, and what it is validated on."""
    validation = getattr(task, "validation_data", None)
    for value in (*islice(task.batches(), MOST_BATCHES), validation and tuple(validation())):
        parts: list[Any] = []
        map_tensors(parts.append, value)
        for part in parts:
            yield f"{part.dtype}{part.shape}".encode() + part.cpu().numpy().tobytes()


def _source_of(function: Any) -> Iterator[bytes]:
    """Yield the source of a function or class, and the plain values that it was made with."""
    while isinstance(function, partial):
        yield repr([v for v in function.args if isinstance(v, PLAIN)]).encode()
        yield repr({k: v for k, v in function.keywords.items() if isinstance(v, PLAIN)}).encode()
        function = function.func
    if function is not None and not inspect.isroutine(function) and not inspect.isclass(function):
        yield repr({k: v for k, v in vars(function).items() if isinstance(v, PLAIN)}).encode()
        function = type(function)
    for cell in getattr(function, "__closure__", None) or ():
        yield repr(cell.cell_contents if isinstance(cell.cell_contents, PLAIN) else "").encode()
    if str(getattr(function, "__module__", "rnnlab")).partition(".")[0] == "rnnlab":
        yield repr(getattr(function, "__qualname__", None)).encode()  # known by its version
    else:
        yield inspect.getsource(function).encode("utf-8", "replace")


def _hash(find: Callable[[], Iterable[bytes]]) -> str:
    """Return the hash of what a function gives; `UNKNOWN` if it fails, or gives other things."""

    def once() -> str:
        digest = hashlib.sha256()
        for part in find():
            digest.update(part)
        return digest.hexdigest()[:12]

    try:
        first, second = seeded(once, 0), seeded(once, 0)
    except KeyboardInterrupt:
        raise
    except BaseException:  # of the user's own task: the run that it belongs to will say so
        return UNKNOWN
    return first if first == second else UNKNOWN
