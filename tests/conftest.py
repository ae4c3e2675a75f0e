import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Models this small lose on more than one thread, by a factor where cores are shared."""
    torch.set_num_threads(1)
