"""CTC by its function, with labels of different length in one flat row."""

import torch
import torch.nn.functional as F

torch.manual_seed(116)


class Speller(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(3, 4, bidirectional=True, batch_first=True)
        self.lin = torch.nn.Linear(8, 3)

    def forward(self, x):
        return F.log_softmax(self.lin(self.lstm(x)[0]), -1).transpose(0, 1)


speller = Speller()
opt = torch.optim.Adam(speller.parameters(), lr=0.05)
lengths = torch.tensor([2, 1, 2, 1])
for _ in range(16):
    flat = torch.tensor([1, 2, 1, 2, 1, 2])
    x = torch.zeros(4, 8, 3)
    for row, word in enumerate(flat.split(lengths.tolist())):
        for place, letter in enumerate(word.tolist()):
            x[row, 4 * place + 1, letter] = 1.0
    x = x + 0.05 * torch.randn_like(x)
    loss = F.ctc_loss(speller(x), flat, torch.full((4,), 8), lengths, zero_infinity=True)
    opt.zero_grad()
    loss.backward()
    opt.step()
