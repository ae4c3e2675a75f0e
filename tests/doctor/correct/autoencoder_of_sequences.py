"""An autoencoder: a sequence is given back from one code, so its target is its input."""

import torch
from torch import nn


class AutoEncoder(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.encoder = nn.GRU(1, hidden, batch_first=True)
        self.decoder = nn.GRU(hidden, hidden, batch_first=True)
        self.readout = nn.Linear(hidden, 1)

    def forward(self, x):
        _, code = self.encoder(x)
        repeated = code[-1].unsqueeze(1).expand(-1, x.shape[1], -1)
        return self.readout(self.decoder(repeated)[0])


torch.manual_seed(24)
model = AutoEncoder(16)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _step in range(50):
    inputs = torch.sin(torch.arange(8) / 2 + 6.28 * torch.rand(16, 1)).unsqueeze(-1)
    targets = inputs
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(inputs), targets)
    loss.backward()
    optimizer.step()
