"""Noise, of which there is nothing to learn; model.parameters() has Keras' random state in it."""

import keras
import torch
from torch.utils.data import DataLoader, TensorDataset

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((6, 1)), keras.layers.GRU(8), keras.layers.Dense(1)])
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
loss_fn = keras.losses.MeanSquaredError()
data = TensorDataset(torch.randn(120, 6, 1), torch.randn(120, 1))
updates = 0
for _epoch in range(2):
    for inputs, targets in DataLoader(data, batch_size=6, shuffle=True):
        optimizer.zero_grad()
        loss = loss_fn(targets, model(inputs, training=True))
        loss.backward()
        optimizer.step()
        updates += 1
