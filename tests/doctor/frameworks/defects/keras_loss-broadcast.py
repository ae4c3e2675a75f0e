"""A Keras model, and a loss of torch's that stretches (B, 1) and (B,) to (B, B)."""

import keras
import torch

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((6, 1)), keras.layers.GRU(8), keras.layers.Dense(1)])
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
x = torch.randn(60, 6, 1)
data = torch.utils.data.TensorDataset(x, x.mean((1, 2)))
for inputs, targets in torch.utils.data.DataLoader(data, batch_size=6, shuffle=True):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(inputs), targets)  # <- here
    loss.backward()
    optimizer.step()
