"""A process is killed (kill -9) at random moments; what resumes ends as the run never killed."""

import multiprocessing
import random
import signal
import time

import pytest
from jupyter_client.manager import start_new_kernel

from rnnlab.runs import checkpoints
from rnnlab.runs.random_states import random_state, set_random_state
from rnnlab.widgets.live import on_threads
from tests import killed_run
from tests.sizes import short_or_long
from tests.test_checkpoints import equal

SEED = 7


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return what the run that nobody kills leaves, all of it."""
    path, before = tmp_path_factory.mktemp("whole") / "run.pt", random_state()
    fraction = checkpoints.FRACTION
    with on_threads(1):
        killed_run.fit(path)
    checkpoints.FRACTION = fraction
    set_random_state(before)
    return checkpoints.read(path)


def steps_in(path):
    return checkpoints.read(path)["index"] if path.exists() else 0


@short_or_long("kills", 3, 50)
def test_resumed_after_kills_a_run_ends_as_the_one_never_killed(kills, whole, tmp_path, report):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.killed_run"])

    def start(path):
        process = context.Process(target=killed_run.fit, args=(path,))
        process.start()
        while not path.exists():  # importing takes longer than the run
            time.sleep(0.001)
        return process, time.perf_counter()

    process, began = start(tmp_path / "timed.pt")
    process.join()
    lasts = time.perf_counter() - began
    moments, stopped_at = random.Random(SEED), []
    for k in range(kills):
        path = tmp_path / f"{k}.pt"
        process, _ = start(path)
        time.sleep(moments.uniform(0, lasts))
        process.kill()
        process.join()
        stopped_at.append(steps_in(path))  # whole: it can be read
        process, _ = start(path)
        process.join()
        assert equal(checkpoints.read(path), whole), f"killed after {stopped_at[-1]} steps"
    steps = len(whole["history"])
    within = sum(0 < stop < steps for stop in stopped_at)
    report(f"{kills} runs of {steps} steps killed, {within} of them with a checkpoint on the way: "
           "each resumed to the same end, bit for bit")  # fmt: skip
    assert within > kills / 2 or kills < 10  # few may all come before or after


@pytest.mark.slow
@pytest.mark.parametrize("kills", [5])
def test_a_killed_kernel_is_restarted_and_the_same_cell_goes_on(kills, whole, tmp_path, report):
    manager, client = start_new_kernel(kernel_name="python3")
    moments = random.Random(SEED)
    try:
        for k in range(kills):
            path = tmp_path / f"{k}.pt"
            cell = f"from tests import killed_run\nkilled_run.fit({str(path)!r})"
            client.execute_interactive("from tests import killed_run; import rnnlab.runs.fitting")
            client.execute(cell)
            while not path.exists():
                time.sleep(0.001)
            time.sleep(moments.uniform(0, 0.3))
            manager.signal_kernel(signal.SIGKILL)
            manager.restart_kernel(now=True)
            client.wait_for_ready(timeout=60)
            reply = client.execute_interactive(cell, timeout=120)
            assert reply["content"]["status"] == "ok", reply["content"]
            assert equal(checkpoints.read(path), whole)
        report(f"{kills} kernels killed, each run resumed to the same end, bit for bit")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
