"""Everything that takes tensors does the same on a GPU as on the CPU, and mixes no devices.

The tests run on the CPU, on a GPU where there is one (`pytest -m gpu`), and on a pretended one (see
`tests.pretended`), in a process of its own: there the variable RNNLAB_PRETENDED names the library.
"""

import copy
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn
from torch.nn import functional

import rnnlab
from rnnlab import probes
from rnnlab.microscope.faults import FAULTS
from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.model import bptt
from rnnlab.tasks.catalogue import TASKS
from rnnlab.tasks.common import ValidationData, loss_on
from rnnlab.tasks.recall import RecallTask
from tests import pretended
from tests.rank_cases import CASES, of_sizes, sequence_model, shuffled, start
from tests.rank_runs import left
from tests.test_own_cell import MGU
from tests.test_ranks import furthest, needs_ranks, torchrun

CLOSE = 1e-5
CELLS = ("rnn", "gru", "lstm")
PRETENDED = os.environ.get("RNNLAB_PRETENDED")
on_gpu = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA GPU"),
]


@pytest.fixture(
    params=["pretended"] if PRETENDED else ["cpu", pytest.param("cuda", marks=on_gpu)],
    scope="module",
)
def device(request):
    """Return the device, with products as exact as the CPU's."""
    if PRETENDED:
        return pretended.load(PRETENDED)
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device(request.param, 0) if request.param == "cuda" else torch.device("cpu")


@pytest.fixture
def auto(device, monkeypatch):
    """Let "auto" be the device, as it is where that is a GPU."""
    known = rnnlab.base.checks.resolve_device
    monkeypatch.setattr(
        "rnnlab.runs.ranks.resolve_device", lambda name: device if name == "auto" else known(name)
    )


def both(device, cell="gru", **options):
    """Return the same model on the CPU and on the device."""
    torch.manual_seed(0)
    model = sequence_model(cell, **options)
    return model, copy.deepcopy(model).to(device)


def near(found, expected):
    """Whether tensors, or tuples and dictionaries of them, are the same up to rounding."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(near(found[k], expected[k]) for k in found)
    if isinstance(expected, tuple | list):
        return len(found) == len(expected) and all(map(near, found, expected))
    return torch.allclose(
        torch.as_tensor(found).cpu(), torch.as_tensor(expected), atol=CLOSE, rtol=CLOSE,
        equal_nan=True,
    )  # fmt: skip


def on_cpu(run_left):
    steps, weights = run_left
    return steps, {name: value.cpu() for name, value in weights.items()}


# ---- training ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_a_run_is_that_of_the_cpu(name, device):
    """Three cells, by hand and torch's own; reset and carry; clipping; losses; validation."""
    right = left(start(name, False, device="cpu"))
    run = start(name, False, device=device)
    found = left(run)
    assert {p.device for p in run.model.parameters()} == {device}
    assert furthest(on_cpu(found), right) < CLOSE


@pytest.mark.parametrize("cell", CELLS[:2])
def test_bptt_by_hand_in_torch_is_that_of_the_cpu(cell, device):
    torch.manual_seed(0)
    forward, backward = getattr(bptt, f"{cell}_forward"), getattr(bptt, f"{cell}_backward")
    w_ih, w_hh, b_ih, b_hh = (p.detach() for p in sequence_model(cell).recurrence.parameters())
    biases = [b_ih + b_hh] if cell == "rnn" else [b_ih, b_hh]
    x, h_0, d_outputs = torch.randn(6, 3, 1), torch.randn(3, 8), torch.randn(6, 3, 8)

    def gradients(place):
        there = [tensor.to(place) for tensor in (x, h_0, w_ih, w_hh, *biases)]
        states = forward(*there)
        return backward(d_outputs.to(place), there[0], states, *there[2:4])

    assert near(gradients(device), gradients("cpu"))


