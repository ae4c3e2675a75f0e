"""One thread for all tests, folders to work in, and a place for the figures that they measure."""

import os
import signal
import sys

import pytest
import torch

from tests.needs import reason

FIGURES = pytest.StashKey[list[str]]()


def pytest_configure(config):
    """Let interrupts through, here and in processes that tests start: a job runner may not."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Skip notebooks that need what is not installed here, and say so."""
    for item in items:
        if item.path.suffix == ".ipynb" and (why := reason(item.path)):
            item.add_marker(pytest.mark.skip(reason=why))


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
    figures = request.config.stash.setdefault(FIGURES, [])
    return figures.append


def pytest_terminal_summary(terminalreporter, config):
    """Print the figures."""
    if figures := config.stash.get(FIGURES, []):
        terminalreporter.section("figures measured")
        for line in figures:
            terminalreporter.write_line(line)
