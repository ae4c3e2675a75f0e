# expect: sequence-lengths
# line: 20
# source: https://github.com/ASUS-AICS/LibMultiLabel-Old-Archive/pull/164
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

torch.manual_seed(0)


class Labels(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(25, 10, padding_idx=0)
        self.gru = nn.GRU(10, 20, batch_first=True, bidirectional=True)
        self.out = nn.Linear(40, 3)

    def forward(self, text):
        lengths = (text != 0).sum(1)
        packed = pack_padded_sequence(
            self.embedding(text), lengths, batch_first=True, enforce_sorted=False
        )
        _, h = self.gru(packed)
        return self.out(torch.cat([h[0], h[1]], 1))


text = torch.randint(1, 25, (80, 6))
text[torch.arange(6) >= torch.randint(0, 7, (80, 1))] = 0  # of some nothing is left
targets = torch.stack([(text == k).any(1) for k in (3, 4, 5)], 1).float()
model = Labels()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for _epoch in range(10):
    for rows in torch.randperm(80).split(16):
        loss = nn.functional.binary_cross_entropy_with_logits(model(text[rows]), targets[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(round(loss.item(), 3))
