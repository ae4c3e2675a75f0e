"""Work in processes of this machine, where one that dies costs its own piece of work only."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import contextmanager
from typing import Any, TypeVar

from rnnlab.base.extras import is_installed, require

Result = TypeVar("Result")

# How a process gives back, with glibc, what a piece of work has used: arrays above a megabyte at
# once, else all but 16 MB. Without it, one that does piece after piece goes from 190 to 290 MB.
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(2**20), "MALLOC_TRIM_THRESHOLD_": str(2**24)}


def count_cores() -> int:
    """Return how many processes train side by side; 1 where loky, which starts them, is missing."""
    if not is_installed("scale"):
        return 1
    import loky  # here, because it comes with an extra

    return int(loky.cpu_count())


def in_processes(
    work: Callable[..., Result], pieces: Mapping[int, tuple[Any, ...]]
) -> Iterator[tuple[int, Result | None]]:
    """Do pieces of work side by side, one a core, and yield each number and result as it is there.

    No more pieces are handed out than there are processes. When one of these is killed, all that
    were under way are done again, one by one, to find out which of them it was; the result of one
    whose process was killed twice is None. `pieces` holds the arguments of `work`, which other
    processes can import, by the piece's number.
    """
    waiting, suspects = deque(pieces), deque[int]()
    cores = min(count_cores(), len(pieces))
    while waiting or suspects:
        queue, workers = (suspects, 1) if suspects else (waiting, cores)
        under_way: dict[Future[Result], int] = {}
        with _pool(workers) as pool:
            broken = False
            while (queue or under_way) and not broken:
                try:
                    while queue and len(under_way) < workers:
                        future = pool.submit(work, *pieces[queue[0]])
                        under_way[future] = queue.popleft()
                except BrokenExecutor:  # a process has died since the last look; nothing was taken
                    broken = True
                until = ALL_COMPLETED if broken else FIRST_COMPLETED
                for future in wait(under_way, return_when=until).done:
                    if isinstance(future.exception(), BrokenExecutor):
                        broken = True
                    else:
                        yield under_way.pop(future), future.result()
        if queue is suspects:
            yield from ((number, None) for number in under_way.values())
        else:
            suspects.extend(under_way.values())


@contextmanager
def _pool(workers: int) -> Iterator[Any]:
    """Start processes for a block; they end with it, also in the midst of their work."""
    require("scale")
    import loky  # here, as above

    pool = loky.ProcessPoolExecutor(
        workers, initializer=_begin, initargs=(os.getpid(),), env=ALLOCATOR
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, kill_workers=True)


def _begin(parent: int) -> None:
    """Begin a worker: leave Ctrl-C, which a terminal sends to all, to its parent; end with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when its parent has ended, were it by a kill."""
    if sys.platform == "win32":  # where `getppid` stays the same
        if (process := multiprocessing.parent_process()) is None:
            return
        process.join()
    else:
        while os.getppid() == parent:
            time.sleep(1)
    os._exit(1)
