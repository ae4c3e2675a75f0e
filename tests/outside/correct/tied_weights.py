# expect: nothing
"""The decoder uses the weights of the embedding, so that the same parameter stands twice."""

import torch
from torch import nn

torch.manual_seed(0)
VOCAB = 25
text = torch.arange(800) * 3 % VOCAB


class Tied(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.encoder = nn.Embedding(VOCAB, width)
        self.rnn = nn.GRU(width, width, batch_first=True)
        self.decoder = nn.Linear(width, VOCAB)
        self.decoder.weight = self.encoder.weight
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, x):
        return self.decoder(self.rnn(self.encoder(x))[0])


model = Tied()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(100):
    begin = torch.randint(0, 780, (16, 1))
    x = text[begin + torch.arange(12)]
    y = text[begin + torch.arange(12) + 1]
    loss = nn.functional.cross_entropy(model(x).transpose(1, 2), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 25 == 24:
        print(step, round(loss.item(), 3))
