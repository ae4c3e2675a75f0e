"""Promises one page of tables on stdout in one run, and how far it is on stderr."""

from __future__ import annotations

import argparse
import os
import platform
from datetime import date
from pathlib import Path
from time import perf_counter

import torch

from tests.benchmarks import (
    drawing,
    growth,
    learners,
    many,
    memory,
    promises,
    scaling,
    training,
    watching,
)
from tests.benchmarks.contenders import versions
from tests.benchmarks.table import tell

PARTS = ("training", "many", "drawing", "watching", "scaling", "growth", "learners")


def machine() -> str:
    """Return what the figures depend on."""
    facts = {
        "date": date.today().isoformat(),
        "CPU": f"{processor()}, {os.cpu_count()} cores",
        "system": platform.platform(),
        "Python, torch": f"{platform.python_version()}, {torch.__version__}",
        "others": versions(),
        "load before": f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown",
        "threads": f"{torch.get_num_threads()} intra-op",
    }
    return "# Benchmarks\n\n" + "".join(f"- {name}: {fact}\n" for name, fact in facts.items())


def processor() -> str:
    """Return the CPU's name."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def print_training(small: bool, sizes: list[str] | None = None) -> None:
    """Print the tables of training and the promises on it."""
    rows = training.measure(small, sizes)
    print(training.tables(rows))
    print(promises.of_training(rows))


def print_many(small: bool) -> None:
    """Print the table of many runs at once and the promises on them."""
    costs = many.measure(small)
    print(many.table(costs))
    print(promises.of_many(costs))


def print_drawing(small: bool) -> None:
    """Print the table of live drawing and the promise on it."""
    results = drawing.measure(small)
    print(drawing.table(results))
    print(promises.of_drawing(results))


def print_watching(small: bool) -> None:
    """Print the table of the doctor's cost and the promises on it."""
    seconds, loops = watching.measure(small), watching.measure_loops(small)
    print(watching.table(seconds, loops))
    print(promises.of_watching(seconds, loops))


def print_scaling(small: bool) -> None:
    """Print the table of a sweep's processes and the promise on it."""
    rounds = scaling.measure(small)
    print(scaling.table(rounds))
    print(promises.of_scaling(rounds))


def print_growth(small: bool) -> None:
    """Print the tables of growth."""
    print(growth.table(growth.measure(small)))
    print(memory.table(small))


def print_learners(small: bool) -> None:
    """Print the table of a learner's memory and CPU and the promise on it."""
    costs = learners.measure(small)
    print(learners.table(costs))
    print(promises.of_learners(costs))


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--small", action="store_true", help="few and short: a check, no figures")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--at-once", type=int, metavar="N", help="instead: N learners of a server")
    parser.add_argument("--sizes", nargs="+", metavar="TxH", help="of training: 24x32 100x32 ...")
    options = parser.parse_args()
    torch.set_num_threads(1)
    start = perf_counter()
    print(machine())
    if options.at_once:
        print(learners.table_at_once(*learners.measure_at_once(options.at_once)))
        return
    for part in (options.only,) if options.only else PARTS:
        of_training = (options.sizes,) if part == "training" else ()
        globals()[f"print_{part}"](options.small, *of_training)
    tell(f"done in {perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
