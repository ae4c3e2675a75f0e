"""The live pictures of a batch that is walked through, phase by phase."""

from functools import partial
from typing import Any

import ipywidgets as w
from torch import Tensor

from rnnlab.base.say import say
from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.microscope.through_time import gradient_by_step, predict_again
from rnnlab.pictures.plots import BLUE, ORANGE, on_axes
from rnnlab.pictures.stepper_panels import BarsPanel, FirstSequencePanel, LengthsPanel, RingPanel
from rnnlab.pictures.unrolled import UnrolledPanel
from rnnlab.probes.losses import shares_by_time
from rnnlab.widgets.live import Runner
from rnnlab.widgets.picture import DEFAULT_WIDTH, LivePicture

TWO_COLUMNS = 860  # pixels: from which there are two
GAP = 14  # pixels between them
RING, CHAIN, FIRST, LOSS, GRADIENT, NORM, MOVED = range(7)  # the pictures, as on the page
MOST = 7  # parameters in the picture of the step
FRAMES = 10  # in which the chain lights up
LEGEND = (
    "Each column is the hidden state h after a time step, a box for each of its numbers. The band "
    "is the gradient on its way back: the thicker, the more the loss depends on that state."
)
NO_MODULE = "there is no nn.RNN, nn.GRU or nn.LSTM to look into"
NO_SUM = "this loss is no sum over time"
NOT_MEASURED = "cannot be measured for this model"


