"""Seeds of the training lab: the runs beside the one that is shown, and what is said of them."""

import asyncio
import html

import numpy as np
import pytest
import torch

import rnnlab
from rnnlab.tasks.recipe import prepare
from rnnlab.widgets.viewer import seeds as seeds_of
from tests.test_lab import Steady, settled, until_done


def trained(task, seed, epochs, cell="rnn", **options):
    """Return model and history of a run of `rnnlab.fit` with the recipe's settings."""
    model, batches = prepare(task, cell=cell, hidden_size=8, hidden_state="reset", seed=seed)
    history = rnnlab.fit(
        model, batches, loss_fn=task.loss_fn, epochs=epochs, clip_norm=1.0, learning_rate=0.003,
        validation=task.validation_loss, progress=False, device="cpu", **options,
    )  # fmt: skip
    return model, history


def made(task="sunspots", **settings):
    return rnnlab.TrainingLab(task, **{"epochs": 3, "hidden_size": 8, "seeds": 8, **settings})


def diverging(cls=rnnlab.SeriesTask, seeds=(2, 5)):
    """Return a task whose batches have values too large to train on, for some seeds."""

    class Task(cls):
        def batches(self, hidden_state="reset", batch_size=None, seed=0):
            batches = super().batches(hidden_state, batch_size, seed)
            return [(x, y * (1e30 if seed in seeds else 1)) for x, y in batches]

    return Task(rnnlab.data.shipped.load_sunspots(), "sunspots of one's own")


@pytest.mark.parametrize(
    ("task", "cell"),
    [("sunspots", "rnn"), ("sunspots", "gru"), ("co2", "gru"), ("names", "rnn"), ("recall", "gru")],
)
def test_the_pictures_show_the_runs_that_fit_makes_with_these_seeds(task, cell):
    lab = made(task, cell=cell, seed=3, epochs=2)
    lab.run()
    task = lab._task
    runs = [trained(task, seed, 2, cell) for seed in range(3, 11)]
    held_out = np.array([history.validation_loss for _, history in runs])
    drawn = lab.pictures[1].panel
    assert drawn.median.get_xdata().tolist() == [1, 2]
    assert np.abs(drawn.median.get_ydata() - np.median(held_out, 0)).max() < 1e-5
    corners = drawn.band.get_paths()[0].vertices
    assert np.abs(corners[:2, 1] - held_out.max(0)).max() < 1e-5
    assert np.abs(corners[2:4, 1] - held_out.min(0)[::-1]).max() < 1e-5
    if task.picture == "forecast":
        forecasts = torch.stack([task.one_step_ahead(model) for model, _ in runs])
        low, high = lab.pictures[0].panel.spread.band
        assert (low - forecasts.amin(0)).abs().max() < 1e-5 * task.std
        assert (high - forecasts.amax(0)).abs().max() < 1e-5 * task.std
        corners = lab.pictures[0].panel.band.get_paths()[0].vertices
        assert corners[: len(high)].tolist() == [
            [time, value] for time, value in zip(task.held_out_times, high.tolist(), strict=True)
        ]
        assert corners[len(low) : 2 * len(low), 1].tolist() == low.tolist()[::-1]
    alts = [picture.panel.alt for picture in lab.pictures]
    assert ["seeds" in alt for alt in alts] == [task.picture == "forecast", True, False]
    assert lab._access.pictures == alts
    lab.close()


def test_the_sentence_says_median_lowest_and_highest_and_the_title_the_range():
    lab = made(epochs=2)
    lab.run()
    task = lab._task
    for epoch in (2, 1):
        lab.epoch = epoch
        errors = [task.rmse(task.one_step_ahead(trained(task, k, epoch)[0])) for k in range(8)]
        low, median, high = (f"{f(errors):.3g}" for f in (min, np.median, max))
        sentence = (
            f"Typically off by, over 8 seeds after epoch {epoch}: median {median}, from {low} to "
            f"{high} sunspots."
        )
        assert sentence in lab._status.value
        assert sentence in lab.describe()
        assert f"(8 seeds: {low} to {high})" in lab.pictures[0].panel.title.get_text()
        assert "what all 8 seeds predicted" in lab._viewer.pictures.legend.value
    lab.epoch = 0
    assert "8 seeds after epoch 0: median" in lab._status.value
    lab.close()


@pytest.mark.parametrize("task", ["sunspots", "names"])
def test_the_run_that_is_shown_is_bit_for_bit_the_one_alone(task):
    epochs = 1 if task == "names" else 3
    alone, among = (made(task, seeds=seeds, epochs=epochs) for seeds in (1, 16))
    drawing = torch.get_rng_state()
    assert among.run() == alone.run()
    assert torch.equal(torch.get_rng_state(), drawing)
    for one, other in zip(alone.model.parameters(), among.model.parameters(), strict=True):
        assert torch.equal(one, other)
    assert alone.pictures[0].panel.spread.band is None
    assert "seeds" not in alone.describe() + "".join(alone._access.pictures)
    for lab in (alone, among):
        lab.close()


