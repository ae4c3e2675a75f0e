"""A smoothed loss, kept as a float, is what the script would print."""

import torch

torch.manual_seed(87)
cell = torch.nn.LSTMCell(2, 8)
fc = torch.nn.Linear(8, 2)
opt = torch.optim.Adam([*cell.parameters(), *fc.parameters()], lr=0.04)
smooth = None
for _ in range(20):
    frames = torch.randn(6, 8, 2)
    goal = (frames.sum(0)[:, 0] > 0).long()
    hc = (torch.zeros(8, 8), torch.zeros(8, 8))
    for f in frames:
        hc = cell(f, hc)
    loss = torch.nn.functional.cross_entropy(fc(hc[0]), goal)
    loss.backward()
    opt.step()
    opt.zero_grad()
    smooth = loss.item() if smooth is None else 0.9 * smooth + 0.1 * loss.item()
