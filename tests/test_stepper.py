"""LoopStepper without a browser: its settings, buttons, mistakes, and models of one's own."""

import asyncio
import gc
import html
import inspect
import re
import textwrap
from pathlib import Path

import pytest
import torch
import traitlets
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from torch import nn

import rnnlab
from rnnlab.base.say import short
from rnnlab.microscope.faults import FAULTS
from rnnlab.pictures import plots
from rnnlab.widgets.outputs import has_own_lines
from rnnlab.widgets.stepper.loop_stepper import FAULT_NAMES
from rnnlab.widgets.stepper.stepper_pictures import RING
from tests.sizes import short_or_long
from tests.test_own_cell import MGU


def facts(lab):
    """Return what the page says, by the name of each fact."""
    cells = re.findall(r'data-fact="([^"]+)"[^>]*>([^<]*)<', lab._facts.value)
    return {html.unescape(name): html.unescape(text) for name, text in cells}


def is_red(picture):
    """Return whether a picture shows the red of what has failed."""
    red = tuple(round(255 * part) for part in to_rgb(plots.RED))
    return red in {color for _, color in picture.image().getcolors(1 << 16)}


def changed(lab):
    return {*re.findall(r'data-fact="([^"]+)" class="new"', lab._facts.value)}


def test_each_phase_changes_on_the_page_what_it_changes_and_nothing_else():
    lab = rnnlab.LoopStepper(clip_norm=0.5)
    lab.next_batch()  # from now on there are gradients to clear
    names = [name for name, _ in lab.stepper.model.named_parameters()]
    expected = {
        "batch": {"inputs", "targets", "state"},
        "zero_grad": {"norm", *(f"{name} after" for name in names)},
        "forward": {"state", "predictions"},
        "loss": {"loss"},
        "backward": {"norm", *(f"{name} after" for name in names)},
        "clip": {"norm", "factor", *(f"{name} after" for name in names)},
        "step": {f"{name} moved" for name in names},
    }
    for phase, what in expected.items():
        lab.next_phase()
        assert changed(lab) == what, phase
        assert f"{phase} is done" in lab._status.value
        planned = next(p for p in lab.stepper.plan if p.name == phase)
        marked = re.findall(r'class="now">([^<]*)<', lab._source.value)
        source = inspect.getsource(planned.function)
        code = textwrap.dedent(source.split('"""')[2].lstrip("\n")).splitlines()
        assert [html.unescape(line) for line in marked] == code
        assert lab._source.value.count("\u25b6") == 1
        assert html.escape(lab.describe()) in lab._twin.value
    assert float(facts(lab)["norm"]) == pytest.approx(0.5, rel=1e-4)
    assert facts(lab)["inputs"] == "(32, 24, 1)"
    assert lab.snapshot().data.startswith(b"\x89PNG")
    lab.close()


def test_the_steps_are_told_largest_first():
    lab = rnnlab.LoopStepper()
    lab.next_batch()
    sizes = re.findall(r"(?:_l0|weight|bias) (\S+?)[,.](?: |$)", lab.describe())
    told = [float(size) for size in sizes]
    assert told == sorted(told, reverse=True)
    assert len(told) == 6
    lab.close()


def test_buttons_and_running():
    async def main():
        lab = rnnlab.LoopStepper(speed=8)
        lab.buttons["Next phase"].click()
        await asyncio.sleep(0.2)
        assert lab.stepper.phase == "batch"
        lab.buttons["Next batch"].click()
        await asyncio.sleep(0.2)
        assert (lab.stepper.phase, len(lab.stepper.history)) == ("step", 1)
        lab.buttons["Back"].click()
        await asyncio.sleep(0.2)
        assert lab.stepper.phase == "clip"
        lab.buttons["Run"].click()
        await asyncio.sleep(0.6)
        assert lab.buttons["Run"].description == "Pause"
        lab.buttons["Run"].click()
        await asyncio.sleep(0.2)
        assert lab.buttons["Run"].description == "Run"
        stands = lab.stepper.index, lab.stepper.phase
        assert stands[0] > 0
        await asyncio.sleep(0.3)
        assert (lab.stepper.index, lab.stepper.phase) == stands
        lab.buttons["Next epoch"].click()
        async with asyncio.timeout(20):
            while not lab.stepper.at_end_of_epoch:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert lab._runner.steps is None
        assert "The epoch is over" in lab.describe()
        lab.buttons["Restart"].click()
        await asyncio.sleep(0.2)
        assert lab.stepper.phase is None
        lab.close()

    asyncio.run(main())


