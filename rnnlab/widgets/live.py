"""What every lab stands on: a runner that trains beside the notebook, and the pace of drawing."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import Any

import torch

from rnnlab.runs.interrupts import InterruptHeld
from rnnlab.runs.threads import on_threads

SLICE = 0.055  # seconds of work before other cells and messages get their turn; two are a picture
FASTEST = 0.08  # seconds between two pictures at least
SHORTEST_WAIT = 0.005  # seconds; steps that follow faster are taken a slice at a time
PAUSE = 0.001  # asyncio.sleep(0) would make them wait several slices


class Runner:
    """Pulls steps from an iterator in one asyncio task on the kernel's main loop.

    Handlers of widgets run on changing threads; they reach the loop through `call`. There is at
    most one task; a new iterator takes the place of the one before, the latest wins.

    Args:
        on_slice: called after each slice of work, with whether the iterator is exhausted.
        on_error: called with an exception that the iterator raised; the run is over.
        listening: returns a context that hears what is printed beside the notebook's cells.

    Attributes:
        slice: seconds of work before other cells and messages get their turn.
    """

    def __init__(
        self,
        on_slice: Callable[[bool], None],
        on_error: Callable[[Exception], None],
        listening: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._on_slice, self._on_error, self._listening = on_slice, on_error, listening
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self.steps: Iterator[Any] | None = None
        self.paused = False
        self.threads = 1
        self.slice = SLICE
        self.wait: float | None = None
        self._waiting = self._closed = False
        self._taken = 0  # steps of the last slice
        self.attach()

    def attach(self) -> None:
        """Remember the loop of the cell that calls this; without one, work waits for `drain`."""
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            return

    def call(self, function: Callable[[], None]) -> None:
        """Run a function on the loop's thread, from any thread; at once if there is no loop.

        On the loop nobody would see what it raises or prints: that is shown. Once the runner is
        closed nothing is called any more.
        """
        if self._closed:
            return
        if self._loop is None or self._loop.is_closed():
            function()
        else:
            self._loop.call_soon_threadsafe(self._try, function)

    def later(self, seconds: float, function: Callable[[], None]) -> None:
        """Run a function on the loop's thread, which asks for it, after so many seconds."""
        if self._loop is None or self._loop.is_closed():
            function()
        else:
            self._loop.call_later(seconds, self._try, function)

    def _try(self, function: Callable[[], None]) -> None:
        if self._closed:  # before its turn came
            return
        with self._listening():
            try:
                function()
            except Exception as error:
                self._end(error)

    def _end(self, error: Exception) -> None:
        """End the run with an exception, and show it; nobody could once the lab is closed."""
        self.steps = None
        if not self._closed:
            self._on_error(error)

    @property
    def busy(self) -> bool:
        """Whether there are steps to take and they are being taken."""
        return self.steps is not None and not self.paused

    def start(
        self,
        steps: Iterator[Any],
        paused: bool = False,
        threads: int = 1,
        wait: float | None = None,
    ) -> None:
        """Take steps from this iterator from now on, on so many of torch's threads.

        With `wait` there are so many seconds from one to the next.
        """
        self.steps, self.paused, self.threads, self.wait = steps, paused, threads, wait
        self._wake()

    def set_wait(self, wait: float | None) -> None:
        """Take the steps from now on with so many seconds from one to the next."""
        self.wait = wait
        self._wake()

    def pause(self) -> None:
        """Stop asking for steps."""
        self.paused = True

    def resume(self) -> None:
        """Go on asking for steps."""
        self.paused = False
        self._wake()

    def stop(self) -> None:
        """Drop the iterator."""
        self.steps = None

    def close(self) -> None:
        """Drop the iterator, and whatever was still to be called."""
        self.steps, self._closed, self._listening = None, True, nullcontext

    def step(self) -> None:
        """Take one step now and pause."""
        self.paused = True
        self._take(time.perf_counter())

    def drain(self, begin: Callable[[], None] = lambda: None) -> None:
        """Begin, and take all remaining steps in the calling thread; an error is raised there too.

        An interrupt waits until all has begun: nobody could show half of that, or go on from it.
        """
        try:
            with InterruptHeld():
                begin()
            self.paused = False
            while self.busy:
                error = self._take(time.perf_counter() + self.slice)
                if error is not None:
                    raise error
        except KeyboardInterrupt:  # wherever it fell
            self._wait()
            raise

    def _wait(self) -> None:
        """Pause, because of an interrupt, and show that."""
        self.paused = True
        if not self._closed:
            self._on_slice(False)

    def _wake(self) -> None:
        if self._loop is None or self._loop.is_closed() or not self.busy:
            return
        if self._waiting and self._task is not None:
            self._task.cancel()  # it may have a second to wait
        if self._waiting or self._task is None or self._task.done():
            self._task = self._loop.create_task(self._work())

    async def _work(self) -> None:
        with interruptible(self):
            await self._work_until_idle()

    def interrupt(self) -> None:
        """Pause, because the notebook's interrupt button was pressed, and show that."""
        self.paused = True
        self.call(lambda: self._on_slice(False))

    async def _work_until_idle(self) -> None:
        self._waiting = False
        while self.busy:
            with self._listening():
                begun = time.perf_counter()
                one_by_one = self.wait is not None and self.wait > SHORTEST_WAIT
                try:
                    self._take(begun + (0 if one_by_one else self.slice))
                except KeyboardInterrupt:  # an interrupted kernel goes on; the run waits
                    break
            due = begun + self._taken * (self.wait or 0)
            self._waiting = self.wait is not None
            await asyncio.sleep(max(PAUSE, due - time.perf_counter()))
            self._waiting = False

    def _take(self, deadline: float) -> Exception | None:
        steps, done, self._taken = self.steps, True, 0
        held = InterruptHeld()  # once a slice: a step's own, within it, takes no time
        if steps is None:
            return None
        try:
            with on_threads(self.threads), held:
                for self._taken, _ in enumerate(steps, start=1):
                    held.deliver()
                    if time.perf_counter() >= deadline:
                        done = False
                        break
            if done:
                self.steps = None
            if not self._closed:  # by one of the steps, or on another thread
                self._on_slice(done)
        except KeyboardInterrupt:
            self._wait()
            raise
        except Exception as error:  # a task's exception would vanish: the lab shows it
            self._end(error)
            return error
        return None


