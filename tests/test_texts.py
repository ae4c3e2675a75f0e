"""Texts of users in every place that takes one: drawn, written and said, and never executed."""

import csv
import gc
import io
import json
import os
import warnings
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import ipywidgets
import numpy as np
import pytest
import torch
from torch import nn

import rnnlab
from rnnlab.base.say import say
from rnnlab.commands.main import main
from rnnlab.course.classroom.learners import read_class
from rnnlab.doctor.events import Place
from rnnlab.doctor.report import Finding
from rnnlab.model.cells import CELLS, Cell
from rnnlab.pictures import gradient_panels, run_panels, stepper_panels
from rnnlab.pictures.plots import make_figure, on_axes
from rnnlab.runs import checkpoints
from rnnlab.runs.sweeps.table import Sweep
from rnnlab.runs.sweeps.trial import SETTINGS
from tests.handed_in import make_class
from tests.nasty import FORBIDDEN, MIXED, NASTY, check_figure, check_html, check_text

pytestmark = pytest.mark.usefixtures("here")
LABELS = ("mixed", "long", "word", "empty")  # for what takes longer; each kind of text is in them
every_text = pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
some_texts = pytest.mark.parametrize("text", [NASTY[name] for name in LABELS], ids=LABELS)


@pytest.fixture(autouse=True)
def no_warnings():
    """Have a warning fail the test; fonts need not know every letter."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings(
            "ignore", "Glyph .* missing|.*Matplotlib currently does not support"
        )
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        yield


def series(text, **more):
    values = torch.sin(torch.arange(60) / 4)
    options = {"unit": text, "time_unit": text, "note": text, **more}
    return rnnlab.Series(text, tuple(range(60)), values, **options)


def task_of(text):
    return rnnlab.SeriesTask(series(text), name=text, window=8)


class OwnTask(rnnlab.RecallTask):
    """A task of a user's own, which says whatever it likes."""

    title = about = ""

    def __init__(self, text):
        super().__init__()
        self.name = self.title = self.about = self.text = text

    def result(self, *answers):
        return self.text, self.text

    def words(self, model):
        return self.text

    def __repr__(self):
        return self.text


class BrokenError(ValueError):
    def __str__(self):
        raise RuntimeError("no text")


class Unprintable:
    def __repr__(self):
        raise RuntimeError("no text")


def check_widget(widget):
    """Check what a lab and its parts send to the page, and its pictures."""
    parts = [widget]
    for part in parts:
        parts += getattr(part, "children", ())
        json.dumps(part.get_state() if not isinstance(part, ipywidgets.Image) else {}, default=str,
                   ensure_ascii=False).encode()  # fmt: skip
        if isinstance(part, ipywidgets.HTML):
            check_html(part.value)
        for name in ("description", "value", "placeholder"):
            if isinstance(value := getattr(part, name, ""), str):
                check_text(value)
        for label in getattr(part, "_options_labels", ()):
            check_text(label, 300)
        for output in getattr(part, "outputs", ()):
            if "data" in output:
                check_html(output["data"]["text/html"])


def check_lab(lab):
    check_widget(lab)
    check_text(lab.describe())
    for alt in lab._access.pictures:
        check_text(alt, 300)
    for picture in lab.pictures:
        check_figure(picture.figure)
    assert lab.snapshot().data


# ---- the pictures ------------------------------------------------------------------------


@every_text
def test_pictures_of_lessons(text):
    named = {"title": text, "xlabel": text, "words": text or "words"}
    title = {"title": text, "words": text or "words"}
    draw, two = rnnlab.drawings, {text: [1, 2, 3], f"{text}!": [2, 3, 5]}
    pictures = [
        draw.curves(two, **named),
        draw.curves(two, **named, log=True),
        draw.fractions({text: [(1, 3), (2, 3)]}, x=[1, 2], **named),
        draw.windows([1, 2, 3, 4, 5], 2, starts=[0, 1], **named),
        draw.bars({text: 1.0, f"{text}!": 2.0}, **named),
        draw.heat([[1, -2], [3, 4]], ylabel=text, **named),
        draw.heat([[1, -2], [3, 4]], ylabel=text, above={text: [1, 2]}, **named),
        draw.blocks({text: {f"{text}!": 3, text: 4}}, **title),
        draw.unrolled(names=(text, text, text), backward=True, **title),
    ]
    for picture in pictures:
        check_figure(picture.figure)
        html = picture._repr_mimebundle_()["text/html"]
        check_html(html, 40_000)
        check_text(repr(picture))
        check_text(picture.title, 80)


