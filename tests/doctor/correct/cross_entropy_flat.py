"""Cross-entropy over (B * T, C) with targets (B * T)."""

import torch
from torch import nn

torch.manual_seed(106)
C = 6


class LanguageModel(nn.Module):
    def __init__(self, vocab, width=8):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.rnn = nn.LSTM(width, width, batch_first=True)
        self.logits = nn.Linear(width, vocab)

    def forward(self, tokens, state=None):
        hidden, state = self.rnn(self.embed(tokens), state)
        return self.logits(hidden), state


model = LanguageModel(C)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
loss_fn = nn.CrossEntropyLoss()
for _epoch in range(2):
    for _ in range(10):
        tokens = (torch.randint(C, (8, 1)) + 2 * torch.arange(8)) % C
        logits, _ = model(tokens[:, :-1])
        loss = loss_fn(logits.reshape(-1, C), tokens[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
