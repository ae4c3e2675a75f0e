"""Exercises of lesson 11: a GRU's gates in Keras, a step in TensorFlow, the epsilon of its Adam.

TensorFlow is loaded when a step is judged, and that step needs it anyway.
"""

import math
from typing import Any

import numpy as np
from torch import Tensor

from rnnlab.course.judging import Wrong, compare, first_of, near, wrong
from rnnlab.course.trials import SteepTask
from rnnlab.twins.tensorflow_twin import copy_to_torch, make_twin

RATE, BETA_2, EPSILON = 0.01, 0.999, 1e-7  # of 11.3; the last two are Keras' own


def judge_1(answer: Any, weight_ih: Tensor) -> Wrong | None:
    """Compare with the transposed weights, block by block."""
    given, size = np.asarray(answer), len(weight_ih) // 3
    wanted = (weight_ih.shape[1], 3 * size)
    if given.shape != wanted:
        return wrong("shape", given=given.shape, wanted=wanted, rows=3 * size)
    weights = weight_ih.detach().numpy()
    gates = dict(zip("rzn", np.split(weights, 3), strict=True))
    blocks = np.split(given, 3, axis=1)
    names = [next((n for n, rows in gates.items() if near(b, rows.T)), None) for b in blocks]
    if names == [*"zrn"]:
        return None
    k = names.index(None) if None in names else 0
    flipped = [name for name, rows in gates.items() if near(blocks[k], rows[::-1].T.copy())]
    mistakes = {
        "order": None not in names,
        "backwards": flipped,
        "scrambled": np.isin(np.round(blocks[k], 6), np.round(weights, 6)).all(),
        "else": True,
    }
    numbers = {"size": size, "k": k, "column": k * size, "number": blocks[k].flat[0]}
    starts = ", ".join(f"{rows[0, 0]:.4f} ({name})" for name, rows in gates.items())
    found = {"found": " ".join(map(str, names)), "first": names[0], "starts": starts}
    return first_of(mistakes, gate=flipped, **found, **numbers)


def judge_2(answer: Any) -> Wrong | None:
    """Let the step make one update of a twin, and compare with the same update in torch."""
    learner, right = SteepTask(one_bias=True), SteepTask(one_bias=True)
    start = learner.weights()
    ((loss, norm),) = right.updates(1)
    try:
        returned = _follow(answer, learner)
    except ValueError as error:
        if "No gradients provided" in str(error):  # not said
            return wrong("nothing recorded")
        raise
    learned, should = learner.weights(), (right.weights() - start).norm()
    known = {"not moved": start, "twice": SteepTask(one_bias=True).after(2)}
    for mistake in ("unclipped", "one by one", "by value", "last prediction"):
        known[mistake] = SteepTask(one_bias=True).after(1, mistake)
    fields = {"moved": (learned - start).norm().item(), "norm": norm, "loss": loss}
    if verdict := compare(learned, right.weights(), known, should=should, **fields):
        return verdict
    if not isinstance(returned, tuple) or len(returned) != 2:
        return wrong("no pair", kind=type(returned).__name__)
    given = {"loss_given": float(returned[0]), "norm_given": float(returned[1])}
    mistakes = {
        "loss": not near(given["loss_given"], loss, 1e-3),
        "norm": not near(given["norm_given"], norm, 1e-3),
    }
    return first_of(mistakes, **given, **fields)


def _follow(train_step: Any, task: SteepTask) -> Any:
    """Return what the learner's function returns; the model gets the weights after it."""
    twin = make_twin(task.model)
    import keras
    import tensorflow as tf

    inputs, targets = (tf.constant(part.numpy()) for part in task.batch)
    returned = train_step(twin, keras.optimizers.SGD(0.1), inputs, targets)
    copy_to_torch(twin, task.model)
    return returned


def judge_3(answer: Any, gradient: float) -> Wrong | None:
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
    return compare(step, right, mistakes, 1e-3, epsilon=EPSILON, rate=RATE, **fields)
