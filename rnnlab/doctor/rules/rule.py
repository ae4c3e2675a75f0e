"""What a rule is: one mistake, how it is known, and the advice for it.

`@Rule(code, ...)` stands above a function of the trace that returns the events which show the
mistake. The line of the last one is named, and its numbers fill in the sentence `what`, with
`times`, how many events there are, and `updates`. What a rule cannot judge it leaves alone: a false
alarm costs more trust than a miss, so that one event alone is enough only where `least` says so.

Some mistakes end in an exception: `raises` has patterns of its text (of torch 2.13), and `fits`
says whether this run makes a text with many causes mean this one, and may name another line or
better advice. A mistake that torch always refuses needs no function.
"""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import NamedTuple

from rnnlab.base.say import say
from rnnlab.doctor.events import Event, Place
from rnnlab.doctor.trace import Trace

# lessons
BATCHES, FORWARD, LOSS = "01_batches_and_shapes", "02_forward_pass", "03_loss"
BACKWARD, CLIPPING, STEP = "04_backward", "05_gradient_clipping", "06_optimizer_step"
LOOP, STATE, OWN = "07_the_training_loop", "08_hidden_state", "10_your_own"
GRAPH = "09c_state_and_graph"
REFUSED, DATA = "09e_what_torch_refuses", "09f_data_and_padding"
OUTPUTS, UPDATES = "09g_outputs_and_loss", "09h_graph_and_optimizer"
PADDING = "14_sequences_of_different_length"

Evidence = list[Event]
Judge = Callable[[Trace], Evidence]
RULES: dict[str, "Rule"] = {}  # by code


class Found(NamedTuple):
    """What shows a mistake in one run."""

    where: Place
    what: str
    severity: str
    fix: str = ""  # the line to write in this run; "": the rule's


class Sign(NamedTuple):
    """How a mistake is known: the function that finds the evidence, and what that says."""

    judge: Judge
    what: str  # a sentence with fields for numbers of the evidence
    least: int


class Advice(NamedTuple):
    """What a run adds to the cause of its exception; what is left out is the rule's."""

    where: Place | None = None
    more: str = ""  # a sentence behind the exception's own
    fix: str = ""


@dataclass
class Rule:
    """A mistake: why it is wrong, the line to write, the lesson, and how it is known.

    `what`, `why` and `fix` are kept in English; they are translated where they are shown.
    """

    code: str
    what: str = ""
    _: KW_ONLY
    why: str
    fix: str
    lesson: str
    severity: str = "error"
    least: int = 2
    raises: tuple[str, ...] = ()
    fits: Callable[[Trace], "Place | Advice | bool"] = lambda trace: True
    general: bool = False  # whether what it raises has other causes, which are tried first

    def __post_init__(self) -> None:
        self.signs: list[Sign] = []
        RULES[self.code] = self

    def __call__(self, judge: Judge) -> Judge:
        """Add the function that finds the evidence."""
        return self.sign(self.what, self.least)(judge)

    def sign(self, what: str, least: int = 2) -> Callable[[Judge], Judge]:
        """Add a function that finds evidence of another kind."""

        def add(judge: Judge) -> Judge:
            self.signs.append(Sign(judge, what, least))
            return judge

        return add

    def judge(self, trace: Trace) -> Found | None:
        """Return what the first sign with evidence shows, and where; None if there is none.

        Evidence that is less grave than the mistake mostly is has a "severity" of its own, and a
        "fix" where the run says more exactly what to write.
        """
        for sign in self.signs:
            events = sign.judge(trace)
            if len(events) >= sign.least:
                numbers = {"times": len(events), "updates": len(trace.of("step"))}
                numbers |= events[-1].numbers
                severity = str(numbers.pop("severity", self.severity))
                fix = str(numbers.pop("fix", ""))
                return Found(events[-1].place, say(sign.what, **numbers), severity, fix)
        return None
