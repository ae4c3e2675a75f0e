"""Wrong answers to the exercises of notebook 05, and what their first hint says."""

STEP = """
def train_step(model, optimizer, inputs, targets):
    {0}
    predictions, state = model(inputs)
    loss = nn.functional.mse_loss({1})
    {2}
    loss.backward()
    {3}
    optimizer.step()
    {4}
    return norm
"""
CLEAR, ALL = "optimizer.zero_grad()", "predictions, targets"
CLIP = "norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)"
BY_VALUE = "norm = used_norm(model); nn.utils.clip_grad_value_(model.parameters(), 1.0)"
ONE_BY_ONE = "norm = [nn.utils.clip_grad_norm_([p], 1.0) for p in model.parameters()][0]"
MEASURED_LATE = "nn.utils.clip_grad_norm_(model.parameters(), 1.0); norm = used_norm(model)"
NO_STEP = STEP.format(CLEAR, ALL, "pass", CLIP, "pass").replace("    optimizer.step()\n", "")
WRONG = {
    "05.1": [
        ("factor = (norms[-1] / norms[0]) ** (1 / (len(norms) - 1))", "goes forward in time"),
        ("factor = norms[0] / norms[-1]", "the factor of the whole way; asked is that of one"),
        ("factor = (norms[0] / norms[-1]) / 49", "divides the factor of the whole way"),
        ("factor = (norms[0] / norms[-1]) ** (1 / len(norms))", "takes the root of 50 steps"),
        ("factor = (norms[0] - norms[-1]) / 49", "is a difference per step"),
        ("factor = 1.5", "but the first state has"),
    ],
    "05.2": [
        ("readout_after = 1.0", "looks at the readout's gradient alone"),
        ("readout_after = sizes['readout.weight'] / sum(sizes.values())", "the sum of the norms"),
        ("readout_after = sizes['readout.weight'] / max(sizes.values())", "the largest norm"),
        (
            "readout_after = sizes['readout.weight'] / sum(s**2 for s in sizes.values())",
            "a root is missing",
        ),
        (
            "readout_after = 1 / sum(s**2 for s in sizes.values()) ** 0.5",
            "asked is the norm that it leaves",
        ),
        ("readout_after = sizes['readout.weight'] / 2", "times the norm before"),
    ],
    "05.3": [
        ("train_step = 1.0", "expected a function"),
        (STEP.format(CLEAR, ALL, CLIP, "pass", "pass"), "Were the gradients there when you"),
        (STEP.format(CLEAR, ALL, "pass", "pass", CLIP), "Does the clipping stand before the step"),
        (STEP.format("pass", ALL, "pass", CLIP, "pass"), "were the gradients cleared"),
        (NO_STEP, "no weight has moved"),
        (STEP.format(CLEAR, ALL, "pass", BY_VALUE, "pass"), "clipped by value"),
        (STEP.format(CLEAR, ALL, "pass", ONE_BY_ONE, "pass"), "Each parameter was clipped"),
        (STEP.format(CLEAR, ALL, "pass", MEASURED_LATE, "pass"), "where the norm before clipping"),
        (
            STEP.format(CLEAR, "predictions[:, -1], targets[:, -1]", "pass", CLIP, "pass"),
            "the last prediction alone",
        ),
        (
            STEP.format(CLEAR, ALL, "pass", CLIP, "pass").replace("return norm", ""),
            "returns None",
        ),
        (
            STEP.format(CLEAR, ALL, "pass", CLIP.replace("1.0", "0.5"), "pass"),
            "two steps clipped to 1.0 would",
        ),
    ],
}
