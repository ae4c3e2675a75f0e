# expect: mean-over-padding
# line: 23
# source: https://github.com/facebookresearch/InferSent/pull/52
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.manual_seed(0)


class MeanEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 12, padding_idx=0)
        self.lstm = nn.LSTM(12, 16, batch_first=True, bidirectional=True)
        self.out = nn.Linear(32, 1)

    def forward(self, words, lengths):
        packed = pack_padded_sequence(
            self.embed(words), lengths, batch_first=True, enforce_sorted=False
        )
        out, lengths = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        sentence = out.mean(1)
        return self.out(sentence)[:, 0]


model = MeanEncoder()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for _ in range(100):
    lengths = torch.randint(1, 25, (32,))
    words = torch.randint(1, 30, (32, 24))
    words[torch.arange(24) >= lengths.view(-1, 1)] = 0
    share = (words > 14).sum(1) / lengths
    loss = nn.functional.mse_loss(model(words, lengths), share)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 4))
