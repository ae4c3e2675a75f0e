# expect: loss-not-scalar
# line: 24
# source: https://github.com/z814081807/DeepNER/issues/19
import torch
from torch import nn

torch.manual_seed(0)
PAD = 0
tokens = torch.randint(1, 18, (64, 12))
tags = (tokens % 3).clone()
missing = torch.arange(12) >= torch.randint(5, 13, (64, 1))
tokens[missing], tags[missing] = PAD, PAD
real = ~missing

embedding = nn.Embedding(18, 12, padding_idx=PAD)
lstm, fc = nn.LSTM(12, 16, batch_first=True, bidirectional=True), nn.Linear(32, 3)
params = [*embedding.parameters(), *lstm.parameters(), *fc.parameters()]
optimizer = torch.optim.Adam(params, lr=0.01)
criterion = nn.CrossEntropyLoss(reduction="none")
for _ in range(40):
    emissions = fc(lstm(embedding(tokens))[0])
    loss = criterion(emissions[real], tags[real])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.mean().item(), 3))
