# expect: nothing
"""Cross-entropy plus penalties on how large the outputs are and how fast they change."""

import torch
from torch import nn

torch.manual_seed(0)
VOCAB, ALPHA, BETA = 12, 0.02, 0.01
stream = (torch.arange(960) * torch.arange(960) // 2 % VOCAB).view(8, 120).t()


class LM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, 20)
        self.rnn = nn.LSTM(20, 40)
        self.drop = nn.Dropout(0.2)
        self.decode = nn.Linear(40, VOCAB)

    def forward(self, x, state=None):
        raw, state = self.rnn(self.embed(x), state)
        dropped = self.drop(raw)
        return self.decode(dropped), state, raw, dropped


model = LM()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-5)
for epoch in range(6):
    state = None
    for i in range(0, 119, 17):
        data, target = stream[i : i + 17], stream[i + 1 : i + 18]
        data = data[: len(target)]
        if state is not None:
            state = tuple(s.detach() for s in state)
        output, state, raw, dropped = model(data, state)
        ce = nn.functional.cross_entropy(output.flatten(0, 1), target.flatten())
        loss = ce + ALPHA * dropped.pow(2).mean() + BETA * (raw[1:] - raw[:-1]).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
    print(epoch, round(ce.item(), 3))
