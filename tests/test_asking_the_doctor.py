"""Asking the doctor in a lab: it names each mistake and setting, and leaves the lab's run alone."""

import asyncio
import html
import random
import re
import time
from itertools import islice

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import rnnlab
from rnnlab.course.lessons import sections_by_mistake
from rnnlab.doctor.watch import examine
from rnnlab.microscope.faults import FAULTS
from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.runs.random_states import seeded_state, set_random_state
from rnnlab.tasks.catalogue import TASKS
from rnnlab.widgets.controls import LEARNING_RATES
from rnnlab.widgets.doctoring import LOOP_FILES
from tests.test_lab import Steady
from tests.test_stepping import everything, stepper_of

ASK = "Ask the doctor"


def ask(lab):
    """Press the button, with no loop running, and return the codes that the page names."""
    lab.buttons[ASK].click()
    return re.findall(r"<b>\w+: ([\w-]+)</b>", lab._doctor.value)


def numbers():
    """The random numbers of the notebook, as one value."""
    return torch.get_rng_state().tolist(), random.getstate(), str(np.random.get_state())


def rows_of_the_loop(lab):
    """Return the loop's lines by the number that the page gives them."""
    rows = re.findall(
        r'class="name"> *(\d+) .*?</span><span class="[^"]*">(.*?)</span>', lab._source.value
    )
    return {int(number): html.unescape(text).strip() for number, text in rows}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_mistake_is_named_with_its_line_and_the_run_stays_where_it_is(fault):
    lab, alone = (rnnlab.LoopStepper(fault=fault, clip_norm=0.5) for _ in range(2))
    for stepper in (lab.stepper, alone.stepper):
        for _ in range(9):
            stepper.next_phase()
    before, outside = everything(lab.stepper), numbers()
    assert lab._doctor.value == ""  # the learner looks first
    assert ask(lab)[0] == fault
    assert everything(lab.stepper) == before
    assert numbers() == outside
    page, text = html.unescape(lab._doctor.value), lab.describe()
    (number,) = re.findall(rf"{fault}</b><br>the loop, line (\d+)<br>", page)
    line = rows_of_the_loop(lab)[int(number)]
    finding = lab.ask_the_doctor().findings[0]
    assert finding.where == ("the loop", int(number), line, finding.where.source)
    sections = [str(section) for section in sections_by_mistake()[fault]]
    for part in (finding.what, finding.why, finding.fix, line, *sections):
        assert part in page
        assert part in text
    assert re.match('lesson 09[a-h]?, "', sections[-1])
    assert fault not in lab._twin.value  # there it would stand twice
    if fault != "state-not-detached":  # which has raised by then
        for stepper in (lab.stepper, alone.stepper):
            for _ in range(12):
                stepper.next_batch()
    assert everything(lab.stepper) == everything(alone.stepper)
    lab.close()
    alone.close()


@pytest.mark.parametrize("clip", [True, False])
def test_the_loop_as_it_should_be_gets_no_finding(clip):
    lab = rnnlab.LoopStepper(clip=clip)
    assert ask(lab) == []
    for said in (lab._doctor.value, lab.describe()):
        assert "Nothing wrong found" in said
        assert "20 forward passes, 20 losses, 20 backward passes" in said
    lab.close()


def test_what_is_said_stays_until_the_mistake_or_a_setting_changes():
    lab = rnnlab.LoopStepper(fault="missing-step")
    for name, value in (("fault", "nothing"), ("seed", 3), ("cell", "gru"), ("clip", False)):
        ask(lab)
        said = lab._doctor.value
        assert said
        lab.next_batch()
        lab.back()
        lab.restart()
        lab.speed = 2 if lab.speed == 1 else 1
        with pytest.raises(ValueError, match="seed is -1"):
            lab.seed = -1
        lab.controls["learning_rate"].children[1].value = "fast"  # refused, too
        assert "learning_rate is 'fast'" in html.unescape(lab._message.value)
        assert lab._doctor.value == said
        assert "doctor" in lab.describe()
        setattr(lab, name, value)
        assert lab._doctor.value == ""
        assert "doctor" not in lab.describe()
    lab.close()


