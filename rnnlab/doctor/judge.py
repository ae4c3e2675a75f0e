"""Judges a trace by all rules: every module in `rules/` is found and imported."""

import re
from importlib import import_module
from pkgutil import iter_modules

from rnnlab.doctor import rules
from rnnlab.doctor.events import Place
from rnnlab.doctor.report import SEVERITIES, Finding
from rnnlab.doctor.rules.rule import RULES, Rule
from rnnlab.doctor.trace import Trace

for module in iter_modules(rules.__path__, f"{rules.__name__}."):
    import_module(module.name)


def judge(trace: Trace) -> list[Finding]:
    """Return what is wrong, the gravest first."""
    # where the doctor has stumbled, what is missing may be its own doing
    seen = {} if trace.stumbled else {code: rule.judge(trace) for code, rule in RULES.items()}
    seen |= _cause_of_error(trace)
    findings = [
        Finding(code, rule.severity, *found, rule.why, rule.fix, rule.lesson)
        for code, rule in RULES.items()
        if (found := seen.get(code)) is not None
    ]
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def _cause_of_error(trace: Trace) -> dict[str, tuple[Place, str]]:
    """Return what the exception says, by the first mistake that it and the run fit, if any."""
    error, place = trace.error, trace.error_place
    if error is None or place is None:
        return {}
    text = str(error)
    sentence = re.split(r"(?<=[a-z)])[.!] |\n", text, maxsplit=1)[0]  # some texts are a page long
    for code, rule in RULES.items():
        if any(re.search(pattern, text) for pattern in rule.raises) and (fit := rule.fits(trace)):
            where = fit if isinstance(fit, Place) else place
            return {code: (where, f"{type(error).__name__}: {sentence}")}
    return {}


def rule_of_error(error: BaseException) -> Rule | None:
    """Return the mistake that an exception's text alone tells of; None if it is none or several."""
    text = str(error)
    fitting = [
        rule for rule in RULES.values() if any(re.search(pattern, text) for pattern in rule.raises)
    ]
    return fitting[0] if len(fitting) == 1 else None