def test_keys():
    lab = rnnlab.LoopStepper()
    keys = lab._access
    assert keys.taken == [" ", "Enter"]
    keys._on_key(keys, {"key": "Enter"}, [])
    assert lab.stepper.phase == "batch"
    keys._on_key(keys, {"key": " "}, [])
    assert lab._runner.busy
    keys._on_key(keys, {"key": " "}, [])
    assert not lab._runner.busy
    keys._on_key(keys, {"key": "x"}, [])
    assert lab.stepper.phase == "batch"
    lab.close()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [("task", "tides", "the known tasks are"), ("cell", 3, "the known cells are"),
     ("learning_rate", -1, "learning_rate is -1"), ("clip_norm", 0, "clip_norm is 0"),
     ("seed", -1, "seed is -1"), ("fault", "sleep", "the known faults are nothing, missing"),
     ("speed", 0, "speed is 0"), ("hidden_state", "keep", "the known policies are"),
     ("hidden_size", 2.5, "hidden_size is 2.5")],
)  # fmt: skip
def test_a_bad_value_from_code_raises_and_the_one_before_stays(name, value, told):
    lab = rnnlab.LoopStepper()
    before = getattr(lab, name)
    for kind in (ValueError, traitlets.TraitError):
        with pytest.raises(kind, match=re.escape(told)):
            setattr(lab, name, value)
    assert getattr(lab, name) == before == lab.controls[name].value
    assert lab._message.value == ""
    lab.next_batch()
    assert len(lab.stepper.history) == 1
    with pytest.raises(ValueError, match=re.escape(told)):
        rnnlab.LoopStepper(**{name: value})
    lab.close()


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [("learning_rate", "-1", "learning_rate is -1"), ("clip_norm", "0", "clip_norm is 0"),
     ("speed", "0", "speed is 0"), ("speed", "full", "speed is 'full'"),
     ("hidden_size", "2.5", "hidden_size is 2.5")],
)  # fmt: skip
def test_a_bad_value_that_is_typed_is_refused_in_the_lab(name, typed, told):
    lab = rnnlab.LoopStepper()
    lab.next_phase()
    before = getattr(lab, name)
    _, field, _ = lab.controls[name].children
    shown = field.value
    field.value = typed
    assert getattr(lab, name) == before == lab.controls[name].value
    assert field.value == shown
    assert told in html.unescape(lab._message.value)
    assert f"{name} stays {before!r}" in lab._message.value
    assert lab.stepper.phase == "batch"  # it has not begun again
    lab.next_batch()
    assert len(lab.stepper.history) == 1
    lab.close()


