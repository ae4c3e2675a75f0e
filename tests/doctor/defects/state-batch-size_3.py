"""A GRU's first state is made once, for a full batch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

B, T, H = 6, 7, 5


def data():
    x = torch.randn(50, T, 1)
    return TensorDataset(x, (x[:, 0, 0] > 0).long())


def main():
    torch.manual_seed(2)
    gru, clf = nn.GRU(1, H, batch_first=True), nn.Linear(H, 2)
    opt = torch.optim.Adam([*gru.parameters(), *clf.parameters()], 0.02)
    h0 = torch.zeros(1, B, H)
    for xb, yb in DataLoader(data(), batch_size=B, shuffle=True):
        _, h_n = gru(xb, h0)  # <- here
        loss = nn.functional.cross_entropy(clf(h_n[-1]), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()


main()
