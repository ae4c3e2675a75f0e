"""Different lengths by a mask: the squared error is summed over true steps only."""

import torch

torch.manual_seed(90)
T = 10
rnn = torch.nn.RNN(1, 8, batch_first=True)
lin = torch.nn.Linear(8, 1)
opt = torch.optim.Adam([*rnn.parameters(), *lin.parameters()], lr=0.02)
for _ in range(20):
    lengths = torch.randint(3, T + 1, (8,))
    mask = (torch.arange(T) < lengths[:, None]).float()
    x = torch.randn(8, T) * mask
    y = 0.6 * x + 0.3 * x.roll(1, dims=1)
    pred = lin(rnn(x.unsqueeze(-1))[0]).squeeze(-1)
    loss = ((pred - y).square() * mask).sum() / mask.sum()
    opt.zero_grad()
    loss.backward()
    opt.step()
