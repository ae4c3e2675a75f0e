"""TrainingLab without a browser: its settings, its tasks, its pictures."""

import asyncio
import dataclasses
import gc
import html
import itertools
import re
import signal

import ipywidgets
import pytest
import torch
import traitlets
from matplotlib.figure import Figure

import rnnlab
from rnnlab.pictures.task_panels import PANELS
from rnnlab.tasks.catalogue import TASKS
from rnnlab.tasks.recipe import DEFAULTS
from rnnlab.widgets.live import Runner
from rnnlab.widgets.viewer import recorded_run
from rnnlab.widgets.viewer.film import frames
from tests.test_own_cell import MGU


async def until_done(lab, seconds=30):
    async with asyncio.timeout(seconds):
        await asyncio.sleep(0.01)  # a click is on its way
        while lab._runner.steps is not None:
            await asyncio.sleep(0.01)


def test_run_equals_fit_and_repeats():
    lab = rnnlab.TrainingLab(epochs=3)
    first = lab.run()
    assert len(first.epochs) == 3
    assert lab.run() == first
    assert "than persistence" in lab.describe()
    for word in ("RMSE", "persistence", "AR(9)", "free-running", "Loss", "Gradient norm"):
        assert f'">{word}</abbr>' in lab._twin.value
    assert lab.snapshot().data.startswith(b"\x89PNG")
    lab.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", -1), ("learning_rate", "fast"), ("epochs", 0), ("clip_norm", float("nan")),
     ("cell", "foo"), ("task", "tides"), ("hidden_size", 2.5), ("seed", -1), ("hidden_state", 3)],
)  # fmt: skip
def test_a_bad_value_from_code_raises_and_the_one_before_stays(name, value):
    lab = rnnlab.TrainingLab(epochs=1)
    before = getattr(lab, name)
    for kind in (ValueError, traitlets.TraitError):
        with pytest.raises(kind, match=name):
            setattr(lab, name, value)
    assert getattr(lab, name) == before == lab.controls[name].value
    assert lab._message.value == ""
    assert len(lab.run().epochs) == 1
    lab.close()


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [("learning_rate", "-1", "-1"), ("learning_rate", "fast", "'fast'"), ("epochs", "0", "0"),
     ("epochs", "2.5", "2.5"), ("clip_norm", "nan", "nan"), ("hidden_size", "", "''")],
)  # fmt: skip
def test_a_bad_value_that_is_typed_is_refused_in_the_lab(name, typed, said):
    lab = rnnlab.TrainingLab(epochs=1)
    before, control = getattr(lab, name), lab.controls[name]
    field = next(part for part in control.children if isinstance(part, ipywidgets.Text))
    shown = field.value
    field.value = typed
    assert getattr(lab, name) == before == control.value
    assert field.value == shown
    message = html.unescape(lab._message.value)
    assert f"{name} is {said}" in message
    assert f"{name} stays {before!r}" in message
    assert len(lab.run().epochs) == 1
    lab.close()


def test_a_number_can_be_typed_beside_its_slider():
    lab = rnnlab.TrainingLab(epochs=1, hidden_size=2)
    control = lab.controls["learning_rate"]
    slider, field, _ = control.children
    field.value = "0.0042"
    assert lab.learning_rate == slider.value == control.value == 0.0042
    slider.value = 0.01
    assert (lab.learning_rate, field.value) == (0.01, "0.01")
    lab.learning_rate = 0.5
    assert (slider.value, field.value) == (0.5, "0.5")
    lab.controls["epochs"].children[1].value = "3"
    assert lab.epochs == 3
    assert lab._run.epochs == 3
    lab.close()


def test_a_number_stands_beside_its_unit_and_one_is_no_plural():
    lab = rnnlab.TrainingLab(epochs=2, hidden_size=1)
    epochs, units = lab.controls["epochs"], lab.controls["hidden_size"]
    assert [child.value for child in epochs.children[1:]] == ["2", "epochs"]
    assert [child.value for child in units.children[1:]] == ["1", "unit"]
    epochs.children[0].value = 1
    assert [child.value for child in epochs.children[1:]] == ["1", "epoch"]
    assert [label for label, _ in epochs.options][:2] == ["1 epoch", "2 epochs"]
    assert epochs.children[0].label == "1 epoch"  # what a screen reader says
    assert lab.controls["learning_rate"].children[2].value == ""
    lab.close()


def test_what_a_cell_sets_is_set_before_it_runs_the_lab_and_nothing_trains_afterwards():
    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=1, hidden_size=2)
        lab.epochs = 2
        history = lab.run()
        await asyncio.sleep(0.1)
        await until_done(lab)
        assert lab.history is history
        assert len(history.epochs) == 2
        assert lab._number == 1  # one run in the strip
        lab.close()

    asyncio.run(main())


