# expect: update-outside-no-grad
# line: 24
# source: https://github.com/pytorch/examples/pull/779
import torch
from torch import nn

torch.manual_seed(0)
letters = torch.tensor([ord(c) - 97 for c in "abcabdabcabd" * 40])
stream = letters[:480].view(8, 60).T  # time, batch
embedding, rnn, decoder = nn.Embedding(4, 8), nn.RNN(8, 24), nn.Linear(24, 4)
model = nn.ModuleList([embedding, rnn, decoder])
rate = 0.5
for epoch in range(6):
    h = torch.zeros(1, 8, 24)
    for i in range(0, 59, 10):
        data, target = stream[i : i + 10], stream[i + 1 : i + 11]
        data = data[: len(target)]
        model.zero_grad()
        out, h = rnn(embedding(data), h.detach())
        loss = nn.functional.cross_entropy(decoder(out).view(-1, 4), target.reshape(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        for p in model.parameters():
            p.add_(p.grad, alpha=-rate)
    print(epoch, round(loss.item(), 3))
