# expect: nothing
"""OneCycleLR: one step of the scheduler for each batch, and as many as it was told."""

import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR

torch.manual_seed(0)
EPOCHS, BATCH = 6, 25
tokens = torch.randint(0, 30, (250, 9))
label = (tokens[:, 0] < tokens[:, -1]).long()


class Compare(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 16)
        self.gru = nn.GRU(16, 32, batch_first=True)
        self.fc = nn.Linear(32, 2)

    def forward(self, x):
        return self.fc(self.gru(self.embed(x))[1][-1])


model = Compare()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
scheduler = OneCycleLR(optimizer, max_lr=0.03, epochs=EPOCHS, steps_per_epoch=250 // BATCH)
for epoch in range(EPOCHS):
    for rows in torch.randperm(250).split(BATCH):
        loss = nn.functional.cross_entropy(model(tokens[rows]), label[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        scheduler.step()
    print(epoch, round(scheduler.get_last_lr()[0], 6), round(loss.item(), 3))
