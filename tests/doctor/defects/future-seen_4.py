"""Steps of a dance, next step at each step, by a bidirectional plain RNN and a torch.roll."""

import torch
from torch import nn


class Dance(nn.Module):
    def __init__(self, moves):
        super().__init__()
        self.emb = nn.Embedding(moves, 8)
        self.rnn = nn.RNN(8, 16, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(32, moves)

    def forward(self, x):
        return self.fc(self.rnn(self.emb(x))[0])  # <- here


torch.manual_seed(37)
net = Dance(6)
opt = torch.optim.Adam(net.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()
for _ in range(40):
    moves = torch.randint(6, (12, 11))
    upcoming = moves.roll(-1, dims=1)
    scores = net(moves)[:, :-1]
    loss = criterion(scores.reshape(-1, 6), upcoming[:, :-1].reshape(-1))
    opt.zero_grad()
    loss.backward()
    opt.step()
