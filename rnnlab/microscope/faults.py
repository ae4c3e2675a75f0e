"""The phases of a batch as the stepper runs them, and mistakes that learners make, made on purpose.

A mistake is another order of the same functions, or one function in the place of another; the
functions are those of `rnnlab.loop.batch`, and the one here that takes the batch.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rnnlab.base.checks import check_known
from rnnlab.base.nested import count_rows
from rnnlab.base.say import say
from rnnlab.loop.batch import PHASES, Batch, PhaseFunction, backward, clip, loss, step, zero_grad
from rnnlab.loop.hidden import detach, truncate_batch


@dataclass(slots=True)
class SteppedBatch(Batch):
    """What the loop holds, and where its batches come from."""

    batches: Iterator[Any] = field(default_factory=lambda: iter(()))
    hidden_state: str = "reset"
    batch_first: bool = True


def take_batch(batch: SteppedBatch) -> None:
    """Take the next batch, and the state it starts from: that of the batch before, detached."""
    batch.inputs, batch.targets = next(batch.batches)
    if batch.hidden_state == "reset":
        batch.state = None
    batch.state = truncate_batch(detach(batch.state), count_rows(batch.inputs, batch.batch_first))


def take_batch_without_detach(batch: SteppedBatch) -> None:
    """Take the next batch, and the state it starts from: that of the batch before, not detached."""
    batch.inputs, batch.targets = next(batch.batches)
    if batch.hidden_state == "reset":
        batch.state = None
    batch.state = truncate_batch(batch.state, count_rows(batch.inputs, batch.batch_first))


class PlannedPhase(NamedTuple):
    """A phase in the order in which a batch goes through them.

    Attributes:
        name: "batch", or that of one of `rnnlab.loop.batch.PHASES`.
        function: what is run, and shown.
        left_out: whether a fault leaves it out: it is shown, and not run.
        moved: whether a fault has put it here or changed it.
    """

    name: str
    function: Callable[[Any], None]
    left_out: bool = False
    moved: bool = False


Plan = list[PlannedPhase]


def _left_out(function: PhaseFunction) -> Callable[[Plan], Plan]:
    return lambda plan: [
        phase._replace(left_out=True, moved=True) if phase.function is function else phase
        for phase in plan
    ]


def _moved(function: PhaseFunction, after: PhaseFunction) -> Callable[[Plan], Plan]:
    def move(plan: Plan) -> Plan:
        order = [phase for phase in plan if phase.function is not function]
        place = 1 + next(k for k, phase in enumerate(order) if phase.function is after)
        order.insert(place, PlannedPhase(function.__name__, function, moved=True))
        return order

    return move


def _without_detach(plan: Plan) -> Plan:
    return [PlannedPhase("batch", take_batch_without_detach, moved=True), *plan[1:]]


FAULTS: dict[str, Callable[[Plan], Plan]] = {
    "missing-zero-grad": _left_out(zero_grad),
    "zero-grad-after-backward": _moved(zero_grad, after=backward),
    "state-not-detached": _without_detach,
    "clip-before-backward": _moved(clip, after=loss),
    "missing-step": _left_out(step),
}


def plan_batch(with_clip: bool = True, fault: str | None = None) -> Plan:
    """Return the phases of one batch in the order in which they run.

    Args:
        with_clip: whether the gradient is clipped.
        fault: one of `FAULTS`, or None for the loop as it should be.

    Raises:
        ValueError: for an unknown fault, or for a fault in the clipping without clipping.
    """
    functions = [phase for phase in PHASES if with_clip or phase is not clip]
    plan = [PlannedPhase("batch", take_batch), *(PlannedPhase(f.__name__, f) for f in functions)]
    if fault is None:
        return plan
    check_known("fault", fault, FAULTS, "faults")
    if fault == "clip-before-backward" and not with_clip:
        text = 'fault is "clip-before-backward", and nothing is clipped: set clip_norm'
        raise ValueError(say(text))
    return FAULTS[fault](plan)
