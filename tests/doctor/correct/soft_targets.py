"""Cross-entropy with probabilities as targets, mixed from two labels (mixup)."""

import torch
import torch.nn.functional as F

torch.manual_seed(119)
rnn, fc = torch.nn.GRU(3, 8, batch_first=True), torch.nn.Linear(8, 3)
opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.04)


def clean(n):
    y = F.one_hot(torch.randint(3, (n,)), 3).float()
    return y.unsqueeze(1) + 0.3 * torch.randn(n, 5, 3), y


for _ in range(20):
    (xa, ya), (xb, yb) = clean(8), clean(8)
    share = torch.rand(8, 1) * 0.3
    x = share[..., None] * xb + (1 - share[..., None]) * xa
    y = share * yb + (1 - share) * ya
    loss = F.cross_entropy(fc(rnn(x)[0].mean(1)), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
