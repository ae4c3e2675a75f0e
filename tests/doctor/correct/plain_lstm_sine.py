"""Next value of a sine wave with an LSTM, SGD with momentum."""

import math

import torch

torch.manual_seed(2)

wave = torch.sin(torch.arange(0, 200) * 2 * math.pi / 20)
windows = wave.unfold(0, 13, 2)  # (N, T + 1)
windows = windows[: 8 * 11]

lstm = torch.nn.LSTM(input_size=1, hidden_size=6, batch_first=True)
readout = torch.nn.Linear(6, 1)
params = list(lstm.parameters()) + list(readout.parameters())
sgd = torch.optim.SGD(params, lr=0.1, momentum=0.9)
criterion = torch.nn.MSELoss()

for _epoch in range(2):
    order = torch.randperm(len(windows))
    for chunk in order.split(8):
        seq = windows[chunk].unsqueeze(-1)
        prediction = readout(lstm(seq[:, :-1])[0])
        loss = criterion(prediction, seq[:, 1:])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
