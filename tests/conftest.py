"""One thread for all tests, folders to work in, and a place for the figures that they measure."""

import os
import signal
import sys

import pytest
import torch

from tests.needs import reason

TOGETHER = {"test_benchmarks", "test_killed", "test_ranks", "test_sweep", "test_wheel"}


def pytest_configure(config):
    """Let interrupts through, here and in processes that tests start: a job runner may not."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Skip notebooks that need what is not installed here, and keep together what shares much.

    Tests of one group run in one process (`pytest -n 2 --dist loadgroup`): those that share a
    browser and a server, and those of a module that has made something for all its tests.
    """
    for item in items:
        if item.path.suffix == ".ipynb" and (why := reason(item.path)):
            item.add_marker(pytest.mark.skip(reason=why))
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.xdist_group("browser"))
        elif item.path.stem in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Models this small lose on more than one thread, by a factor where cores are shared."""
    torch.set_num_threads(1)


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
