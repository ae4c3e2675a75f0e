"""Watching: it changes nothing, leaves nothing behind, and tells what it saw in three ways."""

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
import tracemalloc
import weakref
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.modules import module as module_hooks
from torch.optim import Optimizer
from torch.optim import optimizer as optimizer_hooks
from torch.overrides import TorchFunctionMode, _get_current_function_mode
from torch.utils.data.dataloader import _BaseDataLoaderIter

import rnnlab
from rnnlab.doctor.events import is_users
from rnnlab.doctor.judge import RULES
from rnnlab.doctor.recording.recorder import Recorder
from rnnlab.doctor.trace import FIRST, LAST
from tests.sizes import short_or_long


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.readout = nn.RNN(1, 4, 2, batch_first=True, dropout=0.2), nn.Linear(4, 1)

    def forward(self, inputs):
        return self.readout(self.rnn(inputs)[0])


def train(steps=12, clear=True, seed=0):
    """A loop whose random numbers (dropout) matter; returns its losses."""
    torch.manual_seed(seed)
    model, loss_fn = Model(), nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    inputs, targets = torch.randn(2, steps, 3, 5, 1)
    losses = []
    for x, y in zip(inputs, targets, strict=True):
        if clear:
            optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, torch.get_rng_state()


def test_watching_changes_nothing_and_repeats():
    bare, numbers = train()
    for _ in range(2):
        with rnnlab.watch() as report:
            seen, after = train()
        assert seen == bare
        assert torch.equal(after, numbers)
        assert report.findings == []
        assert "12 forward passes, 12 losses, 12 backward passes" in str(report)


def global_state():
    """What a watch touches, by identity."""
    return [
        Optimizer.zero_grad, nn.Module.zero_grad, torch.autograd.backward,
        torch.Tensor.backward, _BaseDataLoaderIter.__next__,
        dict(module_hooks._global_forward_hooks), dict(module_hooks._global_forward_pre_hooks),
        dict(module_hooks._global_forward_hooks_always_called),
        dict(optimizer_hooks._global_optimizer_pre_hooks),
        dict(optimizer_hooks._global_optimizer_post_hooks),
        torch.overrides._get_current_function_mode_stack(),
    ]  # fmt: skip


def test_what_was_taken_in_the_block_works_after_it():
    before = global_state()
    weight = nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    with rnnlab.watch() as report:
        clear, backward = optimizer.zero_grad, torch.autograd.backward
    backward((2 * weight).sum())
    assert weight.grad.tolist() == [2.0, 2.0]
    clear()
    assert weight.grad is None
    assert global_state() == before
    assert report.trace.counts.total() == 0


@pytest.mark.parametrize("bound", [1e-3, 1e3])
def test_the_clipping_of_rnnlab_is_seen_also_where_it_has_nothing_to_do(bound):
    batches = rnnlab.load_task("sine").batches()
    with rnnlab.watch() as report:
        rnnlab.fit(
            rnnlab.SequenceModel(1, 8, 1), batches, loss_fn="mse", epochs=2, clip_norm=bound,
            progress=False, device="cpu",
        )  # fmt: skip
    assert report.trace.counts["clip"] == report.trace.counts["step"] == 2 * len(batches)
    assert report.findings == []


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("where", ["loop", "forward", "step"])
def test_nothing_is_left_after_the_block(error, where, monkeypatch):
    before = global_state()

    def fail(*args, **kwargs):
        raise error("stop here")

    if error is not None and where == "forward":
        monkeypatch.setattr(Model, "forward", fail)
    if error is not None and where == "step":
        monkeypatch.setattr(torch.optim.SGD, "_init_group", fail)
    passes = contextlib.nullcontext() if error is None else pytest.raises(error)
    with passes, rnnlab.watch() as report:
        train()
        if error is not None:
            fail()
    assert global_state() == before
    assert report.finished
    with rnnlab.watch() as report:  # and the next works
        pass
    assert "Nothing wrong found" in str(report)


def test_a_watch_inside_a_watch_is_refused_and_the_outer_one_goes_on():
    with rnnlab.watch() as report:
        second = rnnlab.watch()
        with pytest.raises(RuntimeError, match=r"a watch is on already.*leave out the second"):
            second.__enter__()
        train(clear=False)
    assert [finding.code for finding in report.findings] == ["missing-zero-grad"]


