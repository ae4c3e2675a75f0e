# expect: embedding-index
# line: 20
# source: https://github.com/minqukanq/hierarchical-multi-label-text-classification/issues/1
import torch
from torch import nn

torch.manual_seed(0)
reviews = ["good film", "bad film", "very good plot", "very bad plot", "good story", "bad story"]
words = sorted({word for review in reviews for word in review.split()})
number = {word: k for k, word in enumerate(words, start=1)}  # 0 is for padding
rows = [[number[word] for word in review.split()] for review in reviews]
texts = torch.tensor([row + [0] * (3 - len(row)) for row in rows])
good = torch.tensor([1, 0, 1, 0, 1, 0])

embedding = nn.Embedding(len(words), 8, padding_idx=0)
gru, head = nn.GRU(8, 16, batch_first=True), nn.Linear(16, 2)
params = [*embedding.parameters(), *gru.parameters(), *head.parameters()]
optimizer = torch.optim.Adam(params, lr=0.02)
for _epoch in range(30):
    _, last = gru(embedding(texts))
    loss = nn.functional.cross_entropy(head(last[0]), good)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))
