# expect: eval-mode-while-training
# line: 40
# source: https://github.com/shubhamagarwal92/mmd/issues/14
import torch
from torch import nn

torch.manual_seed(0)


class Dialogue(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(15, 16)
        self.drop = nn.Dropout(0.3)
        self.gru = nn.GRU(16, 32, batch_first=True)
        self.out = nn.Linear(32, 15)

    def forward(self, words):
        return self.out(self.drop(self.gru(self.drop(self.embedding(words)))[0]))


def batch(count=16):
    begin = torch.randint(0, 15, (count, 1))
    words = (begin + torch.arange(9) * 4) % 15
    return words[:, :-1], words[:, 1:]


def evaluate(model):
    model.eval()
    words, following = batch(64)
    with torch.no_grad():
        return nn.functional.cross_entropy(model(words).transpose(1, 2), following).item()


model = Dialogue()
model.train()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for k in range(60):
    words, following = batch()
    loss = nn.functional.cross_entropy(model(words).transpose(1, 2), following)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if k % 10 == 9:
        print(k, round(evaluate(model), 3))
