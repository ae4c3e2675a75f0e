# expect: nothing
# line: -
# source: https://github.com/wenet-e2e/wekws/pull/73
import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_


class Spotter(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(4, 20, num_layers=2, batch_first=True)
        self.classifier = nn.Linear(20, 1)

    def forward(self, features):
        return torch.sigmoid(self.classifier(self.gru(features)[0].amax(1)))


def train(model, optimizer, batches):
    for features, target in batches:
        loss = nn.functional.binary_cross_entropy(model(features), target)
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    return loss.item()


torch.manual_seed(0)
features = torch.randn(300, 12, 4)
target = (features[:, :, 0] + features[:, :, 1] > 2.8).any(1, keepdim=True).float()
batches = list(zip(features.split(25), target.split(25), strict=True))
model = Spotter()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for epoch in range(10):
    print(epoch, round(train(model, optimizer, batches), 3))
