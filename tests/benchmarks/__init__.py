"""What rnnlab costs, measured: `python -m tests.benchmarks` prints it as tables.

Importing the package comes before importing what is measured: one thread, and Keras on torch.
"""

import os

for _library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"
os.environ["KERAS_BACKEND"] = "torch"