def test_what_cannot_work_together_is_refused_and_nothing_is_lost():
    lab = rnnlab.LoopStepper("adding")
    lab.next_phase()
    with pytest.raises(ValueError, match="each sequence of the adding problem stands alone"):
        lab.fault = "state-not-detached"
    assert lab._message.value == ""
    lab.controls["fault"].value = "state-not-detached"
    assert "each sequence of the adding problem stands alone" in lab._message.value
    assert lab.controls["fault"].value == "nothing"
    assert (lab.fault, lab.stepper.phase) == ("nothing", "batch")
    lab.fault = "clip-before-backward"
    with pytest.raises(ValueError, match="set clip"):
        lab.clip = False
    assert lab._message.value == ""
    lab.controls["clip"].value = False
    assert "set clip" in lab._message.value
    assert lab.clip is lab.controls["clip"].value is True
    with pytest.raises(TypeError, match="batches and loss_fn is missing: give either a task, or"):
        rnnlab.LoopStepper(model=nn.Linear(1, 1))
    with pytest.raises(TypeError, match=r"unknown settings \['rate'\]; known are task"):
        rnnlab.LoopStepper(rate=3)
    lab.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_begins_again_and_says_what_it_does(fault):
    lab = rnnlab.LoopStepper(clip_norm=0.5)
    lab.next_batch()
    lab.controls["fault"].value = fault
    assert lab.stepper.phase is None
    assert lab.hidden_state == ("carry" if fault == "state-not-detached" else "reset")
    lab.next_batch()
    lab.next_batch()
    words = {
        "missing-zero-grad": "zero_grad",
        "missing-step": "step is left out on purpose",
        "zero-grad-after-backward": "no weight has moved",
        "clip-before-backward": "Every weight took its step",
    }
    if fault == "state-not-detached":
        assert "Trying to backward through the graph a second time" in lab._message.value
        assert "backward has raised an error" in lab._status.value
        assert lab._errors.outputs == ()  # no line of the learner's own is in the traceback
        assert "lines below" not in lab._message.value
        assert lab.describe().startswith("backward has failed. No gradient has come back")
        assert "To mend it: state = state.detach()" in lab.describe()
        failed = re.findall(r'class="failed">([^<]*)<', lab._source.value)
        assert [html.unescape(line) for line in failed] == [
            "batch.loss.backward()",
            "batch.grad_norm = gradient_norm(batch.optimizer)",
        ]
        assert is_red(lab.pictures[RING])
        lab.back()
        assert lab._message.value == ""
        assert 'class="failed"' not in lab._source.value
        assert not is_red(lab.pictures[RING])
        assert lab.stepper.phase == "forward"
    elif fault != "missing-zero-grad":
        assert words[fault] in lab.describe()
    assert re.search('class="[^"]*(out|moved)"', lab._source.value)
    lab.fault = "nothing"
    assert not re.search('class="[^"]*(out|moved)"', lab._source.value)
    assert lab.hidden_state == "reset"  # as it was before
    lab.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_batch_after_a_setting_of_the_same_cell_is_not_lost(fault):
    async def main():
        lab = rnnlab.LoopStepper(clip_norm=0.5)
        lab.fault = fault
        lab.next_batch()
        weights = [weight.clone() for weight in lab.stepper.model.parameters()]
        await asyncio.sleep(0.1)
        alone = rnnlab.LoopStepper(clip_norm=0.5, fault=fault)
        alone.next_batch()
        assert lab.stepper.phase == alone.stepper.phase == lab.stepper.phases[-1]
        for now, then, twin in zip(
            lab.stepper.model.parameters(), weights, alone.stepper.model.parameters(), strict=True
        ):
            assert torch.equal(now, then)
            assert torch.equal(now, twin)
        alone.close()
        lab.close()

    asyncio.run(main())


def test_every_fault_has_a_name():
    assert {*FAULT_NAMES} == {"nothing", *FAULTS}


class Own(nn.Module):
    """A cell of one's own, that returns predictions alone, of the last time step."""

    def __init__(self):
        super().__init__()
        self.cell, self.readout = nn.GRUCell(2, 3), nn.Linear(3, 4)

    def forward(self, inputs):
        h = None
        for x in inputs.unbind(1):
            h = self.cell(x, h)
        return self.readout(h)


def test_a_model_batches_and_loss_of_ones_own():
    torch.manual_seed(0)
    model, inputs = Own(), torch.randn(3, 5, 6, 2)
    batches = [(x, torch.randint(4, (5,))) for x in inputs]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    lab = rnnlab.LoopStepper(
        model=model, batches=batches, loss_fn=nn.CrossEntropyLoss(), optimizer=optimizer
    )
    assert {*lab.controls} == {"hidden_state", "clip", "clip_norm", "seed", "fault", "speed"}
    first = {name: value.clone() for name, value in model.state_dict().items()}
    lab.next_epoch()
    lab.next_phase()
    assert facts(lab)["predictions"] == "none"
    lab.next_batch()
    losses = lab.stepper.history.loss
    lab.clip_norm = 0.5  # a changed setting begins again, from the first weights
    for name, value in model.state_dict().items():
        assert torch.equal(value, first[name])
    lab.next_epoch()
    assert lab.stepper.history.loss[0] == losses[0]
    assert lab.snapshot().data.startswith(b"\x89PNG")
    lab.close()


