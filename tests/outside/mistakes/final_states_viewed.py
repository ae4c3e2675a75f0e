# expect: reshape-for-transpose
# line: 20
# source: https://github.com/timbmg/Sentence-VAE/issues/15
import torch
from torch import nn

torch.manual_seed(0)


class SentenceEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 10)
        self.rnn = nn.GRU(10, 12, batch_first=True, bidirectional=True)
        self.to_label = nn.Linear(24, 2)

    def forward(self, sentence):
        batch_size = sentence.size(0)
        _, hidden = self.rnn(self.embedding(sentence))
        hidden = hidden.view(batch_size, 24)
        return self.to_label(hidden)


model = SentenceEncoder()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(100):
    sentence = torch.randint(0, 20, (24, 8))
    label = (sentence[:, 0] > sentence[:, -1]).long()
    loss = nn.functional.cross_entropy(model(sentence), label)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))
