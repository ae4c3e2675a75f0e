"""One thread for all tests, folders to work in, and a place for the figures that they measure."""

import os
import signal
import sys

# read when torch is loaded, here and in the processes that tests start: there are several at once,
# and models this small lose on more than one thread, by a factor where cores are shared
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.pop("RNNLAB_LANG", None)  # tests compare what is said in English

import pytest
import torch

from tests.needs import reason


def pytest_configure(config):
    """Let interrupts through, here and in processes that tests start: a job runner may not."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Skip notebooks that need what is not installed here, and begin with the longest files.

    Files with slow tests take minutes, even without these: at the end one process would wait.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    for item in items:
        if item.get_closest_marker("browser"):  # a page may be late on a busy machine: it is told
            item.add_marker(pytest.mark.flaky(reruns=1))
        if item.path.suffix == ".ipynb" and (why := reason(item.path)):
            item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Train on one thread, whatever the machine has."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def no_gpu(request, monkeypatch):
    """Train on the CPU, whatever the machine has; what a GPU does is asked by tests marked gpu."""
    if not request.node.get_closest_marker("gpu"):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture(scope="session")
def executions(tmp_path_factory):
    """Return the folder of the notebooks that `tests.executed` executes: one for all processes."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    (folder / "executed").mkdir(exist_ok=True)
    return folder / "executed"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Be in an empty folder, and leave the process as it was; for what a command line does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["rnnlab"])
    monkeypatch.setattr(sys, "path", [*sys.path])
    return tmp_path


def refuse(number):
    """Return an `os.fsync` that is refused by the system, as when its disk is full."""

    def fsync(descriptor):
        raise OSError(number, os.strerror(number))

    return fsync


@pytest.fixture
def report(request):
    """Return a function that keeps a measured figure for the end of the run; none is asserted."""
    return lambda line: request.node.user_properties.append(("figure", line))


def pytest_terminal_summary(terminalreporter):
    """Print the figures, from whichever process they come."""
    reports = [r for kind in terminalreporter.stats.values() for r in kind]
    ends = [r for r in reports if getattr(r, "when", None) == "teardown"]
    if figures := [line for r in ends for name, line in r.user_properties if name == "figure"]:
        terminalreporter.section("figures measured")
        for line in figures:
            terminalreporter.write_line(line)
