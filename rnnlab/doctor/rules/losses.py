"""What a loss is given, and what becomes of its value."""

from __future__ import annotations

import math
from itertools import groupby

import torch

from rnnlab.doctor.rules.rule import BACKWARD, LOOP, LOSS, Evidence, Rule
from rnnlab.doctor.source import is_averaged
from rnnlab.doctor.trace import Trace


@Rule(
    "loss-broadcast",
    "{name} was given shapes {shape} and {target}; they are broadcast to {both}, so every "
    "prediction is compared with every target.",
    why="Shapes that differ are broadcast; the loss then learns the mean.",
    fix="loss_fn(predictions, targets.reshape(predictions.shape))",
    lesson=LOSS,
    least=1,
)
def _loss_broadcast(trace: Trace) -> Evidence:
    for loss in trace.of("loss", "difference"):
        shape, target = loss.numbers["shape"], loss.numbers["target"]
        predicted, wanted = math.prod(shape), math.prod(target)
        if loss.kind == "difference" and predicted != wanted:
            continue
        if not loss.numbers["elementwise"] or min(predicted, wanted) < 2:
            continue
        try:
            both = tuple(torch.broadcast_shapes(shape, target))
        except RuntimeError:  # torch refuses these shapes
            continue
        if math.prod(both) > max(predicted, wanted):
            return [loss.with_numbers(both=both)]
    return []


@Rule(
    "cross-entropy-axis",
    "cross_entropy was given the output {shape} of a linear layer as it is: the classes are on its "
    "last axis, and axis 1, time, is taken for them.",
    why="cross_entropy wants the classes on axis 1.",
    fix="loss_fn(logits.flatten(0, 1), targets.flatten())",
    lesson=LOSS,
    least=1,
    raises=(
        r"Expected target size \[",
        r"Expected input batch_size \(\d+\) to match target batch_size",
    ),
)
def _cross_entropy_axis(trace: Trace) -> Evidence:
    for loss in trace.of("loss"):
        shape, target = loss.numbers["shape"], loss.numbers["target"]
        square = len(shape) == 3 and len(target) == 2 and shape[1] == shape[2]
        if loss.numbers["name"] == "cross_entropy" and loss.numbers["linear"] and square:
            return [loss]
    return []


Rule(
    "target-dtype",
    why="cross_entropy wants integer class numbers from 0 to the number of classes less one.",
    fix="targets = targets.long(), and as many outputs as classes",
    lesson=LOSS,
    raises=(
        r"expected target dtype to be Long or Byte",
        r"expected scalar type Long but found",
        r"Target -?\d+ is out of bounds",
        r"can't be cast to the desired output type Long",
    ),
)


@Rule(
    "softmax-before-cross-entropy",
    "cross_entropy was given probabilities: in {times} of {times} batches all values are at least "
    "0 and those of the classes sum to 1.",
    why="cross_entropy takes the softmax itself; of a second one little gradient is left.",
    fix="loss_fn(logits, targets)  # no softmax before",
    lesson=LOSS,
)
def _softmax_before_cross_entropy(trace: Trace) -> Evidence:
    losses = [e for e in trace.of("loss") if "probabilities" in e.numbers and e.numbers["graph"]]
    return losses if all(loss.numbers["probabilities"] for loss in losses) else []


@Rule(
    "mean-of-batch-means",
    "The losses that are averaged here are means of {most} and of {fewest} examples, and count "
    "alike.",
    why="A smaller last batch weighs as much as a full one.",
    fix="total += loss.item() * len(inputs); count += len(inputs); total / count",
    lesson=LOOP,
    severity="note",
    least=1,
)
def _mean_of_batch_means(trace: Trace) -> Evidence:
    averaged = (e for e in trace.of("item", "mean") if e.kind == "mean" or is_averaged(e.place))
    for _, events in groupby(sorted(averaged, key=lambda e: e.place), key=lambda e: e.place):
        first, *rest = events
        sizes = [size for event in (first, *rest) for size in event.numbers["sizes"]]
        if len(sizes) > 2 and min(sizes) < max(sizes):
            return [first.with_numbers(most=max(sizes), fewest=min(sizes))]
    return []


@Rule(
    "graph-kept",
    "What is made here keeps the graphs of {most} batches and more: none of them can be freed.",
    why="A tensor with a graph holds all that it was computed from.",
    fix="total += loss.item(), or kept.append(state.detach())",
    lesson=BACKWARD,
    severity="warning",
    least=1,
)
def _graph_kept(trace: Trace) -> Evidence:
    kept = trace.of("kept")
    if not kept or any(e.numbers["retained"] for e in trace.of("backward")):  # kept on purpose
        return []
    most = max(event.numbers["rounds"] for event in kept if event.place == kept[-1].place)
    return [kept[-1].with_numbers(most=most)]
