"""How a recurrence is wired to what stands before and behind it."""

from collections import Counter

from rnnlab.base.say import translated
from rnnlab.doctor.events import Event
from rnnlab.doctor.rules.rule import DATA, FORWARD, PADDING, RULES, UPDATES, Evidence, Rule
from rnnlab.doctor.trace import Trace

FEW = 0.6  # of the batches looked at, those in which a choice was seen, at least


@Rule(
    "reshape-for-transpose",
    "{shape} was made {new} by a view or reshape: the examples of axis {axis} are mixed.",
    why="view and reshape read the numbers in their order in memory; they move no axis.",
    fix="tensor.transpose(0, 1), or permute, and then reshape",
    lesson=DATA,
    least=3,
)
def _reshape_for_transpose(trace: Trace) -> Evidence:
    mixed = trace.of("mixed")
    most = Counter(event.place for event in mixed).most_common(1)
    return [event for event in mixed if event.place == most[0][0]] if most else []


def _picked(trace: Trace, *reasons: str) -> Evidence:
    """Return what was taken of outputs or states, if in most rounds."""
    picked = [event for event in trace.of("pick") if event.numbers["reason"] in reasons]
    rounds = sum(1 for event in trace.of("backward") if "cuts" in event.numbers)
    return picked if len(picked) >= FEW * min(rounds, 10) else []


@Rule(
    "wrong-last-state",
    "{times} times [-1] was taken of outputs whose axis 0 is the batch: that is the last example, "
    "not the last time step.",
    why="With batch_first=True time is axis 1.",
    fix="outputs[:, -1]",
    lesson=FORWARD,
    least=3,
)
def _last_example(trace: Trace) -> Evidence:
    return _picked(trace, "example")


@RULES["wrong-last-state"].sign(
    "{times} times the last step was taken of a bidirectional layer's outputs: its backward "
    "half has read one step there.",
    least=3,
)
def _last_of_both(trace: Trace) -> Evidence:
    fix = translated("torch.cat([h_n[-2], h_n[-1]], 1)  # the ends of both directions")
    return [event.with_numbers(fix=fix, severity="warning") for event in _picked(trace, "both")]


@RULES["wrong-last-state"].sign(
    "{times} times h_n[0] was taken of a recurrence of several layers: that is the first layer's "
    "state.",
    least=3,
)
def _first_layer(trace: Trace) -> Evidence:
    fix = translated("h_n[-1]  # the last layer's")
    return [event.with_numbers(fix=fix, severity="warning") for event in _picked(trace, "layer")]


@Rule(
    "last-step-is-padding",
    "The last step was taken of padded outputs, in {times} batches that were looked at: of a "
    "shorter sequence it is padding.",
    why="Behind the end of a sequence the state goes on over padding, and forgets.",
    fix="outputs[torch.arange(len(lengths)), lengths - 1], or pack_padded_sequence and h_n",
    lesson=PADDING,
    severity="warning",
)
def _last_step_is_padding(trace: Trace) -> Evidence:
    return [event for event in trace.of("pick") if event.numbers["reason"] == "padding"]


@Rule(
    "one-time-step",
    "{module} was given {shape} and no state, {times} times: sequences of one time step, of "
    "{features} features.",
    why="With one step there is no before: the layer has nothing to remember.",
    fix="inputs.unsqueeze(-1)  # (B, T) -> (B, T, 1): the window is time",
    lesson=DATA,
    severity="warning",
    least=5,
)
def _one_time_step(trace: Trace) -> Evidence:
    calls = [call for call in trace.of("recurrent") if call.numbers.get("length") is not None]
    every = [call.with_numbers(features=call.numbers["shape"][-1]) for call in calls]
    alone = all(
        call.numbers["length"] == 1 and not call.numbers["given"] and call.numbers["features"] > 3
        for call in every
    )
    return every if alone and not _calls_without_state(trace) else []


@Rule(
    "state-not-passed-on",
    "{module} was called {each} times in a forward pass, each time without a state: each step "
    "begins anew.",
    why="The state is what a step knows of the steps before.",
    fix="h = cell(x[:, t], h)",
    lesson=UPDATES,
    least=2,
)
def _state_not_passed_on(trace: Trace) -> Evidence:
    return _calls_without_state(trace)


def _calls_without_state(trace: Trace) -> Evidence:
    """Return, by forward pass, the calls of one recurrence for single steps, all without state."""
    found = []
    calls: list[Event] = []
    for event in trace.of("recurrent", "forward", "backward"):
        if event.kind == "recurrent":
            calls += [event] if event.numbers["grad"] else []
            continue
        if event.kind == "forward" and not any(call.numbers["inside"] for call in calls):
            continue
        steps = [c for c in calls if len(c.numbers["shape"]) == 2 or c.numbers.get("length") == 1]
        places = Counter(call.place for call in steps)
        for place, count in places.items():
            here = [call for call in steps if call.place == place]
            first = here[0]
            cells = "Cell" in first.numbers["module"] or first.numbers.get("length") == 1
            if count > 2 and cells and not any(call.numbers["given"] for call in here):
                found.append(first.with_numbers(each=count))
        calls = []
    return found