def test_a_watch_in_a_thread_sees_that_thread():
    reports = []

    def work():
        with rnnlab.watch() as report:
            train(clear=False)
        reports.append(report)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [finding.code for finding in reports[0].findings] == ["missing-zero-grad"]


def test_a_mistake_of_the_doctors_own_does_not_reach_the_loop(monkeypatch):
    bare, _ = train()

    def fail(*args, **kwargs):
        raise ValueError("of the doctor")

    for name in ("on_function", "after_backward", "on_module"):
        monkeypatch.setattr(f"rnnlab.doctor.recording.tensor_tracker.TensorTracker.{name}", fail)
    monkeypatch.setattr("rnnlab.doctor.recording.session.Session.on_caller", fail)
    with rnnlab.watch() as report:
        assert train()[0] == bare
    assert "The doctor itself stumbled: ValueError: of the doctor." in str(report)


def test_in_an_async_cell_other_tasks_go_on():
    async def other(seen):
        for _ in range(3):
            seen.append((torch.ones(2) + 1).sum().item())
            await asyncio.sleep(0)

    async def cell():
        seen = []
        task = asyncio.create_task(other(seen))
        with rnnlab.watch() as report:
            for _ in range(3):
                train(steps=4, clear=False)
                await asyncio.sleep(0)
        await task
        return report, seen

    before = global_state()
    report, seen = asyncio.run(cell())
    assert [finding.code for finding in report.findings] == ["missing-zero-grad"]
    assert seen == [4.0] * 3
    assert global_state() == before


