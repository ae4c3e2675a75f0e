"""The hidden state and time: what no other tool looks at."""

import re
from itertools import pairwise

from rnnlab.doctor.events import Place
from rnnlab.doctor.rules.rule import BATCHES, GRAPH, RULES, STATE, Evidence, Rule
from rnnlab.doctor.trace import Trace

LOOKED_AT = 10  # calls that are looked at, at least


def _carries_a_graph(trace: Trace) -> Place | bool:
    """Whether the state that was handed on has a graph.

    A cell written by hand shows no state: then the loss has a graph of its own, as large as that
    of the loss before, and that one too.
    """
    again, new = (trace.last_graph.get(name, 0) for name in ("again", "new"))
    handed_on = [call for call in trace.of("recurrent")[-3:] if call.numbers["state_has_graph"]]
    if not handed_on:
        return 0 < again <= 2 * new
    place = trace.error_place  # under a trainer the user's own line is its call, and tells nothing
    return True if place is not None and "backward" in place.text else handed_on[-1].place


Rule(
    "state-not-detached",
    why="The state of the batch before has its graph, which backward has freed already.",
    fix="state = state.detach()  # of an LSTM: tuple(part.detach() for part in state)",
    lesson=STATE,
    raises=(r"^Trying to backward through the graph a second time",),
    fits=_carries_a_graph,
)


@Rule(
    "retain-graph",
    "After {times} backward passes with retain_graph=True the state went on with its graph: each "
    "backward goes through all batches before it.",
    why="With retain_graph=True backward goes on into the batches before, whose weights the "
    "optimizer has changed since.",
    fix="state = state.detach(), and loss.backward() as it was",
    lesson=GRAPH,
    least=3,
    raises=(r"modified by an inplace operation",),
    fits=lambda trace: any(event.numbers["retained"] for event in trace.of("backward")),
)
def _retain_graph(trace: Trace) -> Evidence:
    return [
        backward
        for backward, call in pairwise(trace.of("recurrent", "backward"))
        if (backward.kind, call.kind) == ("backward", "recurrent")
        and (backward.numbers["retained"] and call.numbers["state_has_graph"])
    ]


def _state_is_for_the_other_axis(trace: Trace) -> bool:
    """Whether a state was refused that has a row for each example of a batch read as time."""
    pattern = r"Expected hidden.* size .*, got \[\d+, (\d+), \d+\]"  # not said
    found = re.search(pattern, str(trace.error))
    calls = trace.of("recurrent")
    if found is None or not calls or calls[-1].numbers["batch_first"] is not False:
        return False
    shape, examples = calls[-1].numbers["shape"], calls[-1].numbers["examples"]
    return examples in (None, 0) and len(shape) == 3 and int(found[1]) == shape[0] != shape[1]


@Rule(
    "batch-first",
    "{module} was given {shape}, where axis 0 holds {shape[0]} examples: it reads them as "
    "{shape[0]} time steps of {shape[1]} sequences.",
    why="Without batch_first=True a recurrent module takes axis 0 for time.",
    fix="batch_first=True where the module is made, or inputs.transpose(0, 1)",
    lesson=BATCHES,
    raises=(r"Expected hidden.* size ",),
    fits=_state_is_for_the_other_axis,
)
def _batch_first(trace: Trace) -> Evidence:
    return [call for call in trace.of("recurrent") if call.numbers.get("swapped")]


@RULES["batch-first"].sign(
    "{times} times [:, -1] was taken of outputs whose axis 1 is the batch: that is the last "
    "example, not the last time step.",
)
def _last_example(trace: Trace) -> Evidence:
    picked = trace.of("last_row")
    return picked if len(picked) > 0.8 * min(len(trace.of("recurrent")), LOOKED_AT) else []


@RULES["batch-first"].sign(
    "{times} times the outputs of steps that hand on a state were joined along axis 1, which this "
    "layer took for the batch: it reads axis 0, the batch, as time.",
)
def _steps_are_joined_along_the_batch(trace: Trace) -> Evidence:
    return trace.of("joined")


Rule(
    "state-batch-size",
    why="The carried state has a row for each sequence of the batch before, and this batch has "
    "another number.",
    fix="DataLoader(..., drop_last=True), or state = state[:, :len(inputs)]",
    lesson=STATE,
    raises=(
        r"Expected hidden(\[\d\])? size \(",
        r"Input batch size \d+ doesn't match hidden\d? batch size",
    ),
    fits=lambda trace: not _state_is_for_the_other_axis(trace),
)
Rule(
    "lstm-state-is-a-tuple",
    why="The state of an LSTM is a pair (h, c).",
    fix="state = tuple(part.detach() for part in state)",
    lesson=STATE,
    raises=(
        r"argument 'hx' \(position 2\) must be tuple of Tensors, not Tensor",
        r"'tuple' object has no attribute 'detach_?'",
        r"index 1 is out of bounds for dimension 0 with size 1",
    ),
    fits=lambda trace: bool(trace.counts["recurrent"]),
)


@Rule(
    "detached-every-time-step",
    "In each of the {times} batches looked at the state was cut off here {count} times: no "
    "gradient went from one time step to the one before.",
    why="Only backpropagation through time can tell an early time step what it did to a late loss.",
    fix="detach the state between batches, never within the loop over time",
    lesson=STATE,
)
def _detached_every_time_step(trace: Trace) -> Evidence:
    return [
        event._replace(place=place).with_numbers(count=count)
        for event in trace.of("backward")
        if "uses" in event.numbers and not event.numbers["recurrent"]
        for place, count in event.numbers["cuts"].items()
        if count >= max(3, event.numbers["uses"] - 1)
    ]


@Rule(
    "carried-and-shuffled",
    "In {times} of {carried} batches that were looked at the state went on from a batch of other "
    "examples, drawn at random.",
    why="A carried state is a memory of what came before; shuffled, it is that of something else.",
    fix="DataLoader(..., shuffle=False) in the order of time, or state = None in each batch",
    lesson=STATE,
)
def _of_another_draw(trace: Trace) -> Evidence:
    return [call for call in _carried(trace) if call.numbers["other_draw"]]


@RULES["carried-and-shuffled"].sign(
    "In {times} of {carried} batches that were looked at the state went on from a batch of a later "
    "part of the series.",
    least=3,
)
def _of_a_later_part(trace: Trace) -> Evidence:
    carried = _carried(trace)
    back = [call for call in carried if call.numbers["back"]]
    return back if len(back) > 0.3 * len(carried) else []


def _carried(trace: Trace) -> Evidence:
    """Return the calls with a state of the batch before, at the lines that call the model."""
    calls = [call for call in trace.of("recurrent") if call.numbers.get("carried")]
    return [
        call._replace(place=call.numbers["caller"]).with_numbers(carried=len(calls))
        for call in calls
    ]