def test_many_changes_end_in_one_finished_run_with_the_last_value():
    async def main():
        lab = rnnlab.TrainingLab(epochs=5)
        gc.collect()
        figures = sum(issubclass(type(o), Figure) for o in gc.get_objects())
        rates = [v for _, v in lab.controls["learning_rate"].options]
        for k in range(60):
            lab.controls["learning_rate"].value = rates[k % 20]
            await asyncio.sleep(0.01)
            assert len(asyncio.all_tasks()) <= 2  # this one and the lab's
        await until_done(lab)
        assert lab._run.learning_rate == lab.learning_rate == rates[59 % 20]
        assert len(lab.history.epochs) == 5
        gc.collect()
        assert sum(issubclass(type(o), Figure) for o in gc.get_objects()) == figures
        lab.close()

    asyncio.run(main())


def test_buttons():
    async def main():
        lab = rnnlab.TrainingLab(epochs=200)
        lab.buttons["Step"].click()
        await asyncio.sleep(0.05)
        assert len(lab.history) == 1
        assert lab.buttons["Pause"].description == "Resume"
        lab.buttons["Pause"].click()  # it stands paused after a step: this resumes
        await asyncio.sleep(0.3)
        assert len(lab.history) > 1
        lab.buttons["Stop"].click()
        await asyncio.sleep(0.05)
        stopped = len(lab.history)
        assert lab.buttons["Pause"].description == "Pause"
        assert "was stopped" in lab._status.value
        await asyncio.sleep(0.1)
        assert len(lab.history) == stopped
        lab.buttons["Clear"].click()
        await asyncio.sleep(0.05)
        assert len(lab.history) == 0
        lab.close()

    asyncio.run(main())


def test_apply_while_training_changes_the_running_run():
    async def main():
        lab = rnnlab.TrainingLab(epochs=200, apply_while_training=True)
        lab.buttons["Train"].click()
        await asyncio.sleep(0.1)
        run = lab._run
        lab.learning_rate = 0.05
        await asyncio.sleep(0.05)
        assert lab._run is run
        assert run.learning_rate == 0.05
        lab.close()

    asyncio.run(main())


CELLS = ["rnn", "gru", "lstm"]
CHOICES = [
    (task, hidden_state, cell)
    for task, hidden_state, cell in itertools.product(TASKS, ("reset", "carry"), CELLS)
    if (task, hidden_state) not in {("adding", "carry"), ("reber", "carry")}
]


@pytest.mark.parametrize(
    ("task", "hidden_state", "cell"),
    [  # every fourth is quick: each task, way and cell is among them
        pytest.param(*choice, marks=[pytest.mark.slow] * (k % 4 > 0))
        for k, choice in enumerate(CHOICES)
    ],
)
def test_every_choice_trains_and_is_shown(task, hidden_state, cell):
    lab = rnnlab.TrainingLab(task, hidden_state=hidden_state, cell=cell, epochs=2, hidden_size=4)
    history = lab.run()
    assert len(history.epochs) == len(history.validation_loss) == 2
    assert "is finished" in lab._status.value
    *words, loss, gradient = lab.describe().splitlines()
    assert loss.startswith("Loss: train ")
    assert gradient.endswith(f"of {len(history)} steps.")
    assert words == lab._task.words(lab.model).splitlines()
    assert lab.snapshot().data.startswith(b"\x89PNG")
    assert type(lab.pictures[0].panel) is PANELS[lab._task.picture]
    lab.close()


class Steady:
    """A task of one's own: the value is always 1."""

    name, title = "steady", "Steady"
    input_size = output_size = 1
    loss_fn, picture = "mse", "sequence"

    def batches(self, hidden_state="reset", batch_size=None, seed=0):
        return [(torch.ones(2, 5, 1), torch.ones(2, 5, 1))]

    def validation_loss(self, model):
        return rnnlab.evaluate(model, self.batches(), loss_fn="mse")

    def answers(self, model):
        with torch.no_grad():
            return torch.ones(5), model(torch.ones(1, 5, 1))[0][0, :, 0]

    def words(self, model):
        return "Always 1."


def test_a_task_of_ones_own_is_taken_and_a_poor_one_is_refused_in_words():
    lab = rnnlab.TrainingLab("recall", epochs=2, hidden_size=2)
    own = Steady()
    lab.task = own  # no loop runs here, so the run begins at once
    assert lab.task is lab.controls["task"].value is lab._task is own
    assert lab.runs == 1  # and no other task's on the way
    assert len(lab.run().epochs) == 2
    assert lab.describe().startswith("Always 1.")
    with pytest.raises(ValueError, match=r"task is <object.* has no name, title, input_size") as e:
        lab.task = object()
    assert "words; give one of the" in str(e.value)
    cake = Steady()
    cake.picture = "cake"
    with pytest.raises(
        ValueError, match=r"task\.picture is 'cake'; the known pictures are forecast"
    ):
        lab.task = cake
    assert lab.task is lab.controls["task"].value is own
    assert len(lab.run().epochs) == 2
    lab.close()


