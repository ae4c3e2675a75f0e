"""A language model of padded names: the padding after each name is predicted as well."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

torch.manual_seed(2)
names = [(torch.arange(int(n)) * 2 + k) % 9 + 1 for k, n in enumerate(torch.randint(4, 11, (64,)))]


class NameModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(10, 8, padding_idx=0)
        self.lstm = nn.LSTM(8, 16)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        return self.fc(self.lstm(self.emb(x))[0])


loader = DataLoader(names, batch_size=8, shuffle=True, collate_fn=pad_sequence)
model = NameModel()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(6):
    for chars in loader:
        logits = model(chars[:-1])
        loss = nn.functional.cross_entropy(logits.permute(0, 2, 1), chars[1:])  # <- here
        opt.zero_grad()
        loss.backward()
        opt.step()
