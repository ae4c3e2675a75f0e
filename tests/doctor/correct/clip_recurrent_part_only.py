"""Only the recurrent weights are clipped; the head is left as it is."""

import torch

torch.manual_seed(65)
recurrent = torch.nn.RNN(1, 8)
dense = torch.nn.Linear(8, 1)
optim = torch.optim.SGD(
    [{"params": recurrent.parameters(), "lr": 0.05}, {"params": dense.parameters()}], lr=0.1
)
data = torch.randn(10, 7, 8, 1)
for _ in range(2):
    for seq in data:
        optim.zero_grad()
        loss = torch.nn.functional.mse_loss(dense(recurrent(seq)[0])[-1], seq[-2])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(recurrent.parameters(), 1.0, error_if_nonfinite=True)
        optim.step()
