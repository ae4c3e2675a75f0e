"""The Keras twin of `SequenceModel`: the same network on TensorFlow. Importing this loads both."""

from __future__ import annotations

from typing import Any

from rnnlab.base.extras import require

require("tensorflow")  # says how to get it, and keeps its start quiet

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

CELLS = {"rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}


class KerasTwin(keras.Model):
    """Recurrent Keras layers with a dense readout at every time step.

    Args:
        input_size: D, features of the input at each time step.
        hidden_size: H, units of each layer.
        output_size: features (or classes) of the prediction at each time step.
        cell: "rnn", "gru" (with Keras' own `reset_after=True`) or "lstm".
        num_layers: recurrent layers, one on top of the other.
        nonlinearity: of an "rnn", "tanh" or "relu".
        batch_size: None: the state goes in and out with each call. A number: the layers are
            stateful, each batch has this many rows, and `reset_state()` makes them zeros again.
        dtype: "float32" or "float64".
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        cell: str = "rnn",
        num_layers: int = 1,
        *,
        nonlinearity: str = "tanh",
        batch_size: int | None = None,
        dtype: str = "float32",
    ) -> None:
        super().__init__(dtype=dtype)
        options: dict[str, Any] = {"return_sequences": True, "return_state": True, "dtype": dtype}
        options["stateful"] = batch_size is not None
        if cell == "rnn":
            options["activation"] = nonlinearity
        self.recurrence = [CELLS[cell](hidden_size, **options) for _ in range(num_layers)]
        self.readout = keras.layers.Dense(output_size, dtype=dtype)
        for k, layer in enumerate(self.recurrence):  # the weights are there before the first batch
            layer.build((batch_size, None, hidden_size if k else input_size))
        self.readout.build((batch_size, None, hidden_size))
        self.cell, self.input_size, self.built = cell, input_size, True

    def call(self, inputs: tf.Tensor, state: list[list[tf.Tensor]] | None = None) -> Any:
        """Read a batch of sequences.

        Args:
            inputs: (B, T, D).
            state: for each layer a list: [h], for an LSTM [h, c], (B, H) each. None: zeros, or
                where the batch before has ended if the layers are stateful.

        Returns:
            predictions (B, T, output_size), and the state after the last time step.
        """
        outputs, ends = inputs, []
        for k, layer in enumerate(self.recurrence):
            start = None if state is None else state[k]
            outputs, *end = layer(outputs, initial_state=start)  # (B, T, D or H) -> (B, T, H)
            ends.append(end)
        return self.readout(outputs), ends  # (B, T, H) -> (B, T, output_size)

    def reset_state(self) -> None:
        """Make the states of stateful layers zeros, as at the start of an epoch."""
        for layer in self.recurrence:
            layer.reset_state()
