"""Step labels padded with 0, which is the label 'no', under a loss of logits."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(3)
series = [torch.randn(int(n), 2) for n in torch.randint(3, 12, (64,))]
marks = [(s.sum(1) > 0).float() for s in series]
rnn, fc = nn.RNN(2, 12), nn.Linear(12, 1)
opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.01)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        x = pad_sequence([series[i] for i in idx.tolist()])
        y = pad_sequence([marks[i] for i in idx.tolist()])
        logits = fc(rnn(x)[0]).squeeze(2)
        loss = nn.functional.binary_cross_entropy_with_logits(logits, y)  # <- here
        opt.zero_grad()
        loss.backward()
        opt.step()
