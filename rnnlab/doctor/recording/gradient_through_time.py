"""How the gradient of a loss changes on its way back through time, in a loop's first rounds."""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.doctor.recording.known_tensors import tensors_in
from rnnlab.model.unrolled import unroll

SHORTEST = 5  # time steps; fewer tell nothing
MOST = 3000  # states of a round that are looked at: a validation has no backward to end it


class GradientThroughTime:
    """Measures gradients at the states of one round, by hooks that its backward calls.

    A cell, or a module of the user's that is called at each time step, shows its states itself;
    those inside nn.RNN, nn.GRU and nn.LSTM are computed once more, step by step.
    """

    def __init__(self) -> None:
        self._hooks: list[Any] = []
        # of each module in this round: the squared norm of each call, None if it is not used
        self._calls: dict[nn.Module, list[float | None]] = {}
        # and what a layer was given, with the gradients of what it returned
        self._layers: list[tuple[Any, Tensor, Any, dict[int, Tensor]]] = []

    def on_call(self, module: nn.Module, inputs: Any, state: Any, output: Any) -> None:
        """A module has answered, with a graph."""
        if len(self._hooks) > MOST:
            return
        if _can_be_unrolled(module, inputs):
            gradients: dict[int, Tensor] = {}
            for number, part in enumerate(tensors_in(output)):
                self._hook(part, partial(_keep, gradients, number))
            if isinstance(state, (tuple, list)):
                state = tuple(part.detach() for part in state)
            elif state is not None:
                state = state.detach()
            self._layers.append((module, inputs.detach(), state, gradients))
        squares = self._calls.setdefault(module, [])
        squares.append(None)
        for part in tensors_in(output, depth=1):
            self._hook(part, partial(_add, squares, len(squares) - 1))

    def _hook(self, tensor: Tensor, function: Any) -> None:
        if tensor.requires_grad:
            self._hooks.append(tensor.register_hook(function))

    def measure(self, recurrent: frozenset[int]) -> list[list[float]]:
        """Return the gradient's norm at each time step, for each recurrence.

        Args:
            recurrent: ids of the weights of which one use goes into another.
        """
        found = []
        for module, squares in self._calls.items():
            norms = [square**0.5 for square in squares if square is not None]
            if len(norms) >= SHORTEST and any(id(p) in recurrent for p in module.parameters()):
                found.append(norms)
        for layer, inputs, state, gradients in self._layers:
            if gradients and inputs.shape[1 if layer.batch_first else 0] >= SHORTEST:
                found.append(_norms_inside(layer, inputs, state, gradients))
        return found

    def clear(self) -> None:
        """Take the hooks off and forget the round."""
        for hook in self._hooks:
            hook.remove()
        for kept in (self._hooks, self._calls, self._layers):
            kept.clear()


def _add(squares: list[float | None], call: int, gradient: Tensor | None) -> None:
    if gradient is not None:  # of several outputs not all go into the loss
        squares[call] = (squares[call] or 0.0) + _square(gradient)


def _square(gradient: Tensor) -> float:
    """Return the squared norm in float64: in float32 a gradient of 1e-23 has a square of 0."""
    return gradient.detach().double().square().sum().item()


def _keep(gradients: dict[int, Tensor], number: int, gradient: Tensor | None) -> None:
    if gradient is not None:
        gradients[number] = gradient.detach()


def _can_be_unrolled(module: Any, inputs: Any) -> bool:
    """Whether the recurrence can be computed once more: one layer, one direction, on the CPU."""
    if not (isinstance(module, (nn.RNN, nn.GRU, nn.LSTM)) and isinstance(inputs, Tensor)):
        return False
    one = module.num_layers == 1 and not module.bidirectional and not module.proj_size
    known = inputs.device.type == "cpu" and inputs.dtype == module.weight_ih_l0.dtype
    return one and known and inputs.dim() == 3


def _norms_inside(
    module: Any, inputs: Tensor, state: Any, gradients: dict[int, Tensor]
) -> list[float]:
    """Return the norms of the gradients at the states inside of a recurrence."""
    with torch.enable_grad():
        outputs, end, (*_, layer) = unroll(module, inputs, state, derivable=True)
        returned = tensors_in((outputs, end))
        loss = torch.stack([(returned[k] * d).sum() for k, d in gradients.items()]).sum()
        states = [part for parts in zip(*layer.states[1:], strict=True) for part in parts]
        found = torch.autograd.grad(loss, states, allow_unused=True)
    squares = [0.0 if d is None else _square(d) for d in found]
    length = len(layer.hidden) - 1
    return [sum(squares[t::length]) ** 0.5 for t in range(length)]
