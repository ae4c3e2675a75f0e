"""compile and fit: an LSTM, clipping by the global norm, validation data."""

import keras
import numpy as np

keras.utils.set_random_seed(0)
waves = np.sin(0.4 * np.arange(11) + 6 * np.random.rand(48, 1))[..., None].astype("float32")
model = keras.Sequential(
    [
        keras.Input((10, 1)),
        keras.layers.LSTM(8, return_sequences=True),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.01, global_clipnorm=1.0), loss="mse")
inputs, targets = waves[:, :-1], waves[:, 1:]
model.fit(
    inputs[:40], targets[:40], batch_size=8, epochs=3, verbose=0,
    validation_data=(inputs[40:], targets[40:]),
)  # fmt: skip
assert model.predict(inputs, verbose=0).shape == (48, 10, 1)
updates = int(model.optimizer.iterations)