@every_text
def test_picture_of_a_sweep(text):
    results = {"outcome": "finished", "epochs_done": 1, "steps": 1, "train_loss": 1.0}
    rows = [
        {"task": text, text: a, "b": b, **results, "validation_loss": 1.0 + k, "message": None}
        for k, (a, b) in enumerate([(text, "x"), (f"{text}!", "x"), (text, "y"), (f"{text}!", "y")])
    ]
    picture = rnnlab.heat_map(Sweep(rows), text, "b", title=text)
    check_figure(picture.figure)
    check_figure(rnnlab.heat_map(Sweep(rows), "b", text, title=text).figure)
    check_html(picture._repr_mimebundle_()["text/html"], 40_000)


@every_text
def test_panels_of_names(text):
    for make in (gradient_panels.make_chain, gradient_panels.make_through_time):
        figure, panel = make(text)
        check_figure(figure)
        check_text(panel.alt, 300)
    figure, panel = on_axes(stepper_panels.LengthsPanel, 560, 170, 60, "title", 2, "alt")
    panel.update({text: 1.0, f"{text}!": 2.0}, "waits")
    check_figure(figure)


@some_texts
def test_pictures_of_a_run(text):
    for task in (task_of(text), OwnTask(text)):
        model, history = (
            rnnlab.SequenceModel(task.input_size, 4, task.output_size),
            rnnlab.History(),
        )
        check_figure(run_panels.draw_run(task, model, history, epochs=1, steps=1))


def test_letters_of_a_users_own():
    class Letters(rnnlab.NamesTask):
        def decode(self, numbers):
            return "".join("$\0\x1b\n{\udce9<W"[k % 8] for k in numbers.tolist())

        def answers(self, model):
            name, chances, made = super().answers(model)
            return name, chances, [f"{MIXED}{made[0]}", "\0", "W" * 5000, "$"]

    task = Letters()
    model = rnnlab.SequenceModel(task.input_size, 4, task.output_size)
    check_figure(run_panels.draw_run(task, model, rnnlab.History(), epochs=1, steps=1))


# ---- the labs ----------------------------------------------------------------------------


@some_texts
@pytest.mark.parametrize("make", [task_of, OwnTask])
def test_training_lab(text, make):
    task = make(text)
    cell = Cell(text or "cell", CELLS["rnn"].step)
    lab = rnnlab.TrainingLab(task, cell=cell, epochs=1, hidden_size=4, seeds=8)
    check_lab(lab)
    lab.run()
    lab.ask_the_doctor()
    check_lab(lab)
    lab._complain(text)
    lab._say(text)
    check_widget(lab)
    lab.close()


@some_texts
def test_what_exceptions_of_a_users_task_say(text):
    class Failing(OwnTask):
        fails = False

        def words(self, model):
            if self.fails:
                raise (ValueError(text) if text else BrokenError())
            return ""

        def validation_loss(self, model):
            self.fails = True
            print(text)
            raise (ValueError(text) if text else BrokenError())

    lab = rnnlab.TrainingLab(Failing(text), epochs=1, hidden_size=4)
    error = ValueError(text) if text else BrokenError()
    lab._errors.show_error(error) if text else None
    lab._fail(error)
    check_widget(lab)
    lab.ask_the_doctor()
    lab.close()
    gc.collect()


