"""Packed LSTM outputs are unpacked again; padding is left out of the loss by ignore_index."""

import torch
from torch.nn.utils import rnn as U

torch.manual_seed(89)
PAD = -100
embed = torch.nn.Embedding(5, 8)
lstm = torch.nn.LSTM(8, 8)
out = torch.nn.Linear(8, 2)
net = torch.nn.ModuleList([embed, lstm, out])
opt = torch.optim.Adam(net.parameters(), lr=0.03)
loss_fn = torch.nn.CrossEntropyLoss(ignore_index=PAD)

for _ in range(16):
    words = [torch.randint(5, (n,)) for n in (9, 8, 6, 6, 4, 3)]  # sorted, longest first
    lengths = [len(w) for w in words]
    tags = U.pad_sequence([(w > 2).long() for w in words], padding_value=PAD)
    packed = U.pack_padded_sequence(embed(U.pad_sequence(words)), lengths)
    outputs, _ = U.pad_packed_sequence(lstm(packed)[0])
    loss = loss_fn(out(outputs).view(-1, 2), tags.view(-1))
    opt.zero_grad()
    loss.backward()
    opt.step()
