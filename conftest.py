"""What a sweep in a notebook has kept is of another run of the tests: these begin without it."""

from pathlib import Path


def pytest_configure(config):
    """Remove the kept runs, once; the notebooks' second run reads what the first has kept."""
    for path in (Path(__file__).parent / "notebooks").glob("[0-9][0-9]_*.csv"):
        path.unlink()
