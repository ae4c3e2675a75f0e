"""What a check says: a verdict, what was seen, what to do."""

from typing import NamedTuple

from rnnlab.base.say import say
from rnnlab.base.showable import error_line
from rnnlab.doctor.judge import rule_of_error

OK, FACT, OPEN, FAULT = "ok", "fact", "not decided", "fault"
VERDICTS = (FAULT, OPEN, FACT, OK)  # the gravest first


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


def fault_of(name: str, error: Exception, what: str, advice: str) -> Check:
    """Return the fault that an exception is: its text, and advice if a rule of the doctor knows it.

    Args:
        name: of the check.
        error: what was raised.
        what: who raised it, as in "the model".
        advice: where no rule knows the error.
    """
    rule = rule_of_error(error)
    seen = say("{what} raised {error}", what=what, error=error_line(error))
    if rule is None:
        return Check(name, FAULT, seen.rstrip(": "), advice)
    return Check(name, FAULT, f"{seen.rstrip(': .')}. {rule.why}", rule.fix)
