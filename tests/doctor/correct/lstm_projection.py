"""An LSTM with a projection, so h and c have different widths; the pair is carried in order."""

import torch

torch.manual_seed(142)
lstm = torch.nn.LSTM(1, 8, proj_size=3, batch_first=True, dtype=torch.float64)
lin = torch.nn.Linear(3, 1, dtype=torch.float64)
opt = torch.optim.Adam([*lstm.parameters(), *lin.parameters()], lr=0.04)
signal = torch.sin(torch.arange(0, 81, dtype=torch.float64) * 0.4 + torch.arange(4).view(4, 1))
for _ in range(2):
    state = None
    for i in range(0, 80, 8):
        x, y = signal[:, i : i + 8, None], signal[:, i + 1 : i + 9, None]
        out, state = lstm(x, state)
        loss = torch.nn.functional.mse_loss(lin(out), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        state = [s.detach() for s in state]
