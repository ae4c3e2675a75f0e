"""Promises a verdict on each of rnnlab's promises of speed: the measured value, met or not."""

from __future__ import annotations

from statistics import median

import loky

from tests.benchmarks import many, scaling
from tests.benchmarks.drawing import Pictures, pace, share
from tests.benchmarks.learners import BINDER, Cost
from tests.benchmarks.table import ratio
from tests.benchmarks.training import Row, name_of
from tests.benchmarks.watching import times

# cell, T (None: each), H (0: each cell at 128), rnnlab's time at most so many times plain PyTorch's
AT_MOST = (("rnn", 24, 0.45), ("rnn", 100, 0.40), ("gru", None, 0.70), ("lstm", None, 0.95))
SLOWER = ("skorch", "Lightning", "Accelerate", "Keras on torch")
TIMES_FASTER = {"Lightning": 3.0, "Keras on torch": 10.0}
OVERHEAD, SHARE, PACE, WATCHING, SCALING = 1.03, 0.90, 8.0, 1.4, 1.7
WATCHING_LOOPS = {300: 1.5, 60: 2.0}  # by their steps
STACKED = {"rnn": 3.5, "gru": 2.5}  # times as fast as fit one by one


def line(promise: str, met: bool | None, measured: str = "") -> str:
    """Return a line of the list of promises; met None: there is nothing to judge by."""
    if met is None:
        return f"- {promise}: not measured"
    return f"- {promise}: {measured}, {'met' if met else 'NOT met'}"


def of_training(rows: list[Row]) -> str:
    """Judge what was promised of training."""
    lines = [_at_most(rows, cell, length, bound) for cell, length, bound in AT_MOST]
    wide = [row for row in rows if row.case.hidden == 128]
    lines.append(_worst("rnnlab / plain at H=128", wide, 1.0))
    lines += [_faster(rows, peer) for peer in SLOWER]
    lines += [_times_faster(rows, peer, times) for peer, times in TIMES_FASTER.items()]
    slowest = max(rows, key=lambda row: row.overhead)
    lines.append(
        line(
            f"rnnlab.train / the same steps by hand <= {OVERHEAD}",
            slowest.overhead <= OVERHEAD,
            f"{slowest.overhead:.3f} at most ({name_of(slowest.case)}), "
            f"{median(row.overhead for row in rows):.3f} in the middle",
        )
    )
    return "\n".join(lines) + "\n"


def _at_most(rows: list[Row], cell: str, length: int | None, bound: float) -> str:
    chosen = [
        row
        for row in rows
        if row.case.cell == cell and row.case.hidden == 32 and length in (None, row.case.length)
    ]
    where = f"{cell} at H=32" + (f", T={length}" if length else "")
    return _worst(f"rnnlab / plain, {where}", chosen, bound)


def _worst(promise: str, rows: list[Row], bound: float) -> str:
    figures = {name_of(row.case): ratio(row.samples, "rnnlab", "plain") for row in rows}
    if not figures:
        return line(f"{promise} <= {bound:.2f}", None)
    worst = max(figures, key=lambda key: figures[key])
    measured = f"{figures[worst]:.2f}" + (f" at most ({worst})" if len(figures) > 1 else "")
    return line(f"{promise} <= {bound:.2f}", figures[worst] <= bound, measured)


def _faster(rows: list[Row], peer: str) -> str:
    return _times_faster(rows, peer, 1.0, "on every row")


def _times_faster(rows: list[Row], peer: str, times: float, where: str = "at T=24") -> str:
    promise = (
        f"{times:g} times as fast as {peer} {where}" if times > 1 else f"faster than {peer} {where}"
    )
    figures = {
        name_of(row.case): ratio(row.samples, peer, "rnnlab")
        for row in rows
        if peer in row.samples and (times == 1 or row.case.length == 24)
    }
    if not figures:
        return line(promise, None)
    worst = min(figures, key=lambda key: figures[key])
    return line(promise, figures[worst] > times, f"{figures[worst]:.2f} times at least ({worst})")


def of_drawing(results: dict[str, list[Pictures]]) -> str:
    """Judge what was promised of live drawing."""
    kept, pictures = share(results, "TrainingLab"), pace(results, "TrainingLab")
    others = ", ".join(
        f"{other}: {share(results, other):.1%}"
        for other in results
        if other.startswith("livelossplot")
    )
    return (
        line(
            f"the lab keeps {SHARE:.0%} of bare throughput at {PACE:g} pictures a second",
            kept >= SHARE and pictures >= PACE,
            f"{kept:.1%} at {pictures:.1f}" + (f" ({others})" if others else ""),
        )
        + "\n"
    )


def of_watching(
    seconds: dict[str, list[float]], loops: dict[tuple[str, int], tuple[float, float]]
) -> str:
    """Judge what was promised of the doctor's cost."""
    cost, after = times(seconds, "under watch"), times(seconds, "after it")
    lines = [
        line(
            f"training under watch / without <= {WATCHING}",
            cost <= WATCHING,
            f"{cost:.2f}, after it {after:.2f}",
        )
    ]
    for steps, bound in WATCHING_LOOPS.items():
        costs = {name: cost for (name, n), (_, cost) in loops.items() if n == steps}
        worst = max(costs, key=lambda name: costs[name])
        promise = f"loops of {steps} steps under watch / without <= {bound}"
        measured = f"{costs[worst]:.2f} at most ({worst})"
        lines.append(line(promise, costs[worst] <= bound, measured))
    return "\n".join(lines) + "\n"


def of_many(costs: many.Costs) -> str:
    """Judge what was promised of many runs at once."""
    lines = []
    for cell, by_way in costs.items():
        faster = many.times(by_way, "fit one by one")
        promise = f"train_stacked is {STACKED[cell]} times as fast as fit one by one, {cell}"
        lines.append(line(promise, faster >= STACKED[cell], f"{faster:.2f} times"))
        promise = f"train_stacked is faster than JAX's vmap with its compilation, {cell}"
        figures = [many.times(by_way, way) for way in by_way if way.startswith("JAX")]
        least = min(figures, default=0)
        lines.append(line(promise, least > 1 if figures else None, f"{least:.2f} times"))
    return "\n".join(lines) + "\n"


def of_scaling(rounds: list[scaling.Round]) -> str:
    """Judge what was promised of a sweep on two cores; more or fewer are another case."""
    measured = scaling.times(rounds)
    promise = f"a sweep on two cores is {SCALING} times as fast as on one, by the clock"
    met = measured >= SCALING if loky.cpu_count() == 2 else None
    return line(promise, met, f"{measured:.2f} times") + "\n"


def of_learners(costs: list[Cost]) -> str:
    """Judge what was promised of a learner's memory."""
    most = max(costs, key=lambda cost: cost.both)
    return (
        line(
            f"kernel and server <= {BINDER:.0f} MB, what Binder gives",
            most.both <= BINDER,
            f"{most.both:.0f} MB at most ({most.notebook})",
        )
        + "\n"
    )
