"""The head is traced once and trained together with a plain GRU."""

import torch

torch.manual_seed(67)
gru = torch.nn.GRU(2, 8, batch_first=True)
plain_head = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
head = torch.jit.trace(plain_head, torch.zeros(8, 8))
opt = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.02)

for _ in range(16):
    x = torch.randn(8, 6, 2)
    y = (x[..., 0] * 0.7 - x[..., 1] * 0.2).mean(1, keepdim=True)
    loss = torch.nn.functional.mse_loss(head(gru(x)[1][0]), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
