"""Two parts learn in turn: the core on even batches, the readout on odd ones."""

import torch

torch.manual_seed(14)
core = torch.nn.LSTM(2, 8, batch_first=True)
readout = torch.nn.Linear(8, 2)
turns = [
    torch.optim.Adam(core.parameters(), lr=0.03),
    torch.optim.Adam(readout.parameters(), lr=0.03),
]

for i in range(24):
    chosen = turns[i % 2]
    inputs = torch.randn(8, 6, 2)
    targets = inputs.flip(-1)
    outputs, _ = core(inputs)
    loss = (readout(outputs) - targets).abs().mean()
    for each in turns:
        each.zero_grad()
    loss.backward()
    chosen.step()
