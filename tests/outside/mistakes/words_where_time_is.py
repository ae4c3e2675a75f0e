# expect: cross-entropy-axis
# line: 32
# source: https://github.com/markhliu/DGAI/issues/7
import torch
from torch import nn

torch.manual_seed(0)
VOCAB, LENGTH, BATCH = 23, 10, 16
text = torch.arange(600) * 7 % VOCAB


class WordLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, 16)
        self.lstm = nn.LSTM(16, 32, batch_first=True)
        self.fc = nn.Linear(32, VOCAB)

    def forward(self, x, hc):
        out, hc = self.lstm(self.embed(x), hc)
        return self.fc(out), hc


model = WordLSTM()
loss_func = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(50):
    begin = torch.randint(0, 600 - LENGTH, (BATCH,))
    inputs = torch.stack([text[b : b + LENGTH] for b in begin])
    targets = (inputs + 7) % VOCAB
    output, _ = model(inputs, None)
    loss = loss_func(output, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))
