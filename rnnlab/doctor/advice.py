"""For each mistake: why it is wrong, the line to write, and the lesson that teaches it."""

from __future__ import annotations

LOOP, STATE, GALLERY = "07_the_training_loop", "08_hidden_state", "09_break_it"
BACKWARD, CLIPPING, LOSS = "04_backward", "05_gradient_clipping", "03_loss"
FORWARD, STEP = "02_forward_pass", "06_optimizer_step"

ADVICE: dict[str, tuple[str, str, str]] = {
    "state-not-detached": (
        "The state of the batch before has its graph, which backward has freed already.",
        "state = state.detach()  # of an LSTM: tuple(part.detach() for part in state)", STATE),
    "retain-graph": (
        "With retain_graph=True backward goes on into the batches before, whose weights the "
        "optimizer has changed since.",
        "state = state.detach(), and loss.backward() as it was", STATE),
    "lstm-state-is-a-tuple": (
        "The state of an LSTM is a pair (h, c).",
        "state = tuple(part.detach() for part in state)", STATE),
    "state-batch-size": (
        "The carried state has a row for each sequence of the batch before, and this batch has "
        "another number.",
        "DataLoader(..., drop_last=True), or state = state[:, :len(inputs)]", STATE),
    "loss-broadcast": (
        "Shapes that are not equal are stretched to fit; the loss then learns the mean.",
        "loss_fn(predictions, targets.reshape(predictions.shape))", LOSS),
    "cross-entropy-axis": (
        "cross_entropy wants the classes on axis 1.",
        "loss_fn(logits.flatten(0, 1), targets.flatten())", LOSS),
    "target-dtype": (
        "cross_entropy wants whole class numbers from 0 to the number of classes less one.",
        "targets = targets.long(), and as many outputs as classes", LOSS),
    "missing-zero-grad": (
        "backward adds to .grad: the old gradients are used again and again.",
        "optimizer.zero_grad()  # before loss.backward()", LOOP),
    "zero-grad-after-backward": (
        "The gradients are what the step needs.",
        "optimizer.zero_grad() before loss.backward(), or after optimizer.step()", LOOP),
    "clip-before-backward": (
        "There is nothing to clip before backward.",
        "clip_grad_norm_(model.parameters(), max_norm)  # between backward and step", CLIPPING),
    "clip-after-step": (
        "Clipping after the step has no effect.",
        "clip_grad_norm_(model.parameters(), max_norm)  # between backward and step", CLIPPING),
    "nonfinite-gradient": (
        "A step with such gradients makes every weight nan.",
        "clip_grad_norm_(model.parameters(), 1.0, error_if_nonfinite=True)", CLIPPING),
    "device-mismatch": (
        "The model and all it reads have to be on one device.",
        "model.to(device); inputs, targets = inputs.to(device), targets.to(device)", FORWARD),
    "dtype-mismatch": (
        "Weights are float32; numbers from NumPy are float64.",
        "inputs = inputs.float()", FORWARD),
    "no-graph": (
        "There is a graph only where gradients are on, and only numbers without one can leave it.",
        "train outside no_grad; for numbers: value.detach() or loss.item()", BACKWARD),
    "eval-mode-while-training": (
        "model.eval() turns dropout off; it does not turn gradients off.",
        "model.train()  # before the batches of each epoch", LOOP),
    "validation-builds-graph": (
        "model.eval() does not turn gradients off: memory and time for nothing.",
        "with torch.no_grad():  # around the validation", LOOP),
    "missing-step": (
        "Without a step the weights stay what they are.",
        "optimizer.step()  # after loss.backward()", LOOP),
    "missing-backward": (
        "Without backward there are no gradients to step by.",
        "loss.backward()  # before optimizer.step()", LOOP),
    "step-before-backward": (
        "The step uses what stands in .grad at that moment.",
        "loss.backward(), then optimizer.step()", LOOP),
    "parameters-not-in-optimizer": (
        "An optimizer moves only what it was given when it was made.",
        "optimizer = torch.optim.Adam(model.parameters())  # after all layers are made", STEP),
    "softmax-before-cross-entropy": (
        "cross_entropy takes the softmax itself; of a second one little gradient is left.",
        "loss_fn(logits, targets)  # no softmax before", LOSS),
    "output-not-unpacked": (
        "A recurrent module returns outputs and state.",
        "outputs, state = self.rnn(inputs)", FORWARD),
    "batch-first": (
        "Without batch_first=True a recurrent module takes axis 0 for time.",
        "nn.RNN(..., batch_first=True), or inputs.transpose(0, 1)", FORWARD),
    "detached-every-time-step": (
        "Only backpropagation through time can tell an early time step what it did to a late loss.",
        "detach the state between batches, never within the loop over time", BACKWARD),
    "carried-and-shuffled": (
        "A carried state is a memory of what came before; shuffled, it is that of something else.",
        "DataLoader(..., shuffle=False) in the order of time, or state = None in each batch",
        STATE),
    "graph-kept": (
        "A tensor with a graph holds all that it was computed from.",
        "total += loss.item(), or kept.append(state.detach())", BACKWARD),
    "mean-of-batch-means": (
        "A smaller last batch weighs as much as a whole one.",
        "total += loss.item() * len(inputs); count += len(inputs); total / count", LOOP),
    "learning-rate-too-high": (
        "Each step goes downhill, and far past the valley.",
        "divide the learning rate by 10 until the loss falls", STEP),
    "learning-rate-too-low": (
        "Each step goes the right way and hardly moves.",
        "multiply the learning rate by 10 until the loss jumps, then go back one", STEP),
    "vanishing-gradient": (
        "Each time step multiplies the gradient; here by little.",
        "an LSTM or GRU, larger recurrent weights (nn.init.orthogonal_), smaller inputs",
        BACKWARD),
    "exploding-gradient": (
        "Each time step multiplies the gradient; here by much.",
        "clip_grad_norm_(model.parameters(), 1.0)  # between backward and step", CLIPPING),
}  # fmt: skip
