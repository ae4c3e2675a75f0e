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
from rnnlab.base.say import say, translated
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


# The step of each of the twelve lines, and which lesson takes it apart.
LINES = (("", "07"), ("average", "03"), ("batch", "01"), ("zero_grad", "04"), ("forward", "02"),
         ("loss", "03"), ("backward", "04"), ("clip", "05"), ("step", "06"), ("average", "03"),
         ("average", "03"), ("average", "03"))  # fmt: skip
WHAT_FOR = (
    "again and again through all data",
    "nothing added up yet",
    "some sequences, and what comes next",
    "no gradients yet",
    "predict",
    "how far off?",
    "what would each weight change?",
    "shorten a gradient that is too long",
    "change every weight a little",
    "add up the losses,",
    "and the sequences,",
    "for the average of the epoch",
)
MARKS = (*dict.fromkeys(mark for mark, _ in LINES if mark),)


def source_lines() -> list[str]:
    """Return the twelve lines, as they stand in the function above."""
    code = inspect.getsource(training_loop).partition('loss."""\n')[2]
    return textwrap.dedent(code).rstrip().splitlines()


class LoopPage(Page):
    """The twelve lines, those of one step marked: with a bar, in bold, and in words."""

    def __init__(self, mark: str | None) -> None:
        self.mark = mark
        what_for = [translated(text) for text in WHAT_FOR]
        self.rows = [*zip(source_lines(), LINES, what_for, strict=True)]
        width = max(len(code) for code, _, _ in self.rows)
        super().__init__("\n".join(
            f"{'>' if step and step == mark else ' '} {code:{width}}  # {about}"
            for code, (step, _), about in self.rows
        ))  # fmt: skip

    def _repr_html_(self) -> str:
        words = say(
            "The training loop; marked: {mark}" if self.mark else "The training loop",
            mark=self.mark,
        )
        rows = "".join(
            _row(code, step != "" and step == self.mark, about, lesson)
            for code, (step, lesson), about in self.rows
        )
        head = "".join(
            f'<th scope="col" style="{CELL}">{translated(name)}</th>'  # not said
            for name in HEAD
        )
        table = f'<table style="{TABLE}"><caption style="{CAPTION}">{words}</caption>'  # not said
        table += f"<tr>{head}</tr>{rows}</table>"
        return f'<div style="overflow-x: auto">{table}</div>'  # not said


HEAD = ("line", "what for", "lesson")
TABLE = "border-collapse: collapse; margin: 4px 0"  # not said
CAPTION = "caption-side: top; text-align: left; padding: 2px 0; color: inherit"  # not said
CELL = """text-align: left; padding: 1px 8px 1px 6px; vertical-align: top;
background: none"""  # not said
CODE = "background: none; color: inherit; white-space: pre; font-size: 12px"  # not said
MARKED = "border-left: 4px solid #1976d2; font-weight: bold"  # not said
UNMARKED = "border-left: 4px solid transparent"  # not said


def _row(code: str, marked: bool, about: str, lesson: str) -> str:
    """Return a row of the table: a line of code, what it is for, and where it is taken apart."""
    line = f'<code style="{CODE}">{as_html(code)}</code>'  # not said
    if marked:
        line = f'<mark style="background: none; color: inherit">{line}</mark>'  # not said
    style = f"{CELL}; {MARKED if marked else UNMARKED}"
    cells = [(style, line), (CELL, as_html(about)), (CELL, lesson)]
    row = "".join(f'<td style="{style}">{cell}</td>' for style, cell in cells)  # not said
    return f'<tr style="background: none">{row}</tr>'  # not said


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
