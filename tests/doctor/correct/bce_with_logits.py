"""Binary labels at each time step, with BCEWithLogitsLoss and pos_weight."""

import torch

torch.manual_seed(109)
rnn = torch.nn.GRU(1, 8, batch_first=True)
lin = torch.nn.Linear(8, 1)
opt = torch.optim.Adam([*rnn.parameters(), *lin.parameters()], lr=0.03)
bce = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0))
for _ in range(18):
    x = torch.randn(8, 8, 1)
    spike = (x > 0.5).float()
    loss = bce(lin(rnn(x)[0]), spike)
    opt.zero_grad()
    loss.backward()
    opt.step()
