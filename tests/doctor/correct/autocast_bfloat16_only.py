"""Autocast to bfloat16 with no scaler, which bfloat16 does not need."""

import torch
from torch import nn

torch.manual_seed(23)
embed = nn.Embedding(5, 8)
w_x, w_h = nn.Linear(8, 8), nn.Linear(8, 8, bias=False)
to_vocab = nn.Linear(8, 5)
parts = nn.ModuleList([embed, w_x, w_h, to_vocab])
opt = torch.optim.Adam(parts.parameters(), lr=0.03)


def forward(tokens):
    h = torch.zeros(tokens.size(0), 8)
    steps = []
    for t in range(tokens.size(1)):
        h = torch.tanh(w_x(embed(tokens[:, t])) + w_h(h))
        steps.append(to_vocab(h))
    return torch.stack(steps, 1)


for _ in range(16):
    start = torch.randint(5, (8, 1))
    tokens = (start + torch.arange(9)) % 5  # each row counts upwards, modulo 5
    with torch.autocast(device_type="cpu", dtype=torch.bfloat16):
        logits = forward(tokens[:, :-1])
    loss = nn.functional.cross_entropy(logits.float().flatten(0, 1), tokens[:, 1:].flatten())
    opt.zero_grad()
    loss.backward()
    opt.step()
