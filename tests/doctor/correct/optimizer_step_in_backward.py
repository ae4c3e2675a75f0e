"""One optimizer per parameter, each stepped by a hook as soon as its gradient is there."""

import torch

torch.manual_seed(139)
rnn, fc = torch.nn.RNN(1, 8, batch_first=True), torch.nn.Linear(8, 1)
params = [*rnn.parameters(), *fc.parameters()]
optimizers = {p: torch.optim.Adam([p], lr=0.02) for p in params}


def step_now(p):
    optimizers[p].step()
    optimizers[p].zero_grad()


for p in params:
    p.register_post_accumulate_grad_hook(step_now)

for _ in range(12):
    x = torch.randn(8, 6, 1)
    loss = torch.nn.functional.mse_loss(fc(rnn(x)[0]), x * 0.5)
    loss.backward()
