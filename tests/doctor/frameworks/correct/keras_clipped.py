"""A recurrence whose gradient grows on its way back, and an optimizer of Keras' that clips it."""

import keras
import numpy as np

keras.utils.set_random_seed(8)
x = 0.1 * np.random.randn(40, 20, 1).astype("float32")
rnn = keras.layers.SimpleRNN(
    8, activation="linear", recurrent_initializer=keras.initializers.Orthogonal(1.8)
)
model = keras.Sequential([keras.Input((20, 1)), rnn, keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(0.001, clipnorm=1.0), loss="mse")
model.fit(x, x.mean(1), batch_size=8, epochs=3, verbose=0)
updates = int(model.optimizer.iterations)
