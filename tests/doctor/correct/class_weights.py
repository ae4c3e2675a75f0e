"""A rare class gets a larger weight in the cross-entropy."""

import torch

torch.manual_seed(118)
weights = torch.tensor([0.3, 1.7])
lstm = torch.nn.LSTM(1, 8, batch_first=True)
lin = torch.nn.Linear(8, 2)
opt = torch.optim.Adam([*lstm.parameters(), *lin.parameters()], lr=0.05)
for _ in range(20):
    x = torch.randn(8, 6, 1)
    rare = (x[:, -2:].amax(dim=(1, 2)) > 1.2).long()
    logits = lin(lstm(x)[0][:, -1])
    loss = torch.nn.functional.cross_entropy(logits, rare, weight=weights)
    opt.zero_grad()
    loss.backward()
    opt.step()
