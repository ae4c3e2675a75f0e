"""The last exercise of notebook 07: one update from two halves of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_

from rnnlab.course.exercises import Hints, exercise
from rnnlab.course.trials import (
    CLIP_NORM,
    close,
    grad_norm,
    small_batches,
    small_model,
    small_sgd,
    weights_of,
)
from rnnlab.loop.batch import PHASES, train_batch

NAMES = tuple(phase.__name__ for phase in PHASES)


@exercise(
    "07.3",
    "one update from two halves of a batch",
    """
two_halves = [
    "zero_grad",
    "forward", "loss", "backward",
    "forward", "loss", "backward",
    "clip",
    "step",
]
""",
)
def judge_two_halves(order: Any) -> Hints | None:
    """Judge the order by running it beside the update that the whole batch makes."""
    if not isinstance(order, (list, tuple)) or any(name not in NAMES for name in order):
        text = f"two_halves is {order!r}"
        known = ", ".join(NAMES)
        return (
            f"{text}; expected a list of phases.",
            f"{text}. The phases are {known}.",
            f'{text}. A list of names in quotes, like ["forward", "loss"].',
        )
    counts = {name: order.count(name) for name in NAMES}
    if counts["forward"] != 2:
        text = f"Your order has {counts['forward']} forward; there are 2 halves"
        return (
            f"{text}.",
            f"{text}, and each forward reads the next one.",
            f"{text}. Some phases come twice, others once.",
        )
    if hints := _about_graph(order) or _about_updates(order, counts["step"]):
        return hints
    return _about_halves(order)


def _about_graph(order: Sequence[str]) -> Hints | None:
    chain = [name for name in order if name in ("forward", "loss", "backward")]
    if chain == ["forward", "loss", "backward"] * 2:
        return None
    text = f"Of forward, loss and backward your order is: {', '.join(chain)}"
    return (
        f"{text}. A half gets lost on the way.",
        f"{text}. A second forward overwrites the first one's predictions.",
        f"{text}. One half goes all the way to backward before the next one starts.",
    )


def _about_updates(order: Sequence[str], count: int) -> Hints | None:
    if count == 1:
        return None
    text = f"Your order holds {count} times step; one update was asked for"
    return (
        f"{text}.",
        f"{text}. The gradients of both halves wait for a single step.",
        f"{text}. Where are the gradients of both halves together in .grad?",
    )


def _about_halves(order: Sequence[str]) -> Hints | None:
    inputs, targets = (torch.cat(parts) for parts in zip(*small_batches()[:2], strict=True))
    whole = small_model()
    phases = train_batch(
        whole, inputs, targets, loss_fn="mse", optimizer=small_sgd(whole), clip_norm=CLIP_NORM
    )
    full = float(list(phases)[-1].grad_norm)  # type: ignore[arg-type]  # the last phase has a norm
    model, found = _run_halves(order)
    if "zero_grad" not in order:
        text = "In your order nothing clears the gradients"
        return (
            f"{text}.",
            f"{text}: the next batch would start with this one's.",
            f"{text}. When is nothing of value in .grad?",
        )
    if close(weights_of(model), weights_of(whole)):
        return None
    backwards = [k for k, name in enumerate(order) if name == "backward"]
    if found == 0:
        text = "The step found a gradient of norm 0"
        return (
            f"{text}: the weights did not move.",
            f"{text}. Both halves were read, and both gradients were gone, or not there yet.",
            f"{text}. Look at what stands between the last backward and the step.",
        )
    if "zero_grad" in order[backwards[0] : backwards[1]]:
        text = "The first half's gradient was cleared before the second half's came"
        return (
            f"{text}.",
            f"{text}: the step knows only half of the batch.",
            f"{text}. Here the piling up of gradients is wanted: when must they be cleared?",
        )
    if "step" in order[: backwards[1]]:
        text = "Your step came before the second half's gradient"
        return (
            f"{text}.",
            f"{text}: it used a gradient of norm {found:.3f} from one half alone.",
            f"{text}. What is the last thing that the update waits for?",
        )
    if found > 1.01 * CLIP_NORM:
        text = f"The step found a gradient of norm {found:.3f}, above the bound of {CLIP_NORM}"
        return (
            f"{text}.",
            f"{text}. The sum of both halves has norm {full:.3f}; nothing clipped that sum.",
            f"{text}. What comes after the last backward and before the step?",
        )
    text = "The first half was clipped before the second one was added"
    return (
        f"{text}.",
        f"{text}, and so it weighs less than it should.",
        f"{text}. The bound is for the whole batch's gradient, once it is there.",
    )


def _run_halves(order: Sequence[str]) -> tuple[nn.Module, float]:
    """Run the phases, the loss of each half divided by two; return what the step found too."""
    model = small_model()
    optimizer, halves = small_sgd(model), iter(small_batches()[:2])
    targets = predictions = loss = torch.zeros(())
    found = 0.0
    for name in order:
        if name == "zero_grad":
            optimizer.zero_grad()
        elif name == "forward":
            inputs, targets = next(halves)
            predictions, _ = model(inputs)
        elif name == "loss":
            loss = nn.functional.mse_loss(predictions, targets) / 2
        elif name == "backward":
            loss.backward()
        elif name == "clip":
            clip_grad_norm_(model.parameters(), CLIP_NORM)
        else:
            found = grad_norm(model)
            optimizer.step()
    return model, found
