"""GradientLab without a browser: its numbers, its words, its pictures, its settings."""

import asyncio
import contextlib
import gc
import html
import math

import numpy as np
import pytest
import torch
import traitlets
from matplotlib.figure import Figure
from torch.nn.functional import mse_loss
from torch.nn.utils import clip_grad_norm_

import rnnlab
from rnnlab import GradientLab
from rnnlab.pictures.gradient_panels import clip_factor, clipping, make_through_time, verdict
from rnnlab.probes.gradients import gradient_through_time
from rnnlab.widgets import gradient_lab
from rnnlab.widgets.picture import LivePicture
from tests.test_own_cell import MGU

CELLS = ("rnn", "gru", "lstm")


async def until_done(lab, seconds=30):
    async with asyncio.timeout(seconds):
        while lab._runner.steps is not None or lab._changed:
            await asyncio.sleep(0.01)


def panels_of(lab, cell):
    """Return the panels of a cell: the unrolled network, and what is below it."""
    first = 2 * CELLS.index(cell)
    return [picture.panel for picture in lab.pictures[first : first + 2]]


def make_twin(cell, length, scale, forget_bias, hidden_size, seed):
    torch.manual_seed(seed)
    model = rnnlab.SequenceModel(2, hidden_size, 1, cell)
    with torch.no_grad():
        model.recurrence.weight_hh_l0 *= scale
        if cell == "lstm":
            model.recurrence.bias_ih_l0[hidden_size : 2 * hidden_size] += forget_bias
    return model, rnnlab.AddingTask(length=length, examples=8, seed=seed)


# ---- the numbers -------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "settings",
    [{"length": 50, "scale": 1.0, "forget_bias": 0.0, "hidden_size": 32, "seed": 0},
     {"length": 23, "scale": 2.5, "forget_bias": 2.0, "hidden_size": 8, "seed": 3}],
)  # fmt: skip
def test_what_is_shown_is_the_gradient_through_time(cell, settings):
    lab = GradientLab(**settings, clip_norm=0.5)
    model, task = make_twin(cell, **settings)
    through_time, grad_norm, _ = lab.gradients[cell]
    alone = gradient_through_time(model, task.inputs, task.targets, task.loss_fn).norms
    torch.testing.assert_close(through_time.norms, alone, rtol=1e-5, atol=1e-30)
    assert torch.equal(through_time.matrix[-1], through_time.norms)
    task.loss_fn(model(task.inputs)[0], task.targets).backward()
    before = [p.grad.clone() for p in model.parameters()]
    assert grad_norm == pytest.approx(clip_grad_norm_(model.parameters(), 0.5).item(), rel=1e-5)
    unrolled, panel = panels_of(lab, cell)
    states = model.recurrence(task.inputs[:1])[0][0].detach().numpy()  # (T, H)
    drawn = unrolled.states.get_array()
    np.testing.assert_allclose(np.unique(drawn.compressed()), np.unique(states), rtol=0, atol=1e-5)
    first, last = drawn[:, 8].astype(float), drawn[:, -8].astype(float)
    np.testing.assert_allclose((first, last), (states[0], states[-1]), atol=1e-5)
    (band,) = unrolled.band.get_paths()
    thick = [np.ptp(band.vertices[np.isclose(band.vertices[:, 0], x), 1]) for x in unrolled._x]
    np.testing.assert_allclose(thick / max(thick), (alone / alone.max()).numpy(), atol=1e-6)
    bars, line = panel.bars.get_data(), panel.clipped.get_ydata()
    shown = alone.flip(0).clamp(1e-8, 1e4).numpy()
    np.testing.assert_allclose(bars.values, shown, rtol=1e-5)
    np.testing.assert_array_equal(bars.edges, np.arange(settings["length"] + 1) - 0.5)
    factor = model.readout.weight.grad[0, 0] / before[-2][0, 0]  # what torch's clipping has done
    assert factor < 0.9
    np.testing.assert_allclose(line, (factor * alone).flip(0).clamp(1e-8, 1e4).numpy(), rtol=1e-4)
    assert panel.heat.get_array().count() == settings["length"] * (settings["length"] + 1) // 2
    lab.close()


