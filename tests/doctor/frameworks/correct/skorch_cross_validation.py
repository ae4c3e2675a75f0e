"""scikit-learn trains clones of one net: cross-validation, and a search over two sizes."""

import torch
from sklearn.model_selection import GridSearchCV, cross_val_score
from skorch import NeuralNetRegressor
from torch import nn


class Net(nn.Module):
    def __init__(self, size=6):
        super().__init__()
        self.rnn, self.fc = nn.LSTM(1, size, batch_first=True), nn.Linear(size, 1)

    def forward(self, x):
        return self.fc(self.rnn(x)[0][:, -1])


torch.manual_seed(4)
x = torch.randn(36, 8, 1)
x, y = x.numpy(), x.mean(1).numpy()
net = NeuralNetRegressor(
    Net, optimizer=torch.optim.Adam, lr=0.01, max_epochs=2, batch_size=4, train_split=None,
    verbose=0, iterator_train__shuffle=True,
)  # fmt: skip
cross_val_score(net, x, y, cv=3)
search = GridSearchCV(net, {"module__size": [4, 6]}, cv=2, scoring="neg_mean_squared_error")
search.fit(x, y)
model = search.best_estimator_.module_
updates = 3 * 2 * 6 + 2 * 2 * 2 * 5 + 2 * 9
