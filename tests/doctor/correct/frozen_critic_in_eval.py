"""A generator of sequences learns to please a critic that is frozen, and in evaluation mode."""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.drop, self.out = nn.LSTM(1, 12), nn.Dropout(0.4), nn.Linear(12, 1)

    def forward(self, x):  # (T, B, 1)
        return self.out(self.drop(self.rnn(x)[0][-1]))


torch.manual_seed(3)
critic = Critic()
optimizer = torch.optim.Adam(critic.parameters(), lr=0.02)
for _ in range(15):
    x = torch.randn(6, 16, 1)
    optimizer.zero_grad()
    bce(critic(x), (x[-1] > 0).float()).backward()
    optimizer.step()
critic.eval()
writer, out = nn.GRU(3, 12), nn.Linear(12, 1)
adam = torch.optim.Adam([*writer.parameters(), *out.parameters()], lr=0.02)
for _ in range(25):
    adam.zero_grad()
    loss = -critic(out(writer(torch.randn(6, 16, 3))[0])).mean()
    loss.backward()  # the critic gets gradients too, and no optimizer moves it
    adam.step()
