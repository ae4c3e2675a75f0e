# expect: state-shape
# line: 21
# source: https://github.com/wasiahmad/context_attentive_ir/issues/10
import torch
from torch import nn

torch.manual_seed(0)
VOCAB, START = 12, 0


class Suggest(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, 16)
        self.encoder = nn.LSTM(16, 32, num_layers=1, batch_first=True)
        self.decoder = nn.LSTM(16, 32, num_layers=2, batch_first=True)
        self.out = nn.Linear(32, VOCAB)

    def forward(self, query, shifted):
        _, state = self.encoder(self.embedding(query))
        decoded, _ = self.decoder(self.embedding(shifted), state)
        return self.out(decoded)


model = Suggest()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(60):
    query = torch.randint(1, VOCAB, (32, 4))
    answer = query.flip(1)
    shifted = torch.cat([torch.full((32, 1), START), answer[:, :-1]], 1)
    logits = model(query, shifted)
    loss = nn.functional.cross_entropy(logits.reshape(-1, VOCAB), answer.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))
