# expect: nothing
"""A tagger over sentences of different length: packed, and the padding ignored in the loss."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader

torch.manual_seed(0)
PAD_TAG = -100


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 16, padding_idx=0)
        self.lstm = nn.LSTM(16, 24, batch_first=True, bidirectional=True)
        self.hidden2tag = nn.Linear(48, 4)

    def forward(self, words, lengths):
        packed = pack_padded_sequence(
            self.embedding(words), lengths, batch_first=True, enforce_sorted=False
        )
        out, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        return self.hidden2tag(out)


def sentence():
    words = torch.randint(1, 30, (int(torch.randint(3, 13, ())),))
    return words, (words + words.roll(1)) % 4


def collate(pairs):
    words, tags = zip(*pairs, strict=True)
    lengths = torch.tensor([len(w) for w in words])
    tags = pad_sequence(tags, batch_first=True, padding_value=PAD_TAG)
    return pad_sequence(words, batch_first=True), tags, lengths


data = [sentence() for _ in range(200)]
loader = DataLoader(data, batch_size=20, shuffle=True, collate_fn=collate)
model = Tagger()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
criterion = nn.CrossEntropyLoss(ignore_index=PAD_TAG)
for epoch in range(8):
    for words, tags, lengths in loader:
        optimizer.zero_grad()
        loss = criterion(model(words, lengths).view(-1, 4), tags.view(-1))
        loss.backward()
        optimizer.step()
    print(epoch, round(loss.item(), 3))
