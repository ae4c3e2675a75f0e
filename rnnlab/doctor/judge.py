"""Judges a trace by all rules."""

from __future__ import annotations

import rnnlab.doctor.rules.losses
import rnnlab.doctor.rules.order
import rnnlab.doctor.rules.size
import rnnlab.doctor.rules.state  # noqa: F401  # each adds its rules
from rnnlab.doctor.advice import ADVICE
from rnnlab.doctor.raised import judge_error
from rnnlab.doctor.report import SEVERITIES, Finding
from rnnlab.doctor.rules.rule import RULES
from rnnlab.doctor.trace import Trace


def judge(trace: Trace) -> list[Finding]:
    """Return what is wrong, the gravest first."""
    # where the doctor has stumbled, what is missing may be its own doing
    rules = {} if trace.stumbled else RULES
    verdicts = {code: function(trace) for code, function in rules.items()}
    if trace.error is not None:
        verdicts.update(judge_error(trace))
    findings = [
        Finding(code, severity, place, what, *ADVICE[code])
        for code, verdict in verdicts.items()
        if verdict is not None
        for severity, place, what in [verdict]
    ]
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
