"""A pretrained readout is trained on; what is left of the loss is noise in the targets."""

import torch

torch.manual_seed(133)
memory = torch.nn.GRU(1, 8, batch_first=True).requires_grad_(False)
lin = torch.nn.Linear(8, 1)
truth = torch.nn.Linear(8, 1).requires_grad_(False)
lin.load_state_dict(truth.state_dict())  # as if an earlier run had found it
opt = torch.optim.Adam(lin.parameters(), lr=1e-3)
for _epoch in range(2):
    for _ in range(9):
        x = torch.randn(8, 7, 1)
        states, _ = memory(x)
        y = truth(states) + 0.1 * torch.randn(8, 7, 1)
        loss = torch.nn.functional.mse_loss(lin(states), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
