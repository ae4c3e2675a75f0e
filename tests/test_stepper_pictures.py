"""The stepper's pictures: each phase has its own, and its numbers are autograd's."""

import asyncio

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss

import rnnlab
from rnnlab.base.say import short
from rnnlab.microscope.faults import FAULTS
from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.microscope.through_time import gradient_by_step, predict_again
from rnnlab.probes.gradients import gradient_norms, gradient_through_time
from rnnlab.tasks.catalogue import TASKS
from rnnlab.widgets.stepper.stepper_pictures import (
    CHAIN,
    FIRST,
    GRADIENT,
    LOSS,
    MOVED,
    NORM,
    RING,
    StepperPictures,
)
from tests.sizes import text_box

B, T, H = 5, 6, 4
QUICK = (("sine", "lstm"),)


class ByHand(nn.Module):
    """A recurrence that keeps its hidden states, so that autograd can be asked about each."""

    def __init__(self, dropout=0.0):
        super().__init__()
        self.rnn = nn.RNN(2, H, batch_first=True)
        self.drop, self.head = nn.Dropout(dropout), nn.Linear(H, 1)

    def forward(self, inputs, state=None):
        outputs, state = self.rnn(inputs, state)
        return self.head(self.drop(outputs)), state

    def by_hand(self, inputs, state=None):
        rnn = self.rnn
        h = inputs.new_zeros(len(inputs), H) if state is None else state[0]
        hidden = []
        for x in inputs.unbind(1):
            h = torch.tanh(
                x @ rnn.weight_ih_l0.T + rnn.bias_ih_l0 + h @ rnn.weight_hh_l0.T + rnn.bias_hh_l0
            )
            h.retain_grad()
            hidden.append(h)
        outputs = torch.stack(hidden).transpose(0, 1)  # in memory as torch has them: dropout sees
        return self.head(self.drop(outputs)), hidden


def make(hidden_state="reset", dropout=0.0, **options):
    torch.manual_seed(3)
    model = ByHand(dropout)
    batches = [(torch.randn(B, T, 2), torch.randn(B, T, 1)) for _ in range(3)]
    options = {"loss_fn": "mse", "optimizer": "sgd", "learning_rate": 0.5, **options}
    return PhaseStepper(model, batches, hidden_state=hidden_state, seed=1, **options)


def walk_to(stepper, phase):
    while stepper.next_phase() != phase:
        pass


@pytest.mark.parametrize("hidden_state", ["reset", "carry"])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("look_after", ["backward", "step"])
def test_the_gradient_at_each_time_step_is_autograds(hidden_state, dropout, look_after):
    stepper = make(hidden_state, dropout)
    stepper.next_batch()
    walk_to(stepper, "loss")
    entered, inputs, targets = stepper.entered, stepper.batch.inputs, stepper.batch.targets
    twin = ByHand(dropout)
    twin.load_state_dict(stepper.model.state_dict())
    walk_to(stepper, look_after)  # also after the weights have moved
    torch.set_rng_state(entered.random[0])
    predictions, hidden = twin.by_hand(inputs, entered.state)
    loss = mse_loss(predictions, targets)
    assert loss.item() == pytest.approx(stepper.batch.loss.item(), rel=1e-5)
    loss.backward()
    expected = torch.stack([h.grad.norm() for h in hidden])
    before = torch.get_rng_state()
    found = gradient_by_step(stepper)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-7)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_norms_alone_are_those_of_the_whole_probe(cell):
    model = rnnlab.SequenceModel(2, H, 1, cell).double()
    inputs, targets = torch.randn(B, T, 2).double(), torch.randn(B, T, 1).double()
    whole = gradient_through_time(model, inputs, targets, "mse").norms
    torch.testing.assert_close(gradient_norms(model, inputs, targets, "mse"), whole)


def test_the_prediction_after_the_step_is_that_of_the_new_weights():
    stepper = make(dropout=0.4)
    walk_to(stepper, "loss")
    entered, before = stepper.entered, stepper.batch.predictions
    assert torch.equal(predict_again(stepper), before)  # the same dropout, the same weights
    walk_to(stepper, "step")
    state = stepper.model.state_dict()
    torch.set_rng_state(entered.random[0])
    expected, _ = stepper.model(stepper.batch.inputs)
    assert torch.equal(predict_again(stepper), expected)
    assert not torch.equal(expected, before)
    assert all(torch.equal(state[name], now) for name, now in stepper.model.state_dict().items())


