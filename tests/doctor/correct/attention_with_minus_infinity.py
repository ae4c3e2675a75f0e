"""Scores of padded steps are minus infinity before the softmax; each row has a true step."""

import torch
from torch import nn


class Attend(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 8, batch_first=True)
        self.score, self.out = nn.Linear(8, 1), nn.Linear(8, 1)

    def forward(self, x, lengths):
        states, _ = self.gru(x)
        late = torch.arange(x.shape[1]) >= lengths[:, None]
        scores = self.score(states).squeeze(-1).masked_fill(late, float("-inf"))
        share = scores.softmax(1)  # (B, T)
        return self.out((share[..., None] * states).sum(1))


torch.manual_seed(421)
model = Attend()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(25):
    lengths = torch.randint(3, 9, (10,))
    series = [torch.randn(n, 2) for n in lengths.tolist()]
    x = nn.utils.rnn.pad_sequence(series, batch_first=True)
    y = torch.stack([s[:, :1].amax(0) for s in series])
    loss = nn.functional.mse_loss(model(x, lengths), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