@some_texts
def test_loop_stepper(text):
    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.readout = nn.RNN(1, 3, batch_first=True), nn.Linear(3, 1)
            if text:
                name = text.replace(".", "")
                self.register_parameter(name, nn.Parameter(torch.ones(1)))

        def forward(self, inputs):
            outputs, _ = self.rnn(inputs)
            extra = sum(p.sum() for n, p in self.named_parameters() if "." not in n)
            return self.readout(outputs) + extra

    model, batches = Named(), [(torch.randn(2, 5, 1), torch.randn(2, 5, 1))]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    lab = rnnlab.LoopStepper(
        model=model, batches=batches, loss_fn=nn.MSELoss(), optimizer=optimizer
    )
    for _ in range(6):
        lab.next_phase()
    check_lab(lab)
    lab._fail(RuntimeError(text))
    check_widget(lab)
    lab.close()


@some_texts
def test_gradient_lab(text):
    cells = [Cell(name, CELLS["rnn"].step) for name in (text or "a", f"{text}!")]
    lab = rnnlab.GradientLab(cells=cells, hidden_size=4, length=5)
    check_lab(lab)
    lab.close()


@some_texts
def test_errors_that_end_other_labs(text):
    labs = [rnnlab.StateLab(), rnnlab.LandscapeLab(seeds=1, epochs=1)]
    for lab in labs:
        lab._on_error(ValueError(text))
        lab._complain(text)
        check_widget(lab)
        lab.close()


# ---- the doctor, the course, messages ----------------------------------------------------


@some_texts
def test_doctor_and_preflight(text):
    class Failing(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))

        def forward(self, inputs):
            raise RuntimeError(text) if text else BrokenError()

    batches = [(torch.randn(2, 5, 1), torch.randn(2, 5, 1))]
    found = rnnlab.preflight(Failing(), batches, "mse")
    check_text(str(found))
    check_html(found._repr_html_())
    with pytest.raises(ValueError if not text else RuntimeError), rnnlab.watch() as report:
        Failing()(batches[0][0])
    for shown in (str(report), report.for_github()):
        check_text(shown)
    check_html(report._repr_html_())


@every_text
def test_findings_show_the_line_as_text(text):
    with rnnlab.watch() as report:
        nn.Linear(1, 1)(torch.ones(1, 1))
    place = Place(text, 3, text, text)
    report.findings = [Finding("code", "error", place, text, text, text, text)]
    check_text(str(report), 60_000)
    check_html(report._repr_html_(), 80_000)
    check_text(report.for_github(), 60_000)


@every_text
def test_messages(text):
    for form in ("{x}", "{x!r}"):
        check_text(say(form, x=text))
        check_text(say(form, x=Path(text.replace("\0", ""))))
    check_text(say("{x!r} {x}", x=Unprintable()))
    check_text(say("{error}", error=BrokenError()))
    for bad in (
        lambda: rnnlab.SeriesTask(series(text), column=text),
        lambda: rnnlab.SeriesTask(series(text), window=1000),
        lambda: rnnlab.SeriesTask(rnnlab.Series(text, (1, 2), torch.ones(3), text, text)),
        lambda: rnnlab.SeriesTask(rnnlab.Series(text, tuple(range(90)), torch.ones(90), text, "s")),
        lambda: rnnlab.load_task(text or "none"),
        lambda: rnnlab.read_series(text.replace("\0", "")[:100] or "none"),
        lambda: rnnlab.TrainingLab(text or "none"),
        lambda: rnnlab.guess(text or "none"),
        lambda: checkpoints.read(text.replace("\0", "")[:100] or "n"),
    ):
        with pytest.raises((ValueError, OSError, TypeError)) as caught:
            bad()
        check_text(str(caught.value))
    check_html(rnnlab.check("01.1", text)._repr_html_())


# ---- files and terminals -----------------------------------------------------------------


def no_formula(cell):
    return not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@every_text