def shown(lab):
    """Return what each picture shows, in short."""
    pictures = [picture.panel for picture in lab.pictures]
    return {
        "states": pictures[CHAIN].states.get_visible(),
        "band": pictures[CHAIN].band.get_visible(),
        "prediction": len(pictures[FIRST].predicted.get_xdata()) > 0,
        "after": len(pictures[FIRST].later.get_xdata()) > 0,
        "loss": len(pictures[LOSS].bars.get_paths()) > 0,
        "gradient": len(pictures[GRADIENT].bars.get_paths()) > 0,
        "norms": [
            text.get_text()
            for row in zip(pictures[NORM].names, pictures[NORM].numbers, strict=True)
            for text in row
            if text.get_text()
        ],
        "moved": len(pictures[MOVED].bars.get_paths()) > 0,
    }


def test_what_has_not_come_yet_is_not_drawn():
    lab = rnnlab.LoopStepper(clip_norm=0.5)
    comes = {
        "batch": set(), "zero_grad": set(), "forward": {"states", "prediction"}, "loss": {"loss"},
        "backward": {"band", "gradient"}, "clip": set(), "step": {"after", "moved"},
    }  # fmt: skip
    there = set()
    for _ in range(2):
        for phase, more in comes.items():
            lab.next_phase()
            there = more | (set() if phase == "batch" else there)
            found = shown(lab)
            assert {name for name, is_there in found.items() if is_there is True} == there, phase
    norms = shown(lab)["norms"]
    assert norms[0] == "before clipping"
    assert norms[2] == "after clipping"
    assert float(norms[3]) == 0.5
    panel = lab.pictures[NORM].panel
    ends = [path.vertices[:, 0].max() for path in panel.bars.get_paths()]
    assert panel.bound.get_xdata()[0] == pytest.approx(ends[1], rel=1e-4)
    lab.close()


def heights(panel):
    return [path.vertices[:, 1].max() for path in panel.bars.get_paths()]


def test_the_numbers_of_the_pictures_are_those_of_the_run():
    lab = rnnlab.LoopStepper(clip_norm=0.5)
    lab.next_batch()
    stepper, panels = lab.stepper, [picture.panel for picture in lab.pictures]
    gradient = gradient_by_step(stepper)
    np.testing.assert_allclose(heights(panels[GRADIENT]), gradient, rtol=1e-6)
    assert sum(heights(panels[LOSS])) == pytest.approx(stepper.batch.loss.item(), rel=1e-5)
    column = np.ma.filled(panels[CHAIN].states.get_array(), np.nan)
    states = stepper.outputs[0].numpy()
    middle = (np.arange(len(states)) + 0.5) * column.shape[1] / len(states)
    np.testing.assert_array_equal(column[:, middle.astype(int)], states.T)
    bars = np.array([path.vertices[:, 0].max() for path in panels[MOVED].bars.get_paths()])
    moved = sorted(stepper.after.moved.values(), reverse=True)
    np.testing.assert_allclose(bars, np.array(moved) / moved[0])
    numbers = [text.get_text() for text in panels[MOVED].numbers]
    assert numbers == [*map(short, moved), ""]
    before, after = (panels[FIRST].predicted, panels[FIRST].later)
    np.testing.assert_array_equal(before.get_ydata(), stepper.batch.predictions[0, :, 0].detach())
    np.testing.assert_array_equal(after.get_ydata(), predict_again(stepper)[0, :, 0])
    lab.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_picture_and_sentence(fault):
    lab = rnnlab.LoopStepper(clip_norm=0.1, fault=fault)
    lab.next_batch()
    lab.next_batch()
    found, words = shown(lab), lab.describe()
    if fault == "missing-step":
        assert "no weight moves" in words
        first = lab.pictures[FIRST].panel
        np.testing.assert_array_equal(first.predicted.get_ydata(), first.later.get_ydata())
    elif fault == "zero-grad-after-backward":
        assert "no weight has moved" in words
        assert found["norms"][::2] == ["from backward", "for the step"]  # clipping did nothing
        assert found["norms"][-1] == "0"
    elif fault == "clip-before-backward":
        assert float(found["norms"][1]) > 0.1  # what backward brought was not clipped
        assert found["norms"][::2] == ["from backward", "for the step"]
        lab.back()
        assert "Clipping has run already: the bound 0.1 does nothing to it" in lab._words()
    elif fault == "missing-zero-grad":
        lab.back()
        lab.back()
        assert "It was added to what stood there" in lab.describe()
    else:
        assert not found["gradient"]
        assert "No gradient has come back" in words
    lab.close()


