"""Teacher forcing with LSTM cells: true values are fed while the decoder runs step by step."""

import torch
from torch import nn

torch.manual_seed(144)


class Seq2Seq(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.reader = nn.LSTM(1, width)
        self.writer = nn.LSTMCell(1, width)
        self.value = nn.Linear(width, 1)

    def forward(self, source, truth=None, steps=4):
        _, (h, c) = self.reader(source)
        h, c = h[0], c[0]
        given, said = source[-1], []
        for t in range(steps):
            h, c = self.writer(given, (h, c))
            said.append(self.value(h))
            given = said[-1] if truth is None else truth[t]
        return torch.stack(said)


def waves(n):
    return torch.sin(torch.arange(12)[:, None] * 0.5 + torch.rand(n) * 6.28).unsqueeze(-1)


net = Seq2Seq()
opt = torch.optim.Adam(net.parameters(), lr=0.03)
for step in range(16):
    wave = waves(8)
    past, future = wave[:8], wave[8:]
    loss = nn.functional.mse_loss(net(past, truth=future), future)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 8 == 7:
        with torch.no_grad():
            free_running = nn.functional.mse_loss(net(past), future).item()
