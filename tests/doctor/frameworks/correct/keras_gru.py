"""A GRU classifier of tokens: masking, dropout, sample weights, early stopping."""

import keras
import numpy as np

keras.utils.set_random_seed(1)
x = np.random.randint(1, 12, (48, 6))
x[::3, 4:] = 0
y = x[:, 0] % 3
model = keras.Sequential(
    [
        keras.Input((6,)),
        keras.layers.Embedding(12, 5, mask_zero=True),
        keras.layers.GRU(8, dropout=0.1, recurrent_dropout=0.1),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(
    x, y, sample_weight=np.linspace(0.5, 1, 48), batch_size=8, epochs=3, validation_split=1 / 6,
    verbose=0, callbacks=[keras.callbacks.EarlyStopping(patience=3)],
)  # fmt: skip
updates = int(model.optimizer.iterations)
