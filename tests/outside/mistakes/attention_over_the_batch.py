# expect: softmax-axis
# line: 20
# source: https://github.com/pandeykartikey/Hierarchical-Attention-Network/issues/5
import torch
from torch import nn

torch.manual_seed(0)


class AttentiveRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 12)
        self.rnn = nn.GRU(12, 16, bidirectional=True)
        self.score = nn.Linear(32, 1)
        self.fc = nn.Linear(32, 2)

    def forward(self, words):
        out, _ = self.rnn(self.embed(words.T))
        weights = torch.softmax(self.score(out), dim=1)
        return self.fc((weights * out).sum(0))


model = AttentiveRNN()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(60):
    words = torch.randint(0, 40, (32, 12))
    label = (words == 7).any(1).long()
    words[label == 0] = words[label == 0].clamp(min=8)
    loss = nn.functional.cross_entropy(model(words), label)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))
