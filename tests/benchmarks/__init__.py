"""What rnnlab costs, measured: `python -m tests.benchmarks` prints it as tables.

Importing the package comes before importing what is measured: one thread, and Keras on JAX, its
fastest backend, where that is installed; `KERAS_BACKEND=torch` has it on torch.
"""

import os
from importlib.util import find_spec

for _library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"
os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
os.environ.setdefault("KERAS_BACKEND", "jax" if find_spec("jax") else "torch")
