"""A leaky cell written by hand, two of them stacked in keras.layers.RNN."""

import keras
import numpy as np


class LeakyCell(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = self.state_size = self.output_size = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
        self.recurrent = self.add_weight(
            shape=(self.units, self.units), initializer="orthogonal", name="recurrent"
        )

    def call(self, inputs, states, training=False):
        new = keras.ops.tanh(inputs @ self.kernel + states[0] @ self.recurrent)
        h = 0.5 * states[0] + 0.5 * new
        return h, [h]


keras.utils.set_random_seed(7)
x = np.random.randn(40, 9, 1).astype("float32")
inputs = keras.Input((9, 1))
outputs = keras.layers.RNN([LeakyCell(6), LeakyCell(6)])(inputs)
model = keras.Model(inputs, keras.layers.Dense(1)(outputs))
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
model.fit(x, x.mean(1), batch_size=8, epochs=3, verbose=0)
updates = int(model.optimizer.iterations)
