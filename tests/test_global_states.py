"""What a user has set for all of torch, NumPy, matplotlib or Python: it holds, or is refused.

And what rnnlab sets for a while does not stay set.
"""

import contextlib
import decimal
import gc
import hashlib
import io
import locale
import logging
import os
import random
import signal
import subprocess
import sys
import threading
import warnings

import matplotlib
import matplotlib.style
import numpy as np
import pytest
import torch
from matplotlib import pyplot

import rnnlab
from rnnlab.base.torch_state import check_defaults
from rnnlab.commands.main import main
from rnnlab.pictures import plots, run_panels
from rnnlab.pictures.look import own_look

pytestmark = pytest.mark.usefixtures("here")


def with_lab(make, act=lambda lab: lab.run()):
    """Return what a lab shows, in words and in pictures, when it has been used and closed."""
    lab = make()
    act(lab)
    shown = lab.snapshot().data, lab.describe()
    lab.close()
    return shown


def step_and_ask(lab):
    for _ in range(7):
        lab.next_phase()
    lab.ask_the_doctor()


def first_steps(task_name, cell):
    task = rnnlab.load_task(task_name)
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(task.input_size, 4, task.output_size, cell=cell)
    return task, model


def fit():
    task, model = first_steps("sine", "gru")
    history = rnnlab.fit(model, task.batches(), loss_fn="mse", epochs=1, progress=False,
                         validation=task.validation_loss, checkpoint="run.pt")  # fmt: skip
    os.remove("run.pt")
    run = run_panels.draw_run(task, model, history, epochs=1, steps=len(history))
    return [*history.train_loss, *history.grad_norm], pixels(run)


def train():
    task, model = first_steps("names", "lstm")
    run = rnnlab.train(model, task.batches(), loss_fn=task.loss_fn, epochs=1, clip_norm=1.0)
    return [next(run).loss for _ in range(3)]


def sweep():
    table = rnnlab.sweep("sine", {"hidden_size": [2, 3], "epochs": [1]})
    return str(table.rows), pixels(rnnlab.heat_map(table, "hidden_size", "cell").figure)


def doctor():
    task, model = first_steps("sine", "rnn")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with rnnlab.watch() as report:
        for inputs, targets in task.batches():
            loss = (model(inputs)[0] - targets).square().mean()
            loss.backward()
            optimizer.step()
    return report.as_rows(), report._repr_html_()


def preflight():
    task, model = first_steps("sine", "rnn")
    return [check[:2] for check in rnnlab.preflight(model, [*task.batches()], "mse").checks]


def probe():
    task, model = first_steps("sine", "rnn")
    inputs, targets = next(iter(task.batches()))
    return rnnlab.gradient_through_time(model, inputs, targets, "mse").norms.tolist()


def pixels(figure):
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return hashlib.sha256(file.getvalue()).hexdigest()


def pictures():
    draw, named = rnnlab.drawings, {"title": "title", "words": "words"}
    both = {**named, "xlabel": "x"}
    figure, axes = plots.make_figure(300, 300)
    plots.draw_loop(axes, ["forward", "backward"])
    drawn = [
        draw.curves({"a": [1, 2, 30]}, log=True, **both), draw.bars([1, 2], **both),
        draw.heat([[1, 2], [3, 4]], ylabel="y", above={"a": [1, 2]}, **both),
        draw.unrolled(backward=True, **named), draw.blocks({"x": {"B": 3, "T": 4}}, **named),
        draw.windows([1, 2, 3, 4, 5], 2, starts=[0], **both),
        draw.fractions({"a": [(1, 2), (2, 2)]}, x=[1, 2], **both),
    ]  # fmt: skip
    html = [picture._repr_mimebundle_()["text/html"] for picture in drawn]
    return [pixels(figure), *(hashlib.sha256(page.encode()).hexdigest() for page in html)]


def command():
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        line = ["train", "--task", "sine", "--epochs", "1", "--hidden-size", "4", "--force"]
        assert main([*line, "--output", "out"]) == 0
    names = ("history.csv", "picture.png", "model.pt")
    return [open(f"out/{name}", "rb").read() for name in names[:2]]


ENTRIES = {
    "TrainingLab": lambda: with_lab(
        lambda: rnnlab.TrainingLab(epochs=2, hidden_size=4, seeds=8),
        lambda lab: (lab.run(), lab.ask_the_doctor()),
    ),
    "text": lambda: with_lab(lambda: rnnlab.TrainingLab("names", epochs=1, hidden_size=4)),
    "GradientLab": lambda: with_lab(
        lambda: rnnlab.GradientLab(hidden_size=4, length=5), lambda lab: None
    ),
    "LandscapeLab": lambda: with_lab(lambda: rnnlab.LandscapeLab(seeds=1, epochs=1, hidden_size=4)),
    "LoopStepper": lambda: with_lab(lambda: rnnlab.LoopStepper(hidden_size=4), step_and_ask),
    "fit": fit,
    "train": train,
    "sweep": sweep,
    "watch": doctor,
    "preflight": preflight,
    "gradient_through_time": probe,
    "pictures": pictures,
    "rnnlab train": command,
}
# what it shows is a measured time
WITHOUT_RESULT = {
    "StateLab": lambda: with_lab(rnnlab.StateLab, lambda lab: lab._runner.drain()),
}
entries = pytest.mark.parametrize("entry", [*ENTRIES.values()], ids=[*ENTRIES])
STYLE = {
    "text.usetex": True, "figure.constrained_layout.use": True, "savefig.bbox": "tight",
    "savefig.facecolor": "red", "savefig.dpi": 50, "figure.dpi": 40, "lines.linestyle": "--",
    "lines.marker": "o", "axes.xmargin": 0.3, "text.parse_math": False, "axes.unicode_minus": False,
    "xtick.direction": "in", "font.size": 20, "image.cmap": "hot", "hatch.linewidth": 5,
}  # fmt: skip


