"""The recurrent part and the head are clipped to different norms."""

import torch
from torch import nn

torch.manual_seed(64)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(6, 8)
        self.rnn = nn.LSTM(8, 8, batch_first=True)
        self.tag = nn.Linear(8, 2)

    def forward(self, ids):
        return self.tag(self.rnn(self.embed(ids))[0])


tagger = Tagger()
opt = torch.optim.Adam(tagger.parameters(), lr=0.03)
for _ in range(18):
    ids = torch.randint(6, (8, 9))
    tags = ids % 2
    loss = nn.functional.cross_entropy(tagger(ids).permute(0, 2, 1), tags)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(tagger.rnn.parameters(), 0.5)
    nn.utils.clip_grad_norm_([*tagger.embed.parameters(), *tagger.tag.parameters()], 2.0)
    opt.step()
