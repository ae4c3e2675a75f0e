"""A pretended GPU, for machines without one: strict about devices, and computed by the CPU.

library = build(folder)  # with the C++ compiler of this machine
device = load(library)   # for the rest of this process
"""

import shutil
import subprocess
import types
from pathlib import Path

import torch
from torch import nn

NAME = "pretended"
COMPILER = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")


def build(folder):
    """Compile the device into a folder, and return the path of the library."""
    torchs, library = Path(torch.__file__).parent, Path(folder) / "device.so"
    options = ["-std=c++20", "-O0", "-w", "-fPIC", "-shared", "-o", library]
    headers = [f"-I{torchs / part}" for part in ("include", "include/torch/csrc/api/include")]
    libraries = [f"-L{torchs / 'lib'}", "-lc10", "-ltorch_cpu", f"-Wl,-rpath,{torchs / 'lib'}"]
    line = [COMPILER, *options, *headers, Path(__file__).parent / "device.cpp", *libraries]
    done = subprocess.run([*map(str, line)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return library


def load(library):
    """Add the device to the torch of this process, and return it."""
    torch.ops.load_library(str(library))
    torch.utils.rename_privateuse1_backend(NAME)
    module = types.ModuleType(NAME)
    module.is_available = module.is_initialized = lambda: True
    module.current_device, module.device_count = (lambda: 0), (lambda: 1)
    module._is_in_bad_fork, module.manual_seed_all = (lambda: False), (lambda seed: None)
    module.get_amp_supported_dtype = list
    torch._register_device_module(NAME, module)
    nn.Module._apply = _keeping_parameters(nn.Module._apply)
    return torch.device(NAME, 0)


def _keeping_parameters(apply):
    """Return a move of modules that keeps their parameters, as a move to a GPU does."""

    def swapping(module, *args, **kwargs):
        torch.__future__.set_swap_module_params_on_conversion(True)
        try:
            return apply(module, *args, **kwargs)
        finally:
            torch.__future__.set_swap_module_params_on_conversion(False)

    return swapping
