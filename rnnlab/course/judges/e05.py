"""Judges of notebook 05: the factor per step, one factor for all, the place of the clipping."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.course.exercises import Hints, exercise
from rnnlab.model.sequence_model import SequenceModel


@exercise(
    "05.1",
    "By what factor does the gradient change with each step back?",
    """
factor = (norms[0] / norms[-1]) ** (1 / (len(norms) - 1))
""",
)
def judge_factor(answer: Any, norms: list[float]) -> Hints | None:
    """Judge the average factor per step."""
    factor, ratio, steps = float(answer), norms[0] / norms[-1], len(norms) - 1
    right = ratio ** (1 / steps)
    if math.isclose(factor, right, rel_tol=1e-3):
        return None
    if math.isclose(factor, 1 / right, rel_tol=1e-3):
        return (
            f"Your factor {factor:.3f} goes forward in time; the gradient goes back.",
            f"From the last state to the first the norm goes from {norms[-1]:.2g} to "
            f"{norms[0]:.2g}: does {factor:.3f} make it smaller or larger?",
            "Divide the norm where the way back ends by the norm where it starts.",
        )
    if math.isclose(factor, ratio, rel_tol=1e-3):
        return (
            f"Your {factor:.2g} is the factor of the whole way; asked is that of one step.",
            f"It must give {factor:.2g} when it is multiplied by itself once for each step.",
            f"There are {len(norms)} states; count the steps between them and take that root.",
        )
    if math.isclose(factor, ratio / steps, rel_tol=0.05):
        return (
            f"Your {factor:.2g} divides the factor of the whole way by the number of steps.",
            "Factors multiply: two steps with the factor 0.5 make 0.25, not 1.",
            "Undo a repeated multiplication with a root, not with a division.",
        )
    if math.isclose(factor, ratio ** (1 / len(norms)), rel_tol=1e-3):
        return (
            f"Your {factor:.4f} is close, but takes the root of {len(norms)} steps.",
            f"{len(norms)} states: how many steps lie between the first and the last?",
            "Between two states there is one step; between three there are two.",
        )
    if math.isclose(factor, (norms[0] - norms[-1]) / steps, rel_tol=0.05):
        return (
            f"Your {factor:.2g} is a difference per step; asked is a factor.",
            "On a log scale the curve is straight, so the quotient of neighbours is constant.",
            "Start from the quotient of the first norm and the last.",
        )
    return (
        f"Your factor is {factor:.3g}; applied {steps} times to {norms[-1]:.2g} it gives "
        f"{norms[-1] * abs(factor) ** steps:.2g}, but the first state has {norms[0]:.2g}.",
        "Look for the number that, multiplied by itself once a step, is the whole quotient.",
        f"The quotient is norms[0] / norms[-1] = {ratio:.2g}, over {steps} steps.",
    )


@exercise(
    "05.2",
    "How long is one parameter's gradient after all are clipped together?",
    """
total = sum(size**2 for size in sizes.values()) ** 0.5
readout_after = sizes["readout.weight"] / total
""",
)
def judge_one_factor(answer: Any, sizes: dict[str, float]) -> Hints | None:
    """Judge the norm that the common factor leaves."""
    after, own = float(answer), sizes["readout.weight"]
    total = math.sqrt(sum(size**2 for size in sizes.values()))
    scale = min(1.0, 1.0 / total)
    if math.isclose(after, own * scale, rel_tol=1e-3):
        return None
    if math.isclose(after, own, rel_tol=1e-3) or math.isclose(after, 1.0, rel_tol=1e-3):
        return (
            f"Your {after:.3f} looks at the readout's gradient alone, as if it were clipped "
            "on its own.",
            f"It is part of a long vector of norm {total:.3f}, and that is what exceeds 1.0.",
            "Every gradient is multiplied by 1.0 divided by the norm of the long vector.",
        )
    if math.isclose(after, own / sum(sizes.values()), rel_tol=1e-3):
        return (
            f"Your {after:.4f} divides by {sum(sizes.values()):.3f}, the sum of the norms.",
            "Norms of parts do not add up to the norm of the whole; their squares do.",
            "Think of Pythagoras: sides of 3 and 4 make a length of 5, not 7.",
        )
    if math.isclose(after, own / max(sizes.values()), rel_tol=1e-3):
        return (
            f"Your {after:.4f} divides by the largest norm, {max(sizes.values()):.3f}.",
            "The other gradients belong to the long vector, too; it is a little longer.",
            "Add the squares of all the norms in sizes.",
        )
    if math.isclose(after, own / total**2, rel_tol=1e-3):
        return (
            f"Your {after:.5f} divides by the square of the norm: a root is missing.",
            f"The squares add up to {total**2:.2f}; the norm itself is smaller.",
            "Take the square root of the sum before you divide.",
        )
    if math.isclose(after, scale, rel_tol=1e-3):
        return (
            f"Your {after:.4f} is the common factor; asked is the norm that it leaves.",
            f"The readout's gradient had a norm of {own:.3f} before.",
            "Multiply that norm by the common factor.",
        )
    return (
        f"Your {after:.4g} is {after / own:.4g} times the norm before, {own:.4f}; the common "
        "factor is another one.",
        f"All gradients together have a norm of {total:.3f}, and it becomes 1.0.",
        "The norm of each gradient shrinks by the same factor as the norm of all.",
    )


@exercise(
    "05.3",
    "A training step with the clipping in its place",
    """
def train_step(model, optimizer, inputs, targets):
    optimizer.zero_grad()
    predictions, state = model(inputs)
    loss = nn.functional.mse_loss(predictions, targets)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return norm