@pytest.mark.parametrize("cell", CELLS)
def test_each_row_of_the_heat_map_is_the_loss_of_that_step_alone(cell):
    settings = {"length": 12, "scale": 1.5, "forget_bias": 1.0, "hidden_size": 8, "seed": 1}
    lab = GradientLab(**settings)
    model, task = make_twin(cell, **settings)
    shown = panels_of(lab, cell)[1].heat.get_array()
    for last in (0, 4, 11):
        inputs = task.inputs[:, : last + 1]  # what comes after has no part in it
        sums = (inputs[..., 0] * inputs[..., 1]).sum(1, keepdim=True)
        row = gradient_through_time(model, inputs, sums, lambda p, y: mse_loss(p[:, -1], y)).norms
        measured = lab.gradients[cell].through_time.matrix[last]
        torch.testing.assert_close(measured[: last + 1], row, rtol=1e-5, atol=0)
        assert not measured[last + 1 :].any()
        np.testing.assert_allclose(shown[last, : last + 1], row.log10().numpy(), rtol=1e-5)
        assert shown.mask[last, last + 1 :].all()
    lab.close()


def test_the_forget_bias_is_the_lstms_alone_and_makes_it_remember():
    lab = GradientLab()
    start, before = lab.describe(), lab.gradients
    lab.controls["forget_bias"].value = 5.0
    after = lab.gradients
    for cell in ("rnn", "gru"):
        assert torch.equal(before[cell].through_time.matrix, after[cell].through_time.matrix)
    assert "LSTM: after 30 steps back, 0.000002" in start
    assert "LSTM: after 30 steps back, 15." in lab.describe()
    lab.close()


# ---- the words ---------------------------------------------------------------------------


def falling(rate, steps):
    """Norms of a gradient that is multiplied by a rate at each step back."""
    return torch.tensor([0.5 * rate**k for k in range(steps)], dtype=torch.float64).flip(0)


@pytest.mark.parametrize(
    ("norms", "words"),
    [
        (falling(0.0002 ** (1 / 30), 50),
         "after 30 steps back, 0.02 % of the gradient is left. It vanishes: below 1 % after 17 "
         "steps."),
        (falling(0.0005, 2),
         "after 1 step back, 0.05 % of the gradient is left. It vanishes: below 1 % after 1 step."),
        (falling(1e-4, 40),
         "after 30 steps back, less than 0.000001 % of the gradient is left. It vanishes: below "
         "1 % after 1 step."),
        (torch.tensor([0.0, 0.4]), "after 1 step back, 0 % of the gradient is left. It vanishes: "
         "below 1 % after 1 step."),
        (falling(0.99, 31), "after 30 steps back, 74 % of the gradient is left. It stays within "
         "reach."),
        (falling(1.05, 100), "after 30 steps back, the gradient is 4.32 times as large. It stays "
         "within reach."),
        (falling(1.5, 100), "after 30 steps back, the gradient is 191,751 times as large. It "
         "explodes: above 10 times after 6 steps."),
        (falling(1.5, 4), "after 3 steps back, the gradient is 3.38 times as large. It stays "
         "within reach."),
        (torch.tensor([math.inf, 1.0]), "the gradient is too large for a float32. It explodes."),
        (torch.tensor([math.nan, 1.0]), "the gradient is too large for a float32. It explodes."),
        (torch.zeros(5), "the gradient is 0 at the last hidden state already."),
    ],
)  # fmt: skip
def test_verdict(norms, words):
    assert verdict("RNN", norms) == f"RNN: {words}"


