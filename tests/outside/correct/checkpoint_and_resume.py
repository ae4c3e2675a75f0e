# expect: nothing
"""Trains, saves model and optimizer, makes both anew, loads them and goes on."""

import io

import torch
from torch import nn

torch.manual_seed(0)


class Parity(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 24, batch_first=True)
        self.fc = nn.Linear(24, 2)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


def make():
    model = Parity()
    return model, torch.optim.Adam(model.parameters(), lr=0.01)


def train(model, optimizer, steps):
    model.train()
    for _ in range(steps):
        bits = torch.randint(0, 2, (32, 6))
        loss = nn.functional.cross_entropy(
            model(bits.unsqueeze(-1).float()).transpose(1, 2), bits.cumsum(1) % 2
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return round(loss.item(), 3)


model, optimizer = make()
print("before", train(model, optimizer, 150))
file = io.BytesIO()
torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, file)

file.seek(0)
checkpoint = torch.load(file, weights_only=True)
model, optimizer = make()
model.load_state_dict(checkpoint["model"])
optimizer.load_state_dict(checkpoint["optimizer"])
print("after", train(model, optimizer, 150))
