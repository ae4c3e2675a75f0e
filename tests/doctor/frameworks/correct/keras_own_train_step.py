"""train_step of one's own, as in Keras' guide for torch; batches given one by one."""

import keras
import torch


class Trainer(keras.Model):
    def __init__(self):
        super().__init__()
        self.rnn = keras.layers.LSTM(8, return_sequences=True)
        self.readout = keras.layers.Dense(1)

    def call(self, inputs, training=False):
        return self.readout(self.rnn(inputs))

    def train_step(self, data):
        x, y, _weights = keras.utils.unpack_x_y_sample_weight(data)
        self.zero_grad()
        loss = self.compute_loss(y=y, y_pred=self(x, training=True))
        loss.backward()
        weights = list(self.trainable_weights)
        gradients = [weight.value.grad for weight in weights]
        with torch.no_grad():
            self.optimizer.apply(gradients, weights)
        return {"loss": loss}


keras.utils.set_random_seed(5)
waves = torch.sin(0.4 * torch.arange(9) + 6 * torch.rand(40, 1))[..., None].numpy()
model = Trainer()
model.compile(optimizer=keras.optimizers.Nadam(0.01), loss="mae")
for k in range(0, 40, 4):
    model.train_on_batch(waves[k : k + 4, :-1], waves[k : k + 4, 1:])
updates = int(model.optimizer.iterations)
