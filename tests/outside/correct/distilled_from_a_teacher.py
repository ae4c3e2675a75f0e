# expect: nothing
"""A small network learns from a large one, which is trained first, frozen and in eval mode."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
TEMPERATURE = 2.0


class Classifier(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gru = nn.GRU(2, width, batch_first=True)
        self.drop = nn.Dropout(0.2)
        self.fc = nn.Linear(width, 3)

    def forward(self, x):
        return self.fc(self.drop(self.gru(x)[1][-1]))


def batch():
    x = torch.randn(32, 9, 2)
    return x, torch.bucketize(x[..., 0].sum(1), torch.tensor([-1.5, 1.5]))


teacher, student = Classifier(32), Classifier(8)
optimizer = torch.optim.Adam(teacher.parameters(), lr=0.01)
for _ in range(80):
    x, y = batch()
    loss = F.cross_entropy(teacher(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("teacher", round(loss.item(), 3))

teacher.eval()
optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
for _ in range(120):
    x, y = batch()
    with torch.no_grad():
        soft = F.softmax(teacher(x) / TEMPERATURE, dim=-1)
    logits = student(x)
    distance = F.kl_div(F.log_softmax(logits / TEMPERATURE, dim=-1), soft, reduction="batchmean")
    loss = 0.7 * TEMPERATURE**2 * distance + 0.3 * F.cross_entropy(logits, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("student", round(loss.item(), 3))