@contextlib.contextmanager
def set_by_a_user():
    """Set all at once that changes no number and no picture."""
    with contextlib.ExitStack() as stack:
        torch.use_deterministic_algorithms(True)
        stack.callback(torch.use_deterministic_algorithms, False)
        torch.set_flush_denormal(True)
        stack.callback(torch.set_flush_denormal, False)
        torch.set_default_device("cpu")
        stack.callback(torch.set_default_device, None)
        torch.set_num_threads(2)
        stack.callback(torch.set_num_threads, 1)
        stack.enter_context(np.errstate(all="raise"))
        stack.enter_context(matplotlib.style.context(["ggplot", "dark_background", STYLE]))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("error")
        # what other packages call in each other is not ours
        warnings.filterwarnings("ignore", "", DeprecationWarning, "(?!rnnlab)")
        yield


@entries
def test_what_a_user_has_set_changes_nothing(entry):
    before = entry()
    with set_by_a_user():
        assert entry() == before


def test_a_picture_may_underflow_whatever_numpy_was_told():
    with np.errstate(all="raise"):
        with own_look():
            assert np.array([1e-200]) ** 2 == 0
        with pytest.raises(FloatingPointError, match="underflow"):
            np.array([1e-200]) ** 2
        assert np.geterr()["under"] == "raise"


def float64():
    torch.set_default_dtype(torch.float64)
    return torch.set_default_dtype, torch.float32


def meta():
    torch.set_default_device("meta")
    return torch.set_default_device, None


def no_grad():
    torch.set_grad_enabled(False)
    return torch.set_grad_enabled, True


def inference():
    mode = torch.inference_mode()
    mode.__enter__()
    return mode.__exit__, None, None, None


LABS = ["TrainingLab", "text", "GradientLab", "LandscapeLab", "LoopStepper", "sweep"]
REFUSED = [
    (float64, r"default dtype is float64; a \w+ needs float32: call torch.set_default_d", LABS),
    (meta, 'default device is meta; a .* call torch.set_default_device."cpu"', [*LABS, "fit"]),
    (no_grad, r"gradients are off here.* torch.set_grad_enabled.True", [*LABS, "fit", "train"]),
    (inference, r"leave the block of torch.inference_mode",
     [*LABS, "fit", "train", "preflight", "gradient_through_time"]),
]  # fmt: skip


@pytest.mark.parametrize(("state", "said", "names"), REFUSED, ids=[s[0].__name__ for s in REFUSED])
def test_what_cannot_work_is_refused_with_the_line_that_undoes_it(state, said, names):
    for name in names:
        undo, *given = state()
        try:
            with pytest.raises(RuntimeError, match=said):
                ENTRIES[name]()
        finally:
            undo(*given)


