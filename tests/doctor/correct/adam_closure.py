"""Adam is given a closure, as every torch optimizer may be."""

import torch

torch.manual_seed(19)
net = torch.nn.RNN(1, 1, batch_first=True)
adam = torch.optim.Adam(net.parameters(), lr=0.05)
curve = []

for _ in range(16):
    batch = torch.rand(8, 8, 1) - 0.5
    wanted = batch * 0.6

    def closure(batch=batch, wanted=wanted):
        adam.zero_grad()
        produced, _ = net(batch)
        loss = torch.nn.functional.mse_loss(produced, wanted)
        loss.backward()
        return loss

    curve.append(adam.step(closure).item())
