"""StateLab: the hidden state between batches, four ways: how it flows, what it costs and learns."""

import time
from collections.abc import Iterator
from itertools import chain, islice, zip_longest
from typing import Any

import ipywidgets as w

from rnnlab.base.checks import check_count, check_known
from rnnlab.base.say import say, say_count, translated
from rnnlab.base.showable import said
from rnnlab.microscope import carrying
from rnnlab.microscope.carried_states import FirstBatches, first_batches
from rnnlab.microscope.carrying import DETACH, NO_DETACH, RESET, WAYS, CarryStep
from rnnlab.pictures.gradient_panels import counted
from rnnlab.pictures.plots import on_axes
from rnnlab.pictures.state_panels import (
    NAMES,
    CurvesPanel,
    FlowPanel,
    cost_words,
    flow_words,
    loss_words,
)
from rnnlab.runs.threads import on_threads
from rnnlab.widgets.base import Lab, Setting
from rnnlab.widgets.controls import NumberSlider, check_setting, make_controls, row, say_epochs
from rnnlab.widgets.live import warm_up
from rnnlab.widgets.picture import DEFAULT_WIDTH, LivePicture
from rnnlab.widgets.state_page import (
    CURVES,
    FLOW,
    make_costs,
    make_ways,
    sizes,
    torchs_words,
)

WINDOWS = [2, 3, 4, 5, 6, 8, 10, 12, 16]
EPOCHS = [1, 2, 5, 12, 20, 40]
OPENING = 1.5  # seconds that a lab measures and trains at most before it is there
WIDEST = 64  # backward through 32 kept batches of it takes tenths of a second
TASK = (
    "The task of all four is to recall the value of two time steps before; always answering 0 "
    "gives a loss of 1."
)