@pytest.mark.parametrize(
    ("start", "name", "value"),
    [(("adding", "reset"), "hidden_state", "carry"), (("recall", "carry"), "task", "adding")],
)
def test_a_task_that_carries_no_state_says_so_and_the_lab_goes_on(start, name, value):
    async def main():
        lab = rnnlab.TrainingLab(start[0], hidden_state=start[1], epochs=1, hidden_size=2)
        with pytest.raises(ValueError, match="each sequence of the adding problem stands alone"):
            setattr(lab, name, value)
        lab.controls[name].value = value
        await asyncio.sleep(0.05)
        message = html.unescape(lab._message.value)
        assert "each sequence of the adding problem stands alone" in message
        assert f"{name} stays {getattr(lab, name)!r}" in message
        assert (lab.task, lab.hidden_state) == start
        assert (lab.controls["task"].value, lab.controls["hidden_state"].value) == start
        assert lab._runner.steps is None  # nothing has begun
        lab.buttons["Train"].click()
        await asyncio.sleep(0.05)
        await until_done(lab)
        assert len(lab.history.epochs) == 1
        assert lab._message.value == ""
        lab.close()

    asyncio.run(main())


def test_a_combination_that_cannot_work_is_refused_when_a_lab_is_made():
    with pytest.raises(ValueError, match="each sequence of the adding problem stands alone"):
        rnnlab.TrainingLab("adding", hidden_state="carry")


def test_tasks_may_change_in_a_lab_and_the_picture_changes_with_them():
    lab = rnnlab.TrainingLab(epochs=1, hidden_size=2)
    for name in ("names", "reber", "recall", "adding", "sine", "names"):
        lab.controls["task"].value = name
        lab.run()
        assert type(lab.pictures[0].panel) is PANELS[lab._task.picture]
        assert lab.describe().startswith(lab._task.words(lab.model))
    lab.close()


def test_labs_do_not_disturb_each_other_and_may_change_task():
    async def main():
        labs = [rnnlab.TrainingLab(epochs=3, seed=seed) for seed in (0, 1)]
        alone = [rnnlab.TrainingLab(epochs=3, seed=seed).run() for seed in (0, 1)]
        for lab in labs:
            lab.buttons["Train"].click()
        await asyncio.sleep(0.05)
        for lab, history in zip(labs, alone, strict=True):
            await until_done(lab)
            assert lab.history == history
        labs[0].task = "co2"
        await asyncio.sleep(0.05)
        await until_done(labs[0])
        assert "CO2" in labs[0]._twin.value
        assert "5 of 526 months" in labs[0]._twin.value
        assert labs[1].history == alone[1]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("task", "rate"), [("sunspots", 1e30), ("names", 1e38), ("recall", 1e30), ("adding", 1e30)]
)
def test_divergence_is_told_in_the_lab_and_the_next_run_works(task, rate):
    lab = rnnlab.TrainingLab(task, epochs=3, learning_rate=rate, clip=False, hidden_size=4)
    with pytest.raises(rnnlab.TrainingDiverged):
        lab.run()
    assert "Try a lower learning rate" in lab._message.value
    assert "ended at epoch" in lab._status.value
    lab.learning_rate = 0.003  # no loop runs here, so the run is at its start
    assert len(lab.run().epochs) == 3
    assert lab._message.value == ""


def test_a_closed_lab_says_so():
    lab = rnnlab.TrainingLab(epochs=1)
    lab.close()
    for act in (lab.run, lab.snapshot, lambda: setattr(lab, "epochs", 2)):
        with pytest.raises(RuntimeError, match=r"this lab is closed.*make a new one"):
            act()


@pytest.mark.parametrize(
    ("hidden_size", "inside"), [(8, 1), pytest.param(400, 2, marks=pytest.mark.slow)]
)
def test_threads_fit_the_model_and_are_undone(hidden_size, inside):
    torch.set_num_threads(2)
    try:
        lab = rnnlab.TrainingLab(epochs=1, hidden_size=hidden_size)
        seen = []
        loss = lab._task.validation_loss
        lab._task.validation_loss = lambda m: (seen.append(torch.get_num_threads()), loss(m))[1]
        lab.run()
        assert seen == [inside]
        assert torch.get_num_threads() == 2
        words = "on one thread" if inside == 1 else "on 2 threads"
        assert words in lab._status.value
        rnnlab.fit(
            rnnlab.SequenceModel(1, 8, 1), lab._task.batches(), loss_fn="mse", epochs=1,
            progress=False, validation=lab._task.validation_loss,
        )  # fmt: skip
        assert seen[-1] == 2  # a process of the user's own is left as it is
    finally:
        torch.set_num_threads(1)


