"""sweep: train a grid of settings, on this machine's cores or on any executor."""

import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from functools import partial
from typing import Any

import torch

from rnnlab.base.extras import MissingExtra, how_to_get, is_installed
from rnnlab.base.say import say
from rnnlab.base.showable import error_line
from rnnlab.base.tables import Path
from rnnlab.base.torch_state import check_defaults
from rnnlab.runs.sweeps.fingerprint import fingerprint
from rnnlab.runs.sweeps.grid import plain, plan
from rnnlab.runs.sweeps.kept import KeptRuns
from rnnlab.runs.sweeps.packing import packed
from rnnlab.runs.sweeps.pool import count_cores, in_processes
from rnnlab.runs.sweeps.stacking import Piece, pieces_of, run_piece
from rnnlab.runs.sweeps.table import Sweep
from rnnlab.runs.sweeps.trial import ModelMaker, Row, Subject, TaskMaker, failed
from rnnlab.runs.threads import on_threads
from rnnlab.tasks.catalogue import Task, load_task

Pieces = dict[int, tuple[bytes, list[Row], bool]]  # the arguments of `run_piece`, by number
KILLED = "its worker was killed, perhaps for lack of memory"


def sweep(
    task: Task | str | TaskMaker,
    grid: Mapping[str, Any],
    *,
    executor: Executor | None = None,
    repeats: int = 1,
    model: ModelMaker | None = None,
    path: Path | None = None,
    stacked: bool = True,
    progress: bool = True,
) -> Sweep:
    """Train once for each combination of the grid's values and return a table of the results.

    Runs of an RNN or a GRU that differ in seed, learning rate, clipping or `stop_at` alone train
    together, as `train_stacked` does, which is several times faster; the bar says in how many
    stacks. Of few and short runs all are then done in this process.

    The same seeds give the same table, bit for bit, whatever the executor, on one kind of machine
    (in a thread pool: unless a model draws random numbers while it trains, as dropout does). Each
    run computes on one thread of the CPU.

    Args:
        task: a task, the name of one, or a class or function that makes one.
        grid: the values of each setting, a list, or one value for all. Settings, with defaults:
            "cell" ("rnn"; a `Cell` stands in the table by its name), "hidden_size" (32),
            "hidden_state" ("reset"), "optimizer" ("adam"), "learning_rate" (0.003), "clip_norm"
            (1.0; None: no clipping), "epochs" (40),
            "batch_size" (None: the task's own), "stop_at" (None; else a run ends as "solved" after
            the first epoch with a validation loss of at most this) and "seed" (0). Other names
            are options of the task, if that is a name or made, or else of the model.
        executor: where the runs are done: any `concurrent.futures.Executor`, such as a thread
            pool, or on a cluster Dask's `Client.get_executor()`. None: in processes on this
            machine, one a core, started for this sweep; one that is killed costs its own run only
            (the others of its stack are done again, one by one). They need extra `scale`: without
            it the runs are done in this process, and a warning says so.
        repeats: runs of each combination, with the seeds 0, 1, 2, ..., or from "seed" on.
        model: a function of (task, settings) that returns the model, called with random numbers
            from the seed; None: a `SequenceModel`. Where it returns models that `train_stacked`
            cannot take, they train one by one, and some are made twice.
        path: of a CSV file to which runs are written as they are done. If it is there, the sweep
            goes on from it: runs in it that did not fail are not done again. Other sweeps may
            write into it at the same time. Its column "fingerprint" has the version of rnnlab, a
            hash of the task (its batches, or the source of the function that makes it) and one of
            the source of `model`: a file of another version or task is refused, one of another
            model function gets a warning, unless it has failed runs: these may have been mended.
        stacked: train runs together where that can be done. Their losses differ from those of
            runs that train alone in the last digits at first, and in training that is chaotic in
            more after some hundred updates: False for the numbers of `train` bit for bit.
        progress: show a bar.

    Returns:
        the `Sweep`, rows in the order of the grid: its last name changes fastest, then the seed.

    Raises:
        ValueError, TypeError: for settings that cannot work, before anything is trained.
        MissingExtra: if a model function shall run in processes, and extra `scale` is missing.
        OSError, TableError: if the file cannot be read or written, or is not one of this sweep.
    """
    check_defaults("a sweep")  # which its workers have in any case
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise TypeError(
            f"executor is {type(executor).__name__}; expected a concurrent.futures.Executor, "
            "such as Dask's client.get_executor(), or None for processes on this machine"
        )
    if model is not None and not callable(model):
        raise TypeError(
            f"model is {type(model).__name__}; expected a function of (task, settings) that "
            "returns a model, or None"
        )
    subject = Subject(partial(load_task, task) if isinstance(task, str) else task, model)
    trials = plan(subject, grid, repeats)
    first_task = _first_task(subject, trials[0])
    rows = [{"task": first_task.name, **{k: plain(v) for k, v in t.items()}} for t in trials]
    sent = packed(subject)
    kept = None if path is None else KeptRuns(path, rows, fingerprint(subject, first_task))
    done = {} if kept is None else kept.done
    todo = {k: trial for k, trial in enumerate(trials) if k not in done}
    pieces, few = pieces_of(subject, first_task, todo, stacked, count_cores())
    arguments = {
        k: (sent, [todo[number] for number in piece.numbers], piece.stacked)
        for k, piece in enumerate(pieces)
    }
    here = executor is None and (few or not todo or not _can_start_processes(model))
    with on_threads(torch.get_num_threads()):  # a run in a thread of this process sets it
        results = _results(pieces, _here(arguments) if here else _elsewhere(arguments, executor))
        for number, row in _with_bar(results, done, rows, progress, pieces):
            done[number] = {**rows[number], **row}
            if kept is not None:
                kept.add(done[number])
    return Sweep(done[k] for k in sorted(done))


