"""Wrong answers to the exercises of notebook 06, and what their first hint says."""

STEP = """
def momentum_step(parameters, velocities, learning_rate):
    with torch.no_grad():
        for p, v in zip(parameters, velocities, strict=True):
            {0}
            {1}
"""
VELOCITY, MOVE = "v.mul_(0.9).add_(p.grad)", "p -= learning_rate * v"
HELD = "{id(p) for group in optimizer.param_groups for p in group['params']}"
FIRST_GROUP = "{id(p) for p in optimizer.param_groups[0]['params']}"
NAMES = """
def left_out(model, optimizer):
    held = {0}
    return [{1} for name, p in model.named_parameters() if {2}]
"""
BY_VALUE = """
def left_out(model, optimizer):
    held = [p for group in optimizer.param_groups for p in group["params"]]
    return [
        name
        for name, p in model.named_parameters()
        if not any(p.shape == q.shape and torch.equal(p, q) for q in held)
    ]
"""
IN_A_LIST = """
def left_out(model, optimizer):
    held = [p for group in optimizer.param_groups for p in group["params"]]
    return [name for name, p in reversed(list(model.named_parameters())) if p not in held]
"""
PRINTS = """
def left_out(model, optimizer):
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    for name, p in model.named_parameters():
        if id(p) not in held:
            print(name)
"""
WRONG = {
    "06.1": [
        ("momentum_step = 0.9", "momentum_step is float"),
        (STEP.format(VELOCITY, MOVE).replace("torch.no_grad()", "torch.enable_grad()"), "no_grad"),
        (STEP.format(VELOCITY, "p = p - learning_rate * v"), "no parameter has moved"),
        (STEP.format(VELOCITY, "p += learning_rate * v"), "in the direction of its gradient"),
        (STEP.format("v = 0.9 * v + p.grad", MOVE), "do not remember anything"),
        (STEP.format("v.mul_(0.9).add_(0.1 * p.grad)", MOVE), "enters as an average"),
        (STEP.format(VELOCITY, "p -= learning_rate * p.grad"), "those of plain SGD"),
        (STEP.format(MOVE, VELOCITY), "uses the velocity from before"),
        (STEP.format("v += p.grad", MOVE), "never fades"),
        (STEP.format(VELOCITY, "p -= v"), "has moved by"),
    ],
    "06.2": [
        ("change = -0.003", "the sign is not"),
        ("change = 0.003 * 0.02", "the step of plain SGD"),
        ("change = 0.003 * 0.1 * 0.02 / (0.001 * 0.02**2) ** 0.5", "correction is missing"),
        ("change = 0.003 * 0.02 / 0.02**2", "a root is missing"),
        ("change = 0.0003", "m is not corrected"),
        ("change = 0.02", "times the learning rate."),
    ],
    "06.3": [
        ("left_out = ['readout.weight', 'readout.bias']", "left_out is list"),
        (NAMES.format(HELD, "name", "id(p) in held"), "those that the optimizer holds"),
        (NAMES.format(FIRST_GROUP, "name", "id(p) not in held"), "look into every group"),
        (
            NAMES.format(HELD, "name.split('.')[-1]", "id(p) not in held"),
            "lack the layer they belong to",
        ),
        (NAMES.format(HELD, "p", "id(p) not in held"), "a list of Parameter"),
        (IN_A_LIST, "torch said"),
        (BY_VALUE, "equal numbers was taken for the original"),
        (PRINTS, "returns NoneType"),
        ("def left_out(model, optimizer):\n    return []", "names 0 parameters"),
    ],
}