@pytest.mark.parametrize(
    ("grad_norm", "clip_norm", "words"),
    [
        (2.8, 1.0, "of 2.8, above the bound 1: clipping multiplies each by 0.357."),
        (0.4, 0.5, "of 0.4, within the bound 0.5: nothing is clipped."),
        (123456.7, 1.0, "of 123,457, above the bound 1: clipping multiplies each by 0.0000081."),
        (1e12, 1.0, "of 1,000,000,000,000, above the bound 1: clipping multiplies each by less "
         "than 0.000001."),
        (math.inf, 1.0, "too large for a float32: clipping cannot mend that."),
    ],
)  # fmt: skip
def test_clipping_in_words(grad_norm, clip_norm, words):
    head = "The gradients of all parameters together have a norm"
    assert clipping(grad_norm, clip_norm) == f"{head} {words}"


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_clip_factor_is_torchs(scale):
    weight = torch.nn.Parameter(torch.zeros(3))
    weight.grad = scale * torch.tensor([1.0, 2.0, 2.0])
    norm = clip_grad_norm_([weight], 1.0).item()
    assert clip_factor(norm, 1.0) * scale == pytest.approx(weight.grad[0].item(), rel=1e-6)


def test_each_sentence_stands_once_below_its_pictures_and_all_are_in_the_snapshot():
    lab = GradientLab(length=20, hidden_size=4)
    said = []
    lab._access.say = said.append
    lab._runner.start(iter(()))
    lab._spoken.clear()
    lab._runner.drain()
    setup, *lines = lab.describe().splitlines()
    page = [part.value for part in (lab._twin, lab._status, lab._message, *lab._verdicts.values())]
    text = "".join(map(html.unescape, page))
    assert "the pictures follow" in lab._status.value
    assert "networks of 4 units on 8 sequences of 20 time steps" in setup
    for cell, line in zip(CELLS, lines, strict=True):
        norms = lab.gradients[cell].through_time.norms
        share = (norms[0] / norms[-1]).item()
        assert line.startswith(f"{cell.upper()}: after 19 steps back, {100 * share:.3g} % of")
        assert line in html.unescape(lab._verdicts[cell].value)
    sentences = [part for line in (setup, *lines) for part in line.split(". ")]
    assert [text.count(sentence) for sentence in sentences[:2]] == [1, 1]
    assert all(text.count(line) == 1 for line in (setup, *lines))
    assert said[-1] == lab.describe()  # a screen reader is told all of it
    picture = lab.snapshot()
    assert picture.data.startswith(b"\x89PNG")
    assert picture.alt == lab.describe()
    lab.close()


# ---- the pictures ------------------------------------------------------------------------


def test_what_lies_outside_of_the_axes_is_marked_and_said():
    picture = LivePicture(*make_through_time("RNN"))
    panel = picture.panel
    assert panel.update(torch.ones(4), torch.ones(4, 4).tril())  # as long as none before
    limits = [(axes.get_xlim(), axes.get_ylim()) for axes in (panel.axes, panel.heat_axes)]
    cases = {
        "": ([0.1, 0.1, 0.1, 0.1], [], []),
        "▼ below 10⁻⁸": ([0.0, 1e-9, 0.1, 0.1], [2, 3], []),
        "▲ above 10⁴": ([1e5, 0.1, 1e-9, 0.1], [1], [3]),
        "▲ too large for a float32": ([math.nan, math.inf, 1e5, 0.1], [], [1, 2, 3]),
    }
    for words, (norms, below, above) in cases.items():
        norms = torch.tensor(norms)
        drawn = np.clip(np.nan_to_num(norms.double().numpy(), nan=np.inf), 1e-8, 1e4)
        assert not panel.update(norms, norms.expand(4, 4).tril(), 0.5)  # no new background
        picture.draw()
        assert panel.outside.get_text() == words
        assert sorted(panel.below.get_xdata()) == below
        assert sorted(panel.above.get_xdata()) == above
        assert (panel.bars.get_data().values[::-1] == drawn).all()
    assert limits == [(axes.get_xlim(), axes.get_ylim()) for axes in (panel.axes, panel.heat_axes)]


LENGTHS = [100, *(pytest.param(length, marks=pytest.mark.slow) for length in (2, 5, 50))]


@pytest.mark.parametrize("length", LENGTHS)
def test_the_axes_are_as_long_as_the_sequences_and_change_with_them_alone(length):
    lab = GradientLab(length=length, hidden_size=2)
    for cell in CELLS:
        unrolled, panel = panels_of(lab, cell)
        assert panel.axes.get_xlim() == (length - 0.5, -0.5)
        edges = panel.bars.get_data().edges
        assert (edges[0], edges[-1]) == (-0.5, length - 0.5)  # from one side to the other
        assert unrolled.axes.get_xlim() == (0.5, length + 0.5)
    panel = panels_of(lab, "rnn")[1]
    limits = panel.axes.get_xlim(), panel.axes.get_ylim()
    lab.scale, lab.clip_norm, lab.hidden_size = 4.0, 0.01, 8
    lab.describe()
    assert (panel.axes.get_xlim(), panel.axes.get_ylim()) == limits
    lab.close()


