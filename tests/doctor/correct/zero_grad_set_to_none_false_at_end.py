"""model.zero_grad(set_to_none=False) closes each iteration."""

import torch


class Sum(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(1, 6, 2, batch_first=True)
        self.out = torch.nn.Linear(6, 1)

    def forward(self, x):
        return self.out(self.lstm(x)[0][:, -1, :])


torch.manual_seed(54)
model = Sum()
optimizer = torch.optim.Adam(model.parameters(), 0.05)
dataset = [(x, x.sum(1) / 3) for x in torch.randn(8, 8, 6, 1)]
for _epoch in range(3):
    for x, y in dataset:
        loss = torch.nn.functional.huber_loss(model(x), y)
        loss.backward()
        optimizer.step()
        model.zero_grad(set_to_none=False)
