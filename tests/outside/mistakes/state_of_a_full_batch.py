# expect: state-batch-size
# line: 20
# source: https://github.com/udacity/deep-learning-v2-pytorch/issues/153
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
BATCH = 20


class Mood(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(40, 8)
        self.lstm = nn.LSTM(8, 16, num_layers=2, dropout=0.2, batch_first=True)
        self.fc = nn.Linear(16, 1)

    def forward(self, tokens, state):
        out, state = self.lstm(self.embedding(tokens), state)
        return self.fc(out[:, -1]).squeeze(1), state

    def init_hidden(self, count):
        return torch.zeros(2, count, 16), torch.zeros(2, count, 16)


tokens = torch.randint(0, 40, (170, 9))
mood = (tokens[:, -1] > 19).float()
loader = DataLoader(TensorDataset(tokens, mood), batch_size=BATCH, shuffle=True)
net = Mood()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _epoch in range(4):
    for batch, label in loader:
        state = net.init_hidden(BATCH)
        guess, state = net(batch, state)
        loss = nn.functional.binary_cross_entropy_with_logits(guess, label)
        net.zero_grad()
        loss.backward()
        optimizer.step()
print(round(loss.item(), 3))
