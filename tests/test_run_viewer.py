"""What is seen of runs in a training lab where it is hardest: long runs, failing tasks, its end."""

import asyncio
import gc

import pytest
from matplotlib.figure import Figure

import rnnlab
from rnnlab.widgets import live
from rnnlab.widgets.viewer import recorded_run
from tests.test_random_actions import Faulty


async def until_done(lab):
    await asyncio.sleep(0.02)  # a click has reached the lab
    async with asyncio.timeout(30):
        while lab._busy:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.02)


def all_runs():
    return [thing for thing in gc.get_objects() if type(thing) is recorded_run.RecordedRun]


@pytest.mark.slow
def test_an_epoch_that_is_looked_at_while_it_is_thinned_out_gives_way_to_its_neighbour(monkeypatch):
    monkeypatch.setattr(recorded_run, "MOST_BYTES", 2000)

    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=60, hidden_size=4)
        for _ in range(21):  # two epochs and a step
            lab.buttons["Step"].click()
            await asyncio.sleep(0.005)
        lab.epoch = 1
        await asyncio.sleep(0.05)
        assert (lab.epoch, lab._viewer.follows) == (1, False)
        lab.buttons["Pause"].click()  # which says Resume
        lab.epoch = 1
        await until_done(lab)
        lab.epoch = 1
        await until_done(lab)
        assert lab._message.value == ""
        assert len(lab.history.epochs) == 60
        assert lab.epoch in lab._training.kept_from(0)
        assert lab.epoch != 1
        assert f"You are looking at epoch {lab.epoch}" in lab._status.value
        assert lab.describe().startswith("Noisy sine: the network is typically off by")
        lab.close()

    asyncio.run(main())


@pytest.mark.slow
def test_a_closed_lab_keeps_its_history_and_neither_figures_nor_weights():
    gc.collect()
    figures = sum(issubclass(type(thing), Figure) for thing in gc.get_objects())
    others = all_runs()
    lab = rnnlab.TrainingLab("sine", epochs=3, hidden_size=4)
    for rate in (0.01, 0.02):
        lab.learning_rate = rate
        lab.run()
    lab.epoch = 1
    history = lab.history
    lab.close()
    lab.close()
    gc.collect()
    assert sum(issubclass(type(thing), Figure) for thing in gc.get_objects()) == figures
    assert [kept for kept in all_runs() if kept not in others] == []
    assert lab.history is history
    assert len(history.epochs) == 3


@pytest.mark.parametrize("what", ["a film", "another task", "Clear"])
def test_what_fails_after_a_run_is_not_said_to_be_its_failure(what):
    async def main():
        task = Faulty("none", 0)
        lab = rnnlab.TrainingLab(task, epochs=3, hidden_size=4)
        lab.buttons["Train"].click()
        await until_done(lab)
        strip, history = lab._viewer.strip, lab.history
        label = strip._buttons[0].description
        assert "typically off by" in label
        task.calls = 0
        if what == "a film":
            task.fails = "answers"
            lab._viewer.film._play.click()
        elif what == "Clear":
            task.fails = "batches"
            lab.buttons["Clear"].click()
        else:
            lab.task = Faulty("batches", 1)  # it is asked for them once before it is taken
        await until_done(lab)
        assert "of the learner's own task has failed" in lab._message.value.replace("&#x27;", "'")
        assert strip._buttons[0].description == label
        assert lab.history is history
        assert not lab._viewer.player.busy
        task.fails = "none"
        lab.task = "sine"
        await until_done(lab)
        assert lab._message.value == ""
        assert "is finished" in lab._status.value
        lab.close()

    asyncio.run(main())


def test_clear_says_that_no_run_waits_where_the_answers_cannot_be_drawn():
    async def main():
        lab = rnnlab.TrainingLab(Faulty("answers", 1000), epochs=300, hidden_size=4)
        lab.buttons["Step"].click()
        await until_done(lab)
        assert lab.buttons["Pause"].description == "Resume"
        lab.task.calls = 0
        lab.buttons["Clear"].click()
        await until_done(lab)
        assert "answers of the learner" in lab._message.value
        assert lab.buttons["Pause"].description == "Pause"
        assert "Not trained yet" in lab._status.value
        lab.close()

    asyncio.run(main())


def test_the_same_run_again_takes_the_place_of_the_first_in_the_strip():
    lab = rnnlab.TrainingLab("sine", epochs=2, hidden_size=2)
    lab.run()
    lab.run()
    lab.learning_rate = 0.01
    lab.run()
    labels = [button.description for button in lab._viewer.strip._buttons]
    assert [label[:1] for label in labels] == ["2", "3", "", "", "", ""]
    assert lab._viewer.before.number == 2
    lab.close()


def test_train_goes_on_with_the_run_that_a_changed_setting_has_begun():
    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=200, hidden_size=2)
        lab.learning_rate = 0.01
        while len(lab.history) < 3:
            await asyncio.sleep(0.001)
        lab.buttons["Train"].click()
        await until_done(lab)
        assert lab.runs == 1
        assert "Run 1 is finished" in lab._status.value
        assert "Run 1, after epoch 200 of 200" in lab._title.value
        lab.close()

    asyncio.run(main())


def test_the_words_say_of_which_epoch_they_speak():
    lab = rnnlab.TrainingLab("sine", epochs=3, hidden_size=2)
    assert lab._title.value == ""
    lab.run()
    assert "Run 1, after epoch 3 of 3" in lab._title.value
    lab.epoch = 1
    assert "Run 1, after epoch 1 of 3" in lab._title.value
    lab.close()


def test_how_a_finished_run_looks_does_not_depend_on_the_frames_before(monkeypatch):
    seen = []
    for slice_of_time in (60.0, 0.0):  # seconds: one frame, or one after each step
        monkeypatch.setattr(live, "SLICE", slice_of_time)
        monkeypatch.setattr(live.Pace, "due", lambda pace: True)
        lab = rnnlab.TrainingLab(optimizer="sgd", learning_rate=0.1, clip=False)
        lab.run()
        seen.append([picture.panel.axes.get_ylim() for picture in lab.pictures[1:]])
        lab.close()
    assert seen[0] == seen[1]


def test_where_the_answers_cannot_be_drawn_the_epoch_and_the_film_are_told_as_they_are():
    async def main():
        lab = rnnlab.TrainingLab("sine", epochs=3, hidden_size=4)
        lab.buttons["Train"].click()
        await until_done(lab)
        assert lab.epoch == 3
        lab.task = task = Faulty("answers", 0)  # a run begins, which can be shown at no epoch
        await until_done(lab)
        assert lab.epoch == lab._viewer.epoch == lab._viewer.film._slider.value == 0
        lab._viewer.film._play.click()  # of what is there: the first weights
        await until_done(lab)
        assert lab._viewer.follows
        assert "You are looking at" not in lab._status.value
        task.calls = 1000
        lab.buttons["Train"].click()
        await until_done(lab)
        task.calls = 0
        lab._viewer.film._play.click()
        await until_done(lab)
        assert not lab._viewer.player.busy
        assert lab._viewer.film._play.icon == "play"
        assert lab.epoch == lab._viewer.epoch == lab._viewer.film._slider.value
        lab.close()

    asyncio.run(main())