""",
)
def judge_train_step(answer: Any) -> Hints | None:
    """Judge a training step by two updates of a small steep task."""
    if not callable(answer):
        return _not_a_function(answer)
    learned, right = _SteepTask(), _SteepTask()
    before, returned = learned.weights(), []
    for _ in range(2):
        returned.append(answer(learned.model, learned.optimizer, learned.inputs, learned.targets))
    norms = [right.update("clip") for _ in range(2)]
    if all(value is None for value in returned):
        return (
            "Your function returns None; it should return the gradient norm before clipping.",
            "clip_grad_norm_ hands that norm back: keep it.",
            "Put what clip_grad_norm_ returned into a variable, and return it at the end.",
        )
    first, second = (float(value) for value in returned)
    moved = (learned.weights() - before).norm().item()
    if moved == 0:
        return (
            "After two calls no weight has moved: is optimizer.step() there, after backward?",
            "The order is zero_grad, forward, loss, backward, clip, step.",
            "The last line before return is the one that changes the weights.",
        )
    if torch.allclose(learned.weights(), right.weights(), atol=1e-6):
        return _judge_returned([first, second], norms)
    for mistake, hints in _order_hints(first, second, norms[0], moved).items():
        wrong = _SteepTask()
        for _ in range(2):
            wrong.update(mistake)
        if torch.allclose(learned.weights(), wrong.weights(), rtol=1e-4, atol=1e-6):
            return hints
    return (
        f"After two calls the weights have moved by {moved:.3f}; two steps clipped to 1.0 would "
        f"move them by {(right.weights() - before).norm().item():.3f}.",
        "The loss is the mean squared error of all predictions, the bound is 1.0, and all "
        "gradients are clipped together.",
        "The order is zero_grad, forward, loss, backward, clip, step; each once.",
    )


def _not_a_function(answer: Any) -> Hints:
    text = f"train_step is {type(answer).__name__}; expected a function. "
    return (
        text + "Replace the line by def train_step(model, optimizer, inputs, targets): ...",
        text + "Do not call it; the check calls it with a model of its own.",
        text + "Start the cell with def train_step(model, optimizer, inputs, targets):",
    )


def _judge_returned(returned: list[float], norms: list[float]) -> Hints | None:
    if all(math.isclose(a, b, rel_tol=1e-3) for a, b in zip(returned, norms, strict=True)):
        return None
    return (
        f"The weights are right, but your function returns {returned[0]:.3f} where the norm "
        f"before clipping is {norms[0]:.3f}.",
        "Measured after clipping, a long gradient always has a norm of 1.0.",
        "clip_grad_norm_ returns the norm from before: hand that on.",
    )


def _order_hints(first: float, second: float, norm: float, moved: float) -> dict[str, Hints]:
    return {
        "clip before backward": (
            f"No step was clipped: clipping reported {first:.3f} in the first call, and the step "
            f"used {norm:.3f}. Were the gradients there when you clipped?",
            "zero_grad removes the gradients, and backward makes the new ones.",
            "Move the clipping below loss.backward().",
        )
        if first == 0
        else (
            f"No step was clipped: the norm you report is {first:.3f}, but the weights moved by "
            f"{moved:.2f}. Does the clipping stand before the step?",
            "What is clipped after optimizer.step() was already used.",
            "Move the clipping between loss.backward() and optimizer.step().",
        ),
        "no zero_grad": (
            f"The second call adds to the gradient of the first (it reports {second:.3f}): were "
            "the gradients cleared?",
            "backward adds to .grad; it does not replace it.",
            "Begin with optimizer.zero_grad().",
        ),
        "each on its own": (
            f"Each parameter was clipped on its own: that changes the direction, and the weights "
            f"moved by {moved:.3f}.",
            "One norm is measured over all gradients, and one factor applied.",
            "Call clip_grad_norm_ once, with model.parameters().",
        ),
        "by value": (
            f"The numbers were clipped by value, one at a time; the weights moved by {moved:.3f}.",
            "Asked is the norm of all gradients together.",
            "Use clip_grad_norm_ in place of clip_grad_value_.",
        ),
        "last prediction": (
            f"Your loss seems to see the last prediction alone (you report {first:.3f}).",
            "Here all predictions count, (B, T, 1) against (B, T, 1).",
            "Hand predictions and targets to mse_loss as they are.",
        ),
    }


class _SteepTask:
    """A small model on made-up data whose gradient is longer than 1."""

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(5)
        with torch.random.fork_rng(devices=[]):  # the learner's random numbers stay as they are
            self.model = SequenceModel(2, 4, 1)
        with torch.no_grad():
            for parameter in self.model.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.8)
        self.inputs = torch.randn(3, 6, 2, generator=generator)
        self.targets = 6 + 3 * torch.randn(3, 6, 1, generator=generator)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)

    def weights(self) -> Tensor:
        return torch.cat([p.detach().flatten() for p in self.model.parameters()])

    def update(self, kind: str) -> float:
        """Make one step, in the right way ("clip") or with a typical mistake."""
        if kind != "no zero_grad":
            self.optimizer.zero_grad()
        predictions, targets = self.model(self.inputs)[0], self.targets
        if kind == "last prediction":
            predictions, targets = predictions[:, -1], targets[:, -1]
        nn.functional.mse_loss(predictions, targets).backward()
        parameters = list(self.model.parameters())
        norm = nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
        if kind == "each on its own":
            for parameter in parameters:
                nn.utils.clip_grad_norm_([parameter], 1.0)
        elif kind == "by value":
            nn.utils.clip_grad_value_(parameters, 1.0)
        elif kind != "clip before backward":
            nn.utils.clip_grad_norm_(parameters, 1.0)
        self.optimizer.step()
        return norm.item()
