"""What `preflight` returns: its checks, as a table and as text."""

from rnnlab.base.say import say
from rnnlab.base.showable import as_html, showable_lines
from rnnlab.doctor.before.check import FAULT, OPEN, VERDICTS, Check
from rnnlab.doctor.report import as_table


class Preflight:
    """What `preflight` has found; the last line of a cell shows it as a table.

    Attributes:
        checks: the `Check`s, in the order in which they were made.
        seconds: how long it took.
    """

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.seconds = 0.0

    @property
    def worst(self) -> str | None:
        """The gravest verdict: "fault", "not decided", "fact" or "ok"; None without a check."""
        verdicts = {check.verdict for check in self.checks}
        return next((verdict for verdict in VERDICTS if verdict in verdicts), None)

    @property
    def faults(self) -> list[Check]:
        """The checks that found a fault."""
        return [check for check in self.checks if check.verdict == FAULT]

    def as_rows(self) -> list[dict[str, str]]:
        """Return the checks as plain dictionaries, for JSON."""
        return [check._asdict() for check in self.checks]

    def summary(self) -> str:
        """Return in one sentence how many checks found what."""
        counts = {v: sum(check.verdict == v for check in self.checks) for v in VERDICTS}
        text = "{count} checks in {seconds:.1f} s: {faults} faults, {open} not decided."
        return say(
            text, count=len(self.checks), seconds=self.seconds, faults=counts[FAULT],
            open=counts[OPEN],
        )  # fmt: skip

    def __str__(self) -> str:
        """Return the table as text."""
        blocks = []
        for check in self.checks:
            text = "{verdict}: {name}\n  seen: {seen}"
            if check.advice:
                text = "{verdict}: {name}\n  seen: {seen}\n  do:   {advice}"
            blocks.append(say(text, **check.shown()._asdict()))
        return "\n".join([*map(showable_lines, blocks), self.summary()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = []
        for check in self.checks:
            name, verdict, seen, advice = map(as_html, check.shown())
            rows.append(
                f"<tr><td><b>{verdict}</b>: {name}</td><td>{seen}</td><td>{advice}</td></tr>"
            )
        heads = (say("verdict, and on what"), say("what was seen"), say("what to do"))
        return as_table((22, 46), heads, rows, as_html(self.summary()))
