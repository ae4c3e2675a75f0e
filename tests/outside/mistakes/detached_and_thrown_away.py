# expect: state-not-detached
# line: 41
# source: https://github.com/OpenNMT/OpenNMT-py/issues/403
import torch
from torch import nn

torch.manual_seed(0)


class Decoder(nn.Module):
    """It keeps its hidden state from one part of the text to the next."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 8)
        self.lstm = nn.LSTM(8, 24)
        self.out = nn.Linear(24, 10)
        self.state = None

    def detach(self):
        if self.state is not None:
            for part in self.state:
                part.detach()

    def forward(self, words):
        out, self.state = self.lstm(self.embedding(words), self.state)
        return self.out(out)


corpus = (torch.arange(400) ** 2 % 10).view(4, 100).T
decoder = Decoder()
optimizer = torch.optim.Adam(decoder.parameters(), lr=0.01)
for _epoch in range(5):
    decoder.state = None
    for begin in range(0, 90, 10):
        decoder.detach()
        scores = decoder(corpus[begin : begin + 10])
        wanted = corpus[begin + 1 : begin + 11]
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), wanted.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(round(loss.item(), 3))
