"""The picture of a run shows the very pictures of the lab, side by side."""

import numpy as np
import pytest

import rnnlab
from rnnlab.pictures.plots import make_figure
from rnnlab.pictures.run_panels import GradientPanel, LossPanel, draw_run
from rnnlab.pictures.task_panels import make_panel
from rnnlab.tasks.recipe import prepare


def pixels(figure):
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())


@pytest.mark.parametrize("name", ["sine", "recall", "adding"])
def test_it_shows_what_the_lab_shows(name):
    task = rnnlab.load_task(name)
    model, batches = prepare(task, cell="rnn", hidden_size=4, hidden_state="reset", seed=0)
    history = rnnlab.fit(
        model, batches, loss_fn=task.loss_fn, epochs=2, clip_norm=0.1, device="cpu",
        validation=task.validation_loss, progress=False,
    )  # fmt: skip
    whole = pixels(draw_run(task, model, history, epochs=3, steps=90, clip_norm=0.1))
    loss, axes = make_figure(330, 270, 54, 84)
    LossPanel(axes).update(history, epochs=3)
    gradient, axes = make_figure(330, 270, 54, 84)
    GradientPanel(axes).update(history, steps=90, clip_norm=0.1)
    answers, panel = make_panel(task)
    panel.update(*task.answers(model), scores=True)
    wanted = np.concatenate([pixels(figure) for figure in (loss, gradient, answers)], axis=1)
    assert whole.shape == wanted.shape == (270, 1080, 4)
    assert (whole == wanted).all()
