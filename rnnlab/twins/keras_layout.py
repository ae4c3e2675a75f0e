"""Weights in Keras' layout, and back in torch's: transposed, gates in order, two biases or one.

| | torch | Keras |
| --- | --- | --- |
| input weights | `weight_ih` (G*H, D) | `kernel` (D, G*H) |
| recurrent weights | `weight_hh` (G*H, H) | `recurrent_kernel` (H, G*H) |
| gates of a GRU | r z n | z r n (Keras calls n h) |
| gates of an LSTM | i f g o | i f g o (Keras calls g c) |
| biases of an RNN, an LSTM | `bias_ih`, `bias_hh`, (G*H,) each | `bias` (G*H,), one |
| biases of a GRU | `bias_ih`, `bias_hh`, (3*H,) each | `bias` (2, 3*H), with `reset_after=True` |

So a GRU goes there and back without change. An RNN or an LSTM of torch adds its two biases, and
Keras has their sum: from torch to Keras and back the sum is in `bias_ih`, zeros in `bias_hh`, as
`one_bias` has them, and what the network computes is the same.

The layouts are those of the documentation of `torch.nn.RNN`, `GRU` and `LSTM`, and of Keras'
`SimpleRNNCell`, `GRUCell` and `LSTMCell`. This module needs neither Keras nor TensorFlow.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnlab.base.checks import check_known
from rnnlab.base.say import say
from rnnlab.model.cells import CELLS, KerasLayer
from rnnlab.model.sequence_model import SequenceModel

Array = NDArray[np.floating]


def to_keras(cell: str, weights: Sequence[Tensor]) -> list[Array]:
    """Return the weights of one recurrent layer as Keras' layer takes them in `set_weights`.

    Args:
        cell: "rnn", "gru" or "lstm".
        weights: weight_ih (G*H, D), weight_hh (G*H, H), bias_ih (G*H,), bias_hh (G*H,), as
            `model.recurrence.all_weights` holds them for each layer.

    Returns:
        kernel (D, G*H), recurrent_kernel (H, G*H), and bias: (G*H,), for a GRU (2, G*H).

    Raises:
        ValueError: for an unknown cell, another number of weights, or shapes that do not fit.
    """
    ours, keras = gates_and_layer(cell)
    arrays = [weight.detach().cpu().numpy() for weight in weights]
    _check_shapes(cell, arrays, "weight_ih, weight_hh, bias_ih, bias_hh", axis=0)  # not said
    weight_ih, weight_hh, *biases = (_reordered(a, ours, keras.gates) for a in arrays)
    bias = np.add(*biases) if keras.biases == 1 else np.stack(biases)
    return [weight_ih.T.copy(), weight_hh.T.copy(), bias]


def to_torch(cell: str, weights: Sequence[Array]) -> list[Tensor]:
    """Return the weights of one Keras layer as torch keeps them.

    Args:
        cell: "rnn", "gru" or "lstm".
        weights: kernel (D, G*H), recurrent_kernel (H, G*H), bias: (G*H,), for a GRU (2, G*H), as
            the layer's `get_weights` returns them.

    Returns:
        weight_ih (G*H, D), weight_hh (G*H, H), bias_ih (G*H,), bias_hh (G*H,). Of an RNN or an
        LSTM, bias_hh is zeros.

    Raises:
        ValueError: as `to_keras`.
    """
    ours, keras = gates_and_layer(cell)
    arrays = [np.asarray(weight) for weight in weights]
    _check_shapes(cell, arrays, "kernel, recurrent_kernel, bias", axis=1)  # not said
    kernel, recurrent_kernel, bias = arrays
    bias_ih, bias_hh = (bias, np.zeros_like(bias)) if keras.biases == 1 else bias
    return [
        torch.from_numpy(_reordered(array, keras.gates, ours).copy())
        for array in (kernel.T, recurrent_kernel.T, bias_ih, bias_hh)
    ]


def one_bias(model: SequenceModel) -> SequenceModel:
    """Give an RNN or LSTM one bias, as Keras has it: what it computes stays, what it learns not.

    `bias_hh` is added to `bias_ih`, set to zeros, and no longer trained. With two trained biases
    each gets the same gradient, so an update moves their sum twice as far, and the gradient's norm
    counts it twice. A GRU stays as it is: Keras trains two biases there as well.

    Args:
        model: changed in place.

    Returns:
        the same model.
    """
    cell, *_ = cell_and_sizes(model)
    if gates_and_layer(str(cell))[1].biases == 1:
        with torch.no_grad():
            for _, _, bias_ih, bias_hh in model.recurrence.all_weights:
                bias_ih.add_(bias_hh)
                bias_hh.zero_()
                bias_hh.requires_grad_(False).grad = None
    return model


def cell_and_sizes(model: SequenceModel) -> tuple[str | int, ...]:
    """Return a model's cell, and the sizes of its input, of each layer and of its output.

    Raises:
        TypeError: for anything but a `SequenceModel`.
    """
    if not isinstance(model, SequenceModel):
        text = (
            "model is {kind}; expected a rnnlab.SequenceModel. For one layer of another model, "
            "take to_keras and to_torch of rnnlab.twins.keras_layout"
        )
        raise TypeError(say(text, kind=type(model).__name__))
    recurrence = model.recurrence
    widths = [recurrence.hidden_size] * recurrence.num_layers
    return model.cell, recurrence.input_size, *widths, model.readout.out_features


def gates_and_layer(cell: str) -> tuple[str, KerasLayer]:
    """Return the gates of a cell in torch's order, and how Keras has it.

    Raises:
        ValueError: for a cell that is unknown, or that Keras does not have.
    """
    known = {name: (c.gate_names, c.keras) for name, c in CELLS.items() if c.keras is not None}
    check_known("cell", cell, known, "cells")
    return known[cell]


def _reordered(array: Array, have: str, want: str) -> Array:
    """Return the blocks of the first axis, one a gate, in another order."""
    blocks = dict(zip(have, np.split(array, len(have)), strict=True))
    return np.concatenate([blocks[gate] for gate in want])


def _check_shapes(cell: str, arrays: list[Array], names: str, axis: int) -> None:
    """Refuse weights whose shapes are not those of one layer with its gates on this axis."""
    shapes, (gates, keras) = [array.shape for array in arrays], gates_and_layer(cell)
    if len(shapes) == len(names.split(",")) and len(shapes[0]) == len(shapes[1]) == 2:
        wide = len(gates) * shapes[1][1 - axis]
        bias = (2, wide) if axis and keras.biases == 2 else (wide,)
        if shapes[0][axis] == shapes[1][axis] == wide and {*shapes[2:]} == {bias}:
            return
    text = (
        "the weights have shapes {shapes}; expected {names} of one {cell} layer with {gates} * "
        "hidden_size rows and biases"
    )
    if axis:
        text = (
            "the weights have shapes {shapes}; expected {names} of one {cell} layer with {gates} * "
            "hidden_size columns and biases"
        )
    raise ValueError(say(text, shapes=shapes, names=names, cell=cell, gates=len(gates)))
