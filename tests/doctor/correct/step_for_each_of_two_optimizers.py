"""One backward and two steps, of two optimizers that hold different parts."""

import torch
from torch import nn

torch.manual_seed(142)
rnn, head = nn.RNN(1, 10, batch_first=True), nn.Linear(10, 1)
opt_rnn = torch.optim.RMSprop(rnn.parameters(), lr=0.005)
opt_head = torch.optim.SGD(head.parameters(), lr=0.05)
for _step in range(40):
    x = torch.rand(8, 7, 1)
    opt_rnn.zero_grad()
    opt_head.zero_grad()
    prediction = head(rnn(x)[0])
    loss = nn.functional.mse_loss(prediction, x * 2 - 1)
    loss.backward()
    opt_rnn.step()
    opt_head.step()