def test_every_picture_says_whose_it_is():
    lab = GradientLab(length=5, hidden_size=2)
    for cell in CELLS:
        unrolled, panel = panels_of(lab, cell)
        for axes in (unrolled.axes, panel.axes, panel.heat_axes):
            assert axes.get_title(loc="left").startswith(f"{cell.upper()}: ")
        assert unrolled.alt.startswith(cell.upper())
        assert panel.alt.startswith(cell.upper())
    assert lab._access.pictures == [picture.panel.alt for picture in lab.pictures]
    lab.close()


@pytest.mark.parametrize(
    ("norms", "words"),
    [(falling(0.99, 31), "● 30 steps back: 74 % is left"),
     (falling(0.5, 2), "● 1 step back: 50 % is left"),
     (falling(0.1, 40), "● 30 steps back: < 0.000001 % is left"),
     (falling(1.5, 100), "● 30 steps back: 191,751 times as large"),
     (torch.zeros(5), ""), (torch.tensor([math.inf, 1.0]), "")],
)  # fmt: skip
def test_the_dot_says_how_much_is_left(norms, words):
    _, panel = make_through_time("RNN")
    panel.update(norms, torch.ones(len(norms), len(norms)).tril())
    assert panel.named.get_text() == words


def check_texts(picture, case):
    """Hold that each text is whole and touches no other."""
    picture.figure.canvas.draw()
    page, renderer = picture.figure.bbox.padded(1), picture.figure.canvas.get_renderer()
    texts = []
    for axes in picture.figure.axes:
        for each in (axes, *axes.child_axes):
            ticks = [t.label1 for axis in (each.xaxis, each.yaxis) for t in axis._update_ticks()]
            texts += [*each.texts, *ticks, each.title, each._left_title]
            texts += [each.xaxis.label, each.yaxis.label]
    texts = [text for text in texts if text.get_text().strip() and text.get_visible()]
    boxes = [text.get_window_extent(renderer) for text in texts]
    for k, (text, box) in enumerate(zip(texts, boxes, strict=True)):
        assert page.count_contains([box.min, box.max]) == 2, (case, text)
        before = zip(texts[:k], boxes[:k], strict=True)
        assert [other for other, its in before if its.overlaps(box)] == [], (case, text)


@pytest.mark.parametrize("length", LENGTHS)
def test_no_text_of_a_picture_is_cut_off_or_touches_another(length):
    lab = GradientLab(length=length, hidden_size=4, clip_norm=1e-6)
    for width in (290, 340, 700, 968, 1600):
        lab._access.width = width
        for scale in (1e-4, 1.0, 30.0) if width == 290 else (1.0,):
            lab.scale = scale
            for picture in lab.pictures:
                check_texts(picture, (width, scale))
    lab.close()


