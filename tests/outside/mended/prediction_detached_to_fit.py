# expect: nothing
# line: -
# source: https://github.com/FernandoLpz/Text-Classification-LSTMs-PyTorch/issues/9
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Tweets(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(60, 12, padding_idx=0)
        self.lstm = nn.LSTM(12, 16, num_layers=2, batch_first=True)
        self.fc = nn.Linear(16, 1)

    def forward(self, x):
        out, _ = self.lstm(self.embedding(x))
        return torch.sigmoid(self.fc(out[:, -1]))


x = torch.randint(1, 60, (128, 10))
y = (x[:, -3:] < 30).any(1).float()
model = Tweets()
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.005)
for _epoch in range(12):
    for rows in torch.randperm(128).split(32):
        y_pred = model(x[rows])
        loss = F.binary_cross_entropy(y_pred.squeeze(1), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(round(loss.item(), 3))