def test_a_lab_with_a_checkpoint_is_again_what_it_was_and_goes_on_bit_for_bit(tmp_path):
    path = tmp_path / "lab.pt"
    settings = {"epochs": 60, "cell": "gru", "hidden_state": "carry", "seed": 4}

    async def first():
        lab = rnnlab.TrainingLab("sine", checkpoint=path)
        for name, value in settings.items():
            setattr(lab, name, value)
        await until_done(lab)
        lab.learning_rate, runs = 0.01, lab.runs  # another run begins
        while lab.runs == runs or len(lab.history) < 3:
            await asyncio.sleep(0.001)
        lab.buttons["Step"].click()
        await asyncio.sleep(0.05)
        assert 3 < len(lab.history) < lab._training.steps
        return [step for step in lab.history.steps if step.epoch <= len(lab.history.epochs)]
        # the kernel dies here

    before = asyncio.run(first())
    whole = rnnlab.TrainingLab("sine", learning_rate=0.01, **settings)
    whole.run()

    async def second():
        lab = rnnlab.TrainingLab("sunspots", checkpoint=path)
        assert (lab.task, lab.cell, lab.learning_rate) == ("sine", "gru", 0.01)
        assert lab.controls["epochs"].value == 60
        assert lab.history.steps == before  # up to the end of the last whole epoch
        assert "is paused at" in lab._status.value
        lab.buttons["Pause"].click()
        await until_done(lab)
        await asyncio.sleep(0.05)
        assert lab.history == whole.history
        for one, other in zip(lab.model.parameters(), whole.model.parameters(), strict=True):
            assert torch.equal(one, other)
        lab.close()

    asyncio.run(second())
    finished = rnnlab.TrainingLab("sine", checkpoint=path)
    assert finished.history == whole.history
    assert "is finished" in finished._status.value


def test_a_checkpoint_of_another_kind_is_refused_by_a_lab(tmp_path):
    path, other = tmp_path / "run.pt", tmp_path / "lab.pt"
    task = rnnlab.load_task("sine")
    options = {"epochs": 1, "device": "cpu", "progress": False, "checkpoint": path}
    rnnlab.fit(rnnlab.SequenceModel(1, 4, 1), task.batches(), loss_fn="mse", **options)
    with pytest.raises(
        rnnlab.CheckpointError, match="holds a run but no lab's settings: resume it"
    ):
        rnnlab.TrainingLab("sine", checkpoint=path)
    own = rnnlab.SeriesTask(rnnlab.data.shipped.make_sine(), "my own")
    rnnlab.TrainingLab(own, epochs=1, checkpoint=other).run()
    assert len(rnnlab.TrainingLab(own, checkpoint=other).history.epochs) == 1
    with pytest.raises(rnnlab.CheckpointError, match="was saved with the task 'my own': make the"):
        rnnlab.TrainingLab("sine", checkpoint=other)


@pytest.mark.parametrize(
    "settings", [{}, {"task": "sine"}, {"cell": "rnn", "task": "sine", "x": 1}]
)
def test_settings_that_are_no_labs_are_refused(tmp_path, settings):
    path = tmp_path / "lab.pt"
    rnnlab.TrainingLab("sine", epochs=1, hidden_size=2, checkpoint=path).run()
    state = torch.load(path, weights_only=True)
    torch.save({**state, "lab": settings}, path)
    with pytest.raises(rnnlab.CheckpointError, match="no lab's settings"):
        rnnlab.TrainingLab("sine", checkpoint=path)


