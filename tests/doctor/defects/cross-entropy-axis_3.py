"""Next letter over an alphabet of eight, in pieces of eight letters, LSTM, state carried."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(2)
stream = torch.randint(0, 8, (3, 12)).repeat(1, 9)
emb, lstm, dec = nn.Embedding(8, 4), nn.LSTM(4, 8, batch_first=True), nn.Linear(8, 8)
params = [p for m in (emb, lstm, dec) for p in m.parameters()]
sgd = torch.optim.SGD(params, lr=0.5)


def fit_piece(i, hc):
    x, y = stream[:, i : i + 8], stream[:, i + 1 : i + 9]
    out, hc = lstm(emb(x), hc)
    loss = F.cross_entropy(dec(out), y)  # <- here
    sgd.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(params, 1.0)
    sgd.step()
    return tuple(s.detach() for s in hc)


for _ in range(2):
    hc = None
    for i in range(0, 96, 8):
        hc = fit_piece(i, hc)
