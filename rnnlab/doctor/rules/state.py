"""The hidden state and time: what no other tool looks at."""

from __future__ import annotations

from rnnlab.doctor.rules.rule import Verdict, rule
from rnnlab.doctor.trace import Trace

LOOKED_AT = 40  # calls that are looked at, at least


@rule("retain-graph")
def _retain_graph(trace: Trace) -> Verdict:
    kept, last = [], None
    for event in trace.of("recurrent", "backward"):
        if event.kind == "backward":
            last = event
        elif last is not None:
            if last.numbers["retained"] and event.numbers["state_has_graph"]:
                kept.append(last)
            last = None
    if len(kept) < 3:
        return None
    return (
        "error", kept[-1].place,
        f"After {len(kept)} backward passes with retain_graph=True the state went on with its "
        "graph: each backward goes through all batches before it.",
    )  # fmt: skip


@rule("batch-first")
def _batch_first(trace: Trace) -> Verdict:
    calls = trace.of("recurrent")
    swapped = [call for call in calls if call.numbers.get("swapped")]
    if len(swapped) > 1:
        batch, time = swapped[-1].numbers["shape"][:2]
        return (
            "error", swapped[-1].place,
            f"{swapped[-1].numbers['module']} was given {swapped[-1].numbers['shape']}, where axis "
            f"0 holds {batch} examples: it reads them as {batch} time steps of {time} sequences.",
        )  # fmt: skip
    picked = trace.of("last_row")
    if len(picked) > 1 and len(picked) > 0.8 * min(len(calls), LOOKED_AT):
        return (
            "error", picked[-1].place,
            f"{len(picked)} times [:, -1] was taken of outputs whose axis 1 is the batch: that is "
            "the last example, not the last time step.",
        )  # fmt: skip
    return None


@rule("detached-every-time-step")
def _detached_every_time_step(trace: Trace) -> Verdict:
    found = [
        (place, count)
        for event in trace.of("backward")
        for place, count in event.numbers["cuts"].items()
        if "uses" in event.numbers and not event.numbers["recurrent"]
        and count >= max(3, event.numbers["uses"] - 1)
    ]  # fmt: skip
    if len(found) < 2:
        return None
    place, count = found[-1]
    return (
        "error", place,
        f"In each of the {len(found)} batches looked at the state was cut off here {count} times: "
        "no gradient went from one time step to the one before.",
    )  # fmt: skip


@rule("carried-and-shuffled")
def _carried_and_shuffled(trace: Trace) -> Verdict:
    carried = [call for call in trace.of("recurrent") if call.numbers.get("carried")]
    drawn = [call for call in carried if call.numbers["other_draw"]]
    back = [call for call in carried if call.numbers["back"]]
    if len(drawn) > 1:
        what = "of other examples, drawn at random"
    elif len(back) > 2 and len(back) > 0.3 * len(carried):
        drawn, what = back, "of a later part of the series"
    else:
        return None
    return (
        "error", drawn[-1].numbers["caller"],
        f"In {len(drawn)} of {len(carried)} batches that were looked at the state went on from a "
        f"batch {what}.",
    )  # fmt: skip