@pytest.mark.parametrize(("width", "columns"), [(290, 1), (700, 2), (968, 3), (2000, 3)])
def test_the_pictures_take_the_width_that_there_is(width, columns):
    lab = GradientLab(length=5, hidden_size=2)
    lab._access.width = width
    across = {picture.figure.bbox.width for picture in lab.pictures}
    assert across == {width // columns - 6}
    lab.close()


@pytest.mark.parametrize(
    ("factor", "note", "line"),
    [(1.0, "not clipped", False), (0.357, "— clipped to 35.7 %", True),
     (1e-9, "— clipped to < 0.001 %", True), (math.nan, "", False)],
)  # fmt: skip
def test_the_line_after_clipping_is_named(factor, note, line):
    _, panel = make_through_time("RNN")
    panel.update(falling(0.5, 6), torch.ones(6, 6).tril(), factor)
    assert panel.note.get_text() == note
    assert panel.clipped.get_visible() == line


def test_the_dot_is_on_the_bar_of_the_verdict():
    _, panel = make_through_time("RNN")
    for length, back in ((50, 30), (31, 30), (30, 29), (2, 1)):
        panel.update(falling(0.9, length), torch.ones(length, length).tril())
        assert panel.dot.get_xdata() == [back]
        assert panel.dot.get_ydata() == pytest.approx([0.5 * 0.9**back])


def test_a_live_redraw_leaves_nothing_of_the_picture_before():
    one, other = (LivePicture(*make_through_time("RNN")) for _ in range(2))
    first, last = torch.ones(40, 40).tril(), torch.full((7, 7), 1e-3).tril()
    one.draw(one.panel.update(first[-1], first, 0.01))
    for picture in (one, other):
        picture.draw(picture.panel.update(last[-1], last, 0.5))
    assert one.image().tobytes() == other.image().tobytes()


# ---- the settings ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small():
    lab = GradientLab(length=5, hidden_size=2)
    yield lab
    lab.close()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("length", 1, "length is 1; it must be from 2 to 100 time steps"),
        ("length", 101, "length is 101; it must be from 2 to 100 time steps"),
        ("length", 20.0, "length is 20.0; it must be an integer of at least 1"),
        ("scale", 0, "scale is 0; it must be a finite number above 0"),
        ("scale", "big", "scale is 'big'; it must be a finite number above 0"),
        ("clip_norm", -1, "clip_norm is -1; it must be a finite number above 0"),
        ("forget_bias", math.nan, "forget_bias is nan; it must be a finite number"),
        ("forget_bias", None, "forget_bias is None; it must be a finite number"),
        ("hidden_size", 0, "hidden_size is 0; it must be an integer of at least 1"),
        ("seed", -1, "seed is -1; it must be an integer of at least 0"),
    ],
)
def test_a_bad_value_from_code_raises_in_words_and_the_one_before_stays(small, name, value, words):
    with pytest.raises(ValueError, match=f"^{words}$"):
        GradientLab(**{name: value})
    before, described = getattr(small, name), small.describe()
    for kind in (ValueError, traitlets.TraitError):
        with pytest.raises(kind, match=f"^{words}$"):
            setattr(small, name, value)
    assert getattr(small, name) == before == small.controls[name].value
    assert small._message.value == ""
    assert small.describe() == described


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("length", "1", "length is 1; it must be from 2 to 100 time steps"),
        ("length", "101", "length is 101; it must be from 2 to 100 time steps"),
        ("length", "20.0", "length is 20.0; it must be an integer of at least 1"),
        ("scale", "0", "scale is 0; it must be a finite number above 0"),
        ("scale", "big", "scale is 'big'; it must be a finite number above 0"),
        ("clip_norm", "-1", "clip_norm is -1; it must be a finite number above 0"),
        ("forget_bias", "nan", "forget_bias is nan; it must be a finite number"),
        ("forget_bias", "", "forget_bias is ''; it must be a finite number"),
        ("hidden_size", "0", "hidden_size is 0; it must be an integer of at least 1"),
    ],
)
def test_a_bad_value_that_is_typed_is_refused_in_words(small, name, typed, words):
    before, described = getattr(small, name), small.describe()
    _, field, _ = small.controls[name].children
    shown = field.value
    field.value = typed
    assert getattr(small, name) == before == small.controls[name].value
    assert field.value == shown
    assert f"{words}. {name} stays {before!r}." in html.unescape(small._message.value)
    assert small.describe() == described
    small.scale = 3.0 - small.scale  # 1 or 2: the next good value clears the message
    assert small._message.value == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("length", 5), ("length", 33), ("scale", 4.0), ("scale", 0.123), ("clip_norm", 0.01),
     ("forget_bias", 5.0), ("hidden_size", 8), ("seed", 7)],
)  # fmt: skip
def test_a_setting_by_trait_by_control_and_from_the_start_is_the_same(name, value):
    small = {"length": 12, "hidden_size": 4}
    start = GradientLab(**{**small, name: value})
    lab = GradientLab(**small)
    setattr(lab, name, value)
    assert lab.controls[name].value == value  # offered, also where it was none of the choices
    assert lab.describe() == start.describe()
    for one, other in zip(lab.pictures, start.pictures, strict=True):
        assert one.widget.value == other.widget.value
    lab.close()
    start.close()


