"""Typical wrong answers to the exercises of notebook 04, and a part of each one's first hint."""

TWO_HALVES = """
for half_inputs, half_targets in zip(input_halves, target_halves, strict=True):
    BEFORE
    half_loss = functional.mse_loss(model(half_inputs)[0], half_targets)
    (half_loss SCALE).backward()
answer = model.readout.bias.grad
"""


def halves(start: str, before: str = "pass", scale: str = "/ 2") -> str:
    """Return the code of two backward passes."""
    return start + TWO_HALVES.replace("BEFORE", before).replace("SCALE", scale)


WRONG = {
    "04.1": [
        ("answer = matrix.T @ d_last", "did it pass the tanh?"),
        ("answer = matrix @ (d_last * (1 - h_last**2))", "wrong way round"),
        ("answer = matrix.T @ (d_last * (1 - h_last))", "look at the slope"),
        ("answer = (1 - h_last**2) * (matrix.T @ d_last)", "in the wrong order"),
        ("answer = d_last * (1 - h_last**2)", "the gradient with respect to a_24"),
        ("answer = matrix.T * d_last", "the gradient has the shape of"),
        ("answer = d_last", "point in other directions"),
        ("answer = states[23].grad.norm().item()", "a gradient is a tensor"),
    ],
    "04.2": [
        ("answer = d_a.T @ states[1:]", "not beside the state it came from"),
        ("answer = states[:-1].T @ d_a", "rows and columns are swapped"),
        ("answer = d_a.T @ states[:-1] / len(d_a)", "Sum or mean?"),
        ("answer = torch.outer(d_a[-1], states[-2])", "the last time step alone"),
        ("answer = d_a @ states[:-1].T", "the gradient has the shape of"),
        ("answer = d_a[1:].T @ states[:-2]", "Did all 8 time steps go in"),
    ],
    "04.3": [
        (halves("model.zero_grad()", scale="/ 1"), "twice as much"),
        (halves("model.zero_grad()", before="model.zero_grad()"), "the second half's alone"),
        (
            halves("model.zero_grad()", scale="/ 2")
            + "model.zero_grad()\nanswer = model.readout.bias.grad",
            "is empty",
        ),
        (
            "model.zero_grad()\nfunctional.mse_loss(model(inputs[:8])[0], targets[:8]).backward()"
            + halves(""),
            "is left over",
        ),
        ("answer = model.readout.weight.grad", "the gradient has the shape of"),
    ],
}