def test_in_a_training_lab_it_stays_while_only_the_view_changes_and_until_another_run_is_shown():
    lab = rnnlab.TrainingLab("sine", epochs=2, hidden_size=2)
    for rate in (0.003, 0.01):
        lab.learning_rate = rate
        lab.run()
    ask(lab)
    said = lab._doctor.value
    assert said
    lab.epoch = 1
    lab.free_running = lab.apply_while_training = True
    lab.speed = 3
    strip = lab._viewer.strip
    strip._buttons[-1 + len(strip._runs)].click()  # the one that is shown
    assert lab._doctor.value == said
    assert "doctor" in lab.describe()
    strip._buttons[0].click()  # with another learning rate
    assert lab._doctor.value == ""
    assert "doctor" not in lab.describe()
    lab.close()


def test_it_can_be_reached_and_read_by_keyboard_and_screen_reader():
    for lab in (rnnlab.LoopStepper(fault="missing-step"), rnnlab.TrainingLab()):
        assert lab._doctor in lab.children
        said = []
        lab._access.say = said.append
        ask(lab)
        region = '<section class="rnnlab-doctor" aria-label="What the doctor says" tabindex="0">'
        assert f"{region}<h3>What the doctor says</h3>" in lab._doctor.value
        assert said == [lab._said]
        assert "What the doctor says" in said[0]
        lab.close()


# ---- a fresh run ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["batches", "loader", "noisy", "streams"])
def test_the_loop_in_one_piece_is_that_of_the_stepper_bit_for_bit(kind):
    stepper = stepper_of(kind, hidden_state="carry" if kind == "streams" else "reset")
    stepper.next_batch()
    fresh = stepper.at_start()
    set_random_state(seeded_state(3))  # the seed of `stepper_of`
    for _ in islice(fresh.whole_batches(), 7):
        pass
    for _ in range(6):
        stepper.next_batch()
    for ours, theirs in zip(fresh.model.parameters(), stepper.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)
        assert torch.equal(ours.grad, theirs.grad)
        assert ours is not theirs
    assert len(fresh.history) == 0


