"""Each of three sequences of different length gets its own backward; then one step."""

import torch

torch.manual_seed(81)
rnn = torch.nn.RNN(1, 8)
fc = torch.nn.Linear(8, 1)
opt = torch.optim.SGD([*rnn.parameters(), *fc.parameters()], lr=0.1)

for _ in range(12):
    group = [torch.randn(n, 1, 1) for n in (4, 6, 9)]
    opt.zero_grad()
    for seq in group:
        out, _ = rnn(seq)
        loss = torch.nn.functional.mse_loss(fc(out[-1]), seq[-1]) / len(group)
        loss.backward()
    opt.step()
