# expect: part-cut-from-graph
# line: 17
# source: https://github.com/speechbrain/speechbrain/issues/735
import torch
from torch import nn
from torch.autograd import Variable

torch.manual_seed(0)
lstm, mask = nn.LSTM(4, 20, batch_first=True), nn.Linear(20, 4)
optimizer = torch.optim.Adam([*lstm.parameters(), *mask.parameters()], lr=0.01)
clean = torch.sin(torch.arange(20) * 0.4).view(1, 20, 1) * torch.rand(64, 1, 4)
for epoch in range(12):
    noisy = clean + torch.randn_like(clean) / 3
    for a, b in zip(noisy.split(16), clean.split(16), strict=True):
        predicted = mask(lstm(a)[0])
        loss = nn.functional.mse_loss(predicted, b)
        loss = Variable(loss, requires_grad=True)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, round(loss.item(), 4))
