"""NLLLoss of the logarithm of probabilities that were mixed from two heads."""

import torch
from torch import nn

torch.manual_seed(115)
letters = torch.randint(0, 9, (7, 64))
onehot = nn.functional.one_hot(letters, 9).float()
language = letters[-1] % 3
rnn, one, two = nn.RNN(9, 16), nn.Linear(16, 3), nn.Linear(16, 3)
model = nn.ModuleList([rnn, one, two])
criterion = nn.NLLLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        hidden = rnn(onehot[:, idx])[1][0]
        probs = (one(hidden).softmax(1) + two(hidden).softmax(1)) / 2
        loss = criterion(torch.log(probs + 1e-8), language[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