def test_a_task_that_draws_random_numbers_gives_the_same_run_in_company():
    class Noisy(Steady):
        def batches(self, hidden_state="reset", batch_size=None, seed=0):
            class Batches:
                def __iter__(self):
                    yield torch.ones(2, 5, 1), 1 + torch.randn(2, 5, 1)

                def __len__(self):
                    return 1

            return Batches()

    histories = []
    for seeds in (1, 8):
        torch.manual_seed(0)
        lab = made(Noisy(), seeds=seeds)
        histories.append(lab.run())
        assert ("over 8 seeds" in lab._status.value) == (seeds == 8)
        lab.close()
    assert histories[0] == histories[1]


def test_seeds_that_diverge_are_left_out_and_counted():
    lab = made(diverging(), clip=False, optimizer="sgd", learning_rate=0.05)
    lab.run()
    assert "over 6 of 8 seeds after epoch 3: median" in lab._status.value
    assert "; the others have diverged." in lab._status.value
    assert "(6 seeds: " in lab.pictures[0].panel.title.get_text()
    errors = lab._training.seeds._errors
    assert [len(errors[epoch]) for epoch in range(4)] == [8, 6, 6, 6]
    low, high = lab.pictures[0].panel.spread.band
    assert (high - low).max() < 1000  # of the finite ones alone
    lab.close()


def test_all_others_may_diverge_and_the_run_goes_on():
    lab = made(diverging(seeds=range(1, 8)), clip=False, optimizer="sgd")
    assert len(lab.run().epochs) == 3
    assert "over 1 of 8 seeds after epoch 3" in lab._status.value
    assert lab._message.value == ""
    lab.close()


def test_when_the_run_that_is_shown_diverges_what_is_known_of_the_others_stays():
    lab = made(diverging(seeds=[0]), clip=False, optimizer="sgd")
    with pytest.raises(rnnlab.TrainingDiverged):
        lab.run()
    assert "Try a lower learning rate" in lab._message.value
    assert "ended at epoch" in lab._status.value
    assert "8 seeds after epoch 0" in lab._status.value
    assert lab._training.seeds._stack is None
    lab.task = "sunspots"
    assert len(lab.run().epochs) == 3
    lab.close()


def raising(seed):
    class Task(Steady):
        def batches(self, hidden_state="reset", batch_size=None, **given):
            if given.get("seed") == seed:
                raise RuntimeError("this seed is not to my taste")
            return super().batches()

    return Task()


@pytest.mark.parametrize(
    ("task", "settings", "reason"),
    [
        ("sunspots", {"cell": "lstm"}, "the cell rnn or gru only"),
        (
            "sunspots",
            {"cell": "gru", "hidden_size": 128},
            "8 networks of more than 25,000 weights would make the lab slow",
        ),
        ("reber", {}, "the batches of the runs differ in shape"),
        (raising(3), {}, "this seed is not to my taste"),
    ],
)
def test_a_sentence_says_why_there_is_one_run_only(task, settings, reason):
    lab = made(task, epochs=1, **settings)
    assert len(lab.run().epochs) == 1
    for words in (html.unescape(lab._status.value), lab.describe()):
        assert "One run only, not 8: " in words
        assert f"{reason}." in words
    assert lab._message.value == ""
    assert len(lab.pictures[1].panel.median.get_xdata()) == 0
    lab.close()


@pytest.mark.parametrize("value", [0, 2, 17, -1, 8.0, True, "8", None, [8]])
def test_a_wrong_number_of_seeds_is_refused(value):
    lab = made(epochs=1)
    with pytest.raises(ValueError, match=r"seeds is .*; expected 1, 8 or 16"):
        lab.seeds = value
    assert lab.seeds == lab.controls["seeds"].value == 8
    lab.close()
    with pytest.raises(ValueError, match="expected 1, 8 or 16"):
        rnnlab.TrainingLab(seeds=value)


