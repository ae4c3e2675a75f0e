"""Features come from a fixed encoder under no_grad; only the head is trained on them."""

import torch

torch.manual_seed(35)
encoder = torch.nn.LSTM(1, 8, batch_first=True).eval()
classifier = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
optimizer = torch.optim.Adam(classifier.parameters(), lr=0.05)


def features(x):
    with torch.no_grad():
        return encoder(x)[0].mean(1) * 5


X = torch.randn(80, 8, 1)
Y = (X.mean((1, 2)) > 0).long()
for _ in range(2):
    for x, y in zip(X.split(8), Y.split(8), strict=True):
        loss = torch.nn.functional.cross_entropy(classifier(features(x)), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