def test_what_a_model_prints_and_what_goes_wrong_is_shown():
    """Not in a cell: a task's prints and exceptions reach none."""
    task = rnnlab.load_task("sine")
    inside = rnnlab.SequenceModel(1, 4, 1)

    class Talking(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inside, self.calls = inside, 0

        def forward(self, inputs, state=None):
            self.calls += 1
            print(f"call {self.calls} of a model that prints")
            if self.calls == 300:
                raise KeyError("mine")
            return self.inside(inputs, state)

    async def main():
        lab = rnnlab.LoopStepper(model=Talking(), batches=task.batches(), loss_fn="mse")
        for _ in range(60):
            lab.buttons["Next epoch"].click()
            await until_done(lab)
            if "mine" in lab._message.value:
                break
        printed, raised = lab._errors.outputs
        assert printed["text"].startswith("(what was printed before is left out)\ncall ")
        assert printed["text"].endswith("call 300 of a model that prints\n")
        assert len(printed["text"]) < 5000
        assert 'raise KeyError("mine")' in raised["text"]
        assert "the lines below say where" in lab._message.value
        lab.buttons["Restart"].click()
        await asyncio.sleep(0.05)
        assert lab._errors.outputs == ()
        assert lab._message.value == ""
        lab.close()

    asyncio.run(main())


@pytest.mark.parametrize("fails", ["batches", "validation_loss", "answers", "words"])
def test_a_task_that_raises_leaves_a_lab_that_answers(fails):
    def fail(model=None, **options):
        if fails != "answers" or len(lab.history):  # the picture of an untrained model is drawn
            raise OSError("the disk is gone")
        return answers(model)

    async def main():
        nonlocal lab
        lab = rnnlab.TrainingLab(task, epochs=2)
        setattr(task, fails, fail)
        lab.buttons["Train"].click()
        await until_done(lab)
        await asyncio.sleep(0.05)
        assert "the disk is gone" in lab._message.value
        assert "OSError: the disk is gone" in lab._errors.outputs[-1]["text"]
        assert fails == "batches" or len(lab.history) > 0  # the curve so far
        lab.controls["task"].value = "sine"
        await until_done(lab)
        await asyncio.sleep(0.05)
        assert len(lab.history.epochs) == 2
        assert lab._message.value == ""
        assert lab._errors.outputs == ()
        lab.close()

    lab, task = None, rnnlab.SeriesTask(rnnlab.data.shipped.make_sine(), "failing")
    answers = task.answers
    asyncio.run(main())


def test_an_interrupt_leaves_a_run_that_waits():
    task = rnnlab.load_task("sine")
    lab = rnnlab.TrainingLab(task, epochs=3)
    whole = rnnlab.TrainingLab("sine", epochs=3).run()
    measured = task.validation_loss

    def interrupted(model):
        if lab.history.epochs and len(lab.history.epochs) == 1:
            signal.raise_signal(signal.SIGINT)
        return measured(model)

    task.validation_loss = interrupted
    with pytest.raises(KeyboardInterrupt):
        lab.run()
    assert "is paused at epoch 2 of 3" in lab._status.value
    task.validation_loss = measured
    lab._run.validation = measured

    async def main():
        lab._runner.attach()
        lab.buttons["Pause"].click()
        await until_done(lab)

    asyncio.run(main())
    assert lab.history == whole


TRAINED_IN_A_CELL = {
    "TrainingLab": lambda: rnnlab.TrainingLab("sine", epochs=2, hidden_size=4),
    "StateLab": lambda: rnnlab.StateLab(window=2, hidden_size=4, epochs=1),
    "LandscapeLab": lambda: rnnlab.LandscapeLab(
        "sine", epochs=2, hidden_size=4, seeds=1, learning_rates=[0.1], clip_norms=[None]
    ),
}


@pytest.mark.parametrize("when", ["before", "after", "step"])
@pytest.mark.parametrize("name", TRAINED_IN_A_CELL)
def test_a_run_that_is_interrupted_as_it_begins_waits_or_has_stopped(name, when, monkeypatch):
    """Never does it stand half begun, or say that it goes on."""
    lab, other, start = TRAINED_IN_A_CELL[name](), TRAINED_IN_A_CELL[name](), Runner.start

    def interrupting(steps):
        signal.raise_signal(signal.SIGINT)
        yield from steps

    def interrupted(runner, steps, *given, **options):
        if when == "before":
            signal.raise_signal(signal.SIGINT)
        start(runner, interrupting(steps) if when == "step" else steps, *given, **options)
        if when == "after":
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Runner, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lab.run()
    monkeypatch.undo()
    assert not lab._busy
    if name == "TrainingLab":
        assert "Run 1 is paused" in lab._status.value
        assert lab.buttons["Pause"].description == "Resume"
    else:
        assert "Stopped" in lab._status.value
        assert lab._runner.steps is None
        assert lab._twin.value
    lab.run()
    other.run()
    assert "finished" in lab._status.value
    described = [re.sub(r"[\d.]+ ms", "", each.describe()) for each in (lab, other)]
    assert described[0] == described[1]
    lab.close()
    other.close()


def test_the_interrupt_button_pauses_a_run_beside_the_cells_and_is_then_ignored_as_before():
    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=100, hidden_size=2)
        lab.buttons["Train"].click()
        while not lab.history.steps:
            await asyncio.sleep(0.001)
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(0.1)
        assert lab._runner.paused
        assert "is paused at" in lab._status.value
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        signal.raise_signal(signal.SIGINT)
        lab.buttons["Pause"].click()
        await asyncio.sleep(0.05)
        assert lab._runner.busy
        lab.close()
        await asyncio.sleep(0.1)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as ipykernel does between cells
    try:
        with asyncio.Runner() as runner:  # asyncio.run would put a handler of its own
            runner.get_loop().run_until_complete(main())
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_cell_of_ones_own_trains_and_is_there_again_after_a_checkpoint(tmp_path):
    path = tmp_path / "run.pt"
    options = {"hidden_size": 4, "checkpoint": path}
    lab = rnnlab.TrainingLab("sine", cell=MGU, epochs=2, **options)
    assert lab.controls["cell"].label == "mgu"
    wanted = lab.run()
    lab.close()
    again = rnnlab.TrainingLab("sine", cell=MGU, **options)
    assert (again.cell, again.epochs, again.history) == (MGU, 2, wanted)
    again.cell = "rnn"
    assert again.model.cell == "rnn"
    again.close()
    with pytest.raises(rnnlab.CheckpointError, match="was saved with the cell 'mgu': make the lab"):
        rnnlab.TrainingLab("sine", **options)


