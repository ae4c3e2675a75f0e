"""GradientLab: how much of the gradient is left on its way back through time, cell by cell."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import ipywidgets as w
import torch
from torch import Tensor
from torch.nn.utils import get_total_norm

from rnnlab.base.checks import check_count, check_finite, check_positive
from rnnlab.base.say import say, sentences
from rnnlab.base.showable import as_html, said
from rnnlab.model.cells import CELLS, Cell, resolve_cell
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.pictures.gradient_panels import (
    CHAIN,
    HEIGHT,
    LONGEST,
    clip_factor,
    clipping,
    counted,
    make_chain,
    make_through_time,
    verdict,
)
from rnnlab.probes.gradients import GradientThroughTime, gradient_through_time
from rnnlab.probes.states import hidden_states
from rnnlab.tasks.adding import AddingTask
from rnnlab.tasks.recipe import seeded
from rnnlab.widgets.base import Lab, Setting
from rnnlab.widgets.controls import NumberSlider, check_setting, make_controls, row
from rnnlab.widgets.live import PAUSE
from rnnlab.widgets.picture import DEFAULT_WIDTH, LivePicture

EXAMPLES = 8  # sequences in the batch; with twice as many a redraw takes a quarter longer
LENGTHS = [5, *range(10, LONGEST + 1, 5)]
SCALES = [0.1, 0.2, 0.5, 0.7, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]
FORGET_BIASES = [k / 2 for k in range(11)]
NARROWEST = 290  # pixels of a cell's pictures
GAP = 6  # pixels between two cells
HINT = "Move a slider, with the mouse or the arrow keys: the pictures follow."


class CellGradient(NamedTuple):
    """What the lab has measured of one cell.

    Attributes:
        through_time: norms (T,) of the loss at the last time step, which are the last row of the
            matrix (T, T).
        grad_norm: of all parameters together, of the loss at the last time step.
        states: (T, H), the hidden states of the first sequence.
    """

    through_time: GradientThroughTime
    grad_norm: float
    states: Tensor


class GradientLab(Lab):
    """A live lab: the gradient through time of untrained networks, side by side.

    An RNN, a GRU and an LSTM read one batch of 8 sequences of the adding problem, whose loss is
    at the last time step. Above, the network unrolled: the states of the first sequence, and the
    gradient that comes back. Bars show its norm with respect to each hidden state. The
    heat map shows more than the problem asks: there each time step t has a loss of its own, the
    mean squared error against the sum of the marked values up to t. At the last step that is the
    problem's own loss, so the last row is the bars. For an LSTM it is the gradient with respect
    to h.

    Every setting is a trait of the same name: set it from code, or by its slider. A value that
    cannot work is refused with a message in the lab, and the one before stays.

    Args:
        length: T, time steps of the sequences, 2 to 100.
        scale: what `weight_hh` is multiplied by; 1 keeps torch's initialization.
        clip_norm: bound on the norm of all gradients together. Clipping multiplies every gradient
            by one factor: the bars keep their shape.
        forget_bias: what is added to the LSTM's forget gate before its sigmoid; torch's
            initialization leaves the gate about half open.
        hidden_size: H, units of each network.
        seed: of the weights and the batch.
        cells: those to compare, each a name or a `rnnlab.model.cells.Cell`.

    Raises:
        ValueError: for a value that cannot work.
    """

    _label = "Gradient lab"
    length = Setting(50)
    scale = Setting(1.0)
    clip_norm = Setting(1.0)
    forget_bias = Setting(0.0)
    hidden_size = Setting(32)
    seed = Setting(0)

    def __init__(self, *, cells: Iterable[str | Cell] = tuple(CELLS), **settings: Any) -> None:
        super().__init__()
        self._cells = {cell.name: cell for cell in map(resolve_cell, cells)}
        self._set(settings)
        self._gradients: dict[str, CellGradient] = {}
        self._stale = [*self._cells]  # cells still to be measured, the longest waiting first
        self._fresh: set[str] = set()  # cells still to be drawn
        self._unrolled: dict[str, Tensor] = {}  # the states that are drawn, by the cell
        self._lay_out()
        self._follow()
        self._runner.start(self._measure())
        self._settle()  # the pictures are there when the lab is

    # ---- what a learner or a script calls ------------------------------------------------

    @property
    def gradients(self) -> dict[str, CellGradient]:
        """What the pictures show for the present settings, by the name of the cell."""
        self._settle()
        return dict(self._gradients)

    def describe(self) -> str:
        """Return what the pictures show in words, a line for each cell."""
        self._settle()
        setup = (
            "Untrained networks of {units} units on {examples} sequences of {length} time steps; "
            "the loss is at the last one."
        )
        lines = [say(setup, units=self.hidden_size, examples=EXAMPLES, length=self.length)]
        return "\n".join([*lines, *map(self._line, self._gradients)])

    def _line(self, cell: str) -> str:
        """Return what the pictures of a cell show in words."""
        through_time, grad_norm, _ = self._gradients[cell]
        words = verdict(cell.upper(), through_time.norms)
        return sentences(words, clipping(grad_norm, self.clip_norm))

    def snapshot(self) -> Any:
        """Return the pictures as they are now; unlike the lab they are saved with the notebook."""
        self._settle()
        return super().snapshot()

    # ---- settings ------------------------------------------------------------------------

    def _check_setting(self, name: str, value: Any) -> None:
        if name == "length":
            check_count(name, value)
            if not 2 <= value <= LONGEST:
                refusal = "length is {value}; it must be from 2 to {most} time steps"
                raise ValueError(say(refusal, value=value, most=LONGEST))
        elif name == "scale":
            check_positive(name, value)
        elif name == "forget_bias":
            check_finite(name, value)
        else:
            check_setting(name, value)

    def _apply(self, changed: set[str]) -> None:
        self._errors.clear()
        if "clip_norm" in changed:  # it changes no gradient, only the line after clipping
            self._fresh = {*self._cells}
        touched = [] if changed == {"clip_norm"} else [*self._cells]
        if changed <= {"clip_norm", "forget_bias"}:
            touched = [*filter(self._has_forget_gate, touched)]
        self._stale += [cell for cell in touched if cell not in self._stale]
        self._runner.start(self._measure(), wait=PAUSE)  # each is drawn before the next begins

    def _settle(self) -> None:
        """Measure what is still to be measured, in the calling thread."""
        self._runner.drain(self._apply_all)

    # ---- what is measured ----------------------------------------------------------------

    def _measure(self) -> Iterator[None]:
        """Measure a cell at a time; a slider that keeps moving keeps none of them from its turn."""
        task = AddingTask(length=self.length, examples=EXAMPLES, seed=self.seed)
        while self._stale:
            cell = self._stale[0]
            self._gradients[cell] = measure(self._make_model(cell), task)
            self._fresh.add(self._stale.pop(0))
            yield

    def _make_model(self, cell: str) -> SequenceModel:
        sizes = AddingTask.input_size, self.hidden_size, AddingTask.output_size
        model = seeded(lambda: SequenceModel(*sizes, self._cells[cell]), self.seed)
        with torch.no_grad():
            weights = dict(model.recurrence.named_parameters())
            weights["weight_hh_l0"].mul_(self.scale)
            if self._has_forget_gate(cell):
                gates = self._cells[cell].gate_names
                biases = weights["bias_ih_l0"].chunk(len(gates))
                biases[gates.index("f")].add_(self.forget_bias)
        return model

    def _has_forget_gate(self, name: str) -> bool:
        """Return whether a cell has a memory c, and a gate f that keeps it."""
        return "c" in self._cells[name].state_parts and "f" in self._cells[name].gate_names

    # ---- what is shown -------------------------------------------------------------------

    def _on_slice(self, done: bool) -> None:
        with self._pace.drawing():
            fresh, self._fresh = self._fresh, set()
            for cell in fresh:
                self._draw(cell)
        if done:
            self._say(say(HINT))
            self._show_twin()

    def _draw(self, cell: str) -> None:
        """Draw the pictures of a cell, and write its sentence."""
        through_time, grad_norm, states = self._gradients[cell]
        unrolled, bars = self._pictures_of(cell)
        if self._unrolled.get(cell) is not states:  # clipping does not change it
            self._unrolled[cell] = states
            norms = through_time.norms.numpy()
            unrolled.draw(unrolled.panel.update(states.numpy(), gradient=norms))
        factor = clip_factor(grad_norm, self.clip_norm)
        bars.draw(bars.panel.update(*through_time, factor))
        words = as_html(self._line(cell))
        self._verdicts[cell].value = f'<div class="rnnlab-twin">{words}</div>'  # not said

    def _pictures_of(self, cell: str) -> tuple[LivePicture, ...]:
        first = 2 * [*self._cells].index(cell)
        return self.pictures[first : first + 2]

    def _columns(self) -> list[Sequence[LivePicture]]:
        return [self._pictures_of(cell) for cell in self._cells]

    def _show_twin(self) -> None:
        """Write what is true of all cells: the sentence of each stands below its pictures."""
        words = self.describe()
        setup, *_ = words.splitlines()
        self._twin.value = f'<div class="rnnlab-twin"><p>{as_html(setup)}</p></div>'  # not said
        self._speak("twin", words)

    def _fit(self, width: int) -> None:
        self._resize(width)
        self._fresh |= {*self._gradients}
        self._on_slice(self._runner.steps is None)

    def _resize(self, width: int) -> None:
        columns = max(1, min(len(self._cells), width // NARROWEST))
        across = width // columns - GAP
        self._unrolled.clear()
        for column, cell in zip(self._boxes, self._cells, strict=True):
            unrolled, bars = self._pictures_of(cell)
            unrolled.resize(across, CHAIN)
            bars.resize(across, HEIGHT)
            column.layout.width = f"{across + GAP}px"

    def _on_error(self, error: Exception) -> None:
        self._say(say("The measurement has ended: {error}", error=said(error)))

    # ---- how it is put together ----------------------------------------------------------

    def _lay_out(self) -> None:
        kinds = make_chain, make_through_time  # of each cell one picture
        self.pictures = tuple(
            LivePicture(*make(cell.upper())) for cell in self._cells for make in kinds
        )
        room = w.Layout(margin="0 16px 8px 2px")
        self._verdicts = {cell: w.HTML(layout=room) for cell in self._cells}
        parts = {
            cell: [*(picture.widget for picture in self._pictures_of(cell)), words]
            for cell, words in self._verdicts.items()
        }
        self._boxes = [w.VBox(each, layout=w.Layout(max_width="100%")) for each in parts.values()]
        self._resize(DEFAULT_WIDTH)
        times = "times {scale:g}"
        scale = NumberSlider(say("Scale weight_hh"), SCALES, lambda by: say(times, scale=by))
        self.controls = {
            "length": NumberSlider(say("Length"), LENGTHS, counted),
            "scale": scale,
            **make_controls(["clip_norm"]),
            "forget_bias": NumberSlider(say("LSTM forget bias"), FORGET_BIASES),
            **make_controls(["hidden_size", "seed"]),
        }
        for control in self.controls.values():
            control.style.description_width = "110px"
            control.layout.margin = "2px 12px 2px 0"
        together = row(self._boxes)
        together.layout.align_items = "flex-start"
        self.children = [
            self._access,
            row(self.controls.values()),
            self._status,
            self._message,
            self._twin,
            together,
            self._errors,
        ]


def measure(model: SequenceModel, task: AddingTask) -> CellGradient:
    """Return the gradient of a model on all examples of a task, through time and in all."""
    values, marks = task.inputs.unbind(2)  # (B, T, 2) -> 2 of (B, T)
    so_far = (values * marks).cumsum(1).unsqueeze(2)  # (B, T) -> (B, T, 1)
    matrix = gradient_through_time(model, task.inputs, so_far, _loss_at_every_step).matrix
    predictions, _ = model(task.inputs)  # (B, T, 1)
    task.loss_fn(predictions, task.targets).backward()
    grad_norm = get_total_norm(p.grad for p in model.parameters() if p.grad is not None)
    states = hidden_states(model, task.inputs[:1])[-1, 0]  # (layers, 1, T, H) -> (T, H)
    return CellGradient(GradientThroughTime(matrix[-1], matrix), grad_norm.item(), states)


def _loss_at_every_step(predictions: Tensor, targets: Tensor) -> Tensor:
    """Return the sum over time of each step's mean squared error, from (B, T, 1) of both."""
    return (predictions - targets).square().mean((0, 2)).sum()  # (B, T, 1) -> (T,) -> ()
