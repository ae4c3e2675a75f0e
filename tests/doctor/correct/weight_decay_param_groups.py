"""Decay for matrices, none for biases, and a lower rate for the recurrent weights."""

import torch

torch.manual_seed(96)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.LSTM(1, 8, batch_first=True)
        self.fc = torch.nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


net = Net()
named = dict(net.named_parameters())
recurrent = [p for n, p in named.items() if "weight_hh" in n]
biases = [p for n, p in named.items() if "bias" in n]
others = [p for n, p in named.items() if "bias" not in n and "weight_hh" not in n]
opt = torch.optim.AdamW(
    [
        {"params": recurrent, "lr": 0.01},
        {"params": biases, "weight_decay": 0.0},
        {"params": others},
    ],
    lr=0.03,
    weight_decay=0.01,
)
for _ in range(18):
    x = torch.randn(8, 8, 1)
    loss = torch.nn.functional.mse_loss(net(x), x.tanh())
    opt.zero_grad()
    loss.backward()
    opt.step()