def test_step_pause_stop_clear_and_defaults_with_sixteen():
    async def main():
        lab = made("sine", epochs=200, seeds=16)
        lab.buttons["Step"].click()
        await asyncio.sleep(0.05)
        stack = lab._training.seeds._stack
        assert (len(lab.history), stack.index) == (1, 1)
        assert [len(history) for history in stack.histories] == [1] * 15
        lab.buttons["Pause"].click()  # it stands paused after a step: this resumes
        while len(lab.history.epochs) < 2:
            await asyncio.sleep(0.001)
        lab.buttons["Pause"].click()
        await asyncio.sleep(0.1)
        assert lab._runner.paused
        steps, whole = len(lab.history), len(lab.history.epochs)
        assert stack.index == steps
        assert f"over 16 seeds after epoch {whole}: median" in lab._status.value
        await asyncio.sleep(0.1)
        assert stack.index == steps
        lab.buttons["Stop"].click()
        await asyncio.sleep(0.05)
        assert "was stopped" in lab._status.value
        assert f"over 16 seeds after epoch {whole}: median" in lab._status.value
        assert lab._training.seeds._stack is None
        lab.buttons["Clear"].click()
        await asyncio.sleep(0.05)
        assert lab.pictures[0].panel.spread.band is None
        assert len(lab.pictures[1].panel.median.get_xdata()) == 0
        assert "seeds" not in lab._status.value + lab._viewer.pictures.legend.value
        lab.buttons["Defaults"].click()
        await asyncio.sleep(0.05)
        assert lab.seeds == lab.controls["seeds"].value == 1
        await until_done(lab)
        lab.close()

    asyncio.run(main())


def test_a_change_in_the_middle_of_a_run_is_that_of_all():
    lab = made("sine", epochs=4, apply_while_training=True, optimizer="sgd")
    for _ in range(5):
        lab.buttons["Step"].click()
    stack = lab._training.seeds._stack
    lab.learning_rate = 0.01
    lab.clip_norm = 0.5
    assert stack.updates.learning_rates.tolist() == [[0.01]] * 7
    assert stack.bounds.tolist() == [0.5] * 7
    lab.clip = False
    assert np.isinf(stack.bounds).all()
    lab.buttons["Pause"].click()
    lab._runner.drain()
    assert "over 8 seeds after epoch 4" in lab._status.value
    model, batches = prepare(lab._task, cell="rnn", hidden_size=8, hidden_state="reset", seed=5)
    run = rnnlab.train(model, batches, loss_fn="mse", optimizer="sgd", learning_rate=0.003,
                       clip_norm=1.0, epochs=4, device="cpu")  # fmt: skip
    for index, _ in enumerate(run):
        if index == 4:
            run.learning_rate, run.clip_norm = 0.01, None
    apart = np.array(run.history.loss) - np.array(stack.histories[4].loss)
    assert np.abs(apart).max() < 1e-5
    lab.close()


def test_an_earlier_run_comes_back_with_its_band_and_seeds_alone_make_no_other_run():
    async def main():
        lab = made("sine", seeds=1)
        lab.buttons["Train"].click()
        await settled(lab)
        lab.controls["seeds"].value = 8
        await asyncio.sleep(0.02)
        await settled(lab)
        strip = lab._viewer.strip
        assert [button.description[:1] for button in strip._buttons][:2] == ["2", ""]
        assert lab._viewer.before is None  # the run before was the same
        band = lab.pictures[0].panel.spread.band
        lab.seeds = 1
        await asyncio.sleep(0.02)
        await settled(lab)
        assert ", 8 seeds\n" in strip._buttons[0].description
        assert lab.pictures[0].panel.spread.band is None
        strip._buttons[0].click()
        await asyncio.sleep(0.1)
        assert lab.seeds == lab.controls["seeds"].value == 8
        assert lab.pictures[0].panel.spread.band is band
        lab.close()

    asyncio.run(main())


def test_kept_bands_take_no_more_than_their_bytes(monkeypatch):
    monkeypatch.setattr(seeds_of, "MOST_BYTES", 5000)
    lab = made("sine", epochs=30, hidden_size=2)
    lab.run()
    bands = lab._training.seeds._bands
    assert 2 * sum(low.nbytes for low, _ in bands.values()) <= 5000
    assert max(bands) == 30
    lab.epoch = next(epoch for epoch in range(30) if epoch not in bands)
    assert lab.pictures[0].panel.spread.band is None
    assert f"over 8 seeds after epoch {lab.epoch}: median" in lab._status.value
    lab.close()


def test_a_run_of_a_checkpoint_is_alone_and_says_so(tmp_path):
    path = tmp_path / "lab.pt"
    made("sine", epochs=2, checkpoint=path).run()
    again = rnnlab.TrainingLab("sine", checkpoint=path)
    assert again.seeds == 8
    assert "One run only, not 8: the other seeds are not in a checkpoint" in again.describe()
    again.run()
    assert "over 8 seeds after epoch 2" in again._status.value
    again.close()
    made("recall", seeds=1, epochs=1, checkpoint=tmp_path / "one.pt").run()
    assert "seeds" not in rnnlab.TrainingLab("recall", checkpoint=tmp_path / "one.pt").describe()
