"""What a loss is given, and what becomes of its value."""

from __future__ import annotations

import math

from rnnlab.doctor.events import Place
from rnnlab.doctor.rules.rule import Verdict, rule
from rnnlab.doctor.source import is_averaged
from rnnlab.doctor.trace import Trace


@rule("loss-broadcast")
def _loss_broadcast(trace: Trace) -> Verdict:
    for loss in trace.of("loss", "difference"):
        shape, target = loss.numbers["shape"], loss.numbers["target"]
        if loss.kind == "difference" and math.prod(shape) != math.prod(target):
            continue
        if not loss.numbers["elementwise"] or math.prod(target) < 2 or math.prod(shape) < 2:
            continue
        both = _broadcast(shape, target)
        if both is not None and math.prod(both) > max(math.prod(shape), math.prod(target)):
            return (
                "error", loss.place,
                f"{loss.numbers['name']} was given shapes {shape} and {target}; they are "
                f"stretched to {both}, so every prediction is compared with every target.",
            )  # fmt: skip
    return None


def _broadcast(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...] | None:
    sizes = []
    length = max(len(one), len(other))
    for a, b in zip((1,) * (length - len(one)) + one, (1,) * (length - len(other)) + other,
                    strict=True):  # fmt: skip
        if a != b and 1 not in (a, b):
            return None
        sizes.append(max(a, b))
    return tuple(sizes)


@rule("cross-entropy-axis")
def _cross_entropy_axis(trace: Trace) -> Verdict:
    for loss in trace.of("loss"):
        shape, target = loss.numbers["shape"], loss.numbers["target"]
        if loss.numbers["name"] == "cross_entropy" and loss.numbers["linear"] and (
            len(shape) == 3 and len(target) == 2 and shape[1] == shape[2]
        ):  # fmt: skip
            return (
                "error", loss.place,
                f"cross_entropy was given the output {shape} of a linear layer as it is: the "
                "classes are on its last axis, and axis 1, time, is taken for them.",
            )  # fmt: skip
    return None


@rule("softmax-before-cross-entropy")
def _softmax_before_cross_entropy(trace: Trace) -> Verdict:
    losses = [e for e in trace.of("loss") if "probabilities" in e.numbers and e.numbers["graph"]]
    wrong = [loss for loss in losses if loss.numbers["probabilities"]]
    if len(wrong) < 2 or len(wrong) < len(losses):
        return None
    return (
        "error", wrong[-1].place,
        f"cross_entropy was given probabilities: in {len(wrong)} of {len(losses)} batches all "
        "values are at least 0 and those of the classes sum to 1.",
    )  # fmt: skip


@rule("mean-of-batch-means")
def _mean_of_batch_means(trace: Trace) -> Verdict:
    sizes: dict[Place, list[int]] = {}
    for event in trace.of("item", "mean"):
        if event.kind == "mean" or is_averaged(event.place):
            sizes.setdefault(event.place, []).extend(event.numbers["sizes"])
    for place, each in sizes.items():
        if len(each) > 2 and min(each) < max(each):
            return (
                "note", place,
                f"The losses that are averaged here are means of {max(each)} and of {min(each)} "
                "examples, and count alike.",
            )  # fmt: skip
    return None


@rule("graph-kept")
def _graph_kept(trace: Trace) -> Verdict:
    kept = trace.of("kept")
    if not kept or any(e.numbers["retained"] for e in trace.of("backward")):  # kept on purpose
        return None
    last = kept[-1]
    most = max(event.numbers["rounds"] for event in kept if event.place == last.place)
    return (
        "warning", last.place,
        f"What is made here keeps the graphs of {most} batches and more: none of them can be "
        "freed.",
    )  # fmt: skip
