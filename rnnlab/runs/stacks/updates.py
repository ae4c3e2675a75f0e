"""Clipping and the optimizers' updates for many runs at once: weights and gradients are (R, P)."""

import numpy as np

from rnnlab.model.fast import Array


def norms(gradients: Array) -> Array:
    """Return the Euclidean norm of each run's gradient, (R,)."""
    return np.sqrt(np.square(gradients).sum(1))


def clip(gradients: Array, bounds: Array, lengths: Array) -> None:
    """Scale each run's gradient, of the given length (R,), to its bound (R,) at most, in place.

    As `torch.nn.utils.clip_grad_norm_`; a bound that is infinite clips nothing.
    """
    factors = np.minimum(bounds / (lengths + 1e-6), 1)
    if (factors < 1).any():
        np.multiply(gradients, factors[:, None].astype(gradients.dtype), gradients)


class SGD:
    """Stochastic gradient descent; `learning_rates` (R, 1)."""

    def __init__(self, weights: Array, learning_rates: Array) -> None:
        self.learning_rates = learning_rates
        self.state: list[Array] = []  # each (R, P)

    def update(self, weights: Array, gradients: Array) -> None:
        """Change the weights (R, P) by their gradients."""
        weights -= self.learning_rates.astype(weights.dtype) * gradients

    def keep(self, which: Array) -> None:
        """Go on with some of the runs, those of a mask (R,), alone."""
        self.learning_rates = self.learning_rates[which]
        self.state = [part[which] for part in self.state]


class RMSprop(SGD):
    """RMSprop with torch's defaults: alpha 0.99, eps 1e-8."""

    def __init__(self, weights: Array, learning_rates: Array) -> None:
        super().__init__(weights, learning_rates)
        self.state = [np.zeros_like(weights)]

    def update(self, weights: Array, gradients: Array) -> None:
        """Change the weights (R, P) by their gradients."""
        (squares,) = self.state
        squares *= 0.99
        squares += 0.01 * np.square(gradients)
        root = np.sqrt(squares)
        root += 1e-8
        weights -= self.learning_rates.astype(weights.dtype) * (gradients / root)


class Adam(SGD):
    """Adam with torch's defaults: betas (0.9, 0.999), eps 1e-8.

    Source: D. P. Kingma and J. Ba, Adam: a method for stochastic optimization, ICLR 2015.
    """

    def __init__(self, weights: Array, learning_rates: Array) -> None:
        super().__init__(weights, learning_rates)
        self.state, self.updates = [np.zeros_like(weights) for _ in range(2)], 0

    def update(self, weights: Array, gradients: Array) -> None:
        """Change the weights (R, P) by their gradients."""
        mean, squares = self.state
        self.updates += 1
        mean += 0.1 * (gradients - mean)
        squares *= 0.999
        squares += 0.001 * np.square(gradients)
        root = np.sqrt(squares)
        root /= (1 - 0.999**self.updates) ** 0.5
        root += 1e-8
        rates = self.learning_rates / (1 - 0.9**self.updates)
        np.divide(mean, root, root)
        root *= rates.astype(weights.dtype)
        weights -= root


UPDATES: dict[str, type[SGD]] = {"adam": Adam, "sgd": SGD, "rmsprop": RMSprop}
