"""Judges a training step in TensorFlow by the same update in torch: exercise 11.2.

TensorFlow is loaded when a step is judged, and that step needs it anyway.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.course.exercises import Hints, exercise
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.twins.keras_layout import one_bias
from rnnlab.twins.tensorflow_twin import copy_to_torch, make_twin

MISTAKES: dict[str, Hints] = {  # of an update in torch, and what to say of such a one
    "unclipped": (
        "The step used gradients of norm {norm:.3f}, where the bound is 1.0.",
        "tf.clip_by_global_norm leaves what it is given as it is.",
        "It returns new gradients: are these the ones that you hand to apply_gradients?",
    ),
    "one by one": (
        "Each gradient was clipped on its own, and the weights moved by {moved:.3f}: that turns "
        "the direction.",
        "One norm is measured over all gradients, and one factor applied.",
        "tf.clip_by_norm looks at one tensor; the function for a list has global in its name.",
    ),
    "by value": (
        "The numbers were clipped one at a time, and the weights moved by {moved:.3f}.",
        "Asked is a bound on the norm of all gradients together.",
        "tf.clip_by_value looks at single numbers; use tf.clip_by_global_norm.",
    ),
    "last": (
        "Your loss seems to see the last time step alone: the weights moved by {moved:.3f}.",
        "Here all predictions count, (B, T, 1) against (B, T, 1).",
        "Take the mean over predictions and targets as they are.",
    ),
    "twice": (
        "The weights moved by {moved:.3f}, as after two steps.",
        "One call is one update.",
        "How often is apply_gradients called?",
    ),
}


@exercise(
    "11.2",
    "a training step in TensorFlow",
    """
def train_step(twin, optimizer, inputs, targets):
    with tf.GradientTape() as tape:
        predictions, state = twin(inputs)
        loss = tf.reduce_mean(tf.square(predictions - targets))
    weights = twin.trainable_variables
    gradients = tape.gradient(loss, weights)
    gradients, norm = tf.clip_by_global_norm(gradients, 1.0)
    optimizer.apply_gradients(zip(gradients, weights))
    return loss, norm
""",
)
def judge_train_step(answer: Any) -> Hints | None:
    """Let the step make one update of a twin, and compare with the same update in torch."""
    if not callable(answer):
        return _not_a_function(answer)
    start, right = _steep_model(), _steep_model()
    loss, norm = _update(right, "right")
    try:
        returned, learned = _follow(answer)
    except ValueError as error:
        if "No gradients provided" in str(error):
            return _nothing_recorded()
        raise
    moved = (learned - _vector(start)).norm().item()
    if torch.allclose(learned, _vector(right), rtol=1e-4, atol=1e-5):
        return _about_returned(returned, loss, norm)
    if moved == 0:
        return (
            "The weights have not moved: where is the step?",
            "tape.gradient and the clipping return gradients, and change nothing.",
            "optimizer.apply_gradients takes pairs of a gradient and its weight.",
        )
    for mistake, (first, second, third) in MISTAKES.items():
        wrong = _steep_model()
        _update(wrong, mistake)
        if torch.allclose(learned, _vector(wrong), rtol=1e-4, atol=1e-5):
            return first.format(norm=norm, moved=moved), second, third
    return (
        f"After one call the weights have moved by {moved:.3f}; a step clipped to 1.0 moves them "
        f"by {(_vector(right) - _vector(start)).norm():.3f}.",
        "The loss is the mean of all squared errors; all gradients are clipped together.",
        "Forward, loss, tape.gradient, tf.clip_by_global_norm, apply_gradients; each once.",
    )


def _not_a_function(answer: Any) -> Hints:
    text = f"train_step is {type(answer).__name__}; expected a function. "
    return (
        text + "Begin with def train_step(twin, optimizer, inputs, targets):",
        text + "Do not call it; check calls it with a twin of its own.",
        text + "Put def train_step(twin, optimizer, inputs, targets): in place of the line.",
    )


def _nothing_recorded() -> Hints:
    return (
        "The gradients are None: the loss does not depend on the weights, says the tape. "
        "What did it see?",
        "A tape records what is computed while it is open.",
        "The line that calls twin belongs into the with block, as does the loss.",
    )


def _about_returned(returned: Any, loss: float, norm: float) -> Hints | None:
    if not isinstance(returned, tuple) or len(returned) != 2:
        return (
            f"The weights are right. But your function returns {type(returned).__name__}; "
            "expected the pair loss, norm.",
            "The loss is a number from inside the tape, the norm comes from the clipping.",
            "End the function with return and the two names.",
        )
    given = [float(value) for value in returned]
    if not math.isclose(given[0], loss, rel_tol=1e-3):
        return (
            f"The weights are right. But the loss you return is {given[0]:.3f}; the batch's is "
            f"{loss:.3f}.",
            "The loss of the batch is the one that the tape has recorded.",
            "Return the loss first, and from before the step.",
        )
    if not math.isclose(given[1], norm, rel_tol=1e-3):
        return (
            f"The weights are right. But the norm you return is {given[1]:.3f}; before clipping it "
            f"is {norm:.3f}.",
            "After clipping a long gradient always has a norm of 1.0, which tells nothing.",
            "tf.clip_by_global_norm returns two things; the second is the norm from before.",
        )
    return None


def _steep_model() -> SequenceModel:
    """Return a small model on which `_batch` has a gradient longer than 1."""
    with torch.random.fork_rng(devices=[]):  # the learner's random numbers stay as they are
        torch.manual_seed(11)
        model = one_bias(SequenceModel(2, 4, 1))
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.requires_grad:
                    parameter.copy_(torch.randn(parameter.shape) * 0.8)
    return model


def _batch() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(5)
    inputs = torch.randn(3, 6, 2, generator=generator)
    return inputs, 6 + 3 * torch.randn(3, 6, 1, generator=generator)


def _vector(model: SequenceModel) -> Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def _follow(train_step: Any) -> tuple[Any, Tensor]:
    """Return what the learner's function returns, and the weights after it."""
    model = _steep_model()
    twin = make_twin(model)
    import keras
    import tensorflow as tf

    inputs, targets = _batch()
    optimizer = keras.optimizers.SGD(0.1)
    returned = train_step(
        twin, optimizer, tf.constant(inputs.numpy()), tf.constant(targets.numpy())
    )
    copy_to_torch(twin, model)
    return returned, _vector(model)


def _update(model: SequenceModel, kind: str) -> tuple[float, float]:
    """Make the update in torch, in the right way or with a mistake; return loss and norm."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer, loss, norm = torch.optim.SGD(parameters, lr=0.1), 0.0, 0.0
    for _ in range(2 if kind == "twice" else 1):
        inputs, targets = _batch()
        predictions = model(inputs)[0]
        if kind == "last":
            predictions, targets = predictions[:, -1], targets[:, -1]
        optimizer.zero_grad()
        value = nn.functional.mse_loss(predictions, targets)
        value.backward()
        loss, norm = (
            value.item(),
            nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None]).item(),
        )
        if kind == "one by one":
            for parameter in parameters:
                nn.utils.clip_grad_norm_([parameter], 1.0)
        elif kind == "by value":
            nn.utils.clip_grad_value_(parameters, 1.0)
        elif kind != "unclipped":
            nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    return loss, norm
