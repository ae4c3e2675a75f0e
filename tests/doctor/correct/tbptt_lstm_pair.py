"""Truncated BPTT for an LSTM: both parts of the state are detached at each cut."""

import torch
import torch.nn.functional as F

torch.manual_seed(25)


def detach(state):
    return tuple(s.detach() for s in state)


def pieces(batch, size):
    yield from batch.split(size, dim=1)


class Reader(torch.nn.Module):
    def __init__(self, vocab, width):
        super().__init__()
        self.emb = torch.nn.Embedding(vocab, width)
        self.lstm = torch.nn.LSTM(width, width, batch_first=True)
        self.fc = torch.nn.Linear(width, vocab)

    def forward(self, ids, state):
        y, state = self.lstm(self.emb(ids), state)
        return self.fc(y), state


reader = Reader(4, 8)
opt = torch.optim.Adam(reader.parameters(), lr=0.04)
for _ in range(10):
    ids = (torch.randint(4, (6, 1)) + torch.arange(13)) % 4
    state = (torch.zeros(1, 6, 8), torch.zeros(1, 6, 8))
    for inp, tgt in zip(pieces(ids[:, :-1], 6), pieces(ids[:, 1:], 6), strict=True):
        opt.zero_grad()
        logits, state = reader(inp, detach(state))
        loss = F.cross_entropy(logits.reshape(-1, 4), tgt.reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        opt.step()
