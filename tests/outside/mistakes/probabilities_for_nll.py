# expect: nll-without-log
# line: 31
# source: https://github.com/pandeykartikey/Hierarchical-Attention-Network/issues/3
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


class Document(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 12)
        self.gru = nn.GRU(12, 16, bidirectional=True, batch_first=True)
        self.doc_linear = nn.Linear(32, 3)

    def forward(self, words):
        out, _ = self.gru(self.embed(words))
        return F.softmax(self.doc_linear(out.mean(1)), dim=1)


words = torch.randint(0, 30, (192, 10))
topic = torch.stack([(words // 10 == k).sum(1) for k in range(3)], 1).argmax(1)
model, criterion = Document(), nn.NLLLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for _epoch in range(6):
    for text, label in DataLoader(TensorDataset(words, topic), batch_size=24, shuffle=True):
        optimizer.zero_grad()
        loss = criterion(model(text), label)
        loss.backward()
        optimizer.step()
print(round(loss.item(), 3))
