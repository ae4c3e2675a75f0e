"""A padded batch is packed, so h_n is the state at the true end of every sequence."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence

torch.manual_seed(146)
texts = [torch.randint(1, 15, (int(n),)) for n in torch.randint(3, 12, (64,))]
label = torch.stack([(t[-1] > 7).long() for t in texts])
embed, gru, fc = nn.Embedding(15, 8), nn.GRU(8, 12), nn.Linear(12, 2)
opt = torch.optim.Adam([*embed.parameters(), *gru.parameters(), *fc.parameters()], lr=0.02)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        packed = pack_sequence([embed(texts[i]) for i in idx.tolist()], enforce_sorted=False)
        _, h = gru(packed)
        loss = nn.functional.cross_entropy(fc(h[-1]), label[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
