"""The three pictures of a run, as large as the page has room: answers, loss and gradient norm."""

from typing import Any

import ipywidgets as w

from rnnlab.base.say import say, sentences
from rnnlab.base.showable import as_html
from rnnlab.pictures.plots import on_axes
from rnnlab.pictures.run_panels import GradientPanel, LossPanel
from rnnlab.pictures.task_panels import make_panel
from rnnlab.tasks.catalogue import Task
from rnnlab.widgets.picture import DEFAULT_WIDTH, LivePicture
from rnnlab.widgets.viewer.recorded_run import RecordedRun

TWO_COLUMNS = 880  # pixels from which the small pictures stand beside the large one
SIDE_BY_SIDE = 560  # pixels from which, below it, the small ones stand beside each other
FILM = 74  # pixels that the slider and the legend below the large picture take


def sizes(width: int) -> list[tuple[int, int]]:
    """Return (width, height) of the answers, the loss and the gradient norm on so wide a page."""
    if width >= TWO_COLUMNS:
        small = min(440, max(290, round(0.33 * width)))
        large = width - small - 6
        height = min(460, max(330, round(0.5 * large)))
        return [(large, height), *[(small, (height + FILM) // 2)] * 2]
    small = width // 2 - 4 if width >= SIDE_BY_SIDE else width
    return [(width, min(340, max(270, round(0.42 * width)))), *[(small, 210)] * 2]


class RunPictures:
    """Live pictures of a `RecordedRun`.

    Attributes:
        answers, loss, gradient: the pictures; all: the three in this order.
        legend: below the answers: what is drawn there.
        large: pixels across the answers; small: the box of the two others.

    Args:
        task: whose answers are shown.
    """

    def __init__(self, task: Task) -> None:
        self.answers = LivePicture(*make_panel(task))
        self.loss = LivePicture(*on_axes(LossPanel, 330, 54, 84))
        self.gradient = LivePicture(*on_axes(GradientPanel, 330, 54, 84))
        self.all = (self.answers, self.loss, self.gradient)
        self.small = w.Box(
            [self.loss.widget, self.gradient.widget],
            layout=w.Layout(flex_flow="row wrap", align_content="flex-start"),  # not said
        )
        self.legend = w.HTML()
        self.large = 0  # pixels across the answers
        self._width = 0
        self.fit(DEFAULT_WIDTH)
        self.show_task(task, free_running=False)

    def show_task(self, task: Task, free_running: bool) -> None:
        """Show the answers of another task, or another kind of them."""
        self.answers.show(*make_panel(task))
        panel: Any = self.answers.panel
        panel.free_running = free_running
        self._tell(panel.legend)
        self.answers.resize(*sizes(self._width)[0])

    def _tell(self, legend: str) -> None:
        self.legend.value = f'<div class="rnnlab-legend">{as_html(legend)}</div>'  # not said

    def fit(self, width: int) -> None:
        """Make the pictures as large as so many pixels across allow."""
        self._width = width
        for picture, size in zip(self.all, sizes(width), strict=True):
            picture.resize(*size)
        self.large = sizes(width)[0][0]
        self.small.layout.width = f"{sizes(width)[1][0]}px" if width >= TWO_COLUMNS else "100%"

    def draw_losses(
        self, run: RecordedRun, before: RecordedRun | None, epoch: int | None, going: bool
    ) -> None:
        """Draw the losses of a run; `epoch` is one that is looked at, None: none is."""
        self.loss.draw(self.loss.panel.update(
            run.history, before and before.history, run.settings["epochs"], epoch, run.marks,
            say("run {number}", number=before.number) if before else "", going, run.seeds.losses,
        ))  # fmt: skip

    def draw_norms(
        self, run: RecordedRun, before: RecordedRun | None, epoch: int | None, going: bool
    ) -> None:
        """Draw the gradient norms of a run, and the bound that is theirs now."""
        bound = run.settings["clip_norm"] if run.settings["clip"] else None
        cursor = None if epoch is None else run.step_of(epoch)
        self.gradient.draw(self.gradient.panel.update(
            run.history, before and before.history, run.steps, bound, cursor, run.marks,
            going,
        ))  # fmt: skip

    def draw_answers(self, run: RecordedRun, epoch: int | None, still: bool) -> str:
        """Draw what the model answers now, or at the end of an epoch, and return how good that is.

        `still` says that nothing trains: what is slow to draw is drawn, too.
        """
        panel: Any = self.answers.panel
        answers = panel.answers(run.model if epoch is None else run.model_at(epoch))
        panel.spread = run.seeds.spread(run.epoch if epoch is None else epoch)
        self._tell(sentences(panel.legend, panel.spread.legend))
        self.answers.draw(panel.update(*answers, scores=still))
        result: str = panel.result
        return result