def _can_start_processes(model: ModelMaker | None) -> bool:
    """Whether there is what starts processes; a warning or an error says what its lack means."""
    if is_installed("scale"):
        return True
    how = how_to_get("scale")
    if model is not None:
        text = (
            "{how}. A sweep with model= needs it, as a function may end its process; or give "
            "executor=concurrent.futures.ThreadPoolExecutor(1), which trains in this one"
        )
        raise MissingExtra(say(text, how=how))
    text = "the runs train one after another in this process, on one core. {how}"
    warnings.warn(say(text, how=how), stacklevel=3)
    return False


def _first_task(subject: Subject, settings: Row) -> Task:
    """Return the task of the first run; an error is raised before any run."""
    try:
        return subject.make_task(settings)
    except SystemExit as error:
        text = "the task cannot be made: its function ended with {error}; let it raise an error"
        raise RuntimeError(say(text, error=error_line(error))) from error


def _results(
    pieces: list[Piece], done: Iterator[tuple[int, list[Row] | str]]
) -> Iterator[tuple[int, Row]]:
    """Yield each run's number and results, of pieces that are done or have failed with a text."""
    for k, rows in done:
        numbers = pieces[k].numbers
        yield from zip(
            numbers, [failed(rows)] * len(numbers) if isinstance(rows, str) else rows, strict=True
        )


def _here(pieces: Pieces) -> Iterator[tuple[int, list[Row]]]:
    """Do the pieces in this process."""
    for k, arguments in pieces.items():
        yield k, run_piece(*arguments)


def _elsewhere(pieces: Pieces, executor: Executor | None) -> Iterator[tuple[int, list[Row] | str]]:
    """Yield each piece's number and results as it is done, or the text of what went wrong."""
    if executor is None:
        for k, rows in in_processes(run_piece, pieces):
            yield k, rows or _one_by_one(*pieces[k])
        return
    futures: dict[Future[list[Row]], int] = {
        executor.submit(run_piece, *arguments): k for k, arguments in pieces.items()
    }
    try:
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenExecutor:
                remedy = "and with it the executor: start the sweep again with a new one"
                yield futures[future], f"{KILLED}, {remedy}"
            except Exception as error:  # the executor's: a cluster is gone, a worker has no rnnlab
                yield futures[future], error_line(error)
    finally:
        for future in futures:
            future.cancel()


def _one_by_one(subject: bytes, trials: list[Row], stacked: bool) -> list[Row]:
    """Do the runs of a piece whose process was killed, to find out which of them it was."""
    if len(trials) == 1:
        return [failed(KILLED)]
    single = {k: (subject, [trial], False) for k, trial in enumerate(trials)}
    rows = dict(in_processes(run_piece, single))
    return [row for k in single for row in rows[k] or [failed(KILLED)]]


def _with_bar(
    results: Iterator[tuple[int, Row]], done: dict[int, Row], rows: list[Row], progress: bool,
    pieces: list[Piece],
) -> Iterator[tuple[int, Row]]:  # fmt: skip
    from tqdm.auto import tqdm  # here, because it loads ipywidgets in a notebook

    stacks = [piece for piece in pieces if len(piece.numbers) > 1]
    text = say("{count} stacks", count=len(stacks)) if len(stacks) > 1 else say("a stack")
    counts = {"diverged": 0, "failed": 0}
    with tqdm(
        total=len(rows), initial=len(done), unit="run", disable=not progress,
        desc=text if stacks else None,
    ) as bar:  # fmt: skip
        for number, row in results:
            yield number, row
            if row["outcome"] in counts:
                counts[row["outcome"]] += 1
                bar.set_postfix({what: n for what, n in counts.items() if n}, refresh=False)
            bar.update()
