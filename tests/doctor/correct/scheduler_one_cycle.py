"""OneCycleLR, stepped after every batch."""

import torch

torch.manual_seed(28)
EPOCHS, BATCHES = 2, 10
net = torch.nn.GRU(1, 8)
dec = torch.nn.Linear(8, 1)
opt = torch.optim.SGD([*net.parameters(), *dec.parameters()], lr=0.01, momentum=0.9)
sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=0.3, total_steps=EPOCHS * BATCHES)

for _ in range(EPOCHS):
    for _ in range(BATCHES):
        signal = torch.randn(8, 8, 1)  # (T, B, 1)
        clean = torch.tanh(signal)
        hidden, _ = net(signal)
        loss = torch.nn.functional.mse_loss(dec(hidden), clean)
        loss.backward()
        opt.step()
        sched.step()
        opt.zero_grad()
