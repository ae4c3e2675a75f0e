"""Promises what a learner costs a server: memory and CPU of JupyterLab and a notebook's kernel."""

from __future__ import annotations

import json
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

import psutil
import websocket

from tests.benchmarks.table import markdown, tell
from tests.browser.conftest import ROOT, jupyterlab

BINDER = 1000.0  # MB: what mybinder.org guarantees each session
WIDGET = "application/vnd.jupyter.widget-view+json"
PAGE = ("lab", "lab/api/settings", "lab/api/translations", "api/contents")  # what it asks for first
# What a learner does with a lab that a cell has shown.
USE = """
from contextlib import suppress
from ipywidgets.widgets.widget import _instances
from rnnlab import TrainingDiverged
_lab = _instances["{model}"]
_use = [n for n in ("run", "next_epoch", "describe") if hasattr(_lab, n)]  # a bar has none
with suppress(TrainingDiverged):  # lesson 00 has a run that breaks
    getattr(_lab, _use[0])() if _use else None
"""


class Cost(NamedTuple):
    """What one notebook has cost, in MB of resident memory and in seconds."""

    notebook: str
    peak: float  # of the kernel, and of processes that it starts
    end: float
    own: float  # at the end, not shared with another process that has loaded torch
    server: float
    cpu: float  # of the kernel, and of processes that it has started
    seconds: float

    @property
    def both(self) -> float:
        """The kernel at its peak, and the server."""
        return self.peak + self.server


def measure(small: bool) -> list[Cost]:
    """Run each notebook (small: the first) in a kernel of one JupyterLab server."""
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    with tempfile.TemporaryDirectory() as folder, jupyterlab(Path(folder)) as base:
        (server,) = (p for p in psutil.Process().children() if "jupyterlab" in p.cmdline())
        for place in PAGE:
            ask(base, place)
        return [cost(base, server, path) for path in notebooks[: 1 if small else None]]


def cost(base: str, server: psutil.Process, path: Path) -> Cost:
    """Run a notebook as its page would, and measure its kernel before it is shut down."""
    tell(f"learners: {path.stem}")
    start = perf_counter()
    with session(base, server, path.name) as (kernel, page):
        with family_watched(kernel) as sums:
            notebook = work_through(base, page, path.name)
        ask(base, f"api/contents/{path.name}", {"type": "notebook", "content": notebook}, "PUT")
        times, memory = kernel.cpu_times(), kernel.memory_full_info()
        return Cost(
            path.stem, max(peak(kernel), *sums) / 1e6, memory.rss / 1e6, memory.uss / 1e6,
            server.memory_info().rss / 1e6, sum(times[:4]), perf_counter() - start,
        )  # fmt: skip


def measure_at_once(count: int) -> tuple[list[float], list[float], float]:
    """Have so many learners of one server work through lesson 00, and none of them leave.

    Returns:
        of each kernel the resident MB and those that are its own (of memory that several share,
        its part), and the server's resident MB.
    """
    path = min((ROOT / "notebooks").glob("*.ipynb"))
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyterlab(Path(folder)) as base,
        ExitStack() as there,
    ):
        (server,) = (p for p in psutil.Process().children() if "jupyterlab" in p.cmdline())
        kernels = []
        for k in range(1, count + 1):
            tell(f"learner {k} of {count}: {path.stem}")
            kernel, page = there.enter_context(session(base, server, f"{k}_{path.name}"))
            work_through(base, page, path.name)
            kernels.append(kernel)
        memory = [kernel.memory_full_info() for kernel in kernels]
        own = [getattr(used, "pss", used.uss) / 1e6 for used in memory]  # no pss but on Linux
        return [used.rss / 1e6 for used in memory], own, server.memory_info().rss / 1e6


