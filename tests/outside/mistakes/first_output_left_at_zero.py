# expect: rows-never-filled
# line: 34
# source: https://github.com/bentrevett/pytorch-seq2seq/issues/22
import torch
from torch import nn

torch.manual_seed(0)
VOCAB, SOS = 11, 0


class Seq2Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, 12)
        self.encoder = nn.GRU(12, 32)
        self.decoder = nn.GRUCell(12, 32)
        self.out = nn.Linear(32, VOCAB)

    def forward(self, src, trg):
        outputs = torch.zeros(len(trg), trg.size(1), VOCAB)
        h = self.encoder(self.embedding(src))[1][0]
        for t in range(1, len(trg)):
            h = self.decoder(self.embedding(trg[t - 1]), h)
            outputs[t] = self.out(h)
        return outputs


model = Seq2Seq()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(100):
    src = torch.randint(1, VOCAB, (4, 32))
    trg = torch.cat([torch.full((1, 32), SOS), src])
    output = model(src, trg)
    loss = nn.functional.cross_entropy(output.view(-1, VOCAB), trg.view(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))
