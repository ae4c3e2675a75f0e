# expect: loss-broadcast
# line: 18
# source: https://github.com/andrewgcodes/xlstm/issues/4
import torch
from torch import nn

torch.manual_seed(0)
series = torch.sin(torch.arange(0, 80, 0.3)) + torch.randn(267) / 20
lstm, head = nn.LSTM(1, 16), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
criterion = nn.MSELoss()
losses = []
for _epoch in range(4):
    for t in torch.randperm(250).tolist()[:60]:
        window, following = series[t : t + 10].view(10, 1, 1), series[t + 10].view(1, 1)
        out, _ = lstm(window)
        predicted = head(out).view(10, 1)
        loss = criterion(predicted, following)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(((predicted[-1] - following) ** 2).item())
print(round(sum(losses[-60:]) / 60, 4))
