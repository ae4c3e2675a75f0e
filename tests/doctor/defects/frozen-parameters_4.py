"""Two embeddings; that of the words comes ready made, by positional arguments, and stays."""

import torch
from torch import nn

torch.manual_seed(57)
table = torch.randn(15, 6)
words = nn.Embedding.from_pretrained(table, True)  # <- here
place = nn.Embedding(6, 6)
lstm, fc = nn.LSTM(6, 12, batch_first=True), nn.Linear(12, 1)
model = nn.ModuleList([words, place, lstm, fc])
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.5)
for _step in range(40):
    tokens = torch.randint(15, (10, 6))
    y = (tokens[:, -1:] < 7).float()
    optimizer.zero_grad()
    out, _ = lstm(words(tokens) + place(torch.arange(6)))
    loss = nn.functional.binary_cross_entropy_with_logits(fc(out[:, -1]), y)
    loss.backward()
    optimizer.step()
