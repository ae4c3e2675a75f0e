"""Time-major data, batch_first left at False, and the output of the last time step."""

import torch

torch.manual_seed(49)


class LastOutput(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.LSTM(2, 8)
        self.lin = torch.nn.Linear(8, 2)

    def forward(self, x):
        outputs, _ = self.rnn(x)
        return self.lin(outputs[-1])


T, B = 7, 8
model = LastOutput()
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for _ in range(20):
    x = torch.randn(T, B, 2)
    y = x.sum(0).argmax(-1)
    loss = torch.nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
