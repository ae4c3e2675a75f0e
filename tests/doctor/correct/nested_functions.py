"""Every line of the loop sits in a function of its own, called from another."""

import torch
from torch import nn

torch.manual_seed(120)


def build():
    model = nn.ModuleDict({"rnn": nn.RNN(1, 8, batch_first=True), "fc": nn.Linear(8, 1)})
    return model, torch.optim.Adam(model.parameters(), lr=0.03)


def predict(model, x):
    return model["fc"](model["rnn"](x)[0])


def compute_loss(model, batch):
    x, y = batch
    return nn.functional.mse_loss(predict(model, x), y)


def update(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def train_step(model, optimizer, batch):
    loss = compute_loss(model, batch)
    update(optimizer, loss)
    return loss.item()


def train(epochs=2, batches=8):
    model, optimizer = build()
    for _ in range(epochs):
        for _ in range(batches):
            x = torch.randn(8, 6, 1)
            train_step(model, optimizer, (x, x.relu()))


train()