async def settled(lab):
    """Wait until nothing moves: no run, no film, and what is looked at has been said."""
    await until_done(lab)
    async with asyncio.timeout(30):
        while lab._viewer.player.steps is not None:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)


def test_every_epoch_of_a_run_can_be_seen_again():
    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=6, hidden_size=4)
        lab.buttons["Train"].click()
        await settled(lab)
        assert (lab.epoch, lab._viewer.follows) == (6, True)
        weights = [p.clone() for p in lab.model.parameters()]
        for epoch in (0, 3, 6):
            shorter = rnnlab.TrainingLab("sine", epochs=max(epoch, 1), hidden_size=4)
            if epoch:
                shorter.run()
            lab.epoch = epoch
            await asyncio.sleep(0.05)
            assert lab._viewer.film._slider.value == lab.epoch == epoch
            drawn = lab.pictures[0].panel.ahead.get_ydata()
            assert drawn.tolist() == shorter.pictures[0].panel.ahead.get_ydata().tolist()
            assert (f"looking at epoch {epoch}" in lab._status.value) == (epoch < 6)
            cursors = [picture.panel.cursor for picture in lab.pictures[1:]]
            assert [cursor.get_visible() for cursor in cursors] == [epoch < 6] * 2
            shorter.close()
        assert len(lab.history.epochs) == 6  # looking trains nothing
        for one, other in zip(lab.model.parameters(), weights, strict=True):
            assert torch.equal(one, other)
        lab.epoch = 99  # there is none: the nearest
        await asyncio.sleep(0.05)
        assert lab.epoch == 6
        with pytest.raises(traitlets.TraitError):
            lab.epoch = "last"
        lab.close()

    asyncio.run(main())


def test_looking_back_and_forth_leaves_the_pictures_as_they_were():
    lab = rnnlab.TrainingLab("sine", epochs=3, hidden_size=2)
    lab.run()

    def crisp():
        for picture in lab.pictures:
            picture.draw_crisp()
        return [picture.widget.value for picture in lab.pictures]

    before = crisp()
    lab.epoch = 1
    assert all(one != other for one, other in zip(crisp(), before, strict=True))
    lab.epoch = 3
    assert crisp() == before
    lab.close()


def test_the_film_shows_at_least_twenty_forecasts_and_ends_at_the_last():
    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=30, hidden_size=4)
        lab.buttons["Train"].click()
        await settled(lab)
        seen = set()
        lab.pictures[0].widget.observe(lambda change: seen.add(change["new"]), "value")
        epochs = []
        lab.observe(lambda change: epochs.append(change["new"]), "epoch")
        lab._viewer.film._play.click()
        await asyncio.sleep(0.1)
        assert lab._viewer.film._play.icon == "pause"
        await settled(lab)
        assert len(seen) >= 20
        assert epochs == [*range(31)]
        assert lab._viewer.film._play.icon == "play"
        assert (lab._viewer.follows, len(lab.history.epochs)) == (True, 30)
        lab.close()

    asyncio.run(main())


def test_a_film_has_few_pictures_where_less_motion_is_asked_for():
    epochs, seconds = frames(range(41), calm=True)
    assert (epochs, seconds) == ([0, 13, 27, 40], 1.0)
    epochs, seconds = frames(range(41), calm=False)
    assert (len(epochs), epochs[0], epochs[-1], seconds) == (40, 0, 40, 0.1)


