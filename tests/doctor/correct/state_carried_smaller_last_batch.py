"""The last batch is smaller, so the carried LSTM state is cut to its rows."""

import torch

torch.manual_seed(44)
lstm = torch.nn.LSTM(1, 8, batch_first=True)
lin = torch.nn.Linear(8, 1)
params = [*lstm.parameters(), *lin.parameters()]
opt = torch.optim.Adam(params, lr=0.03)
# Each row of a batch goes on where the same row of the batch before it stopped.
waves = torch.sin(torch.arange(0, 65) * 0.4 + torch.arange(6).view(-1, 1))
parts = [waves[:, i : i + 9] for i in range(0, 56, 8)]
parts.append(waves[:4, 56:65])


def fit(state, n):
    return tuple(s[:, :n].detach().contiguous() for s in state)


for _ in range(2):
    carried = None
    for part in parts:
        x, y = part[:, :-1, None], part[:, 1:, None]
        if carried is not None:
            carried = fit(carried, len(x))
        o, carried = lstm(x, carried)
        loss = torch.nn.functional.mse_loss(lin(o), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
