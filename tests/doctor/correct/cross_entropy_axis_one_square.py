"""As many classes as time steps; the logits are transposed so that classes are on axis 1."""

import torch
import torch.nn.functional as F

torch.manual_seed(107)
N = 6  # classes, and steps
emb = torch.nn.Embedding(N, 8)
gru = torch.nn.GRU(8, 8, batch_first=True)
out = torch.nn.Linear(8, N)
net = torch.nn.ModuleList([emb, gru, out])
opt = torch.optim.Adam(net.parameters(), lr=0.04)
for _ in range(20):
    ids = torch.randint(N, (8, N))
    logits = out(gru(emb(ids))[0])  # (B, T, C)
    loss = F.cross_entropy(logits.transpose(1, 2), ids)
    opt.zero_grad()
    loss.backward()
    opt.step()
