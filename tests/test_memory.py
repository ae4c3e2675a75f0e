"""A lab in a real kernel: how much memory it takes, and that restarts and re-runs keep none."""

import psutil
import pytest
from jupyter_client.manager import start_new_kernel

LAB = """
import rnnlab
lab = rnnlab.TrainingLab()
history = lab.run()
lab
"""
# a lab, what begins it again, and how long it is left at work then, in seconds
LABS = {
    "TrainingLab": (LAB, "await rewind(k); lab.learning_rate = (0.003, 0.01)[k % 2]", 0.06),
    "LoopStepper": (
        "import rnnlab\nlab = rnnlab.LoopStepper(speed=8)\nlab",
        "lab.seed = k % 2; lab.next_batch()",
        0.01,
    ),
    "GradientLab": (
        "import rnnlab\nlab = rnnlab.GradientLab(length=20)\nlab",
        "lab.scale = (1.0, 2.0)[k % 2]",
        0.06,
    ),
    "StateLab": ("import rnnlab\nlab = rnnlab.StateLab()\nlab", "lab.window = (3, 5)[k % 2]", 0.06),
}
RESTART = """
import asyncio, gc
async def rewind(k):
    lab.epoch = k % 3
    await asyncio.sleep(0.02)
    if k % 5 == 4:  # an earlier run, and some of its film
        lab._viewer.strip._buttons[k % len(lab._viewer.strip._runs)].click()
        lab._viewer.film._play.click()
        await asyncio.sleep(0.15)
        lab.buttons["Stop"].click()  # the run that went on until then, and waits
        await asyncio.sleep(0.01)
    lab.free_running = k % 2 == 0
async def restart(times):
    for k in range(times):
        {again}
        await asyncio.sleep({seconds})
    while lab._busy:
        await asyncio.sleep(0.01)
await restart({times})
"""
STATE = """
import asyncio, gc
from matplotlib.figure import Figure
from tests.memory import open_widgets
while lab._busy:
    await asyncio.sleep(0.01)
await asyncio.sleep(0.5)
gc.collect()
figures = sum(issubclass(type(thing), Figure) for thing in gc.get_objects())
runners = sum("Runner" in repr(task) for task in asyncio.all_tasks())
print(figures, len(open_widgets()), runners)
"""
USED = """
from tests.memory import in_use
print(f"{in_use():.1f}")
"""


TIMES = 200


