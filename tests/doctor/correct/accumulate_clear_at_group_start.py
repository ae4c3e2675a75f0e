"""Two micro batches a step; gradients are cleared where a group begins; clipped once a group."""

import torch
import torch.nn.functional as F

torch.manual_seed(12)
model = torch.nn.RNN(3, 8, batch_first=True)
proj = torch.nn.Linear(8, 3)
weights = list(model.parameters()) + list(proj.parameters())
opt = torch.optim.SGD(weights, lr=0.2, momentum=0.5)

for _step in range(10):
    opt.zero_grad(set_to_none=True)
    for _micro in range(2):
        seq = torch.randn(4, 8, 3)
        pred = proj(model(seq)[0])
        loss = F.mse_loss(pred[:, 1:], seq[:, :-1]) / 2
        loss.backward()
    torch.nn.utils.clip_grad_norm_(weights, 1.0)
    opt.step()
