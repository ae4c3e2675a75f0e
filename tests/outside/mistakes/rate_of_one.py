# expect: learning-rate-too-high
# line: 32
# source: https://github.com/meijieru/crnn.pytorch/issues/29
import torch
from torch import nn

torch.manual_seed(0)


class Strokes(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 12, 3, padding=1)
        self.rnn = nn.LSTM(12, 24, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(48, 5)

    def forward(self, x):
        features = torch.relu(self.conv(x.transpose(1, 2))).transpose(1, 2)
        return self.fc(self.rnn(features)[0].mean(1))


x = torch.randn(320, 16, 2).cumsum(1) / 2
digit = torch.bucketize(x[:, -1, 0], torch.tensor([-2.0, -0.6, 0.6, 2.0]))
model = Strokes()
optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
for _epoch in range(6):
    total = 0
    for rows in torch.randperm(320).split(32):
        loss = nn.functional.cross_entropy(model(x[rows]), digit[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() / 10
    print(round(total, 3))
