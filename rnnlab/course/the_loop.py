"""The training loop in twelve lines, and the drawing of it that opens a lesson.

What is drawn is the source of `training_loop` below, which trains as `rnnlab.train` does, bit for
bit.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator

from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from rnnlab.base.checks import check_known
from rnnlab.base.showable import as_html
from rnnlab.course.lesson_words import Page


def training_loop(
    model: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    epochs: int,
    max_norm: float,
) -> Iterator[tuple[int, float]]:
    """Train a model, and yield each epoch and its average loss."""
    for epoch in range(1, epochs + 1):
        total, count = 0.0, 0
        for inputs, targets in batches:
            optimizer.zero_grad()
            predictions, _ = model(inputs)
            loss = loss_fn(predictions, targets)
            loss.backward()
            clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            total += loss.item() * len(inputs)
            count += len(inputs)
        yield epoch, total / count


# What each of the twelve lines is for, and which lesson takes it apart.
LINES = (
    ("", "07", "again and again through all data"),
    ("average", "03", "nothing added up yet"),
    ("batch", "01", "some sequences, and what comes next"),
    ("zero_grad", "04", "no gradients yet"),
    ("forward", "02", "predict"),
    ("loss", "03", "how far off?"),
    ("backward", "04", "what would each weight change?"),
    ("clip", "05", "shorten a gradient that is too long"),
    ("step", "06", "change every weight a little"),
    ("average", "03", "add up the losses,"),
    ("average", "03", "and the sequences,"),
    ("average", "03", "for the average of the epoch"),
)
MARKS = (*dict.fromkeys(mark for mark, _, _ in LINES if mark),)


def source_lines() -> list[str]:
    """Return the twelve lines, as they stand in the function above."""
    code = inspect.getsource(training_loop).partition('loss."""\n')[2]
    return textwrap.dedent(code).rstrip().splitlines()


class LoopPage(Page):
    """The twelve lines, those of one step marked: with a bar, in bold, and in words."""

    def __init__(self, mark: str | None) -> None:
        self.mark = mark
        self.rows = [*zip(source_lines(), LINES, strict=True)]
        width = max(len(code) for code, _ in self.rows)
        super().__init__("\n".join(
            f"{'>' if step and step == mark else ' '} {code:{width}}  # {about}"
            for code, (step, _, about) in self.rows
        ))  # fmt: skip

    def _repr_html_(self) -> str:
        words = "The training loop" + (f"; marked: {self.mark}" if self.mark else "")
        rows = "".join(
            _row(code, step != "" and step == self.mark, about, lesson)
            for code, (step, lesson, about) in self.rows
        )
        head = "".join(f'<th scope="col" style="{CELL}">{name}</th>' for name in HEAD)
        table = f'<table style="{TABLE}"><caption style="{CAPTION}">{words}</caption>'
        return f'<div style="overflow-x: auto">{table}<tr>{head}</tr>{rows}</table></div>'


HEAD = ("line", "what for", "lesson")
TABLE = "border-collapse: collapse; margin: 4px 0"
CAPTION = "caption-side: top; text-align: left; padding: 2px 0; color: inherit"
CELL = "text-align: left; padding: 1px 8px 1px 6px; vertical-align: top; background: none"
CODE = "background: none; color: inherit; white-space: pre; font-size: 12px"
MARKED = "border-left: 4px solid #1976d2; font-weight: bold"


def _row(code: str, marked: bool, about: str, lesson: str) -> str:
    """Return a row of the table: a line of code, what it is for, and where it is taken apart."""
    style = f"{CELL}; {MARKED if marked else 'border-left: 4px solid transparent'}"
    line = f'<code style="{CODE}">{as_html(code)}</code>'
    line = f'<mark style="background: none; color: inherit">{line}</mark>' if marked else line
    cells = (f'<td style="{style}">{line}</td>', f'<td style="{CELL}">{as_html(about)}</td>')
    lesson = f'<td style="{CELL}">{lesson}</td>'
    return f'<tr style="background: none">{"".join(cells)}{lesson}</tr>'


def show_loop(mark: str | None = None) -> LoopPage:
    """Show the training loop in its twelve lines, those of one step marked.

    Args:
        mark: "batch", "zero_grad", "forward", "loss", "backward", "clip", "step" or "average";
            None: none is marked.

    Raises:
        ValueError: for any other mark.

    Example:
        >>> rnnlab.show_loop(mark="backward")
    """
    if mark is not None:
        check_known("mark", mark, MARKS, "marks")
    return LoopPage(mark)
