# expect: carried-and-shuffled
# line: 22, 33
# source: https://github.com/HIT-SCIR/ELMoForManyLangs/issues/68
import torch
from torch import nn
from torch.utils.data import DataLoader

torch.manual_seed(0)


class ContextModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(16, 12)
        self.lstm = nn.LSTM(12, 32, batch_first=True)
        self.out = nn.Linear(32, 16)
        self.state = None

    def forward(self, words):
        if self.state is not None:
            self.state = tuple(part.detach() for part in self.state)
        out, self.state = self.lstm(self.embedding(words), self.state)
        return self.out(out)


first, step = torch.randint(0, 16, (240, 1)), torch.randint(1, 5, (240, 1))
sentences = (first + step * torch.arange(9)) % 16
loader = DataLoader(sentences, batch_size=24, shuffle=True)
model = ContextModel()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(8):
    for batch in loader:
        scores = model(batch[:, :-1])
        loss = nn.functional.cross_entropy(scores.transpose(1, 2), batch[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(round(loss.item(), 3))
