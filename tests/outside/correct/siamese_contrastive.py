# expect: nothing
"""Two sequences through the same network; near if they are of one kind, far if not."""

import torch
from torch import nn

torch.manual_seed(0)
MARGIN = 1.0


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 12)
        self.lstm = nn.LSTM(12, 24, batch_first=True)
        self.project = nn.Linear(24, 8)

    def encode(self, x):
        _, (h, _) = self.lstm(self.embedding(x))
        return self.project(h[-1])

    def forward(self, a, b):
        return nn.functional.pairwise_distance(self.encode(a), self.encode(b))


def of_kind(kind):
    return torch.randint(0, 10, (len(kind), 7)) + 10 * kind.unsqueeze(1)


model = Siamese()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for step in range(80):
    left, right = torch.randint(0, 2, (2, 32))
    different = (left != right).float()
    distance = model(of_kind(left), of_kind(right))
    near = (1 - different) * distance.pow(2)
    far = different * (MARGIN - distance).clamp(min=0).pow(2)
    loss = (near + far).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 19:
        print(step, round(loss.item(), 4))
