"""A lab in a real kernel: how much memory it takes, and that restarts and re-runs keep none."""

import psutil
import pytest
from jupyter_client.manager import start_new_kernel

RESTARTS = 200
LAB = """
import rnnlab
lab = rnnlab.TrainingLab()
history = lab.run()
lab
"""
RESTART = """
import asyncio, gc
async def restart(times):
    for k in range(times):
        lab.learning_rate = (0.003, 0.01)[k % 2]
        await asyncio.sleep(0.06)
    while lab._runner.steps is not None:
        await asyncio.sleep(0.01)
await restart({times})
"""
STATE = """
import gc, ipywidgets
from matplotlib.figure import Figure
gc.collect()
figures = sum(type(thing) is Figure for thing in gc.get_objects())
print(lab.runs, len(lab.history.epochs), figures, len(ipywidgets.widgets.widget._instances))
"""


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


def test_restarts_keep_no_memory(kernel, report):
    kernel.run(LAB)
    kernel.run(RESTART.format(times=40))  # allocators settle
    before, runs, *state = kernel.megabytes(), *kernel.run(STATE)
    kernel.run(RESTART.format(times=RESTARTS))
    after, runs_after, *state_after = kernel.megabytes(), *kernel.run(STATE)
    report(f"kernel with a lab: {before:.0f} MB, after {RESTARTS} more restarts {after:.0f} MB")
    assert int(runs_after) == int(runs) + RESTARTS
    assert state_after == state
    assert before < 600
    assert after - before < 10


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
