"""Wrong answers to the exercises of lesson 11, each with a part of its hint."""

STEP = """
def train_step(twin, optimizer, inputs, targets):
    weights = twin.trainable_variables
    {0}
    with tf.GradientTape() as tape:
        {1}
        loss = {2}
    gradients = tape.gradient(loss, weights)
    {3}
    {4}
    {5}
"""
INSIDE = "predictions, state = twin(inputs)"
MEAN = "tf.reduce_mean(tf.square(predictions - targets))"
LAST = "tf.reduce_mean(tf.square(predictions[:, -1] - targets[:, -1]))"
CLIP = "gradients, norm = tf.clip_by_global_norm(gradients, 1.0)"
NOT_KEPT = "_, norm = tf.clip_by_global_norm(gradients, 1.0)"
NORM = "norm = tf.linalg.global_norm(gradients)"
ONE_BY_ONE = f"{NORM}; gradients = [tf.clip_by_norm(g, 1.0) for g in gradients]"
BY_VALUE = f"{NORM}; gradients = [tf.clip_by_value(g, -1.0, 1.0) for g in gradients]"
MEASURED_LATE = f"{CLIP}; {NORM}"
APPLY = "optimizer.apply_gradients(zip(gradients, weights))"
TWICE = f"{APPLY}\n    train_step.again = not getattr(train_step, 'again', False)\n" + (
    "    if train_step.again: return train_step(twin, optimizer, inputs, targets)"
)
RETURN = "return loss, norm"
WRONG = {
    "11.1": [
        ("kernel = weight_ih", "has shape (12, 2)"),
        ("kernel = weight_ih.T", "in the order r z n"),
        ("kernel = weight_ih.flip(0).T", "with its units backwards"),
        ("kernel = torch.cat(weight_ih.chunk(3)[::-1]).T", "in the order n z r"),
        (
            "r, z, n = weight_ih.chunk(3)\nkernel = torch.cat([z, r, n]).reshape(2, 12)",
            "they were dealt out anew",
        ),
        ("kernel = torch.zeros(2, 12)", "is none of the three gates"),
    ],
    "11.2": [
        ("train_step = 1.0", "expected a function"),
        (STEP.format(INSIDE, "pass", MEAN, CLIP, APPLY, RETURN), "What did it see?"),
        (STEP.format("pass", INSIDE, MEAN, CLIP, "pass", RETURN), "where is the step?"),
        (STEP.format("pass", INSIDE, MEAN, NOT_KEPT, APPLY, RETURN), "where the bound is 1.0"),
        (STEP.format("pass", INSIDE, MEAN, ONE_BY_ONE, APPLY, RETURN), "clipped on its own"),
        (STEP.format("pass", INSIDE, MEAN, BY_VALUE, APPLY, RETURN), "clipped one at a time"),
        (STEP.format("pass", INSIDE, LAST, CLIP, APPLY, RETURN), "the last time step alone"),
        (STEP.format("pass", INSIDE, MEAN, CLIP, TWICE, RETURN), "as after two steps"),
        (STEP.format("pass", INSIDE, MEAN, CLIP, APPLY, "return loss"), "expected the pair"),
        (
            STEP.format("pass", INSIDE, MEAN, CLIP, APPLY, "return norm, loss"),
            "But the loss you return",
        ),
        (
            STEP.format("pass", INSIDE, MEAN, MEASURED_LATE, APPLY, RETURN),
            "But the norm you return is 1.000",
        ),
        (
            STEP.format("pass", INSIDE, f"-{MEAN}", CLIP, APPLY, RETURN),
            "After one call the weights have moved by",
        ),
        (
            STEP.format("pass", "predictions = twin(inputs)", MEAN, CLIP, APPLY, RETURN),
            "could not be read",
        ),
    ],
    "11.3": [
        ("keras_step = torch_step", "is torch's step"),
        ("keras_step = rate * g / (g + 1e-7)", "at the place of torch's"),
        (
            "keras_step = rate * 0.001**0.5 * g / (0.001**0.5 * g + 1e-8)",
            "but torch's value",
        ),
        ("keras_step = rate", "is the learning rate itself"),
        (
            "keras_step = rate * g / (0.001**0.5 * g + 1e-7)",
            "lacks the root of 1 - beta_2 above the line",
        ),
        ("keras_step = rate * g", "times the gradient"),
    ],
}
