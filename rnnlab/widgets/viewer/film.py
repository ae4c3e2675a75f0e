"""The row below a run's picture: play, and a slider over the epochs."""

from collections.abc import Callable, Sequence

import ipywidgets as w

from rnnlab.base.say import say
from rnnlab.widgets.controls import give_tip

SECONDS, FRAMES = 4.0, 40  # of a run that is played
CALM_FRAMES = 4  # where the reader's system asks for less motion


class Film(w.HBox):
    """A button that plays a run, and a slider over its epochs.

    Args:
        on_play: called when the button is pressed.
        on_epoch: called with the epoch that the slider was moved to.
    """

    def __init__(self, on_play: Callable[[], None], on_epoch: Callable[[int], None]) -> None:
        self._play = w.Button(icon="play", layout=w.Layout(width="48px"))
        room = w.Layout(flex="1 1 0", width="0")
        self._slider = w.IntSlider(description=say("Epoch"), min=0, layout=room)
        self._slider.style.description_width = "48px"
        give_tip(self._slider, say("Look at the run as it was at the end of this epoch."))
        self._of = w.Label(layout=w.Layout(flex="0 0 auto", min_width="40px"))
        self._moving = False
        self._play.on_click(lambda _: on_play())
        self._slider.observe(
            lambda change: None if self._moving else on_epoch(change["new"]), "value"
        )
        super().__init__([self._play, self._slider, self._of])
        self.layout.align_items = "center"
        self.set_playing(False)

    def set_playing(self, playing: bool) -> None:
        """Show whether pressing the button plays or pauses."""
        self._play.icon = "pause" if playing else "play"
        tip = "Stop the film" if playing else "Play the run, epoch after epoch"
        self._play.tooltip = say(tip)

    def show(self, epoch: int, epochs: int) -> None:
        """Stand at an epoch of so many."""
        self._moving = True
        try:
            self._slider.max = max(epochs, epoch)
            self._slider.value = epoch
            self._of.value = say("of {epochs}", epochs=epochs)
        finally:
            self._moving = False


def frames(epochs: Sequence[int], calm: bool) -> tuple[list[int], float]:
    """Return which of these epochs a film shows, and the seconds between two of them."""
    most = CALM_FRAMES if calm else FRAMES
    if len(epochs) <= most:
        return [*epochs], SECONDS / max(most if calm else len(epochs), 1)
    last = len(epochs) - 1
    return [epochs[round(k * last / (most - 1))] for k in range(most)], SECONDS / most