class StepperPictures:
    """Pictures of what a `PhaseStepper` has done to its batch. What has not come yet is not drawn.

    Attributes:
        all: the pictures in the order of the page: see `RING` and on.
        box: the source and the pictures.

    Args:
        runner: calls the frames in which the chain lights up.
        source: the widget with the loop's lines.
    """

    def __init__(self, runner: Runner, source: w.Widget) -> None:
        self._runner = runner
        panels: tuple[tuple[Any, ...], ...] = (
            (RingPanel, 220, 0, 0),
            (UnrolledPanel, 176, 56, 84),
            (FirstSequencePanel, 190, 56, 84),
            (BarsPanel, 122, 56, 84, say("What each time step adds to the loss"), BLUE),
            (BarsPanel, 122, 56, 84, say("Gradient norm at each time step"), ORANGE),
            (LengthsPanel, 98, 170, 84, say("Gradient norm of all parameters"), 2,
             say("Bar chart of the gradient norm: before clipping and after, with the bound.")),
            (LengthsPanel, 170, 170, 84, say("How far the step moved each parameter"), MOST,
             say("Bar chart of how far the optimizer's step has moved each parameter.")),
        )  # fmt: skip
        self._heights = [height for _, height, *_ in panels]
        self.all = tuple(
            LivePicture(*on_axes(panel, 560, left, right, *given, height=height))
            for panel, height, left, right, *given in panels
        )
        self._batch: Any = None
        self._turn = 0  # of the chain's drawings: a later one ends the frames of an earlier
        self._shown: dict[int, Any] = {}
        ring, chain, *others = (picture.widget for picture in self.all)
        legend = w.HTML(f'<div class="rnnlab-legend">{say(LEGEND)}</div>')  # not said
        self._columns = w.VBox([source, ring]), w.VBox([chain, legend, *others])
        self.box = w.Box(self._columns, layout=w.Layout(flex_flow="row wrap"))  # not said
        self.fit(DEFAULT_WIDTH)

    def fit(self, width: int) -> None:
        """Make the pictures as large as so many pixels across allow."""
        left, right = width, width
        if width >= TWO_COLUMNS:
            left = round(0.42 * width)
            right = width - left - GAP
        for column, pixels in zip(self._columns, (left, right), strict=True):
            column.layout.width = f"{pixels}px"
        self._columns[0].layout.order = "0" if left < width else "1"  # in one column pictures first
        self._columns[0].layout.margin = f"0 {GAP if left < width else 0}px 0 0"
        for picture, height in zip(self.all, self._heights, strict=True):
            picture.resize(min(left, 420) if picture is self.all[0] else right, height)
        self._shown.clear()

    def draw(self, stepper: PhaseStepper, failed: str | None = None, light: float = 0.0) -> None:
        """Draw the pictures whose numbers have changed.

        Args:
            stepper: what is walked through.
            failed: the phase that has raised.
            light: seconds in which the chain lights up; 0: at once.
        """
        batch, done = stepper.batch, stepper.done
        if batch is not self._batch:
            self._batch, self._gradient, self._again = batch, None, None
        if "backward" in done and self._gradient is None:
            self._gradient = (gradient_by_step(stepper),)
        if "step" in done and self._again is None:
            self._again = (predict_again(stepper),)
        gradient, again = (part and part[0] for part in (self._gradient, self._again))
        predictions = batch.predictions
        there = batch.loss is not None
        shares = shares_by_time(stepper.loss_fn, predictions, batch.targets) if there else None
        self._update(RING, (stepper.phase, failed), stepper.phase, stepper.phases[1:], failed)
        self._update(FIRST, (batch.targets, predictions, again), batch.targets, predictions, again)
        self._update(LOSS, (batch.loss,), shares, say(NO_SUM if there else "comes with loss"))
        waiting = say(NOT_MEASURED if "backward" in done else "comes with backward")
        self._update(GRADIENT, (gradient, waiting), gradient, waiting)
        norms, moved = gradient_norms_of(stepper), moves_of(stepper)
        bound = None if stepper.clip_norm is None else float(stepper.clip_norm)
        self._update(NORM, (norms, bound), norms, say("comes with backward"), bound)
        self._update(MOVED, (moved,), moved, say("comes with step"))
        states = stepper.outputs
        if self._is_new(CHAIN, (states, gradient, "forward" in done)):
            self._light(stepper, gradient, light)

    def _update(self, number: int, key: tuple[Any, ...], *shown: Any) -> None:
        """Draw a picture if what it depends on is new."""
        if self._is_new(number, key):
            picture = self.all[number]
            picture.draw(picture.panel.update(*shown))

    def _is_new(self, number: int, key: tuple[Any, ...]) -> bool:
        """Return whether a picture depends on other things than these, and note them down."""
        before, self._shown[number] = self._shown.get(number), key
        return before is None or any(
            a is not b and (isinstance(a, Tensor) or isinstance(b, Tensor) or a != b)
            for a, b in zip(before, key, strict=True)
        )

    def _light(self, stepper: PhaseStepper, gradient: Tensor | None, seconds: float) -> None:
        """Draw the chain: states from left to right after forward, the gradient from the right."""
        self._turn += 1
        entered, states = stepper.entered, stepper.outputs
        options = {
            "start": "0" if entered is None or entered.state is None else say("carried"),
            "waiting": say(NO_MODULE if "forward" in stepper.done else "comes with forward"),
        }
        whole = states is None or seconds <= 0 or stepper.phase not in ("forward", "backward")
        first = None if states is None else states[0].cpu()  # (B, T, H) -> (T, H)
        self._draw_frame(self._turn, FRAMES if whole else 1, seconds, first, gradient, options)

    def _draw_frame(
        self, turn: int, frame: int, seconds: float, states: Tensor | None,
        gradient: Tensor | None, options: dict[str, Any],
    ) -> None:  # fmt: skip
        """Draw one of the frames, and have the next one follow."""
        if turn != self._turn:
            return
        part = {}
        if frame < FRAMES and states is not None:
            part = {"seen" if gradient is None else "reached": frame * len(states) // FRAMES}
        picture = self.all[CHAIN]
        picture.draw(picture.panel.update(states, gradient=gradient, **part, **options))
        if frame < FRAMES:
            following = partial(
                self._draw_frame, turn, frame + 1, seconds, states, gradient, options
            )
            self._runner.later(seconds / FRAMES, following)


def gradient_norms_of(stepper: PhaseStepper) -> dict[str, float]:
    """Return the norm of the gradient of this batch by what it is called: before and after."""
    batch, clips = stepper.batch, stepper.clip_norm is not None
    if batch.grad_norm is None:
        return {}
    names, usual = ("before clipping", "after clipping"), ["zero_grad", "backward", "clip"]
    if [phase for phase in stepper.phases if phase in usual] != usual:
        names = ("from backward", "for the step")  # what lies between is not the clipping
    first, then = (say(name) for name in names)
    norms = {first if clips else say("gradient norm"): float(batch.grad_norm)}
    if "clip" in stepper.done:
        norms[then] = stepper.after.grad_norm
    return norms


def moves_of(stepper: PhaseStepper) -> dict[str, float]:
    """Return how far the step has moved the parameters that it moved most, by name."""
    if stepper.phase != "step":
        return {}
    moved = stepper.after.moved
    return {name: moved[name] for name in sorted(moved, key=lambda name: -moved[name])[:MOST]}
