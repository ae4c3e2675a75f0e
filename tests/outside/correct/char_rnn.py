# expect: nothing
"""A char-rnn: random pieces of a text, and a sample from it now and then."""

import torch
from torch import nn

torch.manual_seed(0)
text = "to be or not to be that is the question " * 20
chars = sorted(set(text))
codes = torch.tensor([chars.index(c) for c in text])


class CharRNN(nn.Module):
    def __init__(self, n, hidden=48):
        super().__init__()
        self.encoder = nn.Embedding(n, hidden)
        self.gru = nn.GRU(hidden, hidden, batch_first=True)
        self.decoder = nn.Linear(hidden, n)

    def forward(self, x, h=None):
        out, h = self.gru(self.encoder(x), h)
        return self.decoder(out), h


@torch.no_grad()
def sample(model, start="t", length=20):
    model.eval()
    x, h, said = torch.tensor([[chars.index(start)]]), None, start
    for _ in range(length):
        scores, h = model(x, h)
        x = torch.multinomial(scores[:, -1].div(0.5).exp(), 1)
        said += chars[x.item()]
    model.train()
    return said


model = CharRNN(len(chars))
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
criterion = nn.CrossEntropyLoss()
for step in range(120):
    starts = torch.randint(0, len(codes) - 26, (12,))
    chunk = torch.stack([codes[s : s + 26] for s in starts])
    model.zero_grad()
    scores, _ = model(chunk[:, :-1])
    loss = criterion(scores.reshape(-1, len(chars)), chunk[:, 1:].reshape(-1))
    loss.backward()
    optimizer.step()
    if step % 40 == 39:
        print(step, round(loss.item(), 3), repr(sample(model)))