def test_the_notebooks_random_numbers_stay():
    before = torch.get_rng_state()
    GradientLab(length=5, hidden_size=2).close()
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("scale", [30.0, 1e38])
def test_gradients_beyond_all_bounds_break_nothing(scale):
    lab = GradientLab(length=100, hidden_size=16)
    lab.scale = scale
    assert len(lab.describe().splitlines()) == 4
    assert lab._message.value == ""
    if scale == 30.0:
        assert "norm too large for a float32" in lab.describe()
        assert "It explodes" in lab._verdicts["rnn"].value
    lab.scale, lab.length = 1.0, 5
    assert lab.describe() == GradientLab(length=5, hidden_size=16).describe()
    lab.close()


def test_gradients_that_are_no_numbers_are_told(monkeypatch):
    real = gradient_lab.measure

    def measure(model, task):
        model.readout.weight.data.fill_(3e38)
        return real(model, task)

    monkeypatch.setattr(gradient_lab, "measure", measure)
    lab = GradientLab(length=10, hidden_size=4)
    for line in lab.describe().splitlines()[1:]:
        assert "the gradient is too large for a float32. It explodes. The gradients of" in line
        assert line.endswith("a norm too large for a float32: clipping cannot mend that.")
    for picture in lab.pictures[1::2]:
        assert picture.panel.outside.get_text() == "▲ too large for a float32"
    lab.close()


# ---- its life ----------------------------------------------------------------------------


@pytest.mark.slow
def test_sixty_changes_end_in_the_state_of_the_last_and_leave_nothing():
    async def main():
        gc.collect()
        figures = sum(issubclass(type(o), Figure) for o in gc.get_objects())
        lab = GradientLab(length=20, hidden_size=8)
        scales = [v for _, v in lab.controls["scale"].options]
        for k in range(60):
            lab.controls["scale"].value = scales[k % 12]
            if k % 10 == 9:
                lab.controls["length"].value = 5 + 5 * (k % 4 + (k % 4 > 0))
            await asyncio.sleep(0.005)
            assert len(asyncio.all_tasks()) <= 2  # this one and the lab's
        await until_done(lab)
        await asyncio.sleep(0.05)
        assert (lab.scale, lab.length) == (scales[59 % 12], 25)
        assert len(asyncio.all_tasks()) == 1
        last = GradientLab(length=25, hidden_size=8, scale=scales[59 % 12])
        assert lab.describe() == last.describe()
        for one, other in zip(lab.pictures, last.pictures, strict=True):
            assert one.widget.value == other.widget.value
        lab.close()
        last.close()
        del lab, last, one, other
        gc.collect()
        assert sum(issubclass(type(o), Figure) for o in gc.get_objects()) == figures

    asyncio.run(main())


def test_a_slider_that_moves_on_keeps_no_cell_from_its_turn():
    lab = GradientLab(length=5, hidden_size=2)  # no loop runs here: steps are taken by hand
    before, seen = [picture.widget.value for picture in lab.pictures], []
    for k in range(3):
        lab.scale = 2.0 + k
        lab._runner.step()
        now = [picture.widget.value for picture in lab.pictures]
        seen += [cell for cell, a, b in zip(CELLS, before[1::2], now[1::2], strict=True) if a != b]
        before = now
    assert sorted(seen) == sorted(CELLS)
    assert lab.describe() == GradientLab(length=5, hidden_size=2, scale=4.0).describe()
    lab.close()


