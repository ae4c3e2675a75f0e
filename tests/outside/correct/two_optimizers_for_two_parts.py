# expect: nothing
"""Encoder and decoder have an optimizer each, as in the translation tutorials."""

import torch
from torch import nn, optim

torch.manual_seed(0)
VOCAB = 9


class Encoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, width)
        self.gru = nn.GRU(width, width, batch_first=True)

    def forward(self, words):
        return self.gru(self.embedding(words))


class Decoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, width)
        self.gru = nn.GRU(width, width, batch_first=True)
        self.out = nn.Linear(width, VOCAB)

    def forward(self, before, hidden):
        out, hidden = self.gru(torch.relu(self.embedding(before)), hidden)
        return torch.log_softmax(self.out(out), dim=-1)


def train_epoch(encoder, decoder, encoder_optimizer, decoder_optimizer, criterion):
    total = 0
    for _ in range(20):
        source = torch.randint(1, VOCAB, (16, 3))
        target = (source * 2) % VOCAB
        before = torch.cat([torch.zeros(16, 1, dtype=torch.long), target[:, :-1]], 1)
        encoder_optimizer.zero_grad()
        decoder_optimizer.zero_grad()
        _, hidden = encoder(source)
        log_p = decoder(before, hidden)
        loss = criterion(log_p.view(-1, VOCAB), target.view(-1))
        loss.backward()
        encoder_optimizer.step()
        decoder_optimizer.step()
        total += loss.item()
    return total / 20


encoder, decoder = Encoder(32), Decoder(32)
optimizers = (optim.Adam(part.parameters(), lr=0.01) for part in (encoder, decoder))
encoder_optimizer, decoder_optimizer = optimizers
for epoch in range(5):
    mean = train_epoch(encoder, decoder, encoder_optimizer, decoder_optimizer, nn.NLLLoss())
    print(epoch, round(mean, 3))
