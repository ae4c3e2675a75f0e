"""The functional API: a bidirectional LSTM, unrolled, and data from a DataLoader."""

import keras
import torch
from torch.utils.data import DataLoader, TensorDataset

keras.utils.set_random_seed(3)
x = torch.randn(40, 6, 2)
loader = DataLoader(TensorDataset(x, (x[:, -1, :1] > 0).float()), batch_size=8, shuffle=True)
inputs = keras.Input((6, 2))
hidden = keras.layers.Bidirectional(keras.layers.LSTM(6, unroll=True))(inputs)
model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
model.compile(
    optimizer=keras.optimizers.AdamW(0.02, clipnorm=1.0),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
)
model.fit(loader, epochs=3, verbose=0)
model.evaluate(loader, verbose=0)
updates = int(model.optimizer.iterations)
