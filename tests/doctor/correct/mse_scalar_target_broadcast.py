"""Least-squares critic: all scores against one label, a 0-d tensor that broadcasts on purpose."""

import warnings

import torch
from torch import nn

torch.manual_seed(143)
rnn, score = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
opt = torch.optim.Adam([*rnn.parameters(), *score.parameters()], lr=0.03)
REAL, FAKE = torch.tensor(1.0), torch.tensor(0.0)


def judge(x, label):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Using a target size")
        return nn.functional.mse_loss(score(rnn(x)[1][0]), label)


for _ in range(18):
    real = torch.rand(8, 6, 1)
    fake = -torch.rand(8, 6, 1)
    loss = judge(real, REAL) + judge(fake, FAKE)
    opt.zero_grad()
    loss.backward()
    opt.step()
