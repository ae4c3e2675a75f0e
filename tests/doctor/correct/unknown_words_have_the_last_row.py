"""Words that the vocabulary lacks get its last number, and the table is one row larger."""

import torch
from torch import nn
from torch.utils.data import DataLoader

SENTENCES = ["the cat sat on a mat", "a dog ran to the cat", "the mat was on a dog"] * 8
VOCABULARY = {word: k for k, word in enumerate(["the", "a", "cat", "dog", "on", "mat"])}
UNKNOWN = len(VOCABULARY)


def encode(lines):
    tokens = [[VOCABULARY.get(word, UNKNOWN) for word in line.split()] for line in lines]
    return torch.tensor(tokens)


class NextWord(nn.Module):
    def __init__(self, words, width=10):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, width, batch_first=True)
        self.scores = nn.Linear(width, words)

    def forward(self, tokens):
        return self.scores(self.lstm(self.words(tokens))[0])


torch.manual_seed(408)
model = NextWord(UNKNOWN + 1)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
loss_fn = nn.CrossEntropyLoss()
for _ in range(4):
    for tokens in DataLoader(SENTENCES, batch_size=4, shuffle=True, collate_fn=encode):
        optimizer.zero_grad()
        scores = model(tokens[:, :-1])
        loss_fn(scores.flatten(0, 1), tokens[:, 1:].flatten()).backward()
        optimizer.step()
