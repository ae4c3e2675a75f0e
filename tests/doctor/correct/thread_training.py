"""The loop runs in a thread of its own; the main thread waits for it."""

import threading

import torch
from torch import nn


def work(result):
    torch.set_num_threads(1)  # counted for each thread anew
    rnn, fc = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
    opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.02)
    for _ in range(16):
        x = torch.randn(8, 6, 1)
        loss = nn.functional.mse_loss(fc(rnn(x)[0]), x * 0.6)
        opt.zero_grad()
        loss.backward()
        opt.step()
        result.append(loss.item())


torch.manual_seed(130)
losses = []
worker = threading.Thread(target=work, args=(losses,))
worker.start()
worker.join()
