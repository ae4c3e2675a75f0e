"""TrainingLab without a browser: its settings, its one task, its pictures."""

import asyncio
import gc

import pytest
from matplotlib.figure import Figure

import rnnlab


async def until_done(lab, seconds=30):
    async with asyncio.timeout(seconds):
        while lab._runner.steps is not None:
            await asyncio.sleep(0.01)


def test_run_equals_fit_and_repeats():
    lab = rnnlab.TrainingLab(epochs=3)
    first = lab.run()
    assert len(first.epochs) == 3
    assert lab.run() == first
    assert "below persistence" in lab._twin.value or "above persistence" in lab._twin.value
    assert lab.snapshot().data.startswith(b"\x89PNG")
    lab.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", -1), ("learning_rate", "fast"), ("epochs", 0), ("clip_norm", float("nan")),
     ("cell", "foo"), ("task", "tides"), ("hidden_size", 2.5), ("seed", -1), ("hidden_state", 3)],
)  # fmt: skip
def test_a_bad_value_is_refused_in_the_lab(name, value):
    lab = rnnlab.TrainingLab(epochs=1)
    before = getattr(lab, name)
    setattr(lab, name, value)
    assert getattr(lab, name) == before == lab.controls[name].value
    assert name in lab._message.value
    assert len(lab.run().epochs) == 1
    lab.close()


def test_many_changes_end_in_one_finished_run_with_the_last_value():
    async def main():
        lab = rnnlab.TrainingLab(epochs=5)
        gc.collect()
        figures = sum(isinstance(o, Figure) for o in gc.get_objects())
        rates = [v for _, v in lab.controls["learning_rate"].options]
        for k in range(60):
            lab.controls["learning_rate"].value = rates[k % 20]
            await asyncio.sleep(0.01)
            assert len(asyncio.all_tasks()) <= 2  # this one and the lab's
        await until_done(lab)
        assert lab._run.learning_rate == lab.learning_rate == rates[59 % 20]
        assert len(lab.history.epochs) == 5
        gc.collect()
        assert sum(isinstance(o, Figure) for o in gc.get_objects()) == figures
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
        lab.buttons["Reset"].click()
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
