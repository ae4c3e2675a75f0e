"""Optimizers, schedulers and accumulated gradients: who moves the weights, how often, how far."""

from collections import Counter

from rnnlab.base.say import in_short, translated
from rnnlab.doctor.events import NOWHERE, Event
from rnnlab.doctor.rules.rule import OUTPUTS, UPDATES, Evidence, Rule
from rnnlab.doctor.source import rate_set_at
from rnnlab.doctor.trace import Trace

PER_EPOCH = {"StepLR", "MultiStepLR", "ExponentialLR", "MultiplicativeLR"}
NOTHING = 1e-4  # of a learning rate, what is left of it where training has as good as ended


@Rule(
    "accumulated-gradients-cleared",
    "In {times} of {updates} updates the gradients of several backward passes were to be summed, "
    "and were cleared before each of them: only the last one's was used.",
    why="What zero_grad clears before the step is lost.",
    fix="optimizer.zero_grad()  # after optimizer.step(), once an update",
    lesson=UPDATES,
)
def _accumulated_gradients_cleared(trace: Trace) -> Evidence:
    cleared = []
    for events in trace.updates():
        kinds = [event.kind for event in events]
        backwards = [event for event in events if event.kind == "backward"]
        one_line = len({event.place for event in backwards}) == 1
        if len(backwards) < 2 or not one_line or events[-1].numbers["closure"]:
            continue
        first = kinds.index("backward")
        lost = [e for e in events[first:] if e.kind == "zero_grad" and e.numbers["lost"]]
        if len(lost) == len(backwards) - 1:
            cleared.append(lost[-1])
    return cleared if len(cleared) >= 0.8 * trace.counts["step"] else []


@Rule(
    "accumulation-not-divided",
    "In {times} updates that were looked at the gradients of {count} mean losses were summed, and "
    "none was divided by {count}: the update is that of a {count} times higher loss.",
    why="A sum over batches grows with their number, and a clipping bound or SGD's rate with it.",
    fix="(loss / k).backward()  # k batches an update",
    lesson=UPDATES,
    severity="note",
    least=3,
)
def _accumulation_not_divided(trace: Trace) -> Evidence:
    found = []
    for events in trace.updates():
        backwards = [event for event in events if event.kind == "backward"]
        cleared = any(e.kind == "zero_grad" and e.numbers["lost"] for e in events)
        means = [e for e in events if e.kind == "loss" and e.numbers.get("mean")]
        values = [e.numbers.get("value") for e in backwards]
        count = len(backwards)
        same = count == len(means) and values == [e.numbers["value"] for e in means]
        if count > 1 and same and len({e.place for e in backwards}) == 1 and not cleared:
            found.append(backwards[-1].with_numbers(count=count))
    return found if len({event.numbers["count"] for event in found}) == 1 else []


@Rule(
    "optimizer-made-anew",
    "Optimizers for the same weights were made here {times} times and more, for {each} or "
    "fewer updates each: what the one before had learnt of the gradients is thrown away.",
    why="Adam, RMSprop and momentum go by the gradients of the updates before.",
    fix="optimizer = torch.optim.Adam(model.parameters())  # once, before the loop",
    lesson=UPDATES,
    least=3,
)
def _optimizer_made_anew(trace: Trace) -> Evidence:
    steps = [s for s in trace.of("step") if s.numbers["made"] and s.numbers["keeps"]]
    made: dict[int, list[Event]] = {}
    for step in steps:
        made.setdefault(step.numbers["number"], []).append(step)
    if not made or max(map(len, made.values())) > 2 or len(made) < 3:
        return []
    of_line = Counter((s[0].numbers["made"], s[0].numbers["held"]) for s in made.values())
    (place, held), _ = of_line.most_common(1)[0]
    return [
        s[0]._replace(place=place).with_numbers(each=len(s))
        for s in made.values()
        if (s[0].numbers["made"], s[0].numbers["held"]) == (place, held)
    ]


@Rule(
    "stepped-twice",
    "In {times} of {updates} updates the optimizer made a second step with gradients that it had "
    "used already.",
    why="A gradient belongs to the weights at which it was computed.",
    fix="optimizer.step()  # once after each backward",
    lesson=UPDATES,
    least=3,
)
def _stepped_twice(trace: Trace) -> Evidence:
    twice = []
    for events in trace.updates():
        step = events[-1]
        alone = not any(event.kind in ("backward", "grad", "zero_grad") for event in events)
        if (
            alone
            and not step.numbers["closure"]
            and step.numbers["again"]
            and step.numbers["again"] == step.numbers["grads"]
        ):
            twice.append(step)
    return twice if len(twice) >= 0.3 * trace.counts["step"] else []


