# expect: state-shape
# line: 23
# source: https://github.com/dion-jy/lstm-vae-torch/issues/2
import torch
from torch import nn

torch.manual_seed(0)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(1, 24, batch_first=True)
        self.to_code = nn.Linear(24, 4)
        self.from_code = nn.Linear(4, 24)
        self.decoder = nn.LSTM(1, 24, batch_first=True)
        self.out = nn.Linear(24, 1)

    def forward(self, x):
        _, (h, _) = self.encoder(x)
        start = torch.tanh(self.from_code(self.to_code(h[-1])))
        before = torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], 1)
        out, _ = self.decoder(before, (start, start))
        return self.out(out)


model = Autoencoder()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
time = torch.arange(12) * 0.5
for _ in range(80):
    waves = torch.sin(time + torch.rand(16, 1) * 6.28).unsqueeze(-1)
    loss = nn.functional.mse_loss(model(waves), waves)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 4))
