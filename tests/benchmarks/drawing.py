"""Promises what live drawing costs: throughput beside the same training with no picture.

Everybody trains on sunspots with the lab's settings and the same validation at each epoch's end.
Outside a notebook the pictures still become PNGs: they pass through IPython's own inline backend
and display machinery, and are counted at its end.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import matplotlib
import matplotlib.pyplot as plt
import torch
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import clear_output
from matplotlib_inline.backend_inline import configure_inline_support
from traitlets.config import Config

import rnnlab
from tests.benchmarks.contenders import installed
from tests.benchmarks.table import markdown, number, tell

INLINE = "module://matplotlib_inline.backend_inline"
SETTINGS: dict[str, Any] = {"learning_rate": 0.003, "clip_norm": 1.0}
OFTEN, TENTH = 0.0, 0.1  # seconds between two pictures, at least
Draw = Callable[[rnnlab.History], None]


class Pictures(NamedTuple):
    """How one run went."""

    seconds: float
    steps: int
    pictures: int

    @property
    def steps_a_second(self) -> float:
        """The throughput."""
        return self.steps / self.seconds

    @property
    def pictures_a_second(self) -> float:
        """The pace of the pictures."""
        return self.pictures / self.seconds


def training(epochs: int) -> rnnlab.Run:
    """Return the run that the lab makes with its standing settings."""
    task = rnnlab.load_task("sunspots")
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(task.input_size, 32, task.output_size, "rnn")
    return rnnlab.train(
        model, task.batches(), loss_fn=task.loss_fn, epochs=epochs,
        validation=task.validation_loss, device="cpu", **SETTINGS,
    )  # fmt: skip


def bare(seconds: float) -> Pictures:
    """Train and draw nothing."""
    return drawn(seconds, lambda history: None, float("inf"))


def drawn(seconds: float, draw: Draw, pause: float) -> Pictures:
    """Train for so long, and draw at an epoch's end if the last picture is `pause` seconds old.

    On a busy machine it goes on until there is a picture at all.
    """
    run, count = training(10**6), 0
    start = last = perf_counter()
    for step in run:
        if step.train_loss is None:
            continue
        now = perf_counter()
        if now - start >= seconds and (count or pause == float("inf")):
            break
        if now - last >= pause:
            draw(run.history)
            count, last = count + 1, perf_counter()
    return Pictures(perf_counter() - start, len(run.history), count)


def lab(epochs: int) -> Pictures:
    """Press Train in a TrainingLab and wait, as a notebook's event loop would, until it says that
    the run is finished; by then the last state is drawn. (What follows, the same pictures once
    more at twice the density, finds no training to slow down.)
    """

    async def main() -> Pictures:
        lab = rnnlab.TrainingLab("sunspots", epochs=epochs, cell="rnn", hidden_size=32, **SETTINGS)
        pictures: list[object] = []
        for picture in lab.pictures:
            picture.widget.observe(lambda change: pictures.append(None), "value")
        ends: list[float] = []

        def on_status(change: Any) -> None:
            if "is finished" in change["new"]:
                ends.append(perf_counter())

        lab._status.observe(on_status, "value")
        start = perf_counter()
        lab.buttons["Train"].click()
        async with asyncio.timeout(300):
            while not ends:
                await asyncio.sleep(0.01)
        result = Pictures(ends[0] - start, len(lab.history), len(pictures))
        lab.close()
        return result

    return asyncio.run(main())


def redrawing(history: rnnlab.History) -> None:
    """Draw the losses from nothing, in the place of the picture before."""
    clear_output(wait=True)
    _, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
    left.plot(history.train_loss, label="train")
    left.plot(history.validation_loss, label="validation")
    left.set(xlabel="epoch", ylabel="loss")
    left.legend()
    right.plot(history.grad_norm)
    right.set(xlabel="step", ylabel="gradient norm")
    plt.show()


def livelossplot() -> Draw:
    """Return livelossplot's drawing of a new run."""
    from livelossplot import PlotLosses

    plot, seen = PlotLosses(mode="notebook"), 0

    def draw(history: rnnlab.History) -> None:
        nonlocal seen
        for epoch in history.epochs[seen:]:
            plot.update({"loss": epoch.train_loss, "val_loss": epoch.validation_loss})
        seen = len(history.epochs)
        plot.send()

    return draw


