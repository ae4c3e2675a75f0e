"""The decoder starts from the encoder's state, uncut; only the fed-back values are detached."""

import torch
from torch import nn

torch.manual_seed(44)
encoder, decoder = nn.LSTM(2, 16), nn.LSTMCell(1, 16)
readout = nn.Linear(16, 1)
params = [*encoder.parameters(), *decoder.parameters(), *readout.parameters()]
optimizer = torch.optim.Adam(params, lr=0.02)
for _step in range(50):
    source = torch.randn(4, 16, 2)
    target = source.mean(-1, keepdim=True).flip(0)
    _, (h, c) = encoder(source)
    h, c, value = h[0], c[0], torch.zeros(16, 1)
    guesses = []
    for _ in range(4):
        h, c = decoder(value, (h, c))
        guess = readout(h)
        guesses.append(guess)
        value = guess.detach()
    loss = nn.functional.mse_loss(torch.stack(guesses), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