def test_file_of_a_sweep_and_back(text):
    results = {"outcome": "failed", "epochs_done": None, "steps": None, "train_loss": None,
               "validation_loss": None}  # fmt: skip
    settings = {**SETTINGS, "mode": text or None}
    rows = [{"task": text or None, **settings, **results, "message": (text or "none").strip()}]
    Sweep(rows).to_csv("sweep.csv")
    with open("sweep.csv", encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            assert all(map(no_formula, row))
    assert Sweep.from_csv("sweep.csv") == Sweep(rows)
    with pytest.raises(ValueError, match="cannot be a setting"):
        rnnlab.sweep("sine", {"=cmd": [1]})


def test_names_of_a_class():
    names = [
        name.replace("/", "").replace("\0", "").replace("\ud800", "") for name in NASTY.values()
    ]
    names = [name[:60] for name in names if name]
    make_class(Path("handed-in"), names)
    assert main(["class", "handed-in"]) == 0
    check_html(Path("rnnlab-class.html").read_text(encoding="utf-8"), 10**6)
    with open("rnnlab-class.csv", encoding="utf-8-sig", newline="") as file:
        rows = [*csv.reader(file)]
    assert len(rows) == 1 + len(read_class(Path("handed-in")).learners)
    for row in rows:
        assert all(map(no_formula, row))
        check_text("".join(row), 10_000)


FILES = {
    "control": b"a\x1b[31mb\x07",
    "surrogate": b"caf\xe9",
    "bidi": "\u202eevil".encode(),
    "lines": b"a\nb",
    "html": b"<b>&$x_{",
}


@cache
def script():
    return (
        "import torch\nmodel = torch.nn.Linear(1, 1)\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "for _ in range(3):\n"
        "    loss = model(torch.ones(4, 1)).square().mean()\n"
        "    loss.backward()  # \x1b[31m \u202e <script>\n"
        "    optimizer.step()\n"
    )


@pytest.mark.parametrize("name", FILES.values(), ids=FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_terminals(name, encoding):
    """Have each command say the names of files, in what it does and in what it refuses."""
    name = os.fsdecode(name)
    series_file = f"{name}.csv"
    rows = "\n".join(f"{k},{np.sin(k)}" for k in range(60))
    Path(series_file).write_text(f'time,"{name}"\n{rows}\n', encoding="utf-8", errors="replace")
    Path(f"{name}.py").write_text(script(), encoding="utf-8")
    Path(f"{name}.csv.broken").write_text("a,b\nx,y\n")
    run = ["--epochs", "1", "--hidden-size", "2"]
    lines = [
        (["train", "--csv", series_file, *run, "--output", f"out {name}"], 0),
        (["train", "--csv", series_file, *run, "--output", f"out {name}"], 2),
        (["train", "--csv", f"{name}.csv.broken"], 2),
        (["train", "--csv", f"none {name}"], 2),
        (["train", "--csv", series_file, "--column", name + "?"], 2),
        (["train", "--task", name], 2),
        (["page", f"{name}.html"], 0),
        (["page", f"{name}.html"], 2),
        (["page", f"none {name}/x.html"], 1),
        (["doctor", f"{name}.py"], 1),
        (["doctor", "--format", "github", f"{name}.py"], 1),
        (["doctor", "--format", "json", f"{name}.py"], 1),
        (["doctor", f"none {name}"], 2),
        (["class", f"none {name}"], 2),
        (["class", "."], 1),
        (["lab", "--copy-only", f"course {name}"], 0),
        (["lab", series_file], 2),
        ([name], 2),
        (["page", "a", name], 2),
    ]
    for line, expected in lines:
        streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2)]
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
            try:
                status = main(line)
            except SystemExit as end:
                status = end.code
        said = ""
        for stream in streams:
            stream.flush()
            said += stream.buffer.getvalue().decode(encoding)
        assert status == expected, (line, said)
        found = FORBIDDEN.search(said.replace("\r", ""))  # of a bar
        assert not found, (line, said)


def test_a_figure_made_of_nothing_is_checked_too():
    """The check itself sees what it is for."""
    figure, axes = make_figure(300, 200)
    axes.text(0, 0, "a\0b")
    warnings.simplefilter("ignore")
    with pytest.raises(AssertionError):
        check_figure(figure)
    with pytest.raises(AssertionError):
        check_html("<script>")
