# expect: softmax-before-cross-entropy
# line: 32
# source: https://github.com/FlorianPfisterer/2D-LSTM-Seq2Seq/issues/1
import torch
from torch import nn

torch.manual_seed(0)
WORDS = 14


class Translate(nn.Module):
    def __init__(self):
        super().__init__()
        self.source, self.target = nn.Embedding(WORDS, 12), nn.Embedding(WORDS, 12)
        self.encoder = nn.LSTM(12, 32, batch_first=True)
        self.decoder = nn.LSTM(12, 32, batch_first=True)
        self.final = nn.Sequential(nn.Linear(32, WORDS), nn.Softmax(dim=-1))

    def forward(self, x, y_before):
        _, state = self.encoder(self.source(x))
        return self.final(self.decoder(self.target(y_before), state)[0])


model = Translate()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
loss_function = nn.CrossEntropyLoss()
for _ in range(120):
    x = torch.randint(1, WORDS, (32, 3))
    y = (x + 3) % WORDS
    y_before = torch.cat([torch.zeros(32, 1, dtype=torch.long), y[:, :-1]], 1)
    y_pred = model(x, y_before)
    loss = loss_function(y_pred.permute(0, 2, 1), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round((y_pred.argmax(-1) == y).float().mean().item(), 3))
