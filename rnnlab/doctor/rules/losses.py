"""What a loss is given, and what becomes of its value."""

import ast
import math
import re
from functools import lru_cache
from itertools import groupby
from typing import Any

import torch

from rnnlab.base.say import translated
from rnnlab.doctor.events import Event, Place
from rnnlab.doctor.recording.loss_inputs import DIFFERENCE
from rnnlab.doctor.rules.rule import GRAPH, LOOP, LOSS, RULES, Advice, Evidence, Rule
from rnnlab.doctor.source import arguments_at, tree_of
from rnnlab.doctor.trace import Trace


@Rule(
    "loss-broadcast",
    "{name} was given shapes {shape} and {target}; they are broadcast to {both}, so every "
    "prediction is compared with every target.",
    why="Shapes that differ are broadcast; the model then learns the mean.",
    fix="loss_fn(predictions, targets.reshape(predictions.shape))",
    lesson=LOSS,
    least=1,
)
def _loss_broadcast(trace: Trace) -> Evidence:
    for loss in trace.of("loss", "difference"):
        shape, target = loss.numbers["shape"], loss.numbers["target"]
        sizes = math.prod(shape), math.prod(target)
        try:
            both = tuple(torch.broadcast_shapes(shape, target))
        except RuntimeError:  # torch refuses these shapes
            continue
        taken_alike = loss.numbers["elementwise"] and (loss.kind == "loss" or sizes[0] == sizes[1])
        if taken_alike and min(sizes) > 1 and math.prod(both) > max(sizes):
            two = arguments_at(loss.place)[:2]
            fix = f"{two[1]}.reshape({two[0]}.shape)" if len(two) == 2 else ""
            fix = fix if sizes[0] == sizes[1] else ""
            return [loss.with_numbers(name=name_of(loss), both=both, fix=fix)]
    return []


def name_of(loss: Event) -> str:
    """Return what a loss is called: its function, or that it is a difference."""
    name: str = loss.numbers["name"]
    return translated("the difference") if name == DIFFERENCE else name


@RULES["loss-broadcast"].sign(
    "{name} was given {shape} predictions and one target, {times} times: each of the "
    "predictions is compared with it.",
    least=5,
)
def _one_target_for_many(trace: Trace) -> Evidence:
    losses = [loss for loss in trace.of("loss") if "target_mean" in loss.numbers]
    ones = [loss for loss in losses if math.prod(loss.numbers["shape"]) > 1
            and math.prod(loss.numbers["target"]) == 1 and loss.numbers["target"]]  # fmt: skip
    several = len({loss.numbers["target_mean"] for loss in ones}) > 4  # a GAN's are 0 and 1
    fix = translated("loss_fn(predictions[-1], target): the one that belongs to the target")
    if not several:
        return []
    return [loss.with_numbers(name=name_of(loss), fix=fix) for loss in ones]


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
    fits=lambda trace: trace.refused is None or any(len(s) > 2 for s in trace.refused.shapes[:1]),
)
def _cross_entropy_axis(trace: Trace) -> Evidence:
    for loss in trace.of("loss"):
        shape, target = loss.numbers["shape"], loss.numbers["target"]
        square = len(shape) == 3 and len(target) == 2 and shape[1] == shape[2]
        if loss.numbers["name"] == "cross_entropy" and loss.numbers["linear"] and square:
            return [loss]
    return []


def _targets_for_bce(trace: Trace) -> Advice | bool:
    """Say what a binary loss wants, which is the opposite."""
    if not (trace.refused and "binary_cross_entropy" in trace.refused.name):
        return "Found dtype" not in str(trace.error)  # not said
    names = arguments_at(trace.error_place)[1:2] if trace.error_place else []
    target = names[0] if names else "targets"
    more = "A binary loss compares two numbers between 0 and 1: its targets are floats."
    return Advice(
        more=translated(more),
        fix=f"{target}.float()",
    )


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
        r"Found dtype Long but expected Float",
    ),
    fits=_targets_for_bce,
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
    averaged = (e for e in trace.of("item", "mean") if e.kind == "mean" or _is_averaged(e.place))
    for _, events in groupby(sorted(averaged, key=lambda e: e.place), key=lambda e: e.place):
        first, *rest = events
        sizes = [size for event in (first, *rest) for size in event.numbers["sizes"]]
        if len(sizes) > 2 and min(sizes) < max(sizes):
            return [first.with_numbers(most=max(sizes), fewest=min(sizes))]
    return []


@lru_cache(200)
def _is_averaged(place: Place) -> bool:
    """Whether a loss is added up here as it is, and the sum is divided, or the list averaged.

    `total += loss.item()` with `total / count` elsewhere is; `total += loss.item() * len(x)` and a
    list that is only drawn are not. What cannot be read is not. A name means the same within one
    function, an attribute within one class.
    """
    tree = tree_of(place)
    here = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and n.lineno == place.line]
    for statement in map(ast.unparse, here):  # in one writing, without comments
        added = re.fullmatch(r"(?P<name>.+) \+= [^*/]+|(?P<list>.+)\.append\([^*/]+\)", statement)
        if added:
            kinds = (
                ast.ClassDef if "self." in statement else (ast.FunctionDef, ast.AsyncFunctionDef)
            )
            scope = ast.unparse(_scope(tree, place.line, kinds))
            name = re.escape(added["name"] or added["list"])
            divided = rf"(?<![\w.])(?<![*/] )({name}|sum\({name}\)) / "
            averaged = rf"\b(f?mean|average)\({name}[,)]"
            return bool(re.search(f"{divided}|{averaged}", scope))
    return False


def _scope(tree: ast.Module, line: int, kinds: Any) -> ast.AST:
    """Return the innermost node of some kinds around a line; around none it is the module."""
    around = [
        node for node in ast.walk(tree)
        if isinstance(node, kinds) and node.lineno <= line <= (node.end_lineno or line)
    ]  # fmt: skip
    own = [n for n in tree.body if not isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    return max(around, key=lambda node: node.lineno, default=ast.Module(own, []))


@Rule(
    "graph-kept",
    "What is made here keeps the graphs of {most} batches and more: none of them can be freed.",
    why="A tensor with a graph holds all that it was computed from.",
    fix="total += loss.item(), or kept.append(state.detach())",
    lesson=GRAPH,
    severity="warning",
    least=1,
)
def _graph_kept(trace: Trace) -> Evidence:
    kept = trace.of("kept")
    if not kept or any(e.numbers["retained"] for e in trace.of("backward")):  # kept on purpose
        return []
    most = max(event.numbers["rounds"] for event in kept if event.place == kept[-1].place)
    return [kept[-1].with_numbers(most=most)]
