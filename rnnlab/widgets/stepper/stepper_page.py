"""The stepper's page in HTML: the loop's source, the phase marked, and what the phase changed."""

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from rnnlab.base.say import say
from rnnlab.base.showable import NAME, as_html, showable
from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.microscope.words import clip_factor, number, shape, state_words

STYLE = """<style>
.rnnlab-source { font: 12px/1.5 var(--jp-code-font-family, monospace); margin: 0 16px 0 0;
  color: var(--jp-ui-font-color1, #333); white-space: pre-wrap; overflow-wrap: anywhere }
.rnnlab-source .line { display: block; padding-left: 18ch; text-indent: -18ch }
.rnnlab-source .line > * { text-indent: 0 }
.rnnlab-source .now { background: rgba(0, 114, 178, .2); font-weight: bold }
.rnnlab-source .failed { background: rgba(179, 38, 30, .16); font-weight: bold;
  color: var(--jp-error-color1, #b00020) }
.rnnlab-source .out { text-decoration: line-through; opacity: .75 }
.rnnlab-source .moved { border-left: 3px solid #a86400; margin-left: -5px; padding-left: 2px }
.rnnlab-source .name { color: var(--jp-ui-font-color2, #5f5f5f); font-weight: normal }
.rnnlab-facts { border-collapse: collapse; line-height: 1.5; margin: 6px 24px 6px 0;
  font-size: 12.5px; color: var(--jp-ui-font-color2, #5f5f5f) }
.rnnlab-facts th { text-align: left; font-weight: normal; padding: 1px 14px 1px 0 }
.rnnlab-facts td { text-align: right; padding: 1px 14px 1px 0;
  font-variant-numeric: tabular-nums; white-space: nowrap; min-width: 72px }
.rnnlab-facts td.new { font-weight: bold; color: var(--jp-ui-font-color1, #1a1a1a) }
.rnnlab-facts td.new::after { content: " \\25C2" }
.rnnlab-facts td:not(.new)::after { content: "\\2003" }
.rnnlab-facts caption { text-align: left; font-weight: bold; padding-bottom: 3px;
  color: var(--jp-ui-font-color1, #333) }
.rnnlab-tables { display: flex; flex-wrap: wrap; align-items: flex-start;
  container-type: inline-size }
@container (max-width: 540px) {
  .rnnlab-facts.wide { margin-right: 0; width: 100% }
  .rnnlab-facts.wide tr { display: grid; grid-template-columns: repeat(4, 1fr) }
  .rnnlab-facts.wide th[scope=row], .rnnlab-facts.wide thead td { grid-column: 1 / -1 }
}
</style>"""  # not said

MARKS = {"now": "\u25b6", "failed": "\u2717", "": " "}
Fact = tuple[str, str, bool]  # its name, its value, and whether the last phase has changed it


def source_html(stepper: PhaseStepper, failed: str | None = None) -> str:
    """Return the lines of the loop, those of the last phase marked, and of one that has failed."""
    rows = []
    for phase in stepper.plan:
        state = "failed" if phase.name == failed else "now" if phase.name == stepper.phase else ""
        fault = "out" if phase.left_out else "moved" if phase.moved else ""
        first, lines = body(phase.function)
        for line, text in enumerate(lines, start=first):
            label = f"{MARKS[state]} {phase.name:<10}" if line == first else " " * 12
            rows.append(
                f'<span class="line"><span class="name">{line:>3} {label}</span>'  # not said
                f'<span class="{f"{state} {fault}".strip()}">{as_html(text)}</span></span>'
            )
    name = as_html(say("The lines of the loop"))
    return (
        f'{STYLE}<div class="rnnlab-source" role="group" aria-label="{name}">'  # not said
        f"{''.join(rows)}</div>"
    )


def body(function: Callable[..., Any]) -> tuple[int, list[str]]:
    """Return what a function does: the number of its first line after the docstring, and lines."""
    lines, first = inspect.getsourcelines(function)
    doc = inspect.getdoc(function) or ""
    before = 1 + len(doc.splitlines())  # the line with its name, and the docstring
    return first + before, textwrap.dedent("".join(lines[before:])).splitlines()


def facts_html(stepper: PhaseStepper) -> str:
    """Return the tables of what there is, with what the last phase changed in bold and marked."""
    tables = _variables(stepper) + _parameters(stepper)
    return f'<div class="rnnlab-tables">{tables}</div>'  # not said


def _variables(stepper: PhaseStepper) -> str:
    batch, before, after, phase = stepper.batch, stepper.before, stepper.after, stepper.phase
    loss = None if batch.loss is None else batch.loss.item()
    factor = clip_factor(stepper)
    rows: dict[str, list[Fact]] = {
        "inputs": [("inputs", shape(batch.inputs), phase == "batch")],
        "targets": [("targets", shape(batch.targets), phase == "batch")],
        "state": [("state", state_words(batch.state), phase in ("batch", "forward"))],
        "predictions": [("predictions", shape(batch.predictions), phase == "forward")],
        "loss": [("loss", number(loss), phase == "loss")],
        say("gradient norm before"): [("norm before", number(before.grad_norm), False)],  # not said
        say("gradient norm"): [
            ("norm", number(after.grad_norm), after.gradients != before.gradients)
        ],
        say("clipped by a factor of"): [("factor", number(factor), factor not in (None, 1.0))],
    }
    return _table(say("The batch"), [say("value")], rows, "rnnlab-facts")


def _parameters(stepper: PhaseStepper) -> str:
    rows: dict[str, list[Fact]] = {}
    for name, parameter in stepper.model.named_parameters():
        old, new = (side.gradients[name] for side in (stepper.before, stepper.after))
        moved = stepper.after.moved.get(name, 0.0)
        rows[name] = [
            (f"{name} shape", shape(parameter), False),
            (f"{name} before", number(old), False),
            (f"{name} after", number(new), old != new),
            (f"{name} moved", number(moved), moved > 0),
        ]
    heads = [say("shape"), say("gradient norm before"), say("after"), say("moved by")]
    caption = say("The parameters (bold \u25c2: changed by this phase)")
    return _table(caption, heads, rows, "rnnlab-facts wide")  # not said


def _table(caption: str, heads: list[str], rows: dict[str, list[Fact]], kind: str) -> str:
    top = "".join(f'<th scope="col">{head}</th>' for head in heads)  # not said
    body = ""
    for head, facts in rows.items():
        body += f'<tr><th scope="row">{as_html(showable(head, NAME))}</th>'  # not said
        for name, text, is_new in facts:
            mark = ' class="new"' if is_new else ""
            fact = as_html(showable(name))
            body += f'<td data-fact="{fact}"{mark}>{as_html(text)}</td>'  # not said
        body += "</tr>"
    return (
        f'<table class="{kind}"><caption>{caption}</caption>'  # not said
        f"<thead><tr><td></td>{top}</tr></thead><tbody>{body}</tbody></table>"
    )
