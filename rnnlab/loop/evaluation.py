"""The average loss on data that is not trained on."""

from collections.abc import Callable, Iterable
from typing import Any

from torch import nn

from rnnlab.base.modes import evaluating
from rnnlab.base.nested import count_rows, to_device
from rnnlab.base.say import say
from rnnlab.loop import hidden
from rnnlab.loop.batch import call
from rnnlab.loop.losses import LossFunction, resolve_loss, with_count


def evaluate(
    model: nn.Module,
    batches: Iterable[Any],
    *,
    loss_fn: str | LossFunction,
    hidden_state: str = "reset",
    state: hidden.State = None,
    batch_first: bool = True,
    check: Callable[..., None] | None = None,
    add_up: Callable[[float, int], tuple[float, int]] | None = None,
) -> float:
    """Return the average loss over all target values, as `rnnlab.evaluate`, which checks first.

    `check` is called with loss_fn, predictions and targets before each loss; `add_up` takes and
    returns the sum of losses and the number of target values.
    """
    loss_fn, start, rows = resolve_loss(loss_fn), state, None
    total, count = 0.0, 0
    with evaluating(model) as device:
        for inputs, targets in batches:
            inputs, targets = to_device((inputs, targets), device)
            before, rows = rows, count_rows(inputs, batch_first)
            predictions, end = call(model, inputs, hidden.truncate_batch(start, rows, before))
            if check is not None:
                check(loss_fn, predictions, targets)
            loss, size = with_count(loss_fn(predictions, targets), loss_fn, targets)
            total, count = total + loss.item() * size, count + size
            start = end if hidden_state == "carry" else state
    total, count = (total, count) if add_up is None else add_up(total, count)
    if count == 0:
        raise ValueError(say("batches is empty; expected at least one pair (inputs, targets)"))
    return total / count
