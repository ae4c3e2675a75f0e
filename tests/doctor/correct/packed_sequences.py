"""Sequences of different lengths, packed; the last true state goes to the classifier."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

torch.manual_seed(88)


class Packed(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 8, batch_first=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, padded, lengths):
        packed = pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False)
        _, h = self.gru(packed)
        return self.fc(h[-1])


model = Packed()
opt = torch.optim.Adam(model.parameters(), lr=0.04)
for _ in range(20):
    lengths = torch.randint(3, 10, (8,))
    sequences = [torch.randn(n, 1) for n in lengths.tolist()]
    labels = torch.tensor([int(s.mean() > 0) for s in sequences])
    padded = pad_sequence(sequences, batch_first=True)
    loss = nn.functional.cross_entropy(model(padded, lengths), labels)
    opt.zero_grad()
    loss.backward()
    opt.step()