class Kernel:
    """A kernel that runs code as JupyterLab does: each request names its cell."""

    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="python3")
        self.process = psutil.Process(self.manager.provisioner.pid)

    def run(self, code, cell="another"):
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        content |= {"user_expressions": {}, "stop_on_error": True}
        request = self.client.session.msg("execute_request", content, metadata={"cellId": cell})
        self.client.shell_channel.send(request)
        printed = []
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            kind, content = message["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                continue
            assert kind != "error", "\n".join(content["traceback"])
            if kind == "stream" and content["name"] == "stdout":
                printed.append(content["text"])
            if kind == "status" and content["execution_state"] == "idle":
                return "".join(printed).split()

    def megabytes(self):
        return self.process.memory_info().rss / 2**20


@pytest.fixture
def kernel():
    kernel = Kernel()
    yield kernel
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel(now=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", LABS)
def test_restarts_keep_no_memory(kernel, report, name):
    lab, again, seconds = LABS[name]
    settle = 80 if name == "TrainingLab" else 40  # restarts until the allocators have settled
    kernel.run(lab)
    kernel.run(RESTART.format(again=again, seconds=seconds, times=settle))
    before, *state, used = kernel.megabytes(), *kernel.run(STATE), *kernel.run(USED)
    kernel.run(RESTART.format(again=again, seconds=seconds, times=TIMES))
    after, *state_after, used_after = kernel.megabytes(), *kernel.run(STATE), *kernel.run(USED)
    report(
        f"kernel with a {name}: {before:.0f} MB, {used} in use; after {TIMES} more restarts "
        f"{after:.0f} MB, {used_after} in use"
    )
    assert float(used_after) - float(used) < 2
    assert state_after == state
    assert state[-1] == "0"
    assert before < 600
    assert after - before < 10


@pytest.mark.slow
def test_a_cell_run_again_ends_its_earlier_lab(kernel):
    kernel.run(LAB, cell="lab")
    state = kernel.run(STATE)
    for _ in range(3):
        kernel.run("earlier = lab\nlab.epochs = 500")
        assert kernel.run("print(earlier._runner.busy)") == ["True"]
        kernel.run(LAB, cell="lab")
        assert kernel.run("print(earlier._runner.busy, earlier.comm)") == ["False", "None"]
    kernel.run("del earlier")
    assert kernel.run(STATE) == state
    kernel.run(LAB.replace("lab = ", "second = lab = "), cell="another lab")
    assert kernel.run("print(second.comm is None)") == ["False"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in LABS if name != "TrainingLab"])
def test_every_lab_run_again_ends_the_earlier_one(kernel, name):
    code, again, _ = LABS[name]
    kernel.run(code, cell="lab")
    state = kernel.run(STATE)
    for k in range(3):
        kernel.run(f"earlier, k = lab, {k}\n{again}")
        kernel.run(code, cell="lab")
        assert kernel.run("print(earlier._runner.busy, earlier.comm)") == ["False", "None"]
    kernel.run("del earlier")
    assert kernel.run(STATE) == state


TWENTY = """
import rnnlab
from rnnlab.widgets.base import Lab
makers = [
    lambda: rnnlab.TrainingLab("sine", epochs=3), lambda: rnnlab.LoopStepper(),
    lambda: rnnlab.GradientLab(length=20), lambda: rnnlab.StateLab(epochs=1),
    lambda: rnnlab.LandscapeLab("sine", epochs=2, seeds=1),
]
labs = []
"""
WORK = """
import asyncio
for lab in labs:
    (lab.buttons["Next epoch" if "Next epoch" in lab.buttons else "Train"].click()
     if hasattr(lab, "buttons") else setattr(lab, "scale", 2.0))
await asyncio.sleep(0.1)
while any(lab._busy for lab in labs):
    await asyncio.sleep(0.02)
await asyncio.sleep(1.5)  # what is kept of each is renewed
print(sum(lab._message.value == "" for lab in labs))
for lab in labs:
    kind = type(lab).__name__
    if kind == "TrainingLab":
        assert f"Run {k} is finished" in lab._status.value, lab._status.value
    elif kind == "LoopStepper":
        assert len(lab.stepper.history.epochs) == k
    elif kind in ("StateLab", "LandscapeLab"):
        assert "Training is finished" in lab._status.value, lab._status.value
    assert lab._kept._last == lab._kept_page()
"""
CLOSED = STATE.replace("while lab._busy:\n    await asyncio.sleep(0.01)\n", "")


def use_labs(kernel, count):
    """Show so many labs, have all at work twice, close them; return MB shown, worked, in use."""
    for k in range(count):
        kernel.run(f"labs.append(makers[{k % 5}]())\nlabs[-1]", cell=f"lab {k}")
    shown = kernel.megabytes()
    for k in (1, 2):
        assert kernel.run(f"k = {k}\n{WORK}") == [str(count)]
    worked, in_use = kernel.megabytes(), float(*kernel.run(USED))
    assert kernel.run("print(sum(lab.closed for lab in labs))") == ["0"]
    kernel.run("for lab in labs:\n    lab.close()\nlabs.clear()")
    assert kernel.run("Out.clear(); _ = __ = ___ = lab = None\n" + CLOSED) == ["0", "0", "0"]
    return shown, worked, in_use


@pytest.mark.slow
def test_twenty_labs_in_one_notebook_work_side_by_side(kernel, report):
    kernel.run(TWENTY)
    use_labs(kernel, 5)  # of each kind one: what is loaded at its first use stays
    before, in_use = kernel.megabytes(), float(*kernel.run(USED))
    shown, worked, in_use_of_all = use_labs(kernel, 20)
    after, in_use_after = kernel.megabytes(), float(*kernel.run(USED))
    report(
        f"twenty labs in one notebook: {before:.0f} MB before, {shown:.0f} shown, {worked:.0f} "
        f"after two runs each, {after:.0f} closed; in use {in_use:.0f}, {in_use_of_all:.0f}, "
        f"{in_use_after:.0f}"
    )
    assert in_use_of_all - in_use < 20 * 15
    assert in_use_after - in_use < 5  # the closed labs, which the notebook's _1, _2, ... hold, too
