"""What a training step frees stays for the next step, and goes back to the system after the run."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="rnnlab.runs.memory speaks to glibc's malloc only"
)

FAULTS = """
import contextlib, resource, sys, torch, rnnlab
from rnnlab.runs import fitting
if sys.argv[1] == "given back":
    fitting.freed_memory_kept = contextlib.nullcontext
torch.set_num_threads(1)
batches = rnnlab.Batches(torch.randn(6 * 32, 400, 1), torch.randn(6 * 32, 400, 1), 32)
model = rnnlab.SequenceModel(1, 128, 1, "lstm")
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
rnnlab.fit(model, batches, loss_fn="mse", epochs=1, progress=False, device="cpu")
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
RESIDENT = """
import resource, torch
from rnnlab.runs.memory import freed_memory_kept
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20
def use():  # 400 MB, free again at once
    [torch.ones(2**20) for _ in range(100)]
use()
print(resident())
with freed_memory_kept():
    use()
    print(resident())
print(resident())
"""


def printed(script, *arguments):
    command = [sys.executable, "-c", script, *arguments]
    return [float(word) for word in subprocess.check_output(command, text=True).split()]


def test_a_step_has_the_memory_of_the_step_before():
    kept, given_back = (printed(FAULTS, how)[0] for how in ("kept", "given back"))
    assert 2 * kept < given_back  # page faults of 6 steps, of which the first has its own


def test_freed_memory_goes_back_after_the_block():
    before, inside, after = printed(RESIDENT)
    assert inside - before > 300
    assert after - before < 100
