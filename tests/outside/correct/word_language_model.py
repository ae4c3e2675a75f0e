# expect: nothing
"""A word language model over parallel streams: the state is carried, cut, and clipped for."""

import math

import torch
from torch import nn

torch.manual_seed(0)
BPTT, STREAMS, NTOKEN = 12, 8, 20


class RNNModel(nn.Module):
    def __init__(self, ninp=24, nhid=24, nlayers=2, dropout=0.1):
        super().__init__()
        self.nhid, self.nlayers = nhid, nlayers
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(NTOKEN, ninp)
        self.rnn = nn.LSTM(ninp, nhid, nlayers, dropout=dropout)
        self.decoder = nn.Linear(nhid, NTOKEN)

    def forward(self, words, hidden):
        output, hidden = self.rnn(self.drop(self.encoder(words)), hidden)
        return self.decoder(self.drop(output)).view(-1, NTOKEN), hidden

    def init_hidden(self, bsz):
        weight = next(self.parameters())
        return tuple(weight.new_zeros(self.nlayers, bsz, self.nhid) for _ in range(2))


def repackage_hidden(h):
    return h.detach() if isinstance(h, torch.Tensor) else tuple(repackage_hidden(v) for v in h)


def batchify(data, bsz):
    nbatch = data.size(0) // bsz
    return data[: nbatch * bsz].view(bsz, -1).t().contiguous()


def get_batch(source, i):
    length = min(BPTT, len(source) - 1 - i)
    return source[i : i + length], source[i + 1 : i + 1 + length].reshape(-1)


corpus = torch.tensor([(k * k + k // 3) % NTOKEN for k in range(1500)])
train, valid = batchify(corpus[:1200], STREAMS), batchify(corpus[1200:], STREAMS)
model, criterion, lr = RNNModel(), nn.CrossEntropyLoss(), 5.0
best = None
for epoch in range(4):
    model.train()
    hidden = model.init_hidden(STREAMS)
    for i in range(0, train.size(0) - 1, BPTT):
        data, targets = get_batch(train, i)
        model.zero_grad()
        hidden = repackage_hidden(hidden)
        output, hidden = model(data, hidden)
        loss = criterion(output, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-lr)
    model.eval()
    total, hidden = 0.0, model.init_hidden(STREAMS)
    with torch.no_grad():
        for i in range(0, valid.size(0) - 1, BPTT):
            data, targets = get_batch(valid, i)
            output, hidden = model(data, hidden)
            total += len(data) * criterion(output, targets).item()
    total /= len(valid) - 1
    print(epoch, round(loss.item(), 3), round(math.exp(total), 2))
    if best is None or total < best:
        best = total
    else:
        lr /= 4.0
