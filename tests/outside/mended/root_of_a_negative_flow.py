# expect: nothing
# line: -
# source: https://github.com/mhpi/generic_deltamodel/pull/114
import torch
from torch import nn

torch.manual_seed(0)


class Runoff(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 20)
        self.flow = nn.Linear(20, 1)

    def forward(self, weather):
        return self.flow(self.lstm(weather)[0])[..., 0]


def loss_of(simulated, observed):
    """The error of the flow, and that of its root, in which a low flow counts for more."""
    plain = (simulated - observed).pow(2).mean().sqrt()
    low = (torch.sqrt(simulated.clamp(min=0) + 1e-6) - torch.sqrt(observed + 1e-6)).pow(2).mean()
    return 0.75 * plain + 0.25 * low


model = Runoff()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for k in range(60):
    rain = torch.rand(30, 16, 2)
    observed = torch.stack([rain[: t + 1, :, 0].mean(0) * rain[t, :, 1] for t in range(30)])
    loss = loss_of(model(rain), observed)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if k % 20 == 19:
        print(k, round(loss.item(), 4))
