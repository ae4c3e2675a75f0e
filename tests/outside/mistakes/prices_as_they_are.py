# expect: targets-not-scaled
# line: 17
# source: https://github.com/sktime/pytorch-forecasting/issues/1
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
price = 300 + 40 * torch.sin(torch.arange(500) / 12) + torch.randn(500)
scaled = (price - price.mean()) / price.std()
windows, following = scaled.unfold(0, 20, 1)[:-1].unsqueeze(-1), price[20:].unsqueeze(-1)
loader = DataLoader(TensorDataset(windows, following), batch_size=32, shuffle=True)
lstm, head = nn.LSTM(1, 24, batch_first=True), nn.Linear(24, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.005)
for _epoch in range(6):
    for x, y in loader:
        loss = nn.functional.mse_loss(head(lstm(x)[0][:, -1]), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
with torch.no_grad():
    forecast = head(lstm(windows)[0][:, -1])
print("wrong by", round((forecast - following).abs().mean().item(), 3))
