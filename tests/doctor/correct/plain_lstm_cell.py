"""LSTMCell with its pair of states, cumulative sign of a noisy walk."""

import torch

torch.manual_seed(5)
H = 7
core = torch.nn.LSTMCell(1, H)
top = torch.nn.Linear(H, 1)
learner = torch.optim.Adam([{"params": core.parameters()}, {"params": top.parameters()}], lr=0.05)
bce = torch.nn.BCEWithLogitsLoss()

data = torch.randn(64, 9).cumsum(1)
labels = (data > 0).float()

for _sweep in range(2):
    for rows, goal in zip(data.split(8), labels.split(8), strict=True):
        hx = torch.zeros(len(rows), H)
        cx = torch.zeros(len(rows), H)
        said = []
        for t in range(rows.size(1)):
            hx, cx = core(rows[:, t : t + 1], (hx, cx))
            said.append(top(hx))
        loss = bce(torch.cat(said, dim=1), goal)
        learner.zero_grad()
        loss.backward()
        learner.step()
