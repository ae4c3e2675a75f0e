"""zero_grad stands between forward and backward, which is as good as at the top."""

import torch
from torch import nn

torch.manual_seed(59)
rnn = nn.RNN(1, 8, num_layers=2, batch_first=True)
lin = nn.Linear(8, 4)
optimizer = torch.optim.NAdam([*rnn.parameters(), *lin.parameters()], lr=0.04)
for _ in range(20):
    label = torch.randint(4, (8,))
    x = torch.sin(torch.arange(10.0)[None] * (label[:, None] + 1) * 0.6)[..., None]
    logits = lin(rnn(x)[0][:, -1])
    loss = nn.functional.cross_entropy(logits, label)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
