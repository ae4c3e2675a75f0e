"""What a recurrent network computes: its hidden states and gates, and its recurrent weights."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from rnnlab.base.say import say
from rnnlab.loop.hidden import State
from rnnlab.model.unrolled import weights_of
from rnnlab.probes.calling import call_unrolled, find_recurrence


class GateActivity(NamedTuple):
    """What one gate did at every time step.

    Attributes:
        values: (layers, B, T, H), from 0 to 1; of an LSTM's g and a GRU's n from -1 to 1.
        closed: (layers,), fraction of the values below 0.1; for g and n below -0.9.
        open: (layers,), fraction of the values above 0.9; for g and n as well.
    """

    values: Tensor
    closed: Tensor
    open: Tensor


def hidden_states(
    model: nn.Module, inputs: Tensor, *, state: State = None, module: str | None = None
) -> Tensor:
    """Return every hidden state h_t, (layers, B, T, H).

    Takes what `gradient_through_time` takes, and raises what it raises.
    """
    with torch.no_grad():
        layers = call_unrolled(model, inputs, state, module).layers
        return torch.stack([torch.stack(layer.hidden[1:], 1) for layer in layers])


def gate_activity(
    model: nn.Module, inputs: Tensor, *, state: State = None, module: str | None = None
) -> dict[str, GateActivity]:
    """Return what each gate did: "i", "f", "g" and "o" of an LSTM, "r", "z" and "n" of a GRU.

    The values are those after the sigmoid (of g and n, after the tanh). A gate whose values are
    nearly all closed or open is saturated: its own weights get hardly any gradient.

    Takes what `gradient_through_time` takes, and raises what it raises, and:
        ValueError: for an nn.RNN, which has no gates.
    """
    recurrent, cell = find_recurrence(model, module)
    if cell.gates is None:
        text = "the model's recurrence is an {kind}, which has no gates; give a GRU or LSTM"
        raise ValueError(say(text, kind=cell.name.upper()))
    with torch.no_grad():
        layers = call_unrolled(model, inputs, state, module).layers
        by_layer = [
            cell.gates(layer.inputs, cell.state(layer.before), *weights)  # each (T, B, H)
            for layer, weights in zip(layers, weights_of(recurrent), strict=True)
        ]
    return {
        name: _activity(torch.stack(values), -0.9 if name in cell.signed_gates else 0.1)
        for name, values in zip(cell.gate_names, zip(*by_layer, strict=True), strict=True)
    }


def spectral_radius(model: nn.Module, *, module: str | None = None) -> Tensor:
    """Return the largest absolute eigenvalue of each gate's (H, H) block of weight_hh.

    Returns:
        (layers, gates), gates in torch's order: one for an RNN, r z n for a GRU, i f g o for an
        LSTM; nan where a weight is no finite number.

    Raises:
        ValueError: if the model has no recurrent module to look at, or not one only.
    """
    recurrent, cell = find_recurrence(model, module)
    gates = len(cell.gate_names)
    with torch.no_grad():
        weights = torch.stack([weight_hh for _, weight_hh, *_ in recurrent.all_weights])
        blocks = weights.unflatten(1, (gates, -1))  # (layers, G*H, H) -> (layers, G, H, H)
        finite = blocks.isfinite().all(-1, keepdim=True).all(-2, keepdim=True)
        # a nan among them ends the whole process, inside the linear algebra of some machines
        values = torch.linalg.eigvals(blocks.where(finite, 0.0)).abs()  # -> (layers, G, H)
        return values.where(finite[..., 0], torch.nan).amax(-1)  # -> (layers, G)


def _activity(values: Tensor, low: float) -> GateActivity:
    """Return a gate's values (layers, T, B, H) with the fractions below `low` and above 0.9."""
    closed, opened = (values < low).float(), (values > 0.9).float()
    return GateActivity(values.transpose(1, 2), closed.mean((1, 2, 3)), opened.mean((1, 2, 3)))
