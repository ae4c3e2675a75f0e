"""Exercises of lesson 11: a GRU's gates in Keras, and where Keras' Adam has its epsilon."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from torch import Tensor

import rnnlab.course.step_in_tensorflow  # noqa: F401  # adds 11.2
from rnnlab.course.exercises import Hints, exercise

WANTED = "zrn"
RATE, BETA_2, EPSILON = 0.01, 0.999, 1e-7  # of 11.3; the last two are Keras' own


@exercise(
    "11.1",
    "a GRU's input weights as Keras wants them",
    """
r, z, n = weight_ih.chunk(3)
kernel = torch.cat([z, r, n]).T
""",
)
def judge_kernel(answer: Any, weight_ih: Tensor) -> Hints | None:
    """Compare with the transposed weights, block by block."""
    given, size = np.asarray(answer), len(weight_ih) // 3
    wanted = (weight_ih.shape[1], 3 * size)
    if given.shape != wanted:
        return (
            f"Your kernel has shape {given.shape}; expected {wanted}.",
            f"weight_ih has a row for each of {3 * size} sums, kernel a column.",
            "What turns the rows of a matrix into its columns?",
        )
    gates = dict(zip("rzn", weight_ih.detach().chunk(3), strict=True))
    blocks = [_gate_of(block, gates) for block in np.split(given, 3, axis=1)]
    if blocks == [*WANTED]:
        return None
    if None in blocks:
        k = blocks.index(None)
        return _scrambled(given[:, k * size : (k + 1) * size], k, gates)
    found = " ".join(map(str, blocks))
    return (
        f"The shape is right, and all numbers are there, but your gates stand in the order "
        f"{found}. Keras reads them as z r n.",
        f"What you give as the first {size} columns is {blocks[0]}; Keras will take it for z.",
        f"Cut weight_ih into three blocks of {size} rows, and put them together again in order.",
    )


def _gate_of(block: Any, gates: dict[str, Tensor]) -> str | None:
    """Return which gate's weights a block of columns holds."""
    for name, rows in gates.items():
        if np.allclose(block, rows.T.numpy(), atol=1e-6):
            return name
    return None


def _scrambled(block: Any, k: int, gates: dict[str, Tensor]) -> Hints:
    size = block.shape[1]
    for name, rows in gates.items():
        if np.allclose(block, rows.flip(0).T.numpy(), atol=1e-6):
            return (
                f"Block {k} of your columns holds the gate {name}, with its units backwards.",
                "Gates change places, the units within a gate do not.",
                "Move whole blocks of rows; flip turns each row's place around.",
            )
    numbers = np.sort(np.concatenate([rows.flatten().numpy() for rows in gates.values()]))
    if np.isin(np.round(block, 6), np.round(numbers, 6)).all():
        return (
            f"The numbers of weight_ih are there, but column {k * size} of yours is no row of it: "
            "they were dealt out anew.",
            "A row of weight_ih, the weights of one sum, must become one column.",
            "reshape keeps the order in which numbers are read; turning a matrix does not.",
        )
    return (
        f"Block {k} of your columns is none of the three gates.",
        f"Its first number is {block.flat[0]:.4f}; the gates begin with "
        + ", ".join(f"{rows[0, 0]:.4f} ({name})" for name, rows in gates.items())
        + ".",
        "No number changes: rows become columns, and blocks change places.",
    )


@exercise(
    "11.3",
    "the first step of Keras' Adam",
    """
root = (1 - 0.999) ** 0.5
keras_step = 0.01 * root * g / (root * g + 1e-7)
""",
)
def judge_adam(answer: Any, gradient: float) -> Hints | None:
    """Compare with Keras' formula, and find whose epsilon it was instead, and where."""
    step, root = float(answer), math.sqrt(1 - BETA_2)
    right = RATE * root * gradient / (root * gradient + EPSILON)
    if math.isclose(step, right, rel_tol=1e-3):
        return None
    known = {
        RATE * gradient / (gradient + 1e-8): (
            "is torch's step",
            "In Keras epsilon is 10 times as large, and stands beside the root of v itself.",
        ),
        RATE * gradient / (gradient + EPSILON): (
            "has the epsilon of Keras, at the place of torch's",
            "The root of v is not divided by the root of 1 - beta_2 before epsilon is added.",
        ),
        RATE * root * gradient / (root * gradient + 1e-8): (
            "has epsilon at its place in Keras, but torch's value",
            "Keras' epsilon is 10 to the power of -7.",
        ),
        RATE: (
            "is the learning rate itself: an epsilon of 0",
            "Beside so small a root of v the epsilon is not small.",
        ),
        RATE * gradient / (root * gradient + EPSILON): (
            "lacks the root of 1 - beta_2 above the line",
            "Keras multiplies the learning rate by the root of 1 - beta_2.",
        ),
    }
    for value, (words, hint) in known.items():
        if math.isclose(abs(step), value, rel_tol=1e-3):
            return (f"Your {step:.5f} {words}.", hint, _numbers(root, gradient))
    return (
        f"Your step is {step:.3g}, which is {step / gradient:.3g} times the gradient; Adam divides "
        "the gradient's size out, but for epsilon.",
        "In Keras' formula put t = 1, then m and v from the text.",
        _numbers(root, gradient),
    )


def _numbers(root: float, gradient: float) -> str:
    return (
        f"The root of v is {root * gradient:.3g}, and epsilon {EPSILON:.0e} is added to it; above "
        f"the line stands {RATE} times {root:.4f} times g."
    )
