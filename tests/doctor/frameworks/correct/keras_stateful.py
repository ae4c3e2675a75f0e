"""A stateful SimpleRNN on a stream in the order of time, reset before each epoch."""

import keras
import numpy as np

keras.utils.set_random_seed(2)
rows, pieces, length = 4, 12, 6
series = np.sin(0.3 * np.arange(rows * pieces * length + 1)).astype("float32")
inputs, targets = (
    part.reshape(rows, pieces, length, 1).swapaxes(0, 1).reshape(-1, length, 1)
    for part in (series[:-1], series[1:])
)
rnn = keras.layers.SimpleRNN(8, stateful=True, return_sequences=True)
model = keras.Sequential([keras.Input(batch_shape=(rows, length, 1)), rnn, keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.9, clipvalue=0.5), loss="huber")
for _epoch in range(2):
    rnn.reset_state()
    model.fit(inputs, targets, batch_size=rows, shuffle=False, verbose=0)
updates = int(model.optimizer.iterations)