class StateLab(Lab):
    """A live lab: one RNN, one task, and four ways to treat the hidden state between batches.

    The task is to recall the value from two steps before, in windows of truncated backpropagation
    through time. The ways are "reset", "carry and detach", "carry without detach" and "carry
    with shuffle". For the chosen one the lab unrolls three batches, with their states and the way
    back of the gradient, and measures each batch of an epoch. All four are trained side by side as
    soon as the lab is there, and again after each change. Where torch raises, its own words are
    shown.

    Every setting is a trait of the same name: set it from code, or by its control. A value that
    cannot work is refused with a message in the lab, and the one before stays.

    Attributes:
        costs: rows of the batches that were measured, by way; "carry without detach" follows the
            error's hint, `retain_graph=True`, and makes no update.
        rows: rows of all batches that were trained on, by way.
        raised: the row in which torch raised without the hint, and that in which it raised with
            the hint and with updates; empty until they were measured.

    Args:
        settings: any of `way` (that is shown), `window` (time steps of a batch, 1 to 64),
            `hidden_size`, `epochs` (of 32 batches, for the training) and `seed`.
    """

    _label = "State lab"
    way = Setting(RESET)
    window = Setting(4)
    hidden_size = Setting(16)
    epochs = Setting(12)
    seed = Setting(0)

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self._set(settings)
        self._lay_out()
        self._forget()
        warm_up()  # it is to take nothing from the opening
        self._go(soonest=OPENING)
        self._follow()

    # ---- what a learner or a script calls ------------------------------------------------

    def run(self) -> dict[str, list[CarryStep]]:
        """Measure the way and train all ways in the calling cell; return the rows by way."""
        self._check_open()
        self._runner.drain(self._begin_here)
        return self.rows

    def _begin_here(self) -> None:
        self._apply_all()
        self._begin_training()
        self._go(paused=True)

    # ---- settings ------------------------------------------------------------------------

    def _check_setting(self, name: str, value: Any) -> None:
        if name == "way":
            check_known(name, value, WAYS, "ways")
        elif name != "window":
            check_setting(name, value)
        elif check_count(name, value) > WIDEST:
            refusal = "window is {value}; the lab reads at most {most} time steps per batch"
            raise ValueError(say(refusal, value=value, most=WIDEST))

    def _apply(self, changed: set[str]) -> None:
        if changed != {"way"}:
            self._forget()
        self._go()

    # ---- the run -------------------------------------------------------------------------

    def _forget(self) -> None:
        """Make the task anew, with nothing measured and nothing trained."""
        self._task = carrying.recall_task(self.window, self.seed)
        self.costs: dict[str, list[CarryStep]] = {}
        self.raised: list[CarryStep] = []
        self._shown: dict[int, Any] = {}  # by the number of the picture, what was drawn
        self._begin_training()

    def _begin_training(self) -> None:
        self.rows: dict[str, list[CarryStep]] = {way: [] for way in WAYS}
        self._training: Iterator[CarryStep] | None = self._train()

    def _go(self, paused: bool = False, soonest: float = 0) -> None:
        """Measure what the pictures of the present way need, and train.

        An epoch of it is done here, if that takes no longer than so many seconds.
        """
        self._trains = self._training is not None
        options: Any = {"hidden_size": self.hidden_size, "seed": self.seed}
        self._first: FirstBatches = first_batches(self._task, self.way, **options)
        needed = dict.fromkeys((DETACH, self.way))
        measuring = [self._measure(way) for way in needed if not self._is_measured(way)]
        training = self._training or iter(())
        # a batch of each way first, so that the losses shown are those of these settings
        steps = chain(islice(training, len(WAYS)), *measuring, training)
        self._errors.clear()
        deadline = time.perf_counter() + soonest
        with on_threads(1):
            while time.perf_counter() < deadline and len(self.rows[DETACH]) <= carrying.BATCHES:
                if next(steps, None) is None:
                    break
        self._runner.start(steps, paused)
        self._show()
        self._show_twin()

    def _is_measured(self, way: str) -> bool:
        return len(self.costs.get(way, ())) == carrying.BATCHES

    def _measure(self, way: str) -> Iterator[CarryStep]:
        """Take an epoch of rows of a way; where torch raises, follow its hint."""
        options: Any = {"hidden_size": self.hidden_size, "seed": self.seed}
        rows = self.costs[way] = []
        if way == NO_DETACH:
            *_, plain = carrying.carry_through(self._task, way, **options)
            *_, updated = carrying.retain_through(self._task, update=True, **options)
            self.raised = [plain, updated]
            steps = carrying.retain_through(self._task, **options)
        else:
            steps = carrying.carry_through(self._task, way, epochs=1, **options)
        for step in steps:
            rows.append(step)
            yield step

    def _train(self) -> Iterator[CarryStep]:
        """Train all ways side by side, a batch of each in turn; one that has ended is left out."""
        options: Any = {name: getattr(self, name) for name in ("hidden_size", "epochs", "seed")}
        options |= {"count_graph": False, "count_bytes": False}  # `_measure` does
        ways = (carrying.carry_through(self._task, way, **options) for way in WAYS)
        for steps in zip_longest(*ways):
            for step in filter(None, steps):
                self.rows[step.way].append(step)
                yield step
        self._training = None

    def _on_slice(self, done: bool) -> None:
        if done:
            self._show(finished=True)
            self._crisp_later()
        elif self._runner.paused:  # interrupted; no button would have it go on
            self._on_stop()
        elif self._pace.due():
            self._show()

    def _on_error(self, error: Exception) -> None:
        self._training = None
        self._say(say("The run has ended: {error}", error=said(error)))

    # ---- what is shown -------------------------------------------------------------------

    def _show(self, finished: bool = False) -> None:
        """Draw the pictures whose rows have changed; where there are none yet, the last stay."""
        rows = self.costs.get(self.way, [])
        reference = [] if self.way == DETACH else self.costs.get(DETACH, [])
        with self._pace.drawing():
            self._draw(FLOW, (self.way, self._task), self.way, self._first)
            counts = [len(each) for each in self.rows.values()]
            key: Any = (sum(counts), self.epochs)
            self._draw(CURVES, key, self.rows, self.epochs, there=all(counts))
            key = (self.way, len(rows), len(reference))
            for k in range(CURVES + 1, len(self.pictures)):
                self._draw(k, key, self.way, rows, reference, there=len(rows) > 0)
        self._tell(finished)

    def _draw(self, number: int, key: Any, *shown: Any, there: bool = True) -> None:
        picture = self.pictures[number]
        if self._shown.get(number) != key and (there or not picture.widget.value):
            self._shown[number] = key
            picture.draw(picture.panel.update(*shown))

    def _fit(self, width: int) -> None:
        for picture, size in zip(self.pictures, sizes(width), strict=True):
            picture.resize(*size)
        self._shown.clear()
        self._show(finished=not self._runner.busy)
        self._crisp_later()

    def _tell(self, finished: bool) -> None:
        epoch = max((rows[-1].epoch for rows in self.rows.values() if rows), default=0)
        way = translated(NAMES[self.way])  # found elsewhere
        if self._training:
            text = "Training all four ways: epoch {epoch} of {epochs}."
            self._say(say(text, epoch=epoch, epochs=self.epochs))
        elif finished and self._trains:
            one = "Training is finished: {n} epoch of 32 batches for each way."
            many = "Training is finished: {n} epochs of 32 batches for each way."
            self._say(say_count(one, many, n=self.epochs))
        elif finished:
            self._say(say("Measured 32 batches of {way}.", way=way))
        elif self._runner.busy:
            self._say(say("Measuring {way}.", way=way))
        raised = self.raised if self.way == NO_DETACH else ()
        self._torch.value = torchs_words(raised)
        if finished:
            self._show_twin()

    def describe(self) -> str:
        """Return what the pictures show in words, a line for each."""
        lines = [flow_words(self.way, self._first)]
        if self._is_measured(self.way):
            text = "Measured: {cost}"
            if self.way == NO_DETACH:
                text = "Measured with retain_graph=True: {cost}"
            lines.append(say(text, cost=cost_words(self.costs[self.way])))
        if self.way == NO_DETACH and self._is_measured(DETACH):
            lines.append(say("With detach: {cost}", cost=cost_words(self.costs[DETACH])))
        if any(self.rows.values()):
            lines.append(say(TASK))
        for way, rows in self.rows.items():
            if rows:
                lines.append(loss_words(rows, carrying.best_loss(self._task, way)))
        return "\n".join(lines)

    # ---- how it is put together ----------------------------------------------------------

    def _lay_out(self) -> None:
        self.pictures = (
            LivePicture(*on_axes(FlowPanel, 370, 24, 76)),
            LivePicture(*on_axes(CurvesPanel, 370, 46, 74)),
            *(LivePicture(*cost) for cost in make_costs()),
        )
        for picture, size in zip(self.pictures, sizes(DEFAULT_WIDTH), strict=True):
            picture.resize(*size)
        self.controls = {
            "way": make_ways(),
            "window": NumberSlider(say("Window"), WINDOWS, counted),
            **make_controls(["hidden_size"]),
            "epochs": NumberSlider(say("Train for"), EPOCHS, say_epochs),
            **make_controls(["seed"]),
        }
        self.buttons = self._make_buttons({"Train": self._on_train, "Stop": self._on_stop})
        self._torch = w.HTML(layout=w.Layout(max_width="60em"))
        ways, *sliders, seed = self.controls.values()
        seed.style.description_width, seed.layout.width = "60px", "180px"
        self.children = [
            self._access,
            row(self.buttons.values()),
            row([ways, seed]),
            row(sliders),
            self._status,
            self._message,
            row(picture.widget for picture in self.pictures),
            self._torch,
            self._twin,
            self._errors,
        ]

    def _on_train(self) -> None:
        self._complain("")
        self._begin_training()
        self._go()

    def _on_stop(self) -> None:
        if self._runner.steps is not None:
            self._runner.stop()
            self._training = None
            self._show()
            self._say(say("Stopped. Train begins again from the first weights."))
            self._show_twin()
