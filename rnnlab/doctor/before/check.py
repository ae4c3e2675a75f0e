"""What a check says: a verdict, what was seen, what to do."""

from typing import NamedTuple

from rnnlab.base.say import say, translated
from rnnlab.base.showable import error_line
from rnnlab.doctor.judge import rule_of_error

OK, FACT, OPEN, FAULT = "ok", "fact", "not decided", "fault"
VERDICTS = (FAULT, OPEN, FACT, OK)  # the gravest first
DATA, FORWARD, LOSS = "inputs and targets", "forward", "loss"
SHAPES, FIRST_LOSS, PREDICTIONS = "shapes", "first loss", "predictions"
LAST_BATCH, OPTIMIZER, GRADIENTS, ONE_BATCH = "last batch", "optimizer", "gradients", "one batch"
OTHERS, FUTURE, PAST = "other examples", "its future", "its past"
NAMES = (DATA, FORWARD, LOSS, SHAPES, FIRST_LOSS, PREDICTIONS, LAST_BATCH, OTHERS, FUTURE, PAST,
         OPTIMIZER, GRADIENTS, ONE_BATCH)  # fmt: skip


class Check(NamedTuple):
    """One thing that was measured before training.

    Attributes:
        name: what was looked at, such as "other examples".
        verdict: "ok", "fact" (right or wrong depends on what is meant), "not decided" or "fault".
        seen: what was seen, with its numbers.
        advice: what to do; "" where there is nothing to do.
    """

    name: str
    verdict: str
    seen: str
    advice: str = ""

    def shown(self) -> "Check":
        """Return the check as it is shown; name and verdict in English are keys."""
        verdicts = {word: translated(word) for word in VERDICTS}
        names = {word: translated(word) for word in NAMES}
        name, verdict = names.get(self.name, self.name), verdicts[self.verdict]
        return self._replace(name=name, verdict=verdict)


def fault_of(name: str, error: Exception, what: str, advice: str) -> Check:
    """Return the fault that an exception is: its text, and advice if a rule of the doctor knows it.

    Args:
        name: of the check.
        error: what was raised.
        what: who raised it, as in "the model", translated.
        advice: where no rule knows the error.
    """
    rule = rule_of_error(error)
    seen = say("{what} raised {error}", what=what, error=error_line(error))
    if rule is None:
        return Check(name, FAULT, seen.rstrip(": "), advice)
    seen = f"{seen.rstrip(': .')}. {translated(rule.why)}"
    return Check(name, FAULT, seen, translated(rule.fix))
