"""One thread for all tests, and a place for the figures that they measure."""

import pytest
import torch

FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Models this small lose on more than one thread, by a factor where cores are shared."""
    torch.set_num_threads(1)


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
