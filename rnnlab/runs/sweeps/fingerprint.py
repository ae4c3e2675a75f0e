"""What made the rows of a sweep's file, in one line: rnnlab, the task and the model.

The hashes are the same in every process, whatever its seed of hashes.
"""

import dataclasses
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np
import torch
from torch import Tensor

import rnnlab
from rnnlab.base.say import say
from rnnlab.runs.sweeps.trial import Subject
from rnnlab.tasks.catalogue import Task
from rnnlab.tasks.recipe import seeded

MOST_BATCHES = 1_000  # of the task's data; more take long
UNKNOWN = "?"  # the hash of what cannot be compared
PLAIN = (type(None), bool, int, float, complex, str, bytes)
WORDS = {
    "rnnlab": "the version of rnnlab ({theirs}; this is {ours})",
    "task": "the task's data, or the function that makes it",
    "model": "the model's function",
}


def fingerprint(subject: Subject, task: Task) -> str:
    """Return the version of rnnlab and a hash of the task and of the model's function.

    Of a task that is given itself, the hash is of its first 1,000 batches and of what it is
    validated on. Of a function or class it is of its code, and of the numbers, texts, tuples,
    tensors, arrays and functions of the same module that it refers to.
    """
    data = partial(_data, task)  # called twice
    parts = {
        "rnnlab": rnnlab.__version__,
        "python": "{}.{}".format(*sys.version_info),  # each has other code for the same source
        "task": _hash_of_function(subject.task) if subject.makes_tasks else _hash(data, ""),
        "model": _hash_of_function(subject.model),
    }
    return " ".join(f"{name}={value}" for name, value in parts.items())


def differences(theirs: str | None, ours: str) -> str:
    """Return in words what differs between two fingerprints; empty if nothing is known to."""
    if not theirs:
        return ""
    before, now = (dict(part.split("=", 1) for part in text.split() if "=" in part)
                   for text in (theirs, ours))  # fmt: skip
    names = WORDS if before.get("python") == now["python"] else ("rnnlab",)
    differ = [
        name
        for name in names
        if before.get(name, now[name]) != now[name] and UNKNOWN not in (before[name], now[name])
    ]
    return " and ".join(say(WORDS[n], theirs=before[n], ours=now[n]) for n in differ)


def _data(task: Task) -> Iterator[Any]:
    """Yield the batches of a task, and what it is validated on."""
    yield from islice(task.batches(), MOST_BATCHES)
    validation = getattr(task, "validation_data", None)
    yield validation and validation()


def _hash(find: Callable[[], Iterable[Any]], module: str) -> str:
    """Return the hash of the values that a function gives; `UNKNOWN` if it fails or changes."""

    def once() -> str:
        digest, reader = hashlib.sha256(), _Reader(module)
        for value in find():
            for part in reader.parts(value):
                digest.update(part)
        return digest.hexdigest()[:12]

    try:
        first, second = seeded(once, 0), seeded(once, 0)
    except KeyboardInterrupt:
        raise
    except BaseException:  # of the user's own task: the run that it belongs to will say so
        return UNKNOWN
    return first if first == second else UNKNOWN


def _hash_of_function(function: Any) -> str:
    inner = function
    while isinstance(inner, partial):
        inner = inner.func
    module = str(getattr(inner, "__module__", ""))
    ours = module.partition(".")[0] == "rnnlab"  # known by its version
    return _hash(lambda: [function], "" if ours else module)


class _Reader:
    """Reads values as bytes, and the functions of one module that they refer to."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.seen = set[int]()  # the functions and classes so far, and what is being read

    def parts(self, value: Any) -> Iterator[bytes]:
        """Yield what makes up a value, itself first."""
        yield f"<{self._name(type(value))}>".encode()
        if isinstance(value, PLAIN):
            yield repr(value).encode("utf-8", "backslashreplace")
        elif isinstance(value, Tensor):
            yield f"{value.dtype}{tuple(value.shape)}".encode()
            flat = value.detach().cpu().contiguous().reshape(-1)
            yield flat.view(torch.uint8).numpy().tobytes()
        elif isinstance(value, np.ndarray) and not value.dtype.hasobject:
            yield f"{value.dtype.str}{value.shape}".encode()
            yield value.tobytes()
        elif id(value) not in self.seen:
            self.seen.add(id(value))
            for part in self._held(value):
                yield from part if isinstance(part, Iterator) else self.parts(part)
            yield b"</>"
            if not isinstance(value, FunctionType | type):
                self.seen.remove(id(value))

    def _name(self, value: Any) -> str:
        own = value.__module__ == self.module  # which is "__main__" or not, as it was started
        return f"{'' if own else value.__module__}.{value.__qualname__}"

    def _held(self, value: Any) -> Iterator[Any]:
        """Yield what a value holds."""
        if isinstance(value, tuple | list):
            yield from value
        elif isinstance(value, dict):
            for pair in value.items():
                yield from pair
        elif isinstance(value, set | frozenset):
            yield from sorted(map(repr, value))  # in an order that each process has
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield from (getattr(value, field.name) for field in dataclasses.fields(value))
        elif isinstance(value, partial):
            yield from (value.func, value.args, value.keywords)
        elif isinstance(value, MethodType):
            yield from (value.__func__, type(value.__self__))
        elif isinstance(value, FunctionType | type):
            yield self._name(value)
            if value.__module__ == self.module:
                yield self._code(value) if isinstance(value, FunctionType) else self._class(value)
        elif type(value).__module__ == self.module:  # such as an object that is called
            yield type(value)
            yield from filter(_is_fixed, vars(value).values())

    def _class(self, value: type) -> Iterator[bytes]:
        """Yield the methods, the plain values and the bases of a class."""
        yield from self.parts(value.__bases__)
        for name, held in sorted(vars(value).items()):
            held = getattr(held, "__func__", getattr(held, "fget", held))
            if isinstance(held, FunctionType) or (not name.startswith("__") and _is_fixed(held)):
                yield from self.parts([name, held])

    def _code(self, function: FunctionType) -> Iterator[bytes]:
        """Yield the code of a function, and what it refers to."""
        code, names = function.__code__, set[str]()
        waiting = [code]
        while waiting:
            code = waiting.pop()
            texts = [value for value in code.co_consts if value != function.__doc__]
            waiting += [value for value in texts if isinstance(value, CodeType)]
            names.update(code.co_names)
            yield code.co_code
            yield from self.parts([*code.co_names, *code.co_varnames])
            yield from self.parts([text for text in texts if not isinstance(text, CodeType)])
        yield from self.parts([function.__defaults__, function.__kwdefaults__])
        held = {name: function.__globals__.get(name) for name in sorted(names)}
        for name, cell in zip(
            function.__code__.co_freevars, function.__closure__ or (), strict=True
        ):
            held[name] = cell.cell_contents
        yield from self.parts([(name, value) for name, value in held.items() if _is_fixed(value)])


def _is_fixed(value: Any) -> bool:
    """Return whether a value that a function refers to hardly changes while a program runs."""
    kinds = (*PLAIN, tuple, frozenset, Tensor, np.ndarray, FunctionType, partial, type)
    return isinstance(value, kinds)