def own(batches, model=None):
    torch.manual_seed(0)
    model = model or nn.Sequential(nn.Linear(1, 4), nn.Dropout(0.3), nn.Linear(4, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return rnnlab.LoopStepper(
        model=model, batches=batches, loss_fn="mse", optimizer=optimizer, fault="missing-zero-grad"
    )


def loader():
    torch.manual_seed(1)
    data = TensorDataset(torch.randn(20, 5, 1), torch.randn(20, 5, 1))
    return DataLoader(data, 8, shuffle=True, generator=torch.Generator().manual_seed(2))


def test_a_model_and_batches_of_ones_own_stay_as_they_are():
    lab, alone = own(loader()), own(loader())
    for stepper in (lab.stepper, alone.stepper):
        for _ in range(11):
            stepper.next_phase()
    before = everything(lab.stepper)
    assert ask(lab) == ["missing-zero-grad"]
    assert everything(lab.stepper) == before
    for stepper in (lab.stepper, alone.stepper):
        for _ in range(9):
            stepper.next_batch()
    assert everything(lab.stepper) == everything(alone.stepper)
    lab.close()
    alone.close()


def test_what_cannot_be_run_afresh_is_said():
    pairs = [(torch.randn(4, 5, 1), torch.randn(4, 5, 1)) for _ in range(3)]
    lab = own(pair for pair in pairs)
    assert lab.ask_the_doctor() is None
    assert "batches is a generator, which can be read only once: give a list" in lab.describe()
    lab.next_batch()  # and none was taken
    assert torch.equal(lab.stepper.batch.inputs, pairs[0][0])
    lab.close()
    model = nn.Linear(1, 1)
    model.kept = model(torch.ones(1, 1))
    lab = own(pairs, model)
    assert lab.ask_the_doctor() is None
    assert "The doctor cannot look: this run cannot be copied: Only Tensors" in lab.describe()
    lab.close()


# ---- the training lab -------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell", ["rnn", *(pytest.param(cell, marks=pytest.mark.slow) for cell in ("gru", "lstm"))]
)
def test_default_settings_get_no_finding(cell, report):
    start = time.perf_counter()
    for task in TASKS:
        lab = rnnlab.TrainingLab(task, cell=cell)
        assert ask(lab) == [], task
        assert "60 updates" in lab._doctor.value
        lab.close()
    seconds = (time.perf_counter() - start) / len(TASKS)
    report(f"a TrainingLab is made and the doctor asked: {seconds:.2f} s, mean of {len(TASKS)}")


def shuffled(hidden_state="reset", batch_size=None, seed=0):
    """Batches that no state should be carried over."""
    noise = torch.randn(64, 6, 1, generator=torch.Generator().manual_seed(1))
    return rnnlab.Batches(noise, noise.square(), 8, shuffle=True)


@pytest.mark.parametrize(
    ("code", "setting", "settings"),
    [
        *(pytest.param("learning-rate-too-high", "learning_rate = 1.0",
                       {"task": task, "cell": cell, "learning_rate": LEARNING_RATES[-1]},
                       marks=[pytest.mark.slow] * (cell != "rnn"))
          for task, cell in (("sunspots", "rnn"), ("sunspots", "gru"), ("sunspots", "lstm"),
                             ("co2", "rnn"), ("sine", "lstm"), ("names", "gru"))),
        ("learning-rate-too-low", "learning_rate = 1e-08", {"learning_rate": 1e-8}),
        pytest.param(
            "exploding-gradient", "clip = False",
            {"task": "co2", "cell": "lstm", "hidden_size": 128, "learning_rate": 1.0,
             "clip": False}, marks=pytest.mark.slow),
        ("nonfinite-gradient", "learning_rate = 1e+30", {"learning_rate": 1e30, "clip": False}),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_named(code, setting, settings):
    # at such a rate it is rounding, another on each kind of CPU, that says which gradients explode
    for seed in range(6 if code == "exploding-gradient" else 1):
        lab = rnnlab.TrainingLab(**settings, seed=seed)
        outside, model = numbers(), lab.model
        weights = [p.clone() for p in model.parameters()]
        if code in (found := ask(lab)):
            break
        lab.close()
    assert code in found
    assert f"<code>{setting}</code>" in lab._doctor.value
    assert f"where: the setting {lab.controls[setting.split()[0]].description}: {setting}\n" in (
        lab.describe()
    )
    assert numbers() == outside
    assert lab.model is model
    assert all(torch.equal(p, w) for p, w in zip(model.parameters(), weights, strict=True))
    assert len(lab.history) == lab.runs == 0
    lab.learning_rate = 0.01
    assert lab._doctor.value == ""
    lab.close()


@pytest.mark.filterwarnings("ignore:hidden_state is")  # the loop says it too
def test_a_state_carried_over_shuffled_batches_is_named_by_its_setting():
    task = Steady()
    task.batches = shuffled
    lab = rnnlab.TrainingLab(task, hidden_state="carry", hidden_size=4)
    assert ask(lab) == ["carried-and-shuffled"]
    assert "<code>hidden_state = &#x27;carry&#x27;</code>" in lab._doctor.value
    lab.hidden_state = "reset"
    assert ask(lab) == []
    lab.close()


def test_after_a_divergence_the_message_stays_and_the_finding_is_added():
    lab = rnnlab.TrainingLab(learning_rate=1e30, clip=False, hidden_size=4)
    with pytest.raises(rnnlab.TrainingDiverged):
        lab.run()
    message, status = lab._message.value, lab._status.value
    assert "Try a lower learning rate" in message
    assert ask(lab) == ["nonfinite-gradient"]
    assert (lab._message.value, lab._status.value) == (message, status)
    lab.close()


def test_an_error_that_the_doctor_does_not_know_is_no_clean_bill():
    task = Steady()
    task.batches = lambda *_, **__: [(torch.ones(2, 5, 3), torch.ones(2, 5, 1))]
    lab = rnnlab.TrainingLab(task, hidden_size=4)
    assert ask(lab) == []
    for said in (html.unescape(lab._doctor.value), lab.describe()):
        assert "an error whose cause is not known: ValueError: inputs have shape" in said
        assert "Nothing wrong" not in said
    lab.close()


def test_an_unknown_error_hides_no_other_finding():
    class Late(Steady):
        def batches(self, *given, **options):
            good = (torch.ones(2, 5, 1), torch.ones(2, 5, 1))
            return [*[good] * 30, (torch.ones(2, 5, 3), torch.ones(2, 5, 1))]

    lab = rnnlab.TrainingLab(Late(), hidden_size=4, learning_rate=1e-9)
    found = ask(lab)
    assert "error" in found
    assert len(found) > 1
    assert "learning-rate-too-low" in lab.describe()
    lab.close()


@pytest.mark.slow
def test_a_run_that_goes_on_is_not_disturbed():
    async def main():
        expected = rnnlab.TrainingLab(epochs=100, cell="gru").run()
        lab = rnnlab.TrainingLab(epochs=100, cell="gru")
        lab.buttons["Train"].click()
        asked = []
        for _ in range(3):
            await asyncio.sleep(0.03)
            assert lab._runner.busy
            lab.buttons[ASK].click()
            async with asyncio.timeout(10):
                while not lab._doctor.value:
                    await asyncio.sleep(0.001)
            asked.append(len(lab.history))
            lab._doctor.value = ""
            assert lab._runner.busy  # and it goes on
        assert 0 < asked[0] < asked[1] < asked[2] < len(expected)
        async with asyncio.timeout(30):
            while lab._runner.steps is not None:
                await asyncio.sleep(0.01)
        assert lab.history == expected
        lab.buttons["Step"].click()  # one that stands paused stays so
        lab.buttons[ASK].click()
        await asyncio.sleep(0.6)
        assert "Nothing wrong found" in lab._doctor.value
        assert (len(lab.history), lab._runner.paused) == (1, True)
        lab.close()
        await asyncio.sleep(0.05)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_a_closed_lab_says_so():
    for lab in (rnnlab.LoopStepper(), rnnlab.TrainingLab()):
        lab.close()
        with pytest.raises(RuntimeError, match=r"this lab is closed.*make a new one"):
            lab.ask_the_doctor()


@pytest.mark.parametrize("kind", ["LoopStepper", "TrainingLab"])
def test_a_watch_that_is_on_is_told_in_a_sentence(kind):
    lab = getattr(rnnlab, kind)()
    outside = numbers()
    with rnnlab.watch():
        assert lab.ask_the_doctor() is None
    assert "A watch (rnnlab.watch) is on in this notebook. Ask again" in lab.describe()
    assert "A watch (rnnlab.watch) is on in this notebook" in lab._doctor.value
    assert numbers() == outside
    assert lab._message.value == ""
    assert lab.ask_the_doctor().findings == []
    lab.close()


# ---- examine ----------------------------------------------------------------------------


def test_examine_is_bounded_and_tells_what_was_raised():
    pulled = []

    def steps(computing=0.0):
        for k in range(100):
            pulled.append(k)
            end = time.thread_time() + computing
            while time.thread_time() < end:
                pass
            yield

    report, raised = examine(steps(), 7, 60.0)
    assert (len(pulled), raised, report.findings) == (7, "", [])
    pulled.clear()
    examine(steps(0.02), 100, 0.05)
    assert len(pulled) <= 3
    _, raised = examine((1 // k for k in (1, 0)), 5, 60.0)
    assert raised == "ZeroDivisionError: integer division or modulo by zero"
    pulled.clear()
    with rnnlab.watch(), pytest.raises(RuntimeError, match="a watch is on already"):
        examine(steps(), 7, 60.0)
    assert pulled == []


@pytest.mark.filterwarnings("ignore:hidden_state is")  # the loop says it too
def test_a_source_of_its_own_for_each_loop():
    """Places are remembered by file and line: another fault must not show this one's text."""
    lines = {}
    for fault in (None, *FAULTS):
        lab = PhaseStepper(
            rnnlab.SequenceModel(1, 3, 1), rnnlab.load_task("sine").batches(), loss_fn="mse",
            clip_norm=1.0, fault=fault, hidden_state="carry", device="cpu",
        )  # fmt: skip
        report, _ = examine(lab.at_start().whole_batches(), 4, 60.0, LOOP_FILES)
        for event in report.trace:
            lines.setdefault(event.kind, set()).add(event.place.text)
    assert lines["backward"] == {"batch.loss.backward()"}
    assert lines["step"] == {"batch.optimizer.step()"}
    assert lines["zero_grad"] == {"batch.optimizer.zero_grad()"}
    assert lines["clip"] == {"clip_gradient(batch.optimizer, batch.clip_norm, batch.grad_norm)"}
