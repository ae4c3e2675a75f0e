# expect: unequal-lengths
# line: 36
# source: https://github.com/abhishekkrthakur/captcha-recognition-pytorch/issues/1
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(0)


class Words(Dataset):
    """Strings of letters, numbered from 1; the answer is how many there are of the letter 1."""

    def __init__(self):
        sizes = torch.randint(4, 9, (120,)).tolist()
        self.words = [torch.randint(1, 5, (size,)) for size in sizes]

    def __len__(self):
        return len(self.words)

    def __getitem__(self, k):
        return self.words[k], (self.words[k] == 1).sum().float()


def together(pairs):
    words, counts = zip(*pairs, strict=True)
    return pad_sequence(words, batch_first=True), torch.stack(counts)


embedding, gru, head = nn.Embedding(5, 6, padding_idx=0), nn.GRU(6, 16), nn.Linear(16, 1)
params = [*embedding.parameters(), *gru.parameters(), *head.parameters()]
optimizer = torch.optim.Adam(params, lr=0.02)
loader = DataLoader(Words(), batch_size=12, shuffle=True)
for _epoch in range(6):
    for word, count in loader:
        _, h = gru(embedding(word.T))
        loss = nn.functional.mse_loss(head(h[0])[:, 0], count)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(round(loss.item(), 3))