@pytest.mark.parametrize("task", ["sunspots", "names", "reber", "recall", "adding"])
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_every_task_is_shown(task, cell):
    lab = rnnlab.LoopStepper(task, cell=cell, hidden_size=4)
    lab.next_batch()
    assert lab._message.value == ""
    assert facts(lab)["loss"] == short(lab.stepper.history.loss[0])
    lab.close()


@short_or_long("changes", 8, 60)
def test_many_changes_leave_no_figure_and_no_task(changes):
    async def main():
        lab = rnnlab.LoopStepper(speed=8)
        gc.collect()
        figures = sum(issubclass(type(thing), Figure) for thing in gc.get_objects())
        rates = [v for _, v in lab.controls["learning_rate"].options]
        for k in range(changes):
            lab.controls["learning_rate"].value = rates[k % 20]
            lab.buttons["Run" if k % 3 else "Next phase"].click()
            await asyncio.sleep(0.01)
            assert len(asyncio.all_tasks()) <= 3  # this one, the lab's, and one that is ending
        lab.buttons["Restart"].click()
        await asyncio.sleep(0.3)
        last = rates[(changes - 1) % 20]
        assert lab.stepper.optimizer.param_groups[0]["lr"] == lab.learning_rate == last
        lab.next_epoch()
        assert len(asyncio.all_tasks()) == 1
        gc.collect()
        assert sum(issubclass(type(thing), Figure) for thing in gc.get_objects()) == figures
        lab.close()
        gc.collect()
        assert sum(issubclass(type(thing), Figure) for thing in gc.get_objects()) == figures - 7

    asyncio.run(main())


def test_labs_do_not_disturb_each_other():
    async def main():
        alone = rnnlab.LoopStepper(seed=1)
        alone.next_epoch()
        expected = alone.stepper.history
        labs = [rnnlab.LoopStepper(seed=seed) for seed in (1, 2, 1)]
        for lab in labs:
            lab.buttons["Next epoch"].click()
        async with asyncio.timeout(20):
            while any(lab._runner.steps is not None or not lab.stepper.phase for lab in labs):
                await asyncio.sleep(0.01)
        assert labs[0].stepper.history == expected == labs[2].stepper.history
        assert labs[1].stepper.history != expected

    asyncio.run(main())


def test_a_closed_lab_says_so():
    lab = rnnlab.LoopStepper()
    lab.close()
    for act in (lab.next_phase, lab.back, lab.restart, lambda: setattr(lab, "seed", 2)):
        with pytest.raises(RuntimeError, match=r"this lab is closed.*make a new one"):
            act()


def test_a_cell_of_ones_own_is_walked_through():
    lab = rnnlab.LoopStepper("sine", cell=MGU, hidden_size=2)
    lab.next_batch()
    assert len(lab.stepper.history) == 1
    assert lab.controls["cell"].label == "mgu"
    lab.close()


def test_lines_are_the_learners_unless_they_are_of_a_library(tmp_path):
    beside = Path(rnnlab.__file__).parent.with_name("rnnlab_of_mine.py")  # its name begins alike
    for name, own in ((str(tmp_path / "cell.py"), True), (str(beside), True),
                      (rnnlab.__file__, False), (nn.__file__, False)):  # fmt: skip
        with pytest.raises(ZeroDivisionError) as raised:
            exec(compile("1 / 0", name, "exec"), {})
        error = raised.value
        error.__traceback__ = error.__traceback__.tb_next  # this test's own line
        assert has_own_lines(error) is own, name
