# expect: nothing
"""A stateful LSTM: it keeps its state in itself, over parts in their order, reset each epoch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
STREAMS, PART = 6, 15


class Stateful(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 24, batch_first=True)
        self.fc = nn.Linear(24, 1)
        self.reset()

    def reset(self):
        self.h = self.c = None

    def forward(self, x):
        if self.h is None:
            self.h, self.c = torch.zeros(1, len(x), 24), torch.zeros(1, len(x), 24)
        out, (h, c) = self.lstm(x, (self.h, self.c))
        self.h, self.c = h.detach(), c.detach()
        return self.fc(out)


t = torch.arange(STREAMS * 301) / 9
signal = (torch.sin(t) + torch.sin(t * 2.3)).view(STREAMS, 301)
parts = torch.cat([signal[:, k : k + PART + 1] for k in range(0, 300, PART)])  # part after part
loader = DataLoader(TensorDataset(parts.unsqueeze(-1)), batch_size=STREAMS, shuffle=False)
model = Stateful()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(8):
    model.reset()
    for (part,) in loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(part[:, :-1]), part[:, 1:])
        loss.backward()
        optimizer.step()
    print(epoch, round(loss.item(), 4))