_working: set[Runner] = set()


@contextmanager
def interruptible(runner: Runner) -> Iterator[None]:
    """In the block have the notebook's interrupt button pause a runner.

    Between cells ipykernel ignores interrupts: only then is there a handler to put in the place.
    """
    here = threading.current_thread() is threading.main_thread()
    _working.add(runner)
    if here and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, _interrupt_all)
    try:
        yield
    finally:
        _working.discard(runner)
        if here and not _working and signal.getsignal(signal.SIGINT) is _interrupt_all:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _interrupt_all(number: int, frame: FrameType | None) -> None:
    """Pause all runners that work; if there is none, ignore the interrupt as the kernel does."""
    for runner in tuple(_working):
        runner.interrupt()


class Pace:
    """Says when the next picture is due, so that drawing takes a small fraction of the time.

    Args:
        fraction: of the time that drawing may take.

    Attributes:
        fastest: seconds between two pictures at least.
    """

    def __init__(self, fraction: float = 0.055) -> None:
        self.fraction, self.fastest = fraction, FASTEST
        self._due = 0.0

    def due(self) -> bool:
        """Whether it is time to draw."""
        return time.perf_counter() >= self._due

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Measure the drawing in the block and set the time for the next.

        An interrupt waits until it is done: it would leave half a picture, or reach matplotlib's
        C++, which raises an error of its own for it.
        """
        start = time.perf_counter()
        with InterruptHeld():
            yield
        end = time.perf_counter()
        self._due = end + max(self.fastest, (end - start) * (1 / self.fraction - 1))

    def now(self) -> None:
        """Make the next picture due at once."""
        self._due = 0.0


def warm_up() -> None:
    """Make an optimizer, once: torch's first one loads its compiler, which takes a second."""
    torch.optim.Adam([torch.zeros(1)])