@pytest.mark.parametrize(("first", "second"), [("device", "cpu"), ("cpu", "device")])
def test_a_run_goes_on_on_another_device(first, second, device, tmp_path):
    places = {"device": device, "cpu": torch.device("cpu")}
    options = {"loss_fn": "mse", "clip_norm": 0.3, "progress": False}
    path = tmp_path / "run.pt"

    def fit(place, epochs, resume=False, **more):
        torch.manual_seed(1)
        model = sequence_model("gru", num_layers=2)
        history = rnnlab.fit(
            model, shuffled(24, 8), epochs=epochs, device=places[place], resume=resume, **options,
            **more,
        )  # fmt: skip
        return history.steps, model

    right, model = fit("cpu", 4)
    fit(first, 2, checkpoint=path)
    found, other = fit(second, 4, checkpoint=path, resume=True)
    assert {p.device for p in other.parameters()} == {places[second]}
    states = [(steps, dict(m.state_dict())) for steps, m in ((found, other), (right, model))]
    assert furthest(*map(on_cpu, states)) < CLOSE


RANK_RUN = """
import sys, torch, rnnlab
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel
from tests.rank_cases import sequence_model, shuffled
from tests.rank_runs import left

kind, path = sys.argv[1:]
torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
several = kind == "cuda" and torch.cuda.device_count() > 1
dist.init_process_group("nccl" if several else "gloo")
rank = dist.get_rank()
device = torch.device(kind, rank if several else 0) if kind == "cuda" else torch.device("cpu")
torch.manual_seed(1)
model = DistributedDataParallel(sequence_model("gru").to(device))
run = rnnlab.train(
    model, rnnlab.Shard(shuffled(25, 8)), loss_fn="mse", learning_rate=0.01, epochs=3,
    clip_norm=0.3, validation=rnnlab.Shard(shuffled(9, 4)),
)
steps, weights = left(run)
rnnlab.save_checkpoint(run, path + ".run")
if rank == 0:
    torch.save((steps, {name: value.cpu() for name, value in weights.items()}), path)
dist.destroy_process_group()
"""


@needs_ranks
@pytest.mark.slow
@pytest.mark.skipif(bool(PRETENDED), reason="gloo and nccl send from CPUs and GPUs alone")
def test_two_ranks_are_one_process(device, tmp_path):
    """By nccl, where there are two GPUs; two ranks share one GPU by gloo."""
    (tmp_path / "ranks.py").write_text(RANK_RUN)
    done = torchrun(2, tmp_path / "ranks.py", device.type, tmp_path / "left.pt")
    assert done.returncode == 0, done.stderr[-3000:]
    torch.manual_seed(1)
    alone = rnnlab.train(
        sequence_model("gru"), shuffled(25, 8), loss_fn="mse", learning_rate=0.01, epochs=3,
        clip_norm=0.3, validation=shuffled(9, 4), device="cpu",
    )  # fmt: skip
    assert furthest(torch.load(tmp_path / "left.pt"), left(alone)) < CLOSE


@pytest.mark.parametrize("cell", CELLS[:2])
def test_a_stack_takes_batches_from_anywhere_and_models_of_the_cpu_alone(cell, device):
    models, theirs = [sequence_model(cell) for _ in range(2)], sequence_model(cell).to(device)
    if device.type != "cpu":
        with pytest.raises(ValueError, match="a stack trains on the CPU: train them one by one"):
            rnnlab.train_stacked([theirs], [shuffled(9, 4)], loss_fn="mse")
    alone, pairs = copy.deepcopy(models[0]), of_sizes(5, 5, 3)
    there = [tuple(part.to(device) for part in pair) for pair in pairs]
    data = ValidationData(there[:2], there[0][0])
    stack = rnnlab.train_stacked(models, [there, there], loss_fn="mse", epochs=2, validation=data)
    for _ in stack:
        pass
    run = rnnlab.train(
        alone, pairs, loss_fn="mse", epochs=2, device="cpu",
        validation=lambda model: loss_on(data, model, "mse"),
    )  # fmt: skip
    assert furthest((stack.histories[0].steps, {}), (left(run)[0], {})) < CLOSE


class OnDevice(RecallTask):
    """A task whose data lie on a device."""

    place = torch.device("cpu")

    def batches(self, *args, **kwargs):
        return [tuple(part.to(self.place) for part in pair) for pair in super().batches()]


