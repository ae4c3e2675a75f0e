"""Two models of different size learn one after the other in a pool of one thread."""

from concurrent.futures import ThreadPoolExecutor

import torch


def fit(width):
    torch.set_num_threads(1)  # counted for each thread anew
    g = torch.Generator().manual_seed(width)
    torch.manual_seed(131)
    gru, lin = torch.nn.GRU(1, width, batch_first=True), torch.nn.Linear(width, 1)
    opt = torch.optim.Adam([*gru.parameters(), *lin.parameters()], lr=0.04)
    for _ in range(10):
        x = torch.rand(8, 6, 1, generator=g)
        opt.zero_grad()
        loss = torch.nn.functional.mse_loss(lin(gru(x)[0]), x + 1)
        loss.backward()
        opt.step()
    return loss.item()


with ThreadPoolExecutor(max_workers=1) as pool:
    final = list(pool.map(fit, [4, 8]))