class Page(DisplayPublisher):
    """Stands for a notebook's page: counts the PNGs that arrive."""

    def __init__(self) -> None:
        super().__init__()
        self.pngs = 0

    def publish(self, data: dict[str, Any], *rest: Any, **options: Any) -> None:
        """Take an output."""
        self.pngs += "image/png" in data

    def clear_output(self, wait: bool = False) -> None:
        """Make room for the next output."""


@contextmanager
def notebook() -> Iterator[Page]:
    """Display into a page, as the inline backend does in a notebook."""
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    page, publisher, backend = Page(), shell.display_pub, matplotlib.get_backend()
    shell.display_pub = page
    matplotlib.use(INLINE)
    configure_inline_support(shell, INLINE)
    try:
        with redirect_stdout(io.StringIO()):  # livelossplot prints figures under its pictures
            yield page
    finally:
        shell.display_pub = publisher
        plt.close("all")
        matplotlib.use(backend)


def displayed(seconds: float, make: Callable[[], Draw], pause: float) -> Pictures:
    """Train and draw into a page; every picture must have arrived there."""
    with notebook() as page:
        result = drawn(seconds, make(), pause)
    if page.pngs != result.pictures:
        raise RuntimeError(f"{result.pictures} pictures were drawn, {page.pngs} arrived")
    return result


def contenders(seconds: float, epochs: int) -> dict[str, Callable[[], Pictures]]:
    """Return everybody who is installed."""
    short = seconds * 0.3  # these settle at once
    everybody: dict[str, Callable[[], Pictures]] = {
        "no picture": lambda: bare(seconds),
        "TrainingLab": lambda: lab(epochs),
        "clear_output at each epoch": lambda: displayed(short, lambda: redrawing, OFTEN),
        "clear_output 10 times a second": lambda: displayed(short, lambda: redrawing, TENTH),
    }
    if installed("livelossplot"):
        everybody |= {
            "livelossplot at each epoch": lambda: displayed(short, livelossplot, OFTEN),
            "livelossplot 10 times a second": lambda: displayed(short, livelossplot, TENTH),
        }
    return everybody


def measure(small: bool) -> dict[str, list[Pictures]]:
    """Measure 7 rounds of runs of 10 seconds (small: 1 round of 0.4)."""
    rounds, seconds = (1, 0.4) if small else (7, 10.0)
    for run in contenders(0.1, 2).values():  # what is loaded with the first picture is not counted
        run()
    speed = bare(0.2 if small else 1.0).steps_a_second
    a_pass = len(rnnlab.load_task("sunspots").batches())
    everybody = contenders(seconds, max(1, round(1.1 * seconds * speed / a_pass)))
    results: dict[str, list[Pictures]] = {name: [] for name in everybody}
    for k in range(rounds):
        for name, run in everybody.items():
            tell(f"drawing: round {k + 1} of {rounds}, {name}")
            torch.set_num_threads(1)
            results[name].append(run())
    return results


def share(results: dict[str, list[Pictures]], name: str) -> float:
    """Return the median over the rounds of the throughput as a share of the bare one."""
    pairs = zip(results[name], results["no picture"], strict=True)
    return median(one.steps_a_second / other.steps_a_second for one, other in pairs)


def pace(results: dict[str, list[Pictures]], name: str) -> float:
    """Return the median number of pictures a second."""
    return median(run.pictures_a_second for run in results[name])


def table(results: dict[str, list[Pictures]]) -> str:
    """Return the table of shares."""
    body = [
        [
            name,
            number(pace(results, name)),
            number(median(run.steps_a_second for run in runs)),
            f"{share(results, name):.1%}",
        ]
        for name, runs in results.items()
    ]
    if not installed("livelossplot"):
        body.append(["livelossplot", *["not installed"] * 3])
    title = "Live drawing: sunspots, rnn, H = 32; the lab's pictures have one Axes, the others' two"
    return markdown(title, ["", "pictures a second", "steps a second", "share of bare"], body)