def test_a_sweep_takes_a_task_whose_data_lie_on_the_device(device, monkeypatch, tmp_path):
    def losses(place):
        monkeypatch.setattr(OnDevice, "place", place)
        grid = {
            "cell": ["rnn", "lstm"],
            "epochs": 1,
            "hidden_size": 4,
            "learning_rate": [0.1, 0.01],
        }
        path = tmp_path / f"{place.type}.csv"  # beside it stand fingerprints of the data
        with ThreadPoolExecutor(1) as pool:
            table = rnnlab.sweep(OnDevice(length=128), grid, executor=pool, path=path)
        return [row["validation_loss"] for row in table]

    assert near(losses(device), losses(torch.device("cpu")))


# ---- looking -----------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_probes_see_what_they_see_on_the_cpu(cell, device):
    (inputs, targets), (model, moved) = of_sizes(5)[0], both(device, cell, num_layers=2)
    there = inputs.to(device), targets.to(device)
    for layer in (0, 1):
        right = probes.gradient_through_time(model, inputs, targets, "mse", layer=layer)
        assert near(probes.gradient_through_time(moved, *there, "mse", layer=layer), right)
    assert near(probes.hidden_states(moved, there[0]), probes.hidden_states(model, inputs))
    assert near(probes.spectral_radius(moved), probes.spectral_radius(model))
    if cell != "rnn":
        assert near(probes.gate_activity(moved, there[0]), probes.gate_activity(model, inputs))
    for one, batch in ((model, (inputs, targets)), (moved, there)):
        functional.mse_loss(one(batch[0])[0], batch[1]).backward()
    assert near(probes.parameter_gradients(moved), probes.parameter_gradients(model))


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_the_stepper_goes_as_on_the_cpu_and_back(fault, device):
    carries = fault == "state-not-detached"

    def history(place):
        torch.manual_seed(0)
        stepper = PhaseStepper(
            sequence_model(), of_sizes(8, 8, 4) if carries else shuffled(20, 8), loss_fn="mse",
            clip_norm=0.1, hidden_state="carry" if carries else "reset", fault=fault, device=place,
        )  # fmt: skip
        if carries:  # torch refuses it, on any device
            stepper.next_batch()
            with pytest.raises(RuntimeError, match="backward through the graph a second time"):
                stepper.next_batch()
            return [tuple(step) for step in stepper.history.steps], {}
        for _ in range(4):
            stepper.next_batch()
        for _ in range(9):
            assert stepper.back()
        while len(stepper.history) < 4:
            stepper.next_phase()
        return [tuple(step) for step in stepper.history.steps], {}

    assert furthest(history(device), history(torch.device("cpu"))) < CLOSE


def test_a_lab_of_ones_own_model_shows_each_phase(auto, device):
    model, batches = sequence_model("lstm").to(device), of_sizes(8, 8, 4)
    lab = rnnlab.LoopStepper(model=model, batches=batches, loss_fn="mse", seed=1)
    said = set()
    for act in (*[lab.next_phase] * 14, lab.back, lab.next_epoch):
        act()
        said.add(lab.describe())
        assert not lab._errors.outputs
    assert lab.stepper.batch.inputs.device == device
    assert len(said) > 12
    lab.close()


LABS = [rnnlab.TrainingLab, rnnlab.GradientLab, rnnlab.StateLab, rnnlab.LandscapeLab]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA GPU")
@pytest.mark.parametrize("make", LABS)
def test_a_lab_trains_on_the_cpu_beside_a_gpu(make):
    lab = make()
    if hasattr(lab, "run"):
        lab.run()
    assert lab.describe()
    assert not lab._errors.outputs
    lab.close()


# ---- tasks and models --------------------------------------------------------------------


@pytest.mark.parametrize("name", TASKS)
def test_a_task_asks_a_model_anywhere(name, device):
    task = rnnlab.load_task(name)
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(task.input_size, 4, task.output_size)
    moved = copy.deepcopy(model).to(device)
    assert near(task.validation_loss(moved), task.validation_loss(model))
    assert task.words(moved) == task.words(model)
    for found, right in zip(task.answers(moved), task.answers(model), strict=True):
        if isinstance(right, torch.Tensor):
            assert near(found, right)
        else:
            assert found == right


