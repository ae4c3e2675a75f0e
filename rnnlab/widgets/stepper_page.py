"""The stepper's page in HTML: the loop's source, the phase marked, and what the phase changed."""

import inspect
from html import escape
from typing import Any

from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.microscope.words import clip_factor, number, shape, state_words

STYLE = """<style>
.rnnlab-source { font: 12.5px/1.55 var(--jp-code-font-family, monospace); margin: 0 16px 0 0;
  color: var(--jp-ui-font-color1, #333); white-space: pre-wrap; overflow-wrap: anywhere }
.rnnlab-source .line { display: block; padding-left: 18ch; text-indent: -18ch }
.rnnlab-source .line > * { text-indent: 0 }
.rnnlab-source .now { background: rgba(0, 114, 178, .2); font-weight: bold }
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
</style>"""


def source_html(stepper: PhaseStepper) -> str:
    """Return the lines of the loop with their numbers, those of the last phase marked."""
    rows = []
    for phase in stepper.plan:
        now = phase.name == stepper.phase
        kind = (
            f"{'now' if now else ''} {'out' if phase.left_out else 'moved' if phase.moved else ''}"
        )
        lines, first = inspect.getsourcelines(phase.function)
        for row, text in enumerate(lines, start=first):
            label = phase.name if row == first else ""
            mark = "\u25b6" if now and label else " "
            rows.append(
                f'<span class="line"><span class="name">{row:>3} {mark} {label:<10}</span>'
                f'<span class="{kind.strip()}">{escape(text.rstrip())}</span></span>'
            )
    return (
        f'{STYLE}<div class="rnnlab-source" role="group" aria-label="The lines of the loop">'
        + "".join(rows)
        + "</div>"
    )


def facts_html(stepper: PhaseStepper) -> str:
    """Return the tables of what there is, with what the last phase changed in bold and marked."""
    return f'<div class="rnnlab-tables">{_variables(stepper)}{_parameters(stepper)}</div>'


def _variables(stepper: PhaseStepper) -> str:
    batch, before, after = stepper.batch, stepper.before, stepper.after
    factor = clip_factor(stepper)
    cells: list[tuple[str, str, tuple[str, ...]]] = [
        ("inputs", shape(batch.inputs), ("batch",)),
        ("targets", shape(batch.targets), ("batch",)),
        ("state", state_words(batch.state), ("batch", "forward")),
        ("predictions", shape(batch.predictions), ("forward",)),
        ("loss", number(None if batch.loss is None else batch.loss.item()), ("loss",)),
    ]
    rows = [_row(name, [(name, text, stepper.phase in by)]) for name, text, by in cells]
    rows += [
        _row("gradient norm before", [("norm before", number(before.grad_norm), False)]),
        _row(
            "gradient norm",
            [("norm", number(after.grad_norm), after.gradients != before.gradients)],
        ),
        _row("clipped by a factor of", [("factor", number(factor), factor not in (None, 1.0))]),
    ]
    return _table("The batch", ["", "value"], rows, "rnnlab-facts")


def _parameters(stepper: PhaseStepper) -> str:
    before, after = stepper.before, stepper.after
    rows = []
    for name, parameter in stepper.model.named_parameters():
        old, new = before.gradients[name], after.gradients[name]
        moved = after.moved.get(name, 0.0)
        cells = [
            (f"{name} shape", shape(parameter), False),
            (f"{name} before", number(old), False),
            (f"{name} after", number(new), old != new),
            (f"{name} moved", number(moved), moved > 0),
        ]
        rows.append(_row(name, cells))
    heads = ["", "shape", "gradient norm before", "after", "moved by"]
    caption = "The parameters (bold \u25c2: changed by this phase)"
    return _table(caption, heads, rows, "rnnlab-facts wide")


def _row(head: str, cells: list[tuple[str, str, bool]]) -> str:
    inner = "".join(
        f'<td data-fact="{escape(fact)}"{_new(new)}>{escape(text)}</td>'
        for fact, text, new in cells
    )
    return f'<tr><th scope="row">{escape(head)}</th>{inner}</tr>'


def _new(new: Any) -> str:
    return ' class="new"' if new else ""


def _table(caption: str, heads: list[str], rows: list[str], kind: str) -> str:
    top = "".join(f'<th scope="col">{escape(head)}</th>' if head else "<td></td>" for head in heads)
    return (
        f'<table class="{kind}"><caption>{caption}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