def test_the_chain_lights_up_from_left_to_right_and_the_gradient_comes_from_the_right():
    class Frames:
        """A runner whose later calls are made one by one."""

        def __init__(self):
            self.calls = []

        def later(self, seconds, function):
            self.calls.append(function)

    stepper, runner = make(), Frames()
    pictures = StepperPictures(runner, rnnlab.LoopStepper().children[0])
    panel = pictures.all[CHAIN].panel
    walk_to(stepper, "forward")
    pictures.draw(stepper, light=0.5)
    arrows = [len(panel.arrows.get_xdata())]
    while runner.calls:
        runner.calls.pop()()
        arrows.append(len(panel.arrows.get_xdata()))
    assert arrows == sorted(arrows)
    assert arrows[0] < arrows[-1] == T - 1
    walk_to(stepper, "backward")
    pictures.draw(stepper, light=0.5)
    ends = []
    while runner.calls:
        runner.calls.pop()()
        ends += [path.vertices[:, 0].min() for path in panel.band.get_paths()]
    assert ends == sorted(ends, reverse=True)
    assert ends[0] > ends[-1] == panel._x[0] - 0.3


def test_with_less_motion_all_is_there_at_once():
    async def main():
        lab = rnnlab.LoopStepper()
        lab._access.less_motion = True
        for _ in range(3):
            lab.next_phase()
        assert len(lab.pictures[CHAIN].panel.arrows.get_xdata()) == 23
        lab.close()

    asyncio.run(main())


class Own(nn.Module):
    """A model with nothing that the probes can look into."""

    def __init__(self):
        super().__init__()
        self.cell, self.head = nn.RNNCell(2, H), nn.Linear(H, 1)

    def forward(self, inputs):
        h, outputs = None, []
        for x in inputs.unbind(1):
            h = self.cell(x, h)
            outputs.append(self.head(h))
        return torch.stack(outputs, 1)


def test_a_model_that_the_probes_cannot_look_into_says_so():
    batches = [(torch.randn(B, T, 2), torch.randn(B, T, 1))]
    lab = rnnlab.LoopStepper(model=Own(), batches=batches, loss_fn="mse")
    lab.next_batch()
    assert lab._message.value == ""
    panels = [picture.panel for picture in lab.pictures]
    assert panels[CHAIN].waiting.get_text() == "there is no nn.RNN, nn.GRU or nn.LSTM to look into"
    assert panels[GRADIENT].waiting.get_text() == "cannot be measured for this model"
    assert shown(lab)["after"]
    lab.close()


def texts_of(picture):
    """Return the boxes of the texts that a picture shows, by what they say and where."""
    axes = picture.panel.axes
    shown = [*axes.texts, axes._left_title, axes.xaxis.label]
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        ticks = axis.get_major_ticks() if axis.get_visible() and axes.axison else []
        shown += [tick.label1 for tick in ticks if low <= tick.get_loc() <= high]
    if not axes.xaxis.get_visible():
        shown.remove(axes.xaxis.label)
    texts = [text for text in shown if text.get_visible() and text.get_text()]
    return {(text.get_text(), text.get_position()): text_box(text) for text in texts}


@pytest.mark.parametrize(
    ("task", "cell"),
    [
        pytest.param(task, cell, marks=[pytest.mark.slow] * ((task, cell) not in QUICK))
        for task in TASKS
        for cell in ("rnn", "lstm")
    ],
)
def test_no_text_is_cut_off_and_none_touches_another(task, cell):
    lab = rnnlab.LoopStepper(task, cell=cell, hidden_size=4)
    for clip_norm in (0.01, 10.0):
        lab.clip_norm = clip_norm
        lab.next_batch()
        for width in (420, 700, 940, 1300):
            lab._pictures.fit(width)
            lab._show()
            for number, picture in enumerate(lab.pictures):
                picture._canvas.draw()
                boxes = texts_of(picture)
                page = picture.figure.bbox.padded(1)
                for words, box in boxes.items():
                    assert page.count_contains([box.min, box.max]) == 2, (words, width)
                lit = "step" if number == RING else None  # its box stands over the other's
                some = [(w, box) for w, box in boxes.items() if w[0] != lit]
                for k, (words, box) in enumerate(some):
                    touched = [w for w, other in some[:k] if box.overlaps(other)]
                    assert not touched, (words, touched, width, clip_norm)
    lab.close()


def test_targets_of_another_shape_are_refused_in_the_loss_not_in_forward():
    batches = [(torch.randn(B, T, 2), torch.randn(B, T))]
    lab = rnnlab.LoopStepper(model=ByHand(), batches=batches, loss_fn="mse")
    lab.next_batch()
    assert lab.stepper.phase == "forward"
    assert lab.describe().startswith("loss has failed. There is no loss")
    assert "the shapes must be equal" in lab._message.value
    assert shown(lab)["prediction"]
    lab.close()