@pytest.mark.parametrize("cell", [*CELLS, MGU], ids=str)
def test_lengths_symbols_and_single_steps(cell, device):
    torch.manual_seed(0)
    model = rnnlab.SequenceModel(5, 4, 2, cell, num_layers=2, embedding_size=3)
    moved = copy.deepcopy(model).to(device)
    symbols, lengths = torch.randint(0, 5, (3, 6)), torch.tensor([6, 2, 4])
    targets = torch.tensor([0, 1, 1])
    for place in (torch.device("cpu"), device):
        assert near(moved((symbols.to(device), lengths.to(place))), model((symbols, lengths)))
    assert near(moved.one_step(symbols[:, 0].to(device)), model.one_step(symbols[:, 0]))
    batches = [((symbols, lengths), targets)]
    runs = [
        left(rnnlab.train(m, batches, loss_fn="cross_entropy", epochs=3, device=place))
        for m, place in ((moved, device), (model, "cpu"))
    ]
    assert furthest(on_cpu(runs[0]), runs[1]) < CLOSE


def test_data_may_lie_on_the_device(device):
    model, moved = both(device)
    pairs = [part.to(device) for part in of_sizes(24)[0]]
    right = left(rnnlab.train(
        model, rnnlab.Batches(*of_sizes(24)[0], 8, shuffle=True), loss_fn="mse", epochs=2,
        device="cpu",
    ))  # fmt: skip
    batches = rnnlab.Batches(*pairs, 8, shuffle=True)
    found = left(rnnlab.train(moved, batches, loss_fn="mse", epochs=2, device=device))
    assert furthest(on_cpu(found), right) < CLOSE
    assert near(rnnlab.evaluate(moved, batches, loss_fn="mse"),
                rnnlab.evaluate(model, batches, loss_fn="mse"))  # fmt: skip


# ---- the doctor --------------------------------------------------------------------------


def loop(device, mistake=""):
    torch.manual_seed(0)
    model = nn.GRU(1, 8, batch_first=True).to(device)
    readout = nn.Linear(8, 1).to(device)
    optimizer = torch.optim.Adam([*model.parameters(), *readout.parameters()], lr=0.01)
    for _ in range(3):
        for inputs, targets in shuffled(24, 8):
            inputs, targets = inputs.to(device), targets.to(device)
            if mistake == "forgotten":
                targets = targets.cpu()
            if mistake != "kept":
                optimizer.zero_grad()
            loss = functional.mse_loss(readout(model(inputs)[0]), targets)
            loss.backward()
            optimizer.step()


def codes(device, mistake=""):
    report = None
    try:
        with rnnlab.watch() as report:
            loop(device, mistake)
    except RuntimeError:
        assert mistake == "forgotten"
    return [finding.code for finding in report.findings if finding.severity != "note"]


def test_the_doctor_says_nothing_of_a_correct_loop_and_names_the_mistake(device):
    assert codes(device) == []
    assert codes(device, "kept") == ["missing-zero-grad"]
    if device.type != "cpu":
        assert codes(device, "forgotten") == ["device-mismatch"]


def test_preflight_finds_the_same(device):
    model, moved = both(device)
    batches = [*shuffled(24, 8)]
    there = [tuple(part.to(device) for part in pair) for pair in batches]
    right = rnnlab.preflight(model, batches, "mse")
    for found in (rnnlab.preflight(moved, batches, "mse"), rnnlab.preflight(moved, there, "mse")):
        verdicts = [(check.name, check.verdict) for check in found.checks]
        assert verdicts == [(check.name, check.verdict) for check in right.checks], found


# ---- all of this on a pretended GPU ------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(bool(PRETENDED), reason="this is that process")
@pytest.mark.skipif(pretended.COMPILER is None, reason="there is no C++ compiler here")
def test_all_of_this_on_a_pretended_gpu(tmp_path, report):
    library = pretended.build(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-W", "ignore", __file__],
        env={**os.environ, "RNNLAB_PRETENDED": str(library)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:]
    report(f"on a pretended GPU: {done.stdout.strip().splitlines()[-1]}")
