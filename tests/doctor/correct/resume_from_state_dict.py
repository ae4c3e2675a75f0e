"""Training is cut in half; a new model and optimizer go on from state dicts held in memory."""

import io

import torch
from torch import nn

torch.manual_seed(126)


def new():
    model = nn.ModuleDict({"gru": nn.GRU(1, 8, batch_first=True), "fc": nn.Linear(8, 1)})
    return model, torch.optim.Adam(model.parameters(), lr=0.03)


def train(model, opt, n):
    for _ in range(n):
        x = torch.randn(8, 6, 1)
        loss = nn.functional.mse_loss(model["fc"](model["gru"](x)[0]), x.cumsum(1) * 0.2)
        opt.zero_grad()
        loss.backward()
        opt.step()


model, opt = new()
train(model, opt, 10)
buffer = io.BytesIO()
torch.save({"model": model.state_dict(), "opt": opt.state_dict()}, buffer)

buffer.seek(0)
saved = torch.load(buffer, weights_only=True)
model, opt = new()
model.load_state_dict(saved["model"])
opt.load_state_dict(saved["opt"])
train(model, opt, 10)