@Rule(
    "scheduler-per-batch",
    "{scheduler} was stepped after each of {times} updates: the learning rate went from "
    "{first:.2g} to {last:.2g}.",
    why="It counts calls of step() where epochs are meant: the rate is now close to 0.",
    fix="scheduler.step()  # after the batches of an epoch",
    lesson=UPDATES,
    least=10,
)
def _scheduler_per_batch(trace: Trace) -> Evidence:
    calls, steps, rates = _schedule(trace)
    often = len(calls) >= 0.8 * len(steps)
    if not calls or not often or calls[-1].numbers["scheduler"] not in PER_EPOCH:
        return []
    small = rates[-1] < 0.01 * rates[0] and rates[len(rates) * 3 // 4] < 0.1 * rates[0]
    numbers = {"first": rates[0], "last": rates[-1]}
    return [call.with_numbers(**numbers) for call in calls] if small else []


@Rule(
    "learning-rate-becomes-zero",
    "The learning rate went from {first:.2g} to {last:.2g}, and the last {times} of {all_updates} "
    "updates moved nothing.",
    why="At a rate of 0 a step leaves the weights where they are.",
    fix="a schedule that ends with the last epoch: its gamma, its milestones, its T_max",
    lesson=UPDATES,
    least=5,
)
def _learning_rate_becomes_zero(trace: Trace) -> Evidence:
    calls, steps, rates = _schedule(trace)
    if len(rates) < 10 or rates[0] <= 0 or _scheduler_per_batch(trace):
        return []
    high = max(rates)
    moving = [k for k, rate in enumerate(rates) if rate > NOTHING * high]
    still = steps[moving[-1] + 1 :]
    if len(still) < 0.3 * len(steps):
        return []
    made = calls[-1].numbers["made"] if calls else None
    last = calls[-1].place if calls else still[0].place
    place = made or (None if calls else rate_set_at(last)) or last
    numbers = {"first": high, "last": rates[-1], "all_updates": len(steps)}
    return [step._replace(place=place).with_numbers(**numbers) for step in still]


def _schedule(trace: Trace) -> tuple[Evidence, Evidence, list[float]]:
    """Return the calls of a scheduler, the steps, and the learning rate of each step."""
    steps = [step for step in trace.of("step") if not step.numbers["by_hand"]]
    if len({step.numbers["number"] for step in steps}) > 1:
        steps = []
    rates = [step.numbers["learning_rate"] for step in steps]
    return trace.of("schedule"), steps, rates or [0.0]


@Rule(
    "frozen-parameters",
    "The optimizer holds {names}, with requires_grad=False: no step moves that.",
    why="from_pretrained freezes by default, and requires_grad=False means: not trained.",
    fix="nn.Embedding.from_pretrained(vectors, freeze=False), if it is to be trained",
    lesson=UPDATES,
    severity="note",
    least=1,
)
def _frozen_parameters(trace: Trace) -> Evidence:
    found = []
    for frozen in trace.frozen if trace.counts["step"] else []:
        numbers = {"names": in_short(frozen.names)}
        if "from_pretrained" not in frozen.place.text:
            numbers["fix"] = translated("requires_grad_(True) for what is to be trained")
        found.append(Event("frozen", frozen.place, numbers))
    return found


@Rule(
    "part-cut-from-graph",
    "{names} had no gradient in {updates} updates, though they are in use: what they computed "
    "leaves the graph here.",
    why="NumPy, .data, .detach(), .item(), argmax and a tensor made anew have no graph: backward "
    "ends there.",
    fix="go on with the tensor itself; for a choice: softmax, or nn.functional.gumbel_softmax",
    lesson=UPDATES,
    least=1,
)
def _part_cut_from_graph(trace: Trace) -> Evidence:
    if trace.counts["step"] < 5 or not trace.counts["backward"]:
        return []
    return [
        Event("cut", cut.place, {"names": in_short(cut.names)})
        for cut in trace.cut_off
        if cut.place != NOWHERE
    ]


@Rule(
    "dropout-without-effect",
    "A recurrent layer of one layer was made with dropout={drops}: it drops nothing.",
    why="This dropout stands between the layers of a stack; one layer has no between.",
    fix="nn.Dropout(0.5) on its outputs, or num_layers=2",
    lesson=OUTPUTS,
    severity="warning",
    least=1,
)
def _dropout_without_effect(trace: Trace) -> Evidence:
    calls = [c for c in trace.of("recurrent") if c.numbers["drops"] and c.numbers["layers"] == 1]
    return [calls[0]._replace(place=calls[0].numbers["made"] or calls[0].place)] if calls else []
