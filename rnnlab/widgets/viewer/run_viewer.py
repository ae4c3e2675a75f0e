"""What is seen of runs: the pictures of one of them at any of its epochs, its film, the strip."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from rnnlab.runs.threads import on_threads
from rnnlab.widgets.live import Pace, Runner
from rnnlab.widgets.viewer.film import Film, frames
from rnnlab.widgets.viewer.recorded_run import RecordedRun
from rnnlab.widgets.viewer.run_pictures import RunPictures
from rnnlab.widgets.viewer.run_strip import MOST, RunStrip

SOON = 0.4  # seconds of quiet before what is looked at is said in words and drawn crisply


class RunViewer:
    """Shows one run, at its last epoch as it goes on, or at another that is looked at.

    Attributes:
        shown: the run; before: the one that was shown before it, if of the same task.
        epoch: the epoch that is shown.
        follows: whether that is the last one, and stays so while the run goes on.
        free_running: whether the picture of a forecast shows the free-running one, too.

    Args:
        run: the run to show first.
        runner: of the lab, on whose loop everything happens.
        pace: of the lab.
        on_error: called with an exception of a film.
        on_look: called when an epoch is looked at; the argument says that it stays for a while.
        on_choose: called with a run whose button is pressed.
        calm: returns whether the reader's system asks for less motion.
    """

    def __init__(
        self,
        run: RecordedRun,
        runner: Runner,
        pace: Pace,
        *,
        on_error: Callable[[Exception], None],
        on_look: Callable[[bool], None],
        on_choose: Callable[[RecordedRun], None],
        calm: Callable[[], bool],
    ) -> None:
        self._runner, self._pace, self._on_look, self._calm = runner, pace, on_look, calm
        self.free_running = False
        self.shown, self.epoch, self.follows = run, 0, True
        self.before: RecordedRun | None = None
        self._recorded: list[RecordedRun] = []
        self._wanted: int | None = None  # the epoch to look at next
        self._looks = 0
        self.player = Runner(self._on_frame, on_error)
        self.pictures = RunPictures(run.task)
        self.film = Film(lambda: runner.call(self.play), self.want)
        self.strip = RunStrip(lambda run: runner.call(partial(on_choose, run)))

    def close(self) -> None:
        """End the film, and the other seeds of the run."""
        self.player.close()
        self.shown.seeds.end()

    def forget(self, run: RecordedRun) -> None:
        """Show a run as if it were the first."""
        self._recorded = []
        self.show_run(run)
        self.before = None
        self.strip.show([], None)

    def record(self, run: RecordedRun) -> None:
        """Show a run that begins, and keep it in the strip."""
        others = [kept for kept in self._recorded if not run.repeats(kept)]
        self._recorded = [*others, run][-MOST:]
        self.show_run(run)
        self.show_strip()

    def drop(self, run: RecordedRun) -> None:
        """Keep a run in the strip no longer."""
        self._recorded = [kept for kept in self._recorded if kept is not run]
        if run is self.shown and self.before is not None:
            self.shown = self.before  # which is pale beside the next one, too

    def show_run(self, run: RecordedRun) -> None:
        """Show a run at its last epoch, and the one shown until now as a pale line."""
        self.stop()
        self.follows = True
        if run is not self.shown:
            before, self.shown = self.shown, run
            same = before.task is run.task
            if not same or (before.history.epochs and not run.repeats(before)):
                self.before = before if same else None
            if not same:
                self.show_answers(self.free_running)

    def show_answers(self, free_running: bool) -> None:
        """Have a new picture of the answers, with or without the free-running forecast."""
        self.free_running = free_running
        self.pictures.show_task(self.shown.task, free_running)

    @property
    def busy(self) -> bool:
        """Whether pictures change by themselves."""
        return self._runner.busy or self.player.busy

    def draw(self, turn: int | None = None) -> None:
        """Draw the loss and, on turn 0, the gradient norms, on 1 the answers; None: all three."""
        run = self.shown
        self.epoch = run.epoch if self.follows else run.nearest(self.epoch)
        self.film.show(self.epoch, run.settings["epochs"])
        epoch = None if self.follows else self.epoch
        with self._pace.drawing(), on_threads(self._runner.threads):
            going = self._runner.busy
            self.pictures.draw_losses(run, self.before, epoch, going)
            if turn != 1:
                self.pictures.draw_norms(run, self.before, epoch, going)
            if turn != 0:
                result = self.pictures.draw_answers(run, epoch, still=not self.busy)
                run.result = result if self.follows and run.history.epochs else run.result

    def show_strip(self) -> None:
        """Say in the strip how each run stands."""
        self.strip.show(self._recorded, self.shown)

    # ---- looking at another epoch ----------------------------------------------------------

    def want(self, epoch: int) -> None:
        """Look at an epoch when the loop's thread comes to it; the latest wins."""
        self._wanted = epoch
        self._runner.call(self._look)

    def _look(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:  # otherwise an earlier call has looked at the latest
            self.stop()
            self.look_at(wanted)

    def look_at(self, epoch: int) -> None:
        """Show the run as it was at the end of an epoch, or of the nearest that was kept."""
        self.epoch = self.shown.nearest(epoch)
        self.follows = self.epoch == self.shown.epoch and not self.player.busy
        self._looks += 1
        self.draw()
        self._on_look(False)
        if not self.busy:
            self._runner.later(SOON, partial(self._rest, self._looks))

    def _rest(self, looks: int) -> None:
        if looks == self._looks and not self.busy:
            self._on_look(True)

    # ---- the film ----------------------------------------------------------------------------

    def play(self) -> None:
        """Play the run from the epoch that is shown, or from its first; or stop playing."""
        if self.player.busy:
            self.stop()
            self.look_at(self.epoch)
            return
        start = self.shown.first if self.epoch == self.shown.epoch else self.epoch
        epochs, seconds = frames(self.shown.kept_from(start), self._calm())
        self.film.set_playing(True)
        self.player.start(self._frames(epochs), wait=seconds)

    def stop(self) -> None:
        """End a film that plays, where it is."""
        self.player.stop()
        self.film.set_playing(False)

    def end_failed_film(self) -> None:
        """Say of a film that an exception has ended that it stands where it is."""
        if not self.player.busy:
            self.film.set_playing(False)
            self.follows = self.epoch == self.shown.epoch

    def _frames(self, epochs: Sequence[int]) -> Iterator[int]:
        for epoch in epochs:
            self.look_at(epoch)
            yield epoch

    def _on_frame(self, done: bool) -> None:
        if done or self.player.paused:  # paused: by the notebook's interrupt button
            self.stop()
            self.look_at(self.epoch)
