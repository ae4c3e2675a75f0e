"""One long text cut in chunks in order; the state is carried and detached at each border."""

import torch
from torch import nn

torch.manual_seed(43)
B, T, V, H = 4, 8, 4, 8
clock = torch.arange(B * T * 10 + B)
stream = (clock + clock // 7) % V
rows = stream[: B * T * 10].view(B, -1)
nexts = stream[1 : B * T * 10 + 1].view(B, -1)

embed, gru, out = nn.Embedding(V, H), nn.GRU(H, H, batch_first=True), nn.Linear(H, V)
opt = torch.optim.Adam([*embed.parameters(), *gru.parameters(), *out.parameters()], lr=0.03)

for _epoch in range(2):
    state = torch.zeros(1, B, H)
    for i in range(0, rows.size(1), T):
        state = state.detach()
        outputs, state = gru(embed(rows[:, i : i + T]), state)
        loss = nn.functional.cross_entropy(
            out(outputs).flatten(0, 1), nexts[:, i : i + T].flatten()
        )
        opt.zero_grad()
        loss.backward()
        opt.step()