def test_only_what_a_change_touches_is_measured_again(monkeypatch):
    real, measured = gradient_lab.measure, []

    def measure(model, task):
        measured.append(model.cell)
        return real(model, task)

    lab = GradientLab(length=5, hidden_size=2)
    monkeypatch.setattr(gradient_lab, "measure", measure)
    lab.clip_norm = 0.1
    assert "above the bound 0.1" in lab.describe()
    assert measured == []
    lab.scale = 2.0
    lab._runner.step()  # the RNN's turn; two are still to come when the next change is made
    lab.forget_bias = 1.0
    lab.clip_norm = 0.2
    now = GradientLab(length=5, hidden_size=2, scale=2.0, forget_bias=1.0, clip_norm=0.2)
    assert measured[0] == "rnn"
    del measured[1:]  # those of the other lab
    assert lab.describe() == now.describe()
    assert measured == ["rnn", "gru", "lstm"]
    for one, other in zip(lab.pictures, now.pictures, strict=True):
        assert one.widget.value == other.widget.value
    lab.close()
    now.close()


def test_a_change_from_another_thread_is_acted_on_by_the_loop():
    async def main():
        lab = GradientLab(length=20, hidden_size=4)
        await asyncio.to_thread(setattr, lab.controls["scale"], "value", 3.0)
        await until_done(lab)
        assert lab.describe() == GradientLab(length=20, hidden_size=4, scale=3.0).describe()
        lab.close()

    asyncio.run(main())


def test_two_labs_do_not_disturb_each_other():
    async def main():
        labs = [GradientLab(length=20, seed=seed) for seed in (0, 1)]
        for lab, scale in zip(labs, (0.5, 3.0), strict=True):
            lab.controls["scale"].value = scale
        for lab in labs:
            await until_done(lab)
        labs[0].close()
        labs[1].controls["length"].value = 30
        await until_done(labs[1])
        alone = GradientLab(length=30, scale=3.0, seed=1)
        assert labs[1].describe() == alone.describe()
        labs[1].close()

    asyncio.run(main())


def test_numbers_and_words_asked_for_at_once_are_those_of_the_change():
    async def main():
        lab = GradientLab(length=20, hidden_size=4)
        lab.scale = 3.0
        assert lab.describe() == GradientLab(length=20, hidden_size=4, scale=3.0).describe()
        lab.seed = 1
        other = GradientLab(length=20, hidden_size=4, scale=3.0, seed=1)
        assert lab.gradients["gru"].grad_norm == other.gradients["gru"].grad_norm
        lab.close()

    asyncio.run(main())


def test_a_closed_lab_says_so_and_a_change_on_the_way_is_dropped(monkeypatch):
    lab = GradientLab(length=5, hidden_size=2)
    lab.close()
    for act in (lab.snapshot, lambda: setattr(lab, "scale", 2.0)):
        with pytest.raises(RuntimeError, match=r"this lab is closed.*make a new one"):
            act()

    async def main():
        lab, measured = GradientLab(length=5, hidden_size=2), []
        monkeypatch.setattr(gradient_lab, "measure", lambda *given: measured.append(given))
        lab.scale = 2.0
        lab.close()  # before the loop had a turn
        await asyncio.sleep(0.05)
        assert lab._runner.steps is None
        assert measured == []

    asyncio.run(main())


def test_an_error_is_shown_and_the_next_change_works(monkeypatch):
    async def main():
        lab = GradientLab(length=5, hidden_size=2)
        with monkeypatch.context() as patch:
            patch.setattr(gradient_lab, "measure", lambda *given: 1 / 0)
            lab.scale = 2.0
            await until_done(lab)
        assert "division by zero" in lab._message.value
        assert "The measurement has ended: division by zero" in lab._status.value
        lab.scale = 3.0
        await until_done(lab)
        assert lab._message.value == ""
        assert lab.describe() == GradientLab(length=5, hidden_size=2, scale=3.0).describe()
        lab.close()

    asyncio.run(main())


def test_any_of_the_cells_are_compared():
    with contextlib.closing(GradientLab(cells=[MGU, "lstm"], length=5, hidden_size=2)) as lab:
        before = lab.gradients
        assert [*before] == ["mgu", "lstm"]
        assert [picture.panel.alt[:4] for picture in lab.pictures[1::2]] == ["MGU:", "LSTM"]
        lab.forget_bias = 3.0  # of a memory c, which the MGU has not
        assert [lab.gradients[name] is before[name] for name in before] == [True, False]
    with pytest.raises(ValueError, match="cell is 'none'; the known cells are"):
        GradientLab(cells=["rnn", "none"])
