"""torch.mean over the time axis of an LSTM of padded texts."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(3)
texts = [torch.randint(1, 20, (int(n),)) for n in torch.randint(3, 12, (64,))]
score = torch.stack([t.float().mean() / 10 - 1 for t in texts])[:, None]
emb, lstm, fc = nn.Embedding(20, 6, padding_idx=0), nn.LSTM(6, 12), nn.Linear(12, 1)
net = nn.ModuleList([emb, lstm, fc])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        out, _ = lstm(emb(pad_sequence([texts[i] for i in idx.tolist()])))
        average = torch.mean(out, dim=0)  # <- here
        loss = nn.functional.mse_loss(fc(average), score[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
