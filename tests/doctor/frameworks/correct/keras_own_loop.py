"""The loop of Keras' guide for torch: a Keras model, trained with an optimizer of torch's."""

import keras
import torch

keras.utils.set_random_seed(4)
model = keras.Sequential([keras.Input((6, 1)), keras.layers.GRU(8), keras.layers.Dense(1)])
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
loss_fn = keras.losses.MeanSquaredError()
x = torch.randn(60, 6, 1)
data = torch.utils.data.TensorDataset(x, x.mean(1))
updates = 0
for _epoch in range(2):
    for inputs, targets in torch.utils.data.DataLoader(data, batch_size=6, shuffle=True):
        predictions = model(inputs, training=True)
        loss = loss_fn(targets, predictions)
        model.zero_grad()
        loss.backward()
        optimizer.step()
        updates += 1
