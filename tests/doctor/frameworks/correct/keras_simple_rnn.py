"""The first example of many courses: a SimpleRNN, its last output into a Dense layer."""

import keras
import numpy as np

keras.utils.set_random_seed(6)
waves = np.sin(0.4 * np.arange(11) + 6 * np.random.rand(48, 1))[..., None].astype("float32")
model = keras.Sequential(
    [keras.layers.Input((10, 1)), keras.layers.SimpleRNN(8), keras.layers.Dense(1)]
)
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(waves[:, :-1], waves[:, -1], batch_size=8, epochs=3, validation_split=1 / 6, verbose=0)
updates = int(model.optimizer.iterations)
