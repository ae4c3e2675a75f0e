"""What the doctor says: findings, and a report of them for a notebook, a terminal or a program."""

from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple

from rnnlab.base.say import listed, say, sentences, translated
from rnnlab.base.showable import as_html, showable_lines
from rnnlab.doctor.events import Place
from rnnlab.doctor.trace import Trace

STYLE = """<style>
table.rnnlab-report { table-layout: fixed; width: 100%; max-width: 66em; line-height: 1.45 }
table.rnnlab-report tr > * { text-align: left !important; vertical-align: top; white-space: normal;
  overflow-wrap: anywhere; padding: 5px 14px 5px 0 }
table.rnnlab-report code { white-space: pre-wrap }
</style>"""  # not said
PARTS = {"forward": "forward passes", "loss": "losses", "backward": "backward passes",
         "step": "updates"}  # fmt: skip
SEVERITIES = ("error", "warning", "note")
NOTHING = "Nothing wrong found."
UNKNOWN = "error"  # the code of an exception that no rule knows


class Finding(NamedTuple):
    """Something that is wrong, with its evidence from this run."""

    code: str  # the mistake's name, as in notebook 09
    severity: str  # "error", "warning" or "note"
    where: Place  # the line of the user's code
    what: str  # what was seen, with the run's own numbers
    why: str  # why that is wrong
    fix: str  # the line to write
    lesson: str  # the notebook that teaches it


class Reading(NamedTuple):
    """A section to read about a mistake."""

    words: str
    address: str = ""  # of a link to it; "" if there is none


class Report:
    """The result of a watch; the last line of a cell shows it as a table.

    Attributes:
        findings: the `Finding`s, the gravest first.
        trace: the `Trace` that they were judged by.
        readings: by a mistake's code the `Reading`s, if whoever shows the report knows them;
            otherwise the lesson alone is named.
    """

    def __init__(self) -> None:
        self.trace = Trace()
        self.findings: list[Finding] = []
        self.readings: dict[str, list[Reading]] = {}
        self.finished = False

    @property
    def worst(self) -> str | None:
        """The gravest severity, None if nothing was found."""
        return self.findings[0].severity if self.findings else None

    def looked_at(self) -> str:
        """Return in words what was seen, and what could not be."""
        if not self.finished:
            return say("The watch is still on: ask again after its block.")
        kinds = (*PARTS, "clip")
        counts = {kind: self.trace.counts[kind] for kind in kinds} | {"forward": self.trace.passes}
        text = (
            "Watched: {forward} forward passes, {loss} losses, {backward} backward passes, {clip} "
            "clippings, {step} updates."
        )
        if any(not event.numbers["seen"] for event in self.trace.of("step")):
            text = (  # the numbers of losses and clippings would look like a mistake
                "Watched: {forward} forward passes, {backward} backward passes, {step} updates; "
                "losses and clippings in the first rounds and in every 8th later one."
            )
        seen = [say(text, **counts)]
        missing = [translated(part) for kind, part in PARTS.items() if not counts[kind]]
        if missing:
            parts = reduce(lambda one, other: say("{one} and no {other}", one=one, other=other),
                           missing)  # fmt: skip
            seen.append(say("There were no {parts} to judge.", parts=parts))
        if self.trace.stumbled:
            stumbled = "The doctor itself stumbled: {error}."
            seen.append(say(stumbled, error=self.trace.stumbled))
        return sentences(*seen)

    def as_rows(self) -> list[dict[str, Any]]:
        """Return the findings as plain dictionaries, for JSON."""
        return [{**finding._asdict(), "where": finding.where._asdict()}
                for finding in self.findings]  # fmt: skip

    def for_github(self) -> str:
        """Return the findings as GitHub's annotations: it shows them beside their lines."""
        kinds = {"error": "error", "warning": "warning", "note": "notice"}
        lines = []
        for f in self.findings:
            why = sentences(f.why, say("Write: {fix}", fix=f.fix))
            file, said = _escaped(f.where.file, True), f"{f.what}\n{why}"
            where = f"file={file},line={f.where.line},title={f.code}"
            lines.append(f"::{kinds[f.severity]} {where}::{_escaped(said)}")
        return "\n".join(lines)

    def __str__(self) -> str:
        """Return the report as text."""
        if not self.findings:
            return sentences(say(NOTHING), self.looked_at())
        text = (
            "{severity}: {code}\n  where: {where}\n  what:  {what}\n  why:   {why}\n"
            "  fix:   {fix}\n  learn: {learn}"
        )
        blocks = [
            say(text, **f._asdict() | {
                "severity": shown_severity(f.severity),
                "learn": listed(reading.words for reading in self._learn(f)),
            })
            for f in self.findings
        ]  # fmt: skip
        return "\n\n".join([*map(showable_lines, blocks), self.looked_at()])

    __repr__ = __str__

    def _learn(self, finding: Finding) -> list[Reading]:
        """Return where to read about a mistake."""
        return self.readings.get(finding.code) or [
            Reading(say("lesson {lesson}", lesson=finding.lesson))
        ]

    def _repr_html_(self) -> str:
        looked_at = as_html(self.looked_at())
        if not self.findings:
            return f"<p><b>{say(NOTHING)}</b> {looked_at}</p>"
        rows = []
        for finding in self.findings:
            code, _, _, what, why, fix, _ = (as_html(str(part)) for part in finding)
            severity = shown_severity(finding.severity)
            learn = "<br>".join(map(_linked, self._learn(finding)))
            name, text = as_html(finding.where.name), as_html(finding.where.text)
            rows.append(
                f"<tr><td><b>{severity}: {code}</b><br>{name}<br><code>{text}</code></td>"
                f"<td>{what}<br>{why}</td><td><code>{fix}</code><br>{learn}</td></tr>"
            )
        heads = (say("found, and where"), say("what was seen, and why it is wrong"), say("write"))
        return as_table((28, 42), heads, rows, looked_at)


def as_table(widths: Sequence[int], heads: Sequence[str], rows: Sequence[str], below: str) -> str:
    """Return a report as HTML: rows of three columns, the first two so many percent wide."""
    head = "".join(f'<th scope="col">{words}</th>' for words in heads)  # not said
    columns = "".join(f'<col style="width: {width}%">' for width in widths)  # not said
    return (
        f'{STYLE}<table class="rnnlab-report"><colgroup>{columns}<col></colgroup>'  # not said
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table><p>{below}</p>"
    )


def shown_severity(severity: str) -> str:
    """Return the word for a severity, which in English is a key."""
    return {word: translated(word) for word in SEVERITIES}[severity]


def _escaped(text: str, is_property: bool = False) -> str:
    """Return a text as GitHub's commands want it: what ends a command or a property is escaped."""
    signs = {"%": "%25", "\r": "%0D", "\n": "%0A"} | (
        {":": "%3A", ",": "%2C"} if is_property else {}
    )
    text = showable_lines(text)
    for sign, instead in signs.items():
        text = text.replace(sign, instead)
    return text


def _linked(reading: Reading) -> str:
    words, address = map(as_html, reading)
    return f'<a href="{address}">{words}</a>' if address else words
