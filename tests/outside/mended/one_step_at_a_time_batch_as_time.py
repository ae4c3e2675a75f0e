# expect: nothing
# line: -
# source: https://github.com/ray075hl/Bi-Model-Intent-And-Slot/pull/2
import torch
from torch import nn

torch.manual_seed(0)


class SlotDecoder(nn.Module):
    """It reads one step after another, so that it could be given its own last answer."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 24, batch_first=True)
        self.fc = nn.Linear(24, 2)

    def forward(self, x):
        state, outputs = None, []
        for step in x.transpose(0, 1):
            out, state = self.lstm(step.unsqueeze(1), state)
            outputs.append(out)
        return self.fc(torch.cat(outputs, 1))


def batch():
    x = torch.randn(16, 10, 3)
    return x, (x[:, :, 0].cumsum(1) > 0).long()


model = SlotDecoder()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(60):
    x, slots = batch()
    loss = nn.functional.cross_entropy(model(x).flatten(0, 1), slots.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))
