"""A frozen embedding; the optimizer gets only what may train."""

import torch
from torch import nn

torch.manual_seed(32)


class Sentiment(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 6)
        self.embedding.weight.requires_grad_(False)
        self.gru = nn.GRU(6, 8, batch_first=True)
        self.linear = nn.Linear(8, 1)

    def forward(self, words):
        _, h = self.gru(self.embedding(words))
        return self.linear(h.squeeze(0)).squeeze(-1)


model = Sentiment()
trainable = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.Adam(trainable, lr=0.03)
words = torch.randint(10, (64, 7))
mood = (words.float().mean(1) > 4.5).float()

for _ in range(3):
    for w, m in zip(words.split(8), mood.split(8), strict=True):
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(w), m)
        loss.backward()
        optimizer.step()
