"""One function for both phases, with set_grad_enabled(phase == "train")."""

import torch
from torch import nn

torch.manual_seed(138)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 8, batch_first=True)
        self.drop = nn.Dropout(0.1)
        self.fc = nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(self.drop(self.rnn(x)[1][0]))


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=0.03)
data = {"train": torch.randn(8, 8, 5, 1), "val": torch.randn(3, 8, 5, 1)}
losses = {"train": [], "val": []}
for _epoch in range(2):
    for phase in ("train", "val"):
        net.train(phase == "train")
        running = 0.0
        for x in data[phase]:
            opt.zero_grad()
            with torch.set_grad_enabled(phase == "train"):
                loss = nn.functional.mse_loss(net(x), x.mean(1))
                if phase == "train":
                    loss.backward()
                    opt.step()
            running += loss.item() * x.size(0)
        losses[phase].append(running / (len(data[phase]) * 8))
