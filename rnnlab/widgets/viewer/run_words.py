"""A run in words: how far it is, and what its pictures show."""

from rnnlab.base.say import say, say_count
from rnnlab.base.showable import showable_lines
from rnnlab.widgets.viewer.recorded_run import RecordedRun

WORDS = 4000  # characters of what a task of a user's own may say


def where(run: RecordedRun) -> str:
    """Return how far a run is."""
    steps = run.history.steps
    return say_count(
        "epoch {epoch} of {epochs}, {n} step", "epoch {epoch} of {epochs}, {n} steps",
        n=len(steps), epoch=steps[-1].epoch if steps else 0, epochs=run.settings["epochs"],
    )  # fmt: skip


def how_fast(place: str, steps: int, seconds: float, threads: int) -> str:
    """Return how far a run is, and how fast it came there: so many steps in so many seconds."""
    text = "{where}, {rate:.0f} steps per second on {threads} threads"
    if threads == 1:
        text = "{where}, {rate:.0f} steps per second on one thread"
    rate = steps / seconds if seconds > 0 else 0
    return say(text, where=place, rate=rate, threads=threads)


def title_of(run: RecordedRun, epoch: int) -> str:
    """Return of what run and epoch the words speak; nothing before there is a run."""
    if run.number == 0:
        return ""
    text = "Run {number}, after epoch {epoch} of {epochs}"
    return say(text, number=run.number, epoch=epoch, epochs=run.settings["epochs"])


def words_of(run: RecordedRun, epoch: int | None) -> str:
    """Return what the pictures of a run show, a line for each; `epoch` is one that is looked at."""
    model = run.model if epoch is None else run.model_at(epoch)
    lines = [showable_lines(run.task.words(model), WORDS)]
    if run.history.epochs:
        first, last = run.history.epochs[0], run.history.epochs[-1]
        clipped = sum(step.clipped for step in run.history.steps)
        text = (
            "Loss: train {first:.3g} after epoch 1, {last:.3g} after epoch {epoch}; held out "
            "{held_out:.3g}."
        )
        losses = say(text, first=first.train_loss, last=last.train_loss, epoch=last.epoch,
                     held_out=last.validation_loss)  # fmt: skip
        text = (
            "Gradient norm: {last:.3g} at the last step, at most {most:.3g}; clipped in {clipped} "
            "of {steps} steps."
        )
        norms = say(text, last=run.history.steps[-1].grad_norm, most=max(run.history.grad_norm),
                    clipped=clipped, steps=len(run.history))  # fmt: skip
        lines += [losses, norms]
    lines.append(run.seeds.words(run.epoch if epoch is None else epoch))
    return "\n".join(filter(None, lines))
