"""LSTM over text with a schedule that starts low and goes lower."""

import torch
from torch import nn

torch.manual_seed(2)
ids = torch.arange(242).remainder(4).view(2, 121)
emb, lstm, dec = nn.Embedding(4, 4), nn.LSTM(4, 8, batch_first=True), nn.Linear(8, 4)
model = nn.ModuleList([emb, lstm, dec])
sgd = torch.optim.SGD(model.parameters(), lr=1e-5, momentum=0.5)
schedule = torch.optim.lr_scheduler.StepLR(sgd, step_size=1, gamma=0.5)


def update(i, hc):
    z, hc = lstm(emb(ids[:, i : i + 10]), hc)
    logits = dec(z)
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, i + 1 : i + 11].flatten())
    sgd.zero_grad()
    loss.backward()
    sgd.step()  # <- here
    return tuple(s.detach() for s in hc)


for _ in range(2):
    hc = None
    for i in range(0, 120, 10):
        hc = update(i, hc)
    schedule.step()
