"""The state is carried over the batches of a shuffling loader."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
wave = torch.sin(torch.arange(0, 90, 0.2))
windows = wave.unfold(0, 11, 10)[:40].view(4, 10, 11)
windows = windows.transpose(0, 1).reshape(40, 11, 1)  # row b of a batch goes on in the next one
dataset = TensorDataset(windows[:, :-1], windows[:, 1:])
loader = DataLoader(dataset, batch_size=4, shuffle=True)
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(3):
    state = torch.zeros(1, 4, 8)
    for x, y in loader:
        optimizer.zero_grad()
        outputs, state = rnn(x, state.detach())  # <- here
        loss = nn.functional.mse_loss(head(outputs), y)
        loss.backward()
        optimizer.step()
