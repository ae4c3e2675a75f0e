"""The mean loss of an epoch weights each batch by its size; the last one is small."""

import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(86)


def main():
    x = torch.randn(67, 6, 1)
    loader = DataLoader(TensorDataset(x, x.sum(1) * 0.3), batch_size=8, shuffle=True)
    gru, lin = torch.nn.GRU(1, 8, batch_first=True), torch.nn.Linear(8, 1)
    opt = torch.optim.Adam([*gru.parameters(), *lin.parameters()], lr=0.02)
    loss_fn = torch.nn.MSELoss()
    for _epoch in range(2):
        total, count = 0.0, 0
        for xb, yb in loader:
            opt.zero_grad()
            loss = loss_fn(lin(gru(xb)[1][0]), yb)
            loss.backward()
            opt.step()
            total += loss.item() * xb.size(0)
            count += xb.size(0)
        _mean = total / count


main()
