"""Judges a trace by all rules: every module in `rules/` is found and imported."""

import re
from importlib import import_module
from pkgutil import iter_modules

from rnnlab.base.say import translated
from rnnlab.base.showable import error_line, said
from rnnlab.doctor import rules
from rnnlab.doctor.events import Place
from rnnlab.doctor.report import SEVERITIES, UNKNOWN, Finding
from rnnlab.doctor.rules.rule import OWN, RULES, Advice, Found, Rule
from rnnlab.doctor.trace import Trace

for module in iter_modules(rules.__path__, f"{rules.__name__}."):
    import_module(module.name)


def judge(trace: Trace) -> list[Finding]:
    """Return what is wrong, the gravest first; an exception is told of, whatever its cause."""
    # where the doctor has stumbled, what is missing may be its own doing
    seen = {} if trace.stumbled else {code: rule.judge(trace) for code, rule in RULES.items()}
    cause = _cause_of_error(trace)
    seen |= cause
    findings = [
        Finding(
            code,
            found.severity,
            found.where,
            found.what,
            translated(rule.why),
            found.fix or translated(rule.fix),
            rule.lesson,
        )
        for code, rule in RULES.items()
        if (found := seen.get(code)) is not None
    ]
    if trace.error is not None and not cause:
        findings.append(_of_unknown_error(trace, bool(findings)))
    findings = [finding for finding in findings if not _is_ignored(finding)]
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


IGNORE = re.compile(r"#\s*doctor:\s*ignore\[([\w\s,-]+)\]")  # at the end of a line


def _is_ignored(finding: Finding) -> bool:
    """Whether the finding's line says that it is to be left out."""
    found = IGNORE.search(finding.where.text)
    return found is not None and finding.code in re.split(r"[\s,]+", found[1].strip())


def first_sentence(error: BaseException) -> str:
    """Return an exception's type and the first sentence of its text: some are a page long."""
    sentence = re.split(r"(?<=[a-z)])[.!] |\n", said(error), maxsplit=1)[0]
    return f"{type(error).__name__}: {sentence}" if sentence else type(error).__name__


def _cause_of_error(trace: Trace) -> dict[str, Found]:
    """Return what the exception says, by the first mistake that it and the run fit, if any."""
    error, place = trace.error, trace.error_place
    if error is None or place is None:
        return {}
    text = said(error)
    for code, rule in sorted(RULES.items(), key=lambda entry: entry[1].general):
        if any(re.search(pattern, text) for pattern in rule.raises) and (fit := _fit(rule, trace)):
            place_only = fit if isinstance(fit, Place) else None
            advice = fit if isinstance(fit, Advice) else Advice(place_only)
            what = first_sentence(error) + (f". {advice.more}" if advice.more else "")
            return {code: Found(advice.where or place, what, rule.severity, advice.fix)}
    return {}


def _fit(rule: Rule, trace: Trace) -> Place | Advice | bool:
    """Return what a rule says of an exception; False for one that only begins as torch's does."""
    try:
        return rule.fits(trace)
    except (ValueError, IndexError):  # its numbers are not where torch writes them
        return False


def _of_unknown_error(trace: Trace, others: bool) -> Finding:
    """Return the finding for an exception that no rule knows."""
    error, place = trace.error, trace.error_place
    assert error is not None
    assert place is not None
    told = error_line(error).rstrip(".: ")
    before = "" if others else translated("No mistake of the loop was seen before it.")
    why = (
        "The doctor does not know this error; what it says comes from the line above or from what "
        "that line calls."
    )
    fix = "print the types, shapes and dtypes that meet in this line, just before it"
    what = f"{told}. {before}".rstrip()
    return Finding(UNKNOWN, "error", place, what, translated(why), translated(fix), OWN)


def rule_of_error(error: BaseException) -> Rule | None:
    """Return the mistake that an exception's text alone tells of; None if it is none or several."""
    text = said(error)
    fitting = [
        rule
        for rule in RULES.values()
        if not rule.general and any(re.search(pattern, text) for pattern in rule.raises)
    ]
    return fitting[0] if len(fitting) == 1 else None
