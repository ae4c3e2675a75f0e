"""The file of a sweep: what it holds already, and each run as it is done."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from rnnlab.base.checks import check_path
from rnnlab.base.files import Path, check_writable
from rnnlab.base.say import joined, say
from rnnlab.base.tables import TableError
from rnnlab.runs.sweeps.fingerprint import differences
from rnnlab.runs.sweeps.table import FINGERPRINT, cell_of, read, settings_of, write
from rnnlab.runs.sweeps.trial import Row

Key = tuple[str, ...]
PATIENCE = 60  # seconds; another sweep writes for less than one


class KeptRuns:
    """The file of a sweep of these rows, which other sweeps may write into at the same time.

    It is read again before it is written, both while a lock beside it is held, so that no row is
    lost; of two of the same run, the one stays that did not fail.

    Raises:
        OSError, TableError: if it cannot be read or written, or is not one of this sweep.
    """

    def __init__(self, path: Path, rows: list[Row], fingerprint: str) -> None:
        check_path("path", path, "runs")
        check_writable(path, "table")
        self._path, self._fingerprint = path, fingerprint
        self._wanted = rows[0]
        self._number_of = {_key(row): number for number, row in enumerate(rows)}
        self._rows: dict[Key, Row] = {}
        self._model = ""  # in words, if its function differs
        self._seen: object = None  # of the file when it was last read or written
        with self._locked():
            self._read()
        self._warn()
        # values as the grid has them: a file has only their texts
        self.done = {
            number: {**{name: row[name] for name in row if name != FINGERPRINT}, **rows[number]}
            for key, row in self._rows.items()
            if (number := self._number_of.get(key)) is not None and row["outcome"] != "failed"
        }

    def add(self, row: Row) -> None:
        """Write a run that is done into the file."""
        with self._locked():
            self._read()
            self._take({**row, FINGERPRINT: self._fingerprint})
            last = len(self._number_of)
            order = sorted(self._rows, key=lambda key: self._number_of.get(key, last))
            columns = [*self._wanted, *(name for name in row if name not in self._wanted)]
            columns.append(FINGERPRINT)
            write(
                self._path,
                [{name: self._rows[key].get(name) for name in columns} for key in order],
            )
            self._seen = self._state()

    def _take(self, row: Row) -> None:
        before = self._rows.get(_key(row))
        if before is None or before["outcome"] == "failed":
            self._rows[_key(row)] = row

    def _read(self) -> None:
        """Take what the file holds, unless that is known."""
        if (state := self._state()) == self._seen:
            return
        for row in read(self._path):
            self._check(row)
            self._take(row)
        self._seen = state

    def _state(self) -> object:
        """Return what changes when another process writes the file; None if there is none."""
        try:
            about = os.stat(self._path)
        except FileNotFoundError:
            return None
        return about.st_ino, about.st_size, about.st_mtime_ns

    def _check(self, row: Row) -> None:
        path, names, wanted = os.fspath(self._path), settings_of(row), self._wanted
        if names != [*wanted] or row["task"] != wanted["task"]:
            text = (
                "{path} keeps the sweep of the task {task!r} over {names}; this one is of "
                "{own!r} over {wanted}: give another path"
            )
            raise TableError(
                say(text, path=path, task=row["task"], names=", ".join(names[1:]),
                    own=wanted["task"], wanted=", ".join([*wanted][1:]))
            )  # fmt: skip
        different = differences(row.get(FINGERPRINT), self._fingerprint)
        self._model = different.pop("model", self._model)  # which may have been mended, to go on
        if different:
            text = (
                "{path} keeps a sweep that differs from this one in {different}: give another "
                "path, or delete the column {column!r} if the runs are the same all the same"
            )
            what = joined(different.values())
            raise TableError(say(text, path=path, different=what, column=FINGERPRINT))

    def _warn(self) -> None:
        """Say that the model's function is another one, unless it may have been mended."""
        failed = any(row["outcome"] == "failed" for row in self._rows.values())
        if self._model and not failed:
            text = (
                "{path} keeps runs that were made with another source of {model}; these are not "
                "done again: if they would come out otherwise, give another path"
            )
            path = os.fspath(self._path)
            warnings.warn(say(text, path=path, model=self._model), stacklevel=4)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        folder, name = os.path.split(os.path.realpath(self._path))
        beside = os.path.join(folder, f".{name[:40]}.lock")
        try:
            with FileLock(beside, timeout=PATIENCE):
                yield
        except Timeout:
            text = (
                "{path} has been locked by another process for {seconds} seconds, by its file "
                "{beside}: end that process, or give another path"
            )
            path = os.fspath(self._path)
            raise OSError(say(text, path=path, seconds=PATIENCE, beside=beside)) from None


def _key(row: Row) -> Key:
    """Return what a run is recognised by: its settings as a file has them."""
    return tuple(cell_of(row[name]) for name in settings_of(row))
