"""Bytes that nobody meant to write, for all that reads files: `python -m tests.fuzz csv`.

A reader may refuse bytes by the errors that its documentation names, and must not fail otherwise.
A quarter of the inputs are arbitrary bytes; the others are good files that were changed here and
there. What fails is made as small as possible by Hypothesis and shown.
"""

import argparse
import copy
import dataclasses
import gzip
import io
import itertools
import math
import pathlib
import random
import tempfile
import time
import traceback
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import rnnlab
from rnnlab.base.extras import MissingExtra
from rnnlab.base.tables import TableError
from rnnlab.runs import checkpoints
from rnnlab.runs.saved_states import run_state
from tests.csv_files import GOOD, REFUSED

FOLDER = tempfile.TemporaryDirectory(prefix="rnnlab-fuzz-")
SERIES = [
    {},
    {"fill_gaps": True},
    {"value": 2, "decimal": ",", "fill_gaps": True},
    {"value": 1, "time": False, "fill_gaps": True},
    {"value": "mm", "time": 1},
    {"missing": (-999, "x"), "fill_gaps": True},
]
PIECES = [
    *(piece.encode() for piece in [*',;\t"\n\r\0.-+e9/:', "2024-01-01", "1/2/2024", "sep=;\n"]),
    *(piece.encode() for piece in ["inf", "1e400", *"\u2212\u2019\u00a0\u0663\ufeff"]),
    b"\xff\xfe",
    b"",
]  # fmt: skip


@dataclasses.dataclass
class Target:
    """What is fuzzed.

    Attributes:
        read: takes bytes; refuses them by an error, or returns when they are good.
        documented: the errors by which it may refuse.
        good: files to change here and there.
    """

    read: Callable[[bytes], None]
    documented: tuple[type[Exception], ...]
    good: list[bytes]


@dataclasses.dataclass
class Tally:
    """What came of the inputs: how many were accepted, and how many refused, by which line."""

    accepted: int = 0
    refused: Counter[str] = dataclasses.field(default_factory=Counter)

    @property
    def tried(self) -> int:
        """How many inputs there were."""
        return self.accepted + self.refused.total()


def read_series(content: bytes) -> None:
    """Read a series with each of the options; refuse what all of them refuse."""
    path, refusals = _file(content), []
    for options in SERIES:
        try:
            with warnings.catch_warnings(action="ignore"):
                series = rnnlab.read_series(path, **options)
        except (TableError, MissingExtra) as error:
            refusals.append(error)
            continue
        assert len(series.times) == len(series.values) > 0
        assert series.values.isfinite().all()
        assert all(map(math.isfinite, series.times))
        assert all(a < b for a, b in itertools.pairwise(series.times))
    if len(refusals) == len(SERIES):
        raise refusals[zlib.crc32(content) % len(refusals)]


def read_history(content: bytes) -> None:
    path = _file(content)
    history = rnnlab.History.from_csv(path)
    history.to_csv(path)
    assert repr(rnnlab.History.from_csv(path).steps) == repr(history.steps)


def load_checkpoint(content: bytes) -> None:
    """Load a file: one that is refused changes nothing."""
    path = _file(content)
    before = _told(RUN)
    try:
        rnnlab.load_checkpoint(RUN, path)
    except rnnlab.CheckpointError:
        assert _told(RUN) == before
        raise


def load_changed_state(content: bytes) -> None:
    """Load a whole file of a state in which some values are others; the bytes say which."""
    choices, state = random.Random(content), copy.deepcopy(STATE)
    for _ in range(choices.randint(1, 3)):
        part: Any = state
        while True:
            keys = [*part] if isinstance(part, dict) else range(len(part))
            key = choices.choice(keys)
            inside = part[key]
            if not isinstance(inside, dict | list) or not len(inside) or choices.random() < 0.2:
                break
            part = inside
        part[key] = copy.deepcopy(choices.choice(ODD))
    path = _file(b"")
    checkpoints.write(state, path)
    before = _told(RUN)
    try:
        rnnlab.load_checkpoint(RUN, path)
    except rnnlab.CheckpointError:
        assert _told(RUN) == before
        raise


def _told(run: rnnlab.Run) -> str:
    """Return all that a checkpoint would hold, as text."""
    return repr(run_state(run))


def _make_run() -> rnnlab.Run:
    torch.manual_seed(0)
    model, batches = rnnlab.SequenceModel(1, 2, 1), [(torch.zeros(2, 3, 1),) * 2] * 3
    run = rnnlab.train(model, batches, loss_fn="mse", epochs=2, device="cpu")
    for _ in range(2):
        next(run)
    return run


