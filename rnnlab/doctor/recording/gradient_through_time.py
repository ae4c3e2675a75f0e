"""How the gradient of a loss changes on its way back through time, in a loop's first rounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.model.unrolled import unroll

SHORTEST = 5  # time steps; fewer tell nothing
MOST = 3000  # states of a round that are looked at: a validation has no backward to end it


class BackInTime:
    """Measures gradients at the states of one round, by hooks that its backward calls.

    A cell, or a module of the user's that is called at each time step, shows its states itself;
    those inside nn.RNN, nn.GRU and nn.LSTM are computed once more, step by step.
    """

    def __init__(self) -> None:
        self._handles: list[Any] = []
        self._calls: dict[int, int] = {}  # of each module in this round
        self._modules: dict[int, nn.Module] = {}
        self._norms: dict[int, dict[int, float]] = {}  # squares, by module and call
        self._whole: list[tuple[nn.RNNBase, Tensor, Any, dict[str, Tensor]]] = []

    def on_call(self, module: nn.Module, args: Any, output: Any) -> None:
        """A module has answered, with a graph."""
        if len(self._handles) > MOST:
            return
        if isinstance(module, nn.RNNBase) and _is_plain(module, args):
            self._on_whole(module, args, output)
        call = self._calls.get(id(module), 0)
        self._calls[id(module)], self._modules[id(module)] = call + 1, module
        parts = output if isinstance(output, tuple) else (output,)
        for part in parts:
            if isinstance(part, Tensor) and part.requires_grad:
                self._handles.append(part.register_hook(self._adder(id(module), call)))

    def _adder(self, key: int, call: int) -> Callable[[Tensor | None], None]:
        def add(gradient: Tensor | None) -> None:
            if gradient is None:  # of several outputs not all go into the loss
                return
            norms = self._norms.setdefault(key, {})
            norms[call] = norms.get(call, 0.0) + gradient.detach().square().sum().item()

        return add

    def _on_whole(self, module: nn.RNNBase, args: Any, output: Any) -> None:
        outputs, state = output
        gradients: dict[str, Tensor] = {}
        ends = state if isinstance(state, tuple) else (state,)
        for name, part in zip(("outputs", "h", "c"), (outputs, *ends), strict=False):
            if part.requires_grad:
                self._handles.append(part.register_hook(_keeper(gradients, name)))
        start = args[1] if len(args) > 1 else None
        if isinstance(start, (tuple, list)):
            start = tuple(part.detach() for part in start)
        elif start is not None:
            start = start.detach()
        self._whole.append((module, args[0].detach(), start, gradients))

    def take(self, recurrent: frozenset[int]) -> list[list[float]]:
        """Return the gradient's norm at each time step, for each recurrence, and forget them.

        Args:
            recurrent: ids of the weights of which one use goes into another.
        """
        found = []
        for key, norms in self._norms.items():
            own = {id(p) for p in self._modules[key].parameters()}
            if (
                len(norms) >= SHORTEST and own & recurrent
            ):  # a call whose answer is not used has none
                found.append([norms[call] ** 0.5 for call in sorted(norms)])
        for module, inputs, start, gradients in self._whole:
            if gradients and inputs.shape[1 if module.batch_first else 0] >= SHORTEST:
                found.append(_norms_inside(module, inputs, start, gradients))
        self.clear()
        return found

    def clear(self) -> None:
        """Take the hooks off and forget the round."""
        for handle in self._handles:
            handle.remove()
        for kept in (self._handles, self._calls, self._modules, self._norms, self._whole):
            kept.clear()


def _keeper(gradients: dict[str, Tensor], name: str) -> Callable[[Tensor | None], None]:
    def keep(gradient: Tensor | None) -> None:
        if gradient is not None:
            gradients[name] = gradient.detach()

    return keep


def _is_plain(module: nn.RNNBase, args: Any) -> bool:
    """Whether the recurrence can be computed once more: one layer, one direction, one device."""
    return (
        isinstance(module, (nn.RNN, nn.GRU, nn.LSTM))
        and module.num_layers == 1
        and not module.bidirectional
        and not getattr(module, "proj_size", 0)
        and bool(args)
        and isinstance(args[0], Tensor)
        and args[0].dim() == 3
        and args[0].device.type == "cpu"
        and args[0].dtype == module.weight_ih_l0.dtype
    )


def _norms_inside(
    module: Any, inputs: Tensor, start: Any, gradients: dict[str, Tensor]
) -> list[float]:
    """Return the norms of the gradients at the states inside of a recurrence."""
    with torch.enable_grad():
        outputs, state, layers = unroll(module, inputs, start, derivable=True)
        ends = state if isinstance(state, tuple) else (state,)
        named = dict(zip(("outputs", "h", "c"), (outputs, *ends), strict=False))
        loss = torch.stack([(named[name] * d).sum() for name, d in gradients.items()]).sum()
        states = [part for parts in zip(*layers[-1].states[1:], strict=True) for part in parts]
        found = torch.autograd.grad(loss, states, allow_unused=True)
    norms = [0.0 if d is None else d.square().sum().item() for d in found]
    length = len(layers[-1].hidden) - 1
    squares = [sum(norms[t::length]) for t in range(length)]
    return [square**0.5 for square in squares]