def test_an_earlier_run_comes_back_with_its_settings_and_nothing_is_trained():
    async def main():
        lab = rnnlab.TrainingLab("recall", hidden_state="carry", epochs=2, hidden_size=2)
        lab.buttons["Train"].click()
        await settled(lab)
        first = lab.history
        lab.hidden_state = "reset"
        await asyncio.sleep(0.02)
        await settled(lab)
        lab.task = "adding"
        await asyncio.sleep(0.02)
        await settled(lab)
        strip = lab._viewer.strip
        labels = [button.description for button in strip._buttons]
        assert labels[0].startswith("1  recall, rnn, rate 0.003, carry\nright sign at ")
        assert labels[2].startswith("3  adding, rnn, rate 0.003, reset\ntypically off by ")
        assert labels[3] == ""
        strip._buttons[0].click()
        await asyncio.sleep(0.1)
        assert (lab.task, lab.hidden_state, lab.runs) == ("recall", "carry", 3)
        assert lab.controls["task"].value == "recall"
        assert lab.history is first
        assert lab._runner.steps is None
        strip._buttons[1].click()
        await asyncio.sleep(0.1)
        assert lab.hidden_state == "reset"
        assert lab._viewer.before.history is first  # the run shown before it is pale
        assert len(lab.pictures[1].panel.before.get_xdata()) == 2
        lab.close()

    asyncio.run(main())


def test_a_run_that_waits_is_not_thrown_away_by_a_slider():
    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=20, hidden_size=2)
        for _ in range(3):
            lab.buttons["Step"].click()
            await asyncio.sleep(0.02)
        lab.learning_rate = 0.01
        await asyncio.sleep(0.02)
        assert (lab.runs, len(lab.history)) == (1, 3)
        assert "Train begins a new run with these settings" in lab._status.value
        lab.buttons["Pause"].click()  # which says Resume
        await settled(lab)
        assert (lab.runs, lab.learning_rate, len(lab.history.epochs)) == (1, 0.003, 20)
        whole = rnnlab.TrainingLab("sine", epochs=20, hidden_size=2).run()
        assert lab.history == whole
        lab.close()

    asyncio.run(main())


def test_a_run_in_whose_place_another_begins_is_not_in_the_strip_and_a_stopped_one_is():
    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=200, hidden_size=2)
        lab.buttons["Train"].click()
        for rate in (0.01, 0.02):
            while len(lab.history) < 5:
                await asyncio.sleep(0.001)
            lab.learning_rate, runs = rate, lab.runs
            while lab.runs == runs:
                await asyncio.sleep(0.001)
        while len(lab.history) < 5:
            await asyncio.sleep(0.001)
        lab.buttons["Stop"].click()
        await settled(lab)
        labels = [button.description for button in lab._viewer.strip._buttons]
        assert [label[:1] for label in labels] == ["1", "", "", "", "", ""]  # no number is lost
        assert "stopped at epoch" in labels[0]
        lab.close()

    asyncio.run(main())


def test_train_after_step_goes_on_and_with_other_settings_begins_anew():
    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=2, hidden_size=2)
        lab.buttons["Step"].click()
        await asyncio.sleep(0.05)
        lab.buttons["Train"].click()
        await settled(lab)
        assert (lab.runs, len(lab.history.epochs)) == (1, 2)
        lab.buttons["Step"].click()
        await asyncio.sleep(0.05)
        lab.learning_rate = 0.01
        lab.buttons["Train"].click()
        await asyncio.sleep(0.05)
        await settled(lab)
        assert (lab.runs, lab._run.learning_rate, len(lab.history.epochs)) == (3, 0.01, 2)
        lab.close()

    asyncio.run(main())


def test_a_change_in_the_middle_of_a_run_leaves_a_mark():
    lab = rnnlab.TrainingLab("sine", epochs=4, hidden_size=2, apply_while_training=True)
    for _ in range(5):
        lab.buttons["Step"].click()
    lab.learning_rate = 0.01
    lab.clip = False
    marks = lab._training.marks
    assert [(mark.step, mark.text) for mark in marks] == [(5, "rate 0.01"), (5, "no clip")]
    lab.buttons["Pause"].click()
    lab._runner.drain()
    shown = [t.get_text() for t in lab.pictures[2].panel.axes.texts]
    assert {"rate 0.01", "no clip"} <= {*shown}
    lab.close()


def test_speed_is_in_epochs_per_second():
    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=2, hidden_size=2, speed=10)
        batches = len(lab._task.batches())
        assert lab._seconds_a_step(lab._viewer.shown) == pytest.approx(1 / (10 * batches))
        lab.buttons["Train"].click()
        await asyncio.sleep(0.05)
        assert lab._runner.wait == pytest.approx(1 / (10 * batches))
        lab.speed = "full"
        await asyncio.sleep(0.02)
        assert lab._runner.wait is None
        await settled(lab)
        assert lab.runs == 1
        lab.close()

    asyncio.run(main())


def test_a_lab_that_waits_for_long_takes_up_another_speed_at_once():
    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=2, hidden_size=2, speed=0.001)
        lab.buttons["Train"].click()
        while not lab.history.steps:
            await asyncio.sleep(0.001)
        lab.speed = "full"
        await settled(lab)
        assert len(lab.history.epochs) == 2
        lab.close()

    asyncio.run(main())


