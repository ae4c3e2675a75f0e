"""The state is carried from one batch of windows to the next one."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
signal = torch.sin(torch.arange(0, 60, 0.25))
windows = signal.unfold(0, 11, 10)  # (23, 11)
loader = DataLoader(TensorDataset(windows[:, :-1, None], windows[:, 1:, None]), batch_size=4)
rnn = nn.RNN(1, 8, batch_first=True)
head = nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)

for _epoch in range(2):
    state = torch.zeros(1, 4, 8)
    for x, y in loader:
        optimizer.zero_grad()
        outputs, state = rnn(x, state)  # <- here
        loss = nn.functional.mse_loss(head(outputs), y)
        loss.backward()
        optimizer.step()
        state = state.detach()
