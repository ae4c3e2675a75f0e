"""The Keras twin of `SequenceModel`: the same network on TensorFlow. Importing this loads both."""

from typing import Any

from rnnlab.base.extras import require

require("tensorflow")  # says how to get it, and keeps its start quiet

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from rnnlab.model.sequence_model import SequenceModel  # noqa: E402
from rnnlab.twins.keras_layout import cell_and_sizes, gates_and_layer  # noqa: E402


class KerasTwin(keras.Model):
    """Recurrent Keras layers with a dense readout at every time step.

    A GRU has Keras' own `reset_after=True`. Weights are Keras' own at the start.

    Args:
        model: whose cell, sizes and dtype it has.
        batch_size: None: the state goes in and out with each call. A number: the layers are
            stateful, each batch has this many rows, and `reset_state()` makes them zeros again.
    """

    def __init__(self, model: SequenceModel, batch_size: int | None = None) -> None:
        dtype = str(model.readout.weight.dtype).removeprefix("torch.")
        super().__init__(dtype=dtype)
        options: dict[str, Any] = {"return_sequences": True, "return_state": True, "dtype": dtype}
        options["stateful"] = batch_size is not None
        if hasattr(model.recurrence, "nonlinearity"):
            options["activation"] = model.recurrence.nonlinearity
        kind = getattr(keras.layers, gates_and_layer(model.cell)[1].name)
        self.sizes = cell_and_sizes(model)
        _, *widths, output_size = self.sizes
        self.recurrence = [kind(width, **options) for width in widths[1:]]
        self.readout = keras.layers.Dense(output_size, dtype=dtype)
        for layer, width in zip(self.recurrence, widths, strict=False):
            layer.build((batch_size, None, width))  # the weights are there before the first batch
        self.readout.build((batch_size, None, widths[-1]))
        self.built = True

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