@pytest.mark.slow
def test_two_processes_watch_at_the_same_time(tmp_path):
    script = tmp_path / "loop.py"
    script.write_text(SCRIPT.format(clear="pass"))
    command = [sys.executable, "-m", "rnnlab.doctor", "--json", str(script), "4"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        (finding,) = json.loads(process.communicate()[0])["findings"]
        assert finding["code"] == "missing-zero-grad"


@short_or_long("few", 60, 300)
def test_memory_does_not_grow_with_the_number_of_batches(few, report):
    """Python's memory, in a watch of few and of many batches, all but the kept events."""
    grown = []
    for steps in (few, 5 * few):
        tracemalloc.start()
        with rnnlab.watch() as watched:
            train(steps=steps)
            before = tracemalloc.get_traced_memory()[0]
            train(steps=steps)
            grown.append((tracemalloc.get_traced_memory()[0] - before) / 1e6)
        tracemalloc.stop()
        assert watched.findings == []
    report(
        f"Doctor: MB of Python's memory for {few} batches {grown[0]:.2f}, {5 * few} {grown[1]:.2f}"
    )
    assert grown[1] < 2.0
    assert len(watched.trace._first) + len(watched.trace._last) <= FIRST + LAST


def test_a_watch_holds_no_batch():
    """What a batch has computed is gone when the loop lets go of it, all but the last graph."""
    alive = []
    with rnnlab.watch():
        model = Model()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(60):
            optimizer.zero_grad()
            loss = model(torch.randn(3, 5, 1)).square().mean()
            loss.backward()
            optimizer.step()
            alive.append(weakref.ref(loss))
    assert sum(reference() is not None for reference in alive) == 1


def test_the_trace_shows_the_loop_that_was_run():
    with rnnlab.watch() as report:
        train()
        model = Model().eval()
        with torch.no_grad():
            for _ in range(3):
                nn.functional.mse_loss(model(torch.ones(2, 5, 1)), torch.zeros(2, 5, 1))
        train(steps=1)
    text = str(report.trace)
    common, rare = text.split("1 of 13 updates:")
    phases = [line.split()[0] for line in common.splitlines()[1:]]
    assert common.startswith("12 of 13 updates:")
    assert phases == ["zero_grad", "forward", "loss", "backward", "step"]
    assert rare.count("(3 times)") == 2  # the forward and the loss of the evaluation
    assert common.count("loss.backward()") == rare.count("loss.backward()") == 1


def test_each_clipping_is_counted_once():
    weight = nn.Parameter(torch.ones(3))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    with rnnlab.watch() as report:
        for _ in range(4):
            optimizer.zero_grad()
            (1e3 * weight.sum()).backward()
            nn.utils.clip_grad_norm_([weight], 1.0)
            optimizer.step()
    assert report.trace.counts["clip"] == 4
    assert report.findings == []


def test_the_trace_does_not_grow_with_the_number_of_batches(monkeypatch):
    monkeypatch.setattr("rnnlab.doctor.trace.FIRST", 50)
    monkeypatch.setattr("rnnlab.doctor.trace.LAST", 60)
    with rnnlab.watch() as report:
        train(steps=100, clear=False)
    assert len([*report.trace]) == 110
    assert report.trace.counts["step"] == 100
    assert report.worst == "error"


def test_a_report_is_told_in_a_table_in_text_and_as_data():
    with rnnlab.watch() as report:
        assert "still on" in report.looked_at()
        train(clear=False)
    (finding,) = report.findings
    assert finding.where.text == "loss.backward()"
    assert finding.where.file == __file__
    assert "In 11 of 12 updates" in finding.what
    for text in (str(report), report._repr_html_()):
        for part in ("missing-zero-grad", "loss.backward()", "In 11 of 12 updates",
                     "optimizer.zero_grad()", "lesson 04_backward"):  # fmt: skip
            assert part in text
    assert json.loads(json.dumps(report.as_rows()))[0]["where"]["line"] == finding.where.line
    first, second = finding.what, finding.why  # a text of torch has no full stop
    assert f"{first}<br>{second}" in report._repr_html_()
    assert f"{first}%0A{second} Write: " in report.for_github()


def run_doctor(tmp_path, code, *options):
    script = tmp_path / "script.py"
    script.write_text(code)
    command = [sys.executable, "-m", "rnnlab.doctor", *options, str(script), "4"]
    return subprocess.run(command, capture_output=True, text=True)


SCRIPT = """
import sys, torch
from torch import nn
cell, optimizer = nn.RNN(1, 1), None
optimizer = torch.optim.SGD(cell.parameters(), lr=0.1)
for _ in range(int(sys.argv[1])):
    {clear}
    loss = nn.functional.mse_loss(cell(torch.randn(3, 2, 1))[0], torch.rand(3, 2, 1))
    loss.backward()
    optimizer.step()
"""


def test_the_command_runs_a_script_and_tells_by_its_exit_status(tmp_path):
    right = run_doctor(tmp_path, SCRIPT.format(clear="optimizer.zero_grad()"))
    assert (right.returncode, right.stderr) == (0, "")
    assert right.stdout.startswith("Nothing wrong found. Watched: 4 forward passes, 4 losses")
    wrong = run_doctor(tmp_path, SCRIPT.format(clear="pass"), "--json")
    assert wrong.returncode == 1
    (finding,) = json.loads(wrong.stdout)["findings"]
    assert (finding["code"], finding["where"]["line"]) == ("missing-zero-grad", 9)
    raising = run_doctor(tmp_path, "import torch\n(torch.ones(3).sum()).backward()\n")
    assert raising.returncode == 1
    assert "RuntimeError: element 0 of tensors does not require grad" in raising.stderr
    assert "error: no-graph" in raising.stdout
    unknown = run_doctor(tmp_path, "import torch\ntorch.zeros(2).to(torch.device('x'))\n")
    assert unknown.returncode == 1
    assert unknown.stdout.startswith("error: error\n")
    assert "script.py, line 2" in unknown.stdout
    assert "No mistake of the loop was seen before it." in unknown.stdout
    assert "Nothing wrong" not in unknown.stdout


def test_json_stands_alone_whatever_the_script_prints(tmp_path):
    noise = "import os\nprint('{')\nos.write(1, b'}')\nos.system('echo [')\n"
    noisy = noise + SCRIPT.format(clear="pass")
    found = run_doctor(tmp_path, noisy, "--json")
    assert [f["code"] for f in json.loads(found.stdout)["findings"]] == ["missing-zero-grad"]
    assert all(sign in found.stderr for sign in "{}[")
    file = tmp_path / "report.json"
    found = run_doctor(tmp_path, noisy, "--json", "--output", str(file))
    assert len(json.loads(file.read_text())["findings"]) == 1
    assert "{" in found.stdout


def test_github_shows_a_finding_beside_its_line(tmp_path):
    found = run_doctor(tmp_path, SCRIPT.format(clear="pass"), "--format", "github")
    file, line = str(tmp_path / "script.py"), 9
    assert found.stdout.startswith(
        f"::error file={file},line={line},title=missing-zero-grad::In 3 of 4 updates"
    )
    assert found.stdout.count("\n") == 1


def test_a_line_may_say_what_is_to_be_left_out(tmp_path):
    wrong = SCRIPT.format(clear="pass")
    for comment, status in (("missing-step, missing-zero-grad", 0), ("missing-step", 1)):
        ignoring = wrong.replace("backward()", f"backward()  # doctor: ignore[{comment}]")
        assert run_doctor(tmp_path, ignoring).returncode == status, comment


def test_a_warning_ends_with_status_1_and_a_note_with_0(tmp_path):
    made = "cell = nn.RNN(1, 1, dropout=0.5)\n"
    warned = SCRIPT.replace("optimizer = torch", f"{made}optimizer = torch")
    found = run_doctor(tmp_path, warned.format(clear="optimizer.zero_grad()"))
    assert "warning: dropout-without-effect" in found.stdout
    assert found.returncode == 1
    noted = SCRIPT.replace(", lr=0.1", " + [nn.Parameter(torch.ones(1), False)], lr=0.1")
    noted = noted.replace("cell.parameters()", "[*cell.parameters()]")
    assert run_doctor(tmp_path, noted.format(clear="optimizer.zero_grad()")).returncode == 0


def test_all_codes_are_listed():
    command = [sys.executable, "-m", "rnnlab.doctor", "--list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [code for code in RULES if f"\n{code} " not in listed] == []


# ---- nothing that it meets may disturb it --------------------------------------------------


def test_a_function_without_a_name_is_called():
    class Nameless(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return torch.ones(1)

    def call():
        return torch.overrides.handle_torch_function(partial(max), (value,), value)

    value = torch.ones(2).as_subclass(Nameless)
    with rnnlab.watch() as report:
        assert call() == 1.0
    assert report.trace.stumbled is None


def test_a_mode_of_the_users_own_stays_theirs():
    class Counting(TorchFunctionMode):
        seen = 0

        def __torch_function__(self, func, types, args=(), kwargs=None):
            Counting.seen += 1
            return func(*args, **(kwargs or {}))

    before = _get_current_function_mode()
    with rnnlab.watch() as report, Counting() as mine:
        losses, _ = train()
        assert _get_current_function_mode() is mine
    assert _get_current_function_mode() is before
    assert losses == train()[0]
    assert report.trace.stumbled is None
    assert Counting.seen > 100


def test_lazy_modules_are_followed_once_they_are_made():
    torch.manual_seed(0)
    rnn, head = nn.RNN(1, 4, batch_first=True), nn.LazyLinear(1)
    with rnnlab.watch() as report:
        inputs = torch.randn(5, 3, 6, 1)
        head(rnn(inputs[0])[0])
        optimizer = torch.optim.SGD([*rnn.parameters(), *head.parameters()], lr=0.1)
        for x in inputs:
            optimizer.zero_grad()
            nn.functional.mse_loss(head(rnn(x)[0]), 0.5 * x).backward()
            optimizer.step()
    assert (report.findings, report.trace.stumbled) == ([], None)


def test_a_folder_beside_the_package_is_the_users(tmp_path):
    script = Path(rnnlab.__file__).parents[0].with_name("rnnlab-mine") / "loop.py"
    assert is_users(str(script))
    assert not is_users(rnnlab.__file__)


def test_a_watch_that_ends_in_another_thread_leaves_no_patch():
    def left():
        patched = (Optimizer.zero_grad, nn.Module.zero_grad, torch.autograd.backward)
        made = (Optimizer.__init__, nn.RNNBase.__init__, _BaseDataLoaderIter.__next__)
        return *patched, *made, len(module_hooks._global_forward_hooks)

    before, watch = left(), rnnlab.watch()
    watch.__enter__()
    assert left() != before
    end = threading.Thread(target=watch.__exit__, args=(None, None, None))
    end.start()
    end.join()
    assert left() == before
    assert train()[0] == train()[0]
    while isinstance(_get_current_function_mode(), Recorder):  # this thread's own stack
        torch.overrides._pop_mode()


def test_a_mistake_at_its_end_hides_neither_the_loop_s_error_nor_the_report(monkeypatch):
    def fails(self):
        raise RuntimeError("at the end")

    monkeypatch.setattr("rnnlab.doctor.recording.gradients.GradientRecorder.conclude", fails)
    with pytest.raises(KeyError, match="own"), rnnlab.watch() as report:
        raise KeyError("the loop's own")
    assert report.trace.stumbled == "RuntimeError: at the end"
    assert [finding.code for finding in report.findings] == ["error"]


@pytest.mark.parametrize(
    "text", ["mat1 and mat2 shapes cannot be multiplied", "input has inconsistent input_size"]
)
def test_an_error_that_begins_as_one_of_torch_s_is_shown_as_it_is(text):
    with pytest.raises(RuntimeError, match=text), rnnlab.watch() as report:
        raise RuntimeError(text)
    assert [finding.code for finding in report.findings] == ["error"]
    assert text in report.findings[0].what


@pytest.mark.filterwarnings("error")
def test_watching_warns_of_nothing_of_its_own():
    torch.manual_seed(0)
    rnn, head = nn.RNN(1, 4, batch_first=True), nn.Linear(4, 1)
    optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
    with rnnlab.watch() as report:
        for x in torch.randn(6, 1, 5, 1):  # one sequence a batch: a single target
            optimizer.zero_grad()
            nn.functional.mse_loss(head(rnn(x)[0][:, -1]), x.mean(1)).backward()
            optimizer.step()
    assert (report.findings, report.trace.stumbled) == ([], None)


def test_forward_passes_are_counted_as_people_do():
    torch.manual_seed(0)
    layer, cell, head = nn.GRU(1, 4, batch_first=True), nn.GRUCell(1, 4), nn.Linear(4, 1)
    inputs = torch.randn(3, 2, 5, 1)  # 3 batches of 2 sequences

    def of_layer(x):
        return torch.stack([head(h) for h in layer(x)[0].unbind(1)], 1)

    def of_cell(x):
        h, outputs = None, []
        for value in x.unbind(1):
            h = cell(value, h)
            outputs.append(head(h))
        return torch.stack(outputs, 1)

    for predict in (of_layer, of_cell):
        with rnnlab.watch() as report:
            for x in inputs:
                layer.zero_grad()
                nn.functional.mse_loss(predict(x), x.cumsum(1)).backward()
        assert "Watched: 3 forward passes, 3 losses, 3 backward passes" in report.looked_at()


@pytest.mark.parametrize(("scale", "found"), [(2.0, ["outputs-cannot-reach"]), (0.5, [])])
def test_a_recurrence_without_a_readout_ends_at_one(scale, found):
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 3)
    optimizer = torch.optim.Adam(lstm.parameters(), lr=0.01)
    with rnnlab.watch() as report:
        for x in torch.rand(12, 7, 4, 3) * 2 - 1:
            optimizer.zero_grad()
            nn.functional.mse_loss(lstm(x)[0], scale * x).backward()
            optimizer.step()
    assert [finding.code for finding in report.findings] == found
    assert report.worst == ("note" if found else None)


class Unreadable(Exception):
    def __str__(self):
        raise RuntimeError("this exception has no text")


def test_an_exception_that_no_rule_knows_is_a_finding():
    for error in (KeyError("row"), Unreadable()):
        with pytest.raises(type(error)), rnnlab.watch() as report:
            raise error
        (finding,) = report.findings
        assert (finding.code, finding.severity) == ("error", "error")
        assert finding.what.startswith(type(error).__name__)
        assert finding.where.line
    with pytest.raises(KeyboardInterrupt), rnnlab.watch() as report:
        raise KeyboardInterrupt
    assert report.findings == []  # nobody's mistake
