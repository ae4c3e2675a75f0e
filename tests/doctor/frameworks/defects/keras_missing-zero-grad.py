"""A Keras model, trained with an optimizer of torch's; nobody clears the gradients."""

import keras
import torch

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((6, 1)), keras.layers.LSTM(8), keras.layers.Dense(1)])
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
loss_fn = keras.losses.MeanSquaredError()
x = torch.randn(60, 6, 1)
data = torch.utils.data.TensorDataset(x, x.mean(1))
for inputs, targets in torch.utils.data.DataLoader(data, batch_size=6, shuffle=True):
    loss = loss_fn(targets, model(inputs, training=True))
    loss.backward()  # <- here
    optimizer.step()