def _listed(value: Any) -> Any:
    """Return a state with lists for its rows, whose parts can be changed."""
    if isinstance(value, dict):
        return {key: _listed(part) for key, part in value.items()}
    return [_listed(part) for part in value] if isinstance(value, list | tuple) else value


def _archive() -> bytes:
    file = io.BytesIO()
    torch.save(checkpoints._plain(run_state(RUN), ""), file)
    return file.getvalue()


RUN = _make_run()
STATE = _listed(run_state(RUN))
ODD: list[Any] = [
    None, True, -1, 0, 7, 10**30, 0.5, float("nan"), "", "adam", [], {}, [1, [2]], {"lr": 1},
    torch.zeros(0), torch.zeros(2, 2), torch.ones(3, dtype=torch.int64), torch.tensor(1.5),
    torch.zeros(5056, dtype=torch.uint8), torch.zeros(2, 1, dtype=torch.complex64),
    torch.zeros(1, 2, 3).to_sparse(),
]  # fmt: skip


def _file(content: bytes) -> pathlib.Path:
    path = pathlib.Path(FOLDER.name) / "fuzz.csv"
    path.write_bytes(content)
    return path


def _tables() -> list[bytes]:
    contents = [content for _, content, *_ in GOOD] + [content for content, *_ in REFUSED]
    made = [c if isinstance(c, bytes) else c.encode() for c in contents]
    return [content for content in made if len(content) < 200]


def _packed() -> list[bytes]:
    """Return tables as gzip and zip pack them, and a few forms that are not of spreadsheets."""
    table = b"date,mm\n1-Jan-2021,5.5\n2-Jan-2021,6.5\n"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", table)
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    forms = [b"# a\n" + table, table.replace(b",", b" | "), b"% t mm\n0 5.5\n1 6.5\n",
             b"t,mm\ns,m\n2021Q1,$5.5\n2021Q2,$6.5\n"]  # fmt: skip
    return [gzip.compress(table, mtime=0), file.getvalue(), book.getvalue(), *forms]


HISTORY = b"epoch,index,loss,grad_norm,clipped,train_loss,validation_loss\n1,0,0.5,2.0,True,,\n"
TARGETS = {
    "checkpoint": Target(load_checkpoint, (rnnlab.CheckpointError,), [_archive()]),
    "state": Target(load_changed_state, (rnnlab.CheckpointError,), [b"any"]),
    "csv": Target(read_series, (TableError,), _tables()),
    "packed": Target(read_series, (TableError, MissingExtra), _packed()),
    "history": Target(read_history, (TableError,), [HISTORY + b"1,1,nan,1e-05,False,0.375,inf\n"]),
}


@st.composite
def changed(draw: st.DrawFn, good: list[bytes]) -> bytes:
    """Return a good file with some bytes left out, doubled, or others in their place."""
    content = draw(st.sampled_from(good))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 8)))
        put = draw(st.sampled_from(PIECES) | st.binary(max_size=4))
        put += content[start:end] * draw(st.integers(0, 2))
        content = content[:start] + put + content[end:]
    return content


def fuzz(target: Target, examples: int, round_number: int, tally: Tally) -> list[str]:
    """Try so many inputs; return a message of each kind of refusal that is new to the tally."""
    new: list[str] = []

    @seed(round_number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(st.binary(max_size=200), *[changed(target.good)] * 3))
    def attempt(content: bytes) -> None:
        try:
            target.read(content)
        except target.documented as error:
            line = _raised_in(error)
            if line not in tally.refused:
                new.append(f"{line}: {' '.join(str(error).replace(FOLDER.name, '').split())}")
            tally.refused[line] += 1
        else:
            tally.accepted += 1

    attempt()
    return new


def _raised_in(error: BaseException) -> str:
    """Return the line that refused, which is one for each kind of refusal."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    cause = "" if error.__cause__ is None else f" ({type(error.__cause__).__name__})"
    return f"{pathlib.Path(frame.filename).name}:{frame.lineno}{cause}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Feed a reader bytes that nobody meant to write.")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--first", type=int, default=0, help="number of the first round")
    options = parser.parse_args()
    tally, end = Tally(), time.monotonic() + 60 * options.minutes
    round_number = options.first
    while time.monotonic() < end:
        for refusal in fuzz(TARGETS[options.target], 1000, round_number, tally):
            print(f"round {round_number}: {refusal}", flush=True)
        round_number += 1
    print(
        f"{options.target}: {tally.tried:,} inputs in {round_number - options.first} rounds, "
        f"{tally.accepted:,} accepted, {tally.refused.total():,} refused in "
        f"{len(tally.refused)} ways, none failed"
    )


if __name__ == "__main__":
    main()