def test_defaults_and_the_fold():
    lab = rnnlab.TrainingLab("sine", epochs=1, hidden_size=2, seed=3)
    assert lab._fold.layout.display == "none"
    lab.buttons["More settings"].click()
    assert lab._fold.layout.display == ""
    lab.buttons["More settings"].click()
    assert lab._fold.layout.display == "none"
    lab.free_running = True
    settings = {*lab.setting_names()}
    kept = {name: getattr(lab, name) for name in {*lab.trait_names()} - settings}
    lab.buttons["Defaults"].click()
    assert lab._settings() == rnnlab.TrainingLab()._settings()
    assert {name: getattr(lab, name) for name in DEFAULTS} == DEFAULTS
    assert {name: getattr(lab, name) for name in kept} == kept  # it is still on its page
    lab.close()


def test_the_free_running_forecast_is_a_switch():
    lab = rnnlab.TrainingLab("sine", epochs=1, hidden_size=2)
    alone = lab.pictures[0].panel.alone
    assert len(alone.get_xdata()) == 0
    lab.free_running = True
    alone = lab.pictures[0].panel.alone
    wanted = lab._task.free_running(lab.model)
    assert alone.get_ydata().tolist() == wanted.tolist()
    assert lab.runs == 0
    lab.close()


def test_weights_of_a_long_run_take_at_most_twenty_megabytes(monkeypatch):
    monkeypatch.setattr(recorded_run, "MOST_BYTES", 5000)
    lab = rnnlab.TrainingLab("sine", epochs=60, hidden_size=4)
    lab.run()
    run = lab._training
    assert 2500 < run.nbytes <= 5000
    kept = run.kept_from(0)
    gaps = {b - a for a, b in itertools.pairwise(kept[:-1])}
    assert len(gaps) == 1  # evenly
    assert kept[-1] == 60
    assert {run.nearest(epoch) for epoch in range(61)} == {*kept}
    lab.close()


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop"])
def test_another_optimizer_trains(optimizer):
    lab = rnnlab.TrainingLab("sine", epochs=1, hidden_size=2, optimizer=optimizer)
    lab.run()
    assert type(lab._run.optimizer).__name__.lower() == optimizer
    lab.close()


def cut_off(picture):
    """Return the texts of a picture that reach beyond its edges."""
    picture.draw(changed=True)
    figure, axes = picture.figure, picture.panel.axes
    ticks = [tick.label1 for axis in (axes.xaxis, axes.yaxis) for tick in axis._update_ticks()]
    texts = [*axes.texts, *ticks, axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]
    boxes = {t.get_text(): t.get_window_extent() for t in texts if t.get_visible() and t.get_text()}
    inside = figure.bbox.expanded(1, 1).padded(1)
    return [
        words for words, box in boxes.items()
        if box.x0 < inside.x0 or box.x1 > inside.x1 or box.y0 < inside.y0 or box.y1 > inside.y1
    ]  # fmt: skip


ENDS = {
    "learning_rate": [0.0001, 1.0], "epochs": [1, 500], "clip_norm": [0.01, 10.0],
    "hidden_size": [1, 128],
}  # fmt: skip


@pytest.mark.parametrize(
    ("task", "cell"),
    [
        pytest.param(*pair, marks=[pytest.mark.slow] * (pair[0] != "co2"))
        for pair in zip(TASKS, itertools.cycle(CELLS), strict=False)
    ],
)
def test_no_text_is_cut_off_at_any_width_at_any_end_of_a_control(task, cell):
    lab = rnnlab.TrainingLab(task, cell=cell, hidden_size=2)
    for name, ends in [("cell", [cell]), *ENDS.items()]:
        for end in ends:
            before = getattr(lab, name)
            lab._leave()
            setattr(lab, name, end)
            lab._leave()  # of the run that has begun by itself
            lab.buttons["Step"].click()
            for width in (340, 600, 940):
                lab._viewer.pictures.fit(width)
                lab._viewer.draw()
                for picture in lab.pictures:
                    assert cut_off(picture) == [], (name, end, width)
            lab._leave()
            setattr(lab, name, before)
    lab.close()


def test_a_name_with_dollars_braces_and_backslashes_is_shown_as_it_is():
    name = r"r $\frac$ {x <b>"
    series = dataclasses.replace(rnnlab.data.shipped.make_sine(length=200), name=name)
    lab = rnnlab.TrainingLab(rnnlab.SeriesTask(series, name), epochs=1, hidden_size=2)
    lab.run()
    assert lab._message.value == ""
    assert lab.pictures[0].panel.title.get_text().startswith(f"{name}: typically off by ")
    assert html.escape(name) in lab._twin.value
    assert lab.snapshot().data.startswith(b"\x89PNG")
    lab.close()