@contextmanager
def session(
    base: str, server: psutil.Process, name: str
) -> Iterator[tuple[psutil.Process, websocket.WebSocket]]:
    """Start the kernel of a notebook; yield its process and the page's channel; end it."""
    there = set(server.children())
    request = {"path": name, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
    begun = json.loads(ask(base, "api/sessions", request))
    (kernel,) = set(server.children()) - there
    address = f"{base.replace('http', 'ws')}/api/kernels/{begun['kernel']['id']}/channels?token=t"
    page = websocket.create_connection(address, timeout=300)
    try:
        yield kernel, page
    finally:
        page.close()
        ask(base, f"api/sessions/{begun['id']}", method="DELETE")


def work_through(base: str, page: websocket.WebSocket, name: str) -> Any:
    """Run each cell of a notebook, use each lab that it shows, and return the notebook."""
    notebook = json.loads(ask(base, f"api/contents/{name}"))["content"]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            for model in execute(page, cell["source"], cell["id"]):
                execute(page, USE.format(model=model), cell["id"])
    return notebook


@contextmanager
def family_watched(kernel: psutil.Process) -> Iterator[list[float]]:
    """Yield a list that grows, in the block, by the bytes that a kernel and its children hold."""
    sums, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            with suppress(psutil.Error):  # one of them has just ended
                own = [child.memory_full_info().uss for child in kernel.children(recursive=True)]
                sums.append(kernel.memory_info().rss + sum(own))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield sums
    finally:
        done.set()
        watcher.join()


def ask(base: str, place: str, body: Any = None, method: str | None = None) -> bytes:
    """Return what the server answers."""
    data = json.dumps(body).encode() if body is not None else None
    with urlopen(Request(f"{base}/{place}?token=t", data, method=method), timeout=60) as answer:
        return bytes(answer.read())


def execute(page: websocket.WebSocket, code: str, cell: str) -> list[str]:
    """Run a cell over the page's channel and return the model ids of the labs that it shows."""
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": "page",
              "username": "", "version": "5.4", "date": ""}  # fmt: skip
    page.send(json.dumps({
        "header": header, "parent_header": {}, "metadata": {"cellId": cell}, "buffers": [],
        "content": {**content, "user_expressions": {}, "stop_on_error": True}, "channel": "shell",
    }))  # fmt: skip
    labs = []
    while True:
        frame = page.recv()
        if isinstance(frame, bytes):
            continue  # a widget's picture
        message = json.loads(frame)
        if message["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "error":
            raise RuntimeError("\n".join(content["traceback"]))
        if WIDGET in content.get("data", {}):
            labs.append(content["data"][WIDGET]["model_id"])
        if kind == "status" and content["execution_state"] == "idle":
            return labs


def peak(process: psutil.Process) -> float:
    """Return the most bytes that a process has had resident, or has now where Linux is not."""
    status = Path(f"/proc/{process.pid}/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith("VmHWM:"):
            return 1024 * float(line.split()[1])
    return float(process.memory_info().rss)


def table(costs: list[Cost]) -> str:
    """Return a row for each notebook."""
    body = [
        [
            c.notebook,
            *(f"{figure:.0f}" for figure in (*c[1:5], c.both)),
            *(f"{s:.1f}" for s in c[5:]),
        ]
        for c in costs
    ]
    title = "Learners: resident MB and seconds for one learner, each notebook run whole"
    header = ["", "kernel's peak", "at the end", "not shared", "server", "peak + server",
              "CPU seconds", "seconds"]  # fmt: skip
    return markdown(title, header, body)


def table_at_once(resident: list[float], own: list[float], server: float) -> str:
    """Return a row: what a kernel takes, and all of them with their server."""
    count, spread = len(own), [min(resident), median(resident), max(resident)]
    row = [str(count), *(f"{mb:.0f}" for mb in (*spread, median(own), server, sum(own) + server))]
    title = "Learners at once: MB of kernels that have worked through lesson 00, on one server"
    header = ["kernels", "resident, least", "median", "most", "its part, median", "server",
              "all together"]  # fmt: skip
    return markdown(title, header, [row])
