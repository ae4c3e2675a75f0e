"""A GRUCell reads symbol by symbol and names the symbol before; losses are stacked."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(4)
K = 4


class Recaller(nn.Module):
    def __init__(self, hidden=8):
        super().__init__()
        self.embed = nn.Embedding(K, hidden)
        self.cell = nn.GRUCell(hidden, hidden)
        self.logits = nn.Linear(hidden, K)

    def forward(self, tokens):
        state = tokens.new_zeros(tokens.shape[0], self.cell.hidden_size, dtype=torch.float32)
        rows = []
        for column in self.embed(tokens).unbind(1):
            state = self.cell(column, state)
            rows.append(self.logits(state))
        return torch.stack(rows, dim=1)


model = Recaller()
adam = torch.optim.AdamW(model.parameters(), lr=0.03)
for _epoch in range(2):
    for _batch in range(10):
        tokens = torch.randint(K, (8, 8))
        scores = model(tokens)
        loss = F.cross_entropy(scores[:, 1:].reshape(-1, K), tokens[:, :-1].reshape(-1))
        adam.zero_grad()
        loss.backward()
        adam.step()
