"""Exercises of lesson 11: a GRU's gates in Keras, a step in TensorFlow, the epsilon of its Adam.

TensorFlow is loaded when a step is judged, and that step needs it anyway.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from torch import Tensor

from rnnlab.course.exercises import exercise
from rnnlab.course.judging import Wrong, compare, near, wrong
from rnnlab.course.trials import SteepTask
from rnnlab.twins.tensorflow_twin import copy_to_torch, make_twin

RATE, BETA_2, EPSILON = 0.01, 0.999, 1e-7  # of 11.3; the last two are Keras' own


@exercise("11.1")
def judge_kernel(answer: Any, weight_ih: Tensor) -> Wrong | None:
    """Compare with the transposed weights, block by block."""
    given, size = np.asarray(answer), len(weight_ih) // 3
    wanted = (weight_ih.shape[1], 3 * size)
    if given.shape != wanted:
        return wrong("shape", given=given.shape, wanted=wanted, rows=3 * size)
    gates = {
        name: rows.numpy() for name, rows in zip("rzn", weight_ih.detach().chunk(3), strict=True)
    }
    blocks = np.split(given, 3, axis=1)
    names = [next((n for n, rows in gates.items() if near(b, rows.T)), None) for b in blocks]
    if names == [*"zrn"]:
        return None
    if None not in names:
        return wrong("order", found=" ".join(map(str, names)), first=names[0], size=size)
    k = names.index(None)
    for name, rows in gates.items():
        if near(blocks[k], rows[::-1].T.copy()):
            return wrong("backwards", k=k, gate=name)
    numbers = np.concatenate([*gates.values()])
    if np.isin(np.round(blocks[k], 6), np.round(numbers, 6)).all():
        return wrong("scrambled", column=k * size)
    starts = ", ".join(f"{rows[0, 0]:.4f} ({name})" for name, rows in gates.items())
    return wrong("else", k=k, number=blocks[k].flat[0], starts=starts)


@exercise("11.2")
def judge_train_step(answer: Any) -> Wrong | None:
    """Let the step make one update of a twin, and compare with the same update in torch."""
    learner, right = SteepTask(one_bias=True), SteepTask(one_bias=True)
    start = learner.weights()
    ((loss, norm),) = right.updates("right", 1)
    try:
        returned = _follow(answer, learner)
    except ValueError as error:
        if "No gradients provided" in str(error):
            return wrong("nothing recorded")
        raise
    learned = learner.weights()
    fields = {"moved": (learned - start).norm().item(), "norm": norm, "loss": loss}
    if near(learned, right.weights()):
        return _about_returned(returned, loss, norm)
    known = {"not moved": start, "twice": SteepTask(one_bias=True).after("right", 2)}
    for mistake in ("unclipped", "one by one", "by value", "last prediction"):
        known[mistake] = SteepTask(one_bias=True).after(mistake, 1)
    should = (right.weights() - start).norm()
    return compare(learned, right.weights(), known, should=should, **fields)


def _about_returned(returned: Any, loss: float, norm: float) -> Wrong | None:
    if not isinstance(returned, tuple) or len(returned) != 2:
        return wrong("no pair", kind=type(returned).__name__)
    loss_given, norm_given = (float(value) for value in returned)
    if not near(loss_given, loss, 1e-3):
        return wrong("loss", loss_given=loss_given, loss=loss)
    return None if near(norm_given, norm, 1e-3) else wrong("norm", norm_given=norm_given, norm=norm)


def _follow(train_step: Any, task: SteepTask) -> Any:
    """Return what the learner's function returns; the model gets the weights after it."""
    twin = make_twin(task.model)
    import keras
    import tensorflow as tf

    inputs, targets = (tf.constant(part.numpy()) for part in (task.inputs, task.targets))
    returned = train_step(twin, keras.optimizers.SGD(0.1), inputs, targets)
    copy_to_torch(twin, task.model)
    return returned


@exercise("11.3")
def judge_adam(answer: Any, gradient: float) -> Wrong | None:
    """Compare with Keras' formula, and find whose epsilon it was instead, and where."""
    step, root = float(answer), math.sqrt(1 - BETA_2)
    small = root * gradient
    known = {
        "torch": RATE * gradient / (gradient + 1e-8),
        "place": RATE * gradient / (gradient + EPSILON),
        "value": RATE * small / (small + 1e-8),
        "no epsilon": RATE,
        "no root": RATE * gradient / (small + EPSILON),
    }
    mistakes = {name: near(abs(step), value) for name, value in known.items()}
    fields = {"step": step, "times": step / gradient, "root_of_v": small, "root": root}
    right = RATE * small / (small + EPSILON)
    return compare(step, right, mistakes, rtol=1e-3, epsilon=EPSILON, rate=RATE, **fields)
