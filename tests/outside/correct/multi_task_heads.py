# expect: nothing
"""One encoder, three heads: a class, a number and a tag for each step; their losses weighted."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


class MultiTask(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(24, 16)
        self.encoder = nn.LSTM(16, 32, batch_first=True)
        self.intent = nn.Linear(32, 3)
        self.amount = nn.Linear(32, 1)
        self.slots = nn.Linear(32, 4)

    def forward(self, words):
        out, (h, _) = self.encoder(self.embed(words))
        return self.intent(h[-1]), self.amount(h[-1]).squeeze(-1), self.slots(out)


model = MultiTask()
optimizer = torch.optim.Adam(
    [
        {"params": [*model.embed.parameters(), *model.encoder.parameters()], "lr": 0.01},
        {"params": model.intent.parameters()},
        {"params": [*model.amount.parameters(), *model.slots.parameters()]},
    ],
    lr=0.005,
)
for step in range(120):
    words = torch.randint(0, 24, (32, 8))
    intent, amount, slots = model(words)
    loss_intent = F.cross_entropy(intent, words[:, -1] % 3)
    loss_amount = F.mse_loss(amount, words.float().mean(1) / 12 - 1)
    loss_slots = F.cross_entropy(slots.flatten(0, 1), (words % 4).flatten())
    loss = loss_intent + 0.5 * loss_amount + loss_slots
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 40 == 39:
        print(step, *(round(x.item(), 3) for x in (loss_intent, loss_amount, loss_slots)))
