# expect: nothing
"""Encoder and decoder of cells, teacher forced half of the time; they turn a sequence round."""

import random

import torch
from torch import nn

random.seed(0)
torch.manual_seed(0)
VOCAB, SOS = 8, 0


class Seq2Seq(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, 16)
        self.encoder = nn.LSTM(16, hidden)
        self.decoder = nn.LSTM(16, hidden)
        self.fc = nn.Linear(hidden, VOCAB)

    def forward(self, src, trg, teacher_forcing_ratio=0.5):
        outputs = torch.zeros(trg.size(0), trg.size(1), VOCAB)
        _, state = self.encoder(self.embedding(src))
        token = trg[0]
        for t in range(1, trg.size(0)):
            out, state = self.decoder(self.embedding(token).unsqueeze(0), state)
            outputs[t] = self.fc(out.squeeze(0))
            teacher = random.random() < teacher_forcing_ratio
            token = trg[t] if teacher else outputs[t].argmax(1)
        return outputs


model = Seq2Seq()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()
for step in range(120):
    src = torch.randint(1, VOCAB, (4, 32))
    trg = torch.cat([torch.full((1, 32), SOS), src.flip(0)])
    optimizer.zero_grad()
    output = model(src, trg)
    loss = criterion(output[1:].view(-1, VOCAB), trg[1:].view(-1))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 40 == 39:
        print(step, round(loss.item(), 3))
