# expect: retain-graph
# line: 25
# source: https://github.com/vikrant7/mobile-vod-bottleneck-lstm/issues/25
import torch
from torch import nn

torch.manual_seed(0)
cell, box = nn.LSTMCell(6, 20), nn.Linear(20, 2)
optimizer = torch.optim.SGD([*cell.parameters(), *box.parameters()], lr=0.1)


def frames(count=12):
    seconds = torch.arange(count).view(1, -1, 1) / 8
    path = torch.randn(8, 1, 2) + torch.randn(8, 1, 2) * seconds
    return torch.cat([path, path**2, path * 0.5], 2), path


for _video in range(20):
    video, path = frames()
    h, c = torch.zeros(8, 20), torch.zeros(8, 20)
    for t in range(video.size(1) - 1):
        h, c = cell(video[:, t], (h, c))
        loss = nn.functional.smooth_l1_loss(box(h), path[:, t + 1])
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        optimizer.step()
print(round(loss.item(), 3))
