"""A run in words: how far it is, and what its pictures show."""

from rnnlab.base.say import say
from rnnlab.base.showable import showable_lines
from rnnlab.widgets.viewer.recorded_run import RecordedRun

WORDS = 4000  # characters of what a task of a user's own may say


def where(run: RecordedRun) -> str:
    """Return how far a run is."""
    steps = run.history.steps
    return (
        f"epoch {steps[-1].epoch if steps else 0} of {run.settings['epochs']}, "
        f"{len(steps)} step{'s' * (len(steps) != 1)}"
    )


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
        lines += [
            f"Loss: train {first.train_loss:.3g} after epoch 1, {last.train_loss:.3g} after "
            f"epoch {last.epoch}; held out {last.validation_loss:.3g}.",
            f"Gradient norm: {run.history.steps[-1].grad_norm:.3g} at the last step, "
            f"at most {max(run.history.grad_norm):.3g}; clipped in {clipped} of "
            f"{len(run.history)} steps.",
        ]
    lines.append(run.seeds.words(run.epoch if epoch is None else epoch))
    return "\n".join(filter(None, lines))
