"""Forward, backward, step, and only then zero_grad."""

import torch

torch.manual_seed(55)
model = torch.nn.RNN(2, 8, batch_first=True)
last = torch.nn.Linear(8, 1)
opt = torch.optim.SGD([*model.parameters(), *last.parameters()], lr=0.1)

xs = torch.randn(12, 8, 6, 2)
for _e in range(2):
    for x in xs:
        y = x[:, -1, :1] + 0.5 * x[:, -2, 1:]
        loss = torch.nn.functional.mse_loss(last(model(x)[1][-1]), y)
        loss.backward()
        opt.step()
        opt.zero_grad()
