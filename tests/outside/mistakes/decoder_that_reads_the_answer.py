# expect: future-seen
# line: 28, 19
# source: https://github.com/timbmg/Sentence-VAE/issues/22
import torch
from torch import nn

torch.manual_seed(0)
VOCAB = 9


class SentenceDecoder(nn.Module):
    def __init__(self, bidirectional):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, 12)
        self.rnn = nn.GRU(12, 24, batch_first=True, bidirectional=bidirectional)
        self.outputs2vocab = nn.Linear(24 * (1 + bidirectional), VOCAB)

    def forward(self, words):
        out, _ = self.rnn(self.embedding(words))
        return self.outputs2vocab(out)


model = SentenceDecoder(bidirectional=True)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(150):
    sentence = torch.randint(0, VOCAB, (32, 10))
    sentence[:, 1::2] = (sentence[:, ::2] + 1) % VOCAB  # every second word can be known
    logits = model(sentence[:, :-1])
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), sentence[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))  # what cannot be known alone costs about 0.98
