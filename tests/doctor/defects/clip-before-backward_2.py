"""The optimizer and the clipping share one generator of parameters."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 6, batch_first=True)
        self.fc = nn.Linear(6, 4)

    def forward(self, x):
        return self.fc(self.gru(x)[1][-1])


torch.manual_seed(1)
bits = torch.randint(0, 2, (48, 3, 1)).float()
loader = DataLoader(TensorDataset(bits, bits.sum((1, 2)).long()), batch_size=6, shuffle=True)
model = Counter()
weights = model.parameters()
adam = torch.optim.Adam(weights, lr=0.01)
for _ in range(2):
    for x, count in loader:
        adam.zero_grad()
        loss = F.cross_entropy(model(x), count)
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)  # <- here
        adam.step()
