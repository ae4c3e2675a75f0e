# expect: nothing
"""A decoder with attention over what the encoder has put out, the padding masked out of it."""

import torch
from torch import nn

torch.manual_seed(0)
VOCAB = 10


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.v = nn.Linear(width, 1, bias=False)

    def forward(self, state, memory, mask):
        energy = self.v(torch.tanh(self.query(state).unsqueeze(1) + self.key(memory))).squeeze(-1)
        weights = torch.softmax(energy.masked_fill(~mask, float("-inf")), dim=1)
        return torch.bmm(weights.unsqueeze(1), memory).squeeze(1)


class Model(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, width, padding_idx=0)
        self.encoder = nn.GRU(width, width, batch_first=True)
        self.attention = Attention(width)
        self.cell = nn.GRUCell(2 * width, width)
        self.out = nn.Linear(width, VOCAB)

    def forward(self, source, decoder_input):
        memory, state = self.encoder(self.embed(source))
        state, scores = state[0], []
        for word in decoder_input.unbind(1):
            context = self.attention(state, memory, source != 0)
            state = self.cell(torch.cat([self.embed(word), context], 1), state)
            scores.append(self.out(state))
        return torch.stack(scores, 1)


model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(120):
    lengths = torch.randint(2, 6, (24, 1))
    source = torch.randint(1, VOCAB, (24, 5)) * (torch.arange(5) < lengths)
    shifted = torch.cat([torch.ones(24, 1, dtype=torch.long), source[:, :-1]], 1)
    logits = model(source, shifted)
    loss = nn.functional.cross_entropy(logits.transpose(1, 2), source, ignore_index=0)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    if step % 40 == 39:
        print(step, round(loss.item(), 3))
