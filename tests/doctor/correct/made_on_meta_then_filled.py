"""The network is made on meta, without memory, and gets memory and values before it trains."""

import torch
from torch import nn

torch.manual_seed(405)
with torch.device("meta"):
    net = nn.ModuleDict({"rnn": nn.RNN(1, 8, batch_first=True), "head": nn.Linear(8, 1)})
net = net.to_empty(device="cpu")
for parameter in net.parameters():
    nn.init.uniform_(parameter, -0.3, 0.3)
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for batch in torch.randn(80, 8, 1).split(4):
    optimizer.zero_grad()
    outputs, _ = net["rnn"](batch)
    loss = nn.functional.mse_loss(net["head"](outputs[:, -1]), batch.mean(1))
    loss.backward()
    optimizer.step()