def test_a_users_own_float64_model_is_trained_as_it_is():
    """Training in float64 is as torch's own loop, whatever the default."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        task, model = first_steps("sine", "gru")
        twin = rnnlab.SequenceModel(1, 4, 1, cell="gru")
        twin.load_state_dict(model.state_dict())
        run = rnnlab.train(model, task.batches(), loss_fn="mse", optimizer="sgd", learning_rate=0.1)
        optimizer = torch.optim.SGD(twin.parameters(), lr=0.1)
        for inputs, targets in task.batches():
            loss = (twin(inputs)[0] - targets).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            assert next(run).loss == pytest.approx(loss.item(), rel=1e-12)
    finally:
        torch.set_default_dtype(before)


def test_defaults_that_are_torchs_own_are_fine():
    check_defaults("a lab")
    with torch.device("cpu"):
        check_defaults("a lab")


# ---- nothing stays set -------------------------------------------------------------------


def snapshot():
    """Return all that is global in this process and that rnnlab may want to change for a while."""
    return {
        "dtype": torch.get_default_dtype(),
        "device": str(torch.get_default_device()),
        "grad": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "threads": (torch.get_num_threads(), torch.is_anomaly_enabled()),
        "torch random": torch.get_rng_state().tolist(),
        "numpy": (np.geterr(), np.get_printoptions()),
        "numpy random": str(np.random.get_state()),
        "random": random.getstate(),
        "rcParams": {n: str(v) for n, v in dict.items(matplotlib.rcParams) if n != "backend"},
        "figures": pyplot.get_fignums(),
        "backend": matplotlib.get_backend(),
        "warnings": [*warnings.filters],
        "showwarning": warnings.showwarning,
        "signals": {s: signal.getsignal(s) for s in signal.valid_signals()},
        "locale": locale.setlocale(locale.LC_ALL),
        "decimal": str(decimal.getcontext()),
        "environment": {**os.environ},
        "hooks": (sys.excepthook, sys.displayhook, sys.unraisablehook, threading.excepthook),
        "streams": (sys.stdout, sys.stderr, sys.stdin),
        "folder": os.getcwd(),
        "path": [*sys.path],
        "arguments": [*sys.argv],
        "collector": (gc.get_threshold(), gc.isenabled(), gc.get_freeze_count()),
        "logging": (logging.root.level, [*logging.root.handlers]),
        "recursion": sys.getrecursionlimit(),
        "modules": (torch.Tensor.backward, torch.optim.Optimizer.step, torch.nn.Module.__call__),
    }


OWN_DRAWS = {"fit", "train", "watch", "preflight", "gradient_through_time"}  # models of the test


@pytest.mark.parametrize("name", [*ENTRIES, *WITHOUT_RESULT])
def test_what_is_set_for_a_while_does_not_stay(name):
    entry = {**ENTRIES, **WITHOUT_RESULT}[name]
    before = snapshot()
    entry()
    after = snapshot()
    skipped = {"torch random"} if name in OWN_DRAWS else set()
    for what in before.keys() - skipped:
        assert after[what] == before[what], what


@pytest.mark.parametrize("name", ["fit", "TrainingLab", "rnnlab train", "watch"])
def test_nor_after_an_exception(name, monkeypatch):
    """As before, with a loss that fails in the middle."""
    entry, calls = ENTRIES[name], []

    def fails(*given, **options):
        calls.append(1)
        if len(calls) == 4:
            raise ZeroDivisionError("in the middle")
        return torch.nn.Linear.forward(*given, **options)

    monkeypatch.setattr(torch.nn.Linear, "__call__", fails)
    before = snapshot()
    with contextlib.suppress(Exception):
        entry()
    assert len(calls) >= 4 or name == "rnnlab train"
    after = snapshot()
    for what in before.keys() - ({"torch random"} if name in OWN_DRAWS else set()):
        assert after[what] == before[what], what


# ---- processes ---------------------------------------------------------------------------

SCRIPT = """
import hashlib, os, sys
from rnnlab.commands.main import main
out = os.path.join(sys.argv[1], "out")
line = ["train", "--task", "sine", "--epochs", "1", "--hidden-size", "4", "--quiet"]
status = main([*line, "--output", out])
content = b"".join(open(os.path.join(out, n), "rb").read() for n in ("history.csv", "picture.png"))
import rnnlab
lab = rnnlab.TrainingLab(epochs=1, hidden_size=4)
lab.run()
print(status, hashlib.sha256(content + lab.snapshot().data).hexdigest(), lab.describe())
lab.close()
"""
SITE = """
import locale
import warnings
import numpy
import torch
numpy.seterr(all="raise")
torch.use_deterministic_algorithms(True)
torch.set_num_threads(2)
torch.set_flush_denormal(True)
for name in ("de_DE.UTF-8", "C"):
    try:
        locale.setlocale(locale.LC_ALL, name)
        break
    except locale.Error:
        pass
"""
RC = "text.usetex: True\naxes.facecolor: black\nfigure.constrained_layout.use: True\n"
SITES = {"PYTHONPATH": "{folder}", "MATPLOTLIBRC": "{folder}", "PYTHONHASHSEED": "1"}
SLOW = pytest.mark.slow
PROCESSES = [
    pytest.param({**SITES, "PYTHONOPTIMIZE": "1", "MPLBACKEND": "svg"}, id="all at once"),
    pytest.param({"MPLBACKEND": "nbagg", "PYTHONWARNINGS": "error::UserWarning", "LC_ALL": "C"},
                 id="nbagg", marks=SLOW),
    pytest.param({"PYTHONOPTIMIZE": "1", "PYTHONHASHSEED": "2"}, id="optimised", marks=SLOW),
    pytest.param({"PYTHONPATH": "{folder}", "MPLBACKEND": "pdf"}, id="site", marks=SLOW),
]  # fmt: skip


def run_process(folder, environment):
    (folder / "sitecustomize.py").write_text(SITE)
    (folder / "matplotlibrc").write_text(RC)
    more = {name: value.format(folder=folder) for name, value in environment.items()}
    if "PYTHONPATH" in more:
        more["PYTHONPATH"] += os.pathsep + os.environ.get("PYTHONPATH", "")
    (work := folder / "elsewhere").mkdir()
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(folder)], cwd=work, text=True,
                          env={**os.environ, **more}, capture_output=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return run_process(tmp_path_factory.mktemp("plain"), {})


@pytest.mark.parametrize("environment", PROCESSES)
def test_the_environment_of_a_process_changes_nothing(environment, plain, tmp_path):
    assert run_process(tmp_path, environment) == plain
