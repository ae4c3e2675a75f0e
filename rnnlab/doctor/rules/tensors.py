"""What torch refuses wherever it is met: a device, a dtype, a tuple, a missing graph."""

from rnnlab.base.say import translated
from rnnlab.doctor.rules.rule import BACKWARD, FORWARD, OWN, Advice, Rule

Rule(
    "device-mismatch",
    why="The model and all it reads have to be on one device.",
    fix="model.to(device); inputs, targets = inputs.to(device), targets.to(device)",
    lesson=OWN,
    raises=(
        r"not at the same device",
        r"is not on the expected device",
        r"Expected all tensors to be on the same device",
        r"is on (cpu|meta|cuda)\S*, (but|different from)",
    ),
)
Rule(
    "dtype-mismatch",
    why="Weights are float32; numbers from NumPy are float64.",
    fix="inputs = inputs.float()",
    lesson=FORWARD,
    raises=(
        r"RNN input dtype \(.*\) does not match weight dtype",
        r"(mat1 and mat2 must|expected m1 and m2 to) have the same dtype",
        r"Expected tensor for argument #1 'indices' to have one of the following scalar types",
    ),
    fits=lambda trace: (
        Advice(
            more=translated("An embedding reads numbers of tokens, which are integers."),
            fix=translated(
                "tokens = tokens.long()  # for an embedding, and float() for everything else"
            ),
        )
        if "'indices'" in str(trace.error)
        else True
    ),
)
Rule(
    "no-graph",
    why="There is a graph only where gradients are on, and only numbers without one can leave it.",
    fix="train outside no_grad; for numbers: value.detach() or loss.item()",
    lesson=BACKWARD,
    raises=(
        r"does not require grad and does not have a grad_fn",
        r"Can't call numpy\(\) on Tensor that requires grad",
    ),
)
Rule(
    "output-not-unpacked",
    why="A recurrent module returns outputs and state.",
    fix="outputs, state = self.rnn(inputs)",
    lesson=FORWARD,
    raises=(
        r"argument 'input' \(position 1\) must be Tensor, not tuple",
        r"tuple indices must be integers or slices, not tuple",
        r"'tuple' object has no attribute '(size|shape|dim|view|reshape|mean)'",
    ),
    fits=lambda trace: bool(trace.counts["recurrent"]),
)
