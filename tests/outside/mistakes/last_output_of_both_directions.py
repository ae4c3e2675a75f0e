# expect: wrong-last-state
# line: 18
# source: https://github.com/yunjey/pytorch-tutorial/issues/149
import torch
from torch import nn

torch.manual_seed(0)


class BiRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 16, num_layers=2, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(32, 3)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


def rows_of_images(count):
    """The first row of an image says what kind it is."""
    images = torch.randn(count, 14, 4)
    return images, images[:, 0, :3].argmax(1)


model = BiRNN()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for _step in range(80):
    images, labels = rows_of_images(50)
    loss = criterion(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))
