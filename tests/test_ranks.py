"""The loop on several ranks, under real torchrun, is the loop of one process with whole batches."""

import os
import subprocess
import sys

import pytest
import torch
from torch import distributed as dist
from torch.utils.data import DataLoader, TensorDataset

import rnnlab
from rnnlab.runs import checkpoints
from tests import rank_runs
from tests.rank_cases import CASES, EPOCHS, of_sizes, pairs, shuffled, start
from tests.rank_runs import left
from tests.test_checkpoints import equal

HANGS = 240  # seconds, after which processes that wait for one another are ended

needs_ranks = pytest.mark.skipif(
    not (dist.is_available() and dist.is_gloo_available()),
    reason="this torch has no gloo, which joins processes on CPUs",
)


def torchrun(ranks, *command):
    """Start processes as the command line does, and return how they ended."""
    return subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone",
         "--nproc-per-node", str(ranks), *map(str, command)],
        env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=HANGS,
    )  # fmt: skip


def keeping(how):
    """Call, and leave what decides how often checkpoints are written as it was."""
    fraction = checkpoints.FRACTION
    try:
        return how()
    finally:
        checkpoints.FRACTION = fraction


RANKS = [pytest.param(ranks, marks=pytest.mark.slow) for ranks in (2, 3)]


@pytest.fixture(scope="module", params=RANKS)
def on_ranks(request, tmp_path_factory):
    """Return what rank_runs leaves on each of so many ranks, and the folder it was in."""
    folder = tmp_path_factory.mktemp("ranks")
    keeping(lambda: rank_runs.fit(folder / f"one_{request.param}.pt", False, 2))
    done = torchrun(request.param, "-m", "tests.rank_runs", folder)
    assert done.returncode == 0, done.stderr[-3000:]
    return [torch.load(folder / f"rank{r}.pt") for r in range(request.param)], folder


@pytest.fixture(scope="module")
def alone():
    """Return what each case leaves in this process, with the whole batches."""
    return {name: left(start(name, False)) for name in CASES}


def furthest(found, expected):
    """Return how far two runs are apart at most: in losses, gradient norms, weights."""
    (steps, weights), (right_steps, right_weights) = found, expected
    assert len(steps) == len(right_steps)
    assert weights.keys() == right_weights.keys()
    distances = [(weights[name] - right_weights[name]).abs().max() for name in weights]
    for step, right in zip(steps, right_steps, strict=True):
        assert (step[:2], step[4]) == (right[:2], right[4])  # epoch, index, clipped
        for value, other in zip(step[2:], right[2:], strict=True):
            assert (value is None) == (other is None)
            distances.append(torch.tensor(abs((value or 0) - (other or 0))))
    return max(map(float, distances))


@needs_ranks
def test_three_epochs_equal_one_process(on_ranks, alone, report):
    found, _ = on_ranks
    distances = {name: furthest(found[0][name], alone[name]) for name in CASES}
    report(f"{len(found)} ranks against one process, {len(CASES)} runs of {EPOCHS} "
           f"epochs: losses, gradient norms and weights differ by {max(distances.values()):.1e} at "
           f"most ({max(distances, key=distances.get)}), in float64 by "
           f"{distances['float64']:.1e}")  # fmt: skip
    assert max(distances.values()) < 1e-6, distances
    assert distances["float64"] < 1e-14
    clipped = [any(step[4] for step in alone[name][0]) for name in CASES if "clipped" in name]
    assert all(clipped)


@needs_ranks
def test_all_ranks_have_the_same_history_and_weights_to_the_last_bit(on_ranks):
    found, _ = on_ranks
    for name in CASES:
        for other in found[1:]:
            assert equal(other[name], found[0][name]), name


@needs_ranks
def test_a_distributed_sampler_gives_the_run_in_its_order(on_ranks):
    found, _ = on_ranks
    if len(found) == 2:  # 8 rows a batch cannot be dealt to 3 samplers
        assert equal(found[0]["by sampler"], found[1]["by sampler"])
        assert furthest(found[0]["by sampler"], rank_runs.by_sampler(False)) < 1e-6


@needs_ranks
def test_a_run_on_ranks_resumes_exactly(on_ranks):
    found, _ = on_ranks
    first = found[0]["checkpoints"]["fits"]
    for rank in found:
        fits = rank["checkpoints"]["fits"]
        assert len(fits["whole"][0]) == 16
        assert fits["whole"][0] == first["whole"][0]  # validation too, though each has measured
        assert fits["resumed"][0] == first["resumed"][0]
        assert equal(fits["nothing to do"], fits["resumed"])
        # DistributedDataParallel packs the gradients anew after its first step, and three numbers
        # may have another sum in another order; two have not
        assert furthest(fits["resumed"], fits["whole"]) < 1e-6
        if len(found) == 2:
            assert equal(fits["resumed"], fits["whole"])


@needs_ranks
def test_checkpoints_go_from_ranks_to_one_process_and_back(on_ranks, tmp_path):
    found, folder = on_ranks
    whole = keeping(lambda: rank_runs.fit(tmp_path / "whole.pt", False, 4))
    for rank in found:
        assert furthest(rank["checkpoints"]["fits"]["from one process"], whole) < 1e-6
    assert not any("module." in name for name in checkpoints.read(folder / "ranks.pt")["model"])
    resumed = keeping(lambda: rank_runs.fit(folder / "ranks.pt", False, 4))
    assert furthest(resumed, whole) < 1e-6


@needs_ranks
def test_the_first_rank_alone_shows_its_progress(on_ranks):
    found, _ = on_ranks
    assert [part["bar"] for part in found] == [True] + [False] * (len(found) - 1)


@needs_ranks
def test_the_first_rank_alone_writes_and_whole_epochs_alone(on_ranks):
    found, folder = on_ranks
    first, *others = [rank["checkpoints"] for rank in found]
    assert first["written"] > 4
    assert [other["written"] for other in others] == [0] * len(others)
    assert [part["cut off"] for part in (first, *others)] == [(7, (1, 4))] * len(found)
    by_hand = checkpoints.read(folder / "by_hand.pt")  # saved within the first epoch
    assert (by_hand["epoch"], by_hand["index"], by_hand["history"]) == (0, 0, [])
    assert len(by_hand["random"]) == len(found)  # each rank goes on with its own random numbers
    assert not [*folder.glob(".*")]


REFUSED = {
    "no wrapper": "ValueError: batches is a Shard, one of {ranks} parts, but each of the {ranks} "
    "processes would train a model of its own on its part: wrap the model, "
    "torch.nn.parallel.DistributedDataParallel(model)",
    "another order": "ValueError: the ranks read different batches; a Shard is a part of a batch "
    "that all ranks read: shuffle with the same seed on every rank, as rnnlab.Batches(..., "
    "shuffle=True, seed=0) does, or DataLoader(generator=torch.Generator().manual_seed(0))",
    "fewer batches": "ValueError: {ranks} ranks train together, and rank {last} has fewer batches "
    "than the others; expected as many on each: give all of them rnnlab.Shard(batches) of the "
    "same batches, or a DataLoader with a DistributedSampler",
    "grows": "ValueError: the carried hidden state has 1 rows, the batch has 3: a batch may be "
    "smaller than the one before it, not larger; reset the state, or put it last",
    "device": "ValueError: device is 'meta', and the model in DistributedDataParallel is on "
    "'cpu', where it has to stay: move it before it is wrapped, and leave device=\"auto\"",
    "diverges": "TrainingDiverged: the ",
    "one rank diverges": "TrainingDiverged: the loss is ",
    "damaged": "CheckpointError: ",
    "cannot be written": "FileNotFoundError: the folder ",
}


@needs_ranks
def test_what_cannot_work_is_refused_on_all_ranks(on_ranks):
    found, _ = on_ranks
    for rank, said in enumerate(part["refused"] for part in found):
        for name, words in REFUSED.items():
            words = words.format(ranks=len(found), rank=rank, last=len(found) - 1)
            assert said[name].startswith(words), name
            assert said[name] == found[0]["refused"][name]


FAILS = """
import torch, rnnlab
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel
dist.init_process_group("gloo")
rank = dist.get_rank()
def validation(model):
    if rank == 1:
        raise OSError("the disk of rank 1 is gone")
    return 0.5
batches = rnnlab.Batches(torch.zeros(6, 4, 1), torch.ones(6, 4, 1), batch_size=3)
model = DistributedDataParallel(rnnlab.SequenceModel(1, 4, 1))
rnnlab.fit(model, rnnlab.Shard(batches), loss_fn="mse", epochs=3, validation=validation)
print("went on")
"""


@needs_ranks
@pytest.mark.slow
def test_an_error_on_one_rank_ends_all(tmp_path):
    (tmp_path / "fails.py").write_text(FAILS)
    done = torchrun(2, tmp_path / "fails.py")  # it would wait forever, if it hung
    assert done.returncode != 0
    assert "the disk of rank 1 is gone" in done.stderr, done.stderr
    assert "went on" not in done.stdout


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_rows_of_all_shards_are_those_of_the_batches(size, monkeypatch):
    batches = shuffled(7, 4)
    whole = [*batches]
    parts = []
    for rank in range(size):
        monkeypatch.setattr("rnnlab.runs.shards.rank_and_size", lambda rank=rank: (rank, size))
        batches.set_epoch(1)
        parts.append([*rnnlab.Shard(batches)])
        assert len(rnnlab.Shard(batches)) == len(parts[-1]) == 2
    for number, (inputs, targets) in enumerate(whole):
        for rank, part in enumerate(parts):
            stands_in = rank >= len(inputs)
            rows = [0] if stands_in else [row for row in range(len(inputs)) if row % size == rank]
            assert torch.equal(part[number][0], inputs[rows])
            assert torch.equal(part[number][1], targets[rows])
            assert part[number].stands_in == stands_in
            assert part[number].digest == parts[0][number].digest


def test_a_shard_of_one_process_is_the_batches():
    whole = left(rnnlab.train(make(), shuffled(9, 4), loss_fn="mse", epochs=2))
    assert equal(
        left(rnnlab.train(make(), rnnlab.Shard(shuffled(9, 4)), loss_fn="mse", epochs=2)), whole
    )
    assert repr(rnnlab.Shard(shuffled(9, 4))) == (
        "Shard(Batches(9 examples of (5, 1), 3 batches of 4, shuffled with seed 3), rank 0 of 1)"
    )


def make():
    torch.manual_seed(0)
    return rnnlab.SequenceModel(1, 4, 1)


def test_a_shard_passes_on_the_epoch_and_the_generator():
    epochs = []

    class Sampler(torch.utils.data.SequentialSampler):
        def set_epoch(self, epoch):
            epochs.append(epoch)

    data, generator = TensorDataset(*pairs(4)), torch.Generator()
    loader = DataLoader(data, sampler=Sampler(data), generator=generator)
    left(rnnlab.train(make(), rnnlab.Shard(loader), loss_fn="mse", epochs=3))
    assert epochs == [1, 2, 3]
    assert rnnlab.Shard(loader).generator is generator
    assert rnnlab.Shard(of_sizes(3)).generator is None


def test_two_batches_have_two_digests(monkeypatch):
    inputs, targets = pairs(6)
    batches = [
        (inputs, targets), (inputs.flip(0), targets.flip(0)), (inputs, targets.flip(0)),
        (inputs[:5], targets[:5]), (inputs.transpose(0, 2), targets[:1]),
    ]  # fmt: skip
    assert len({part.digest for part in rnnlab.Shard(batches)}) == len(batches)
    kinds = (torch.bfloat16, torch.bool, torch.int64)
    (first, second, third) = rnnlab.Shard([(inputs.to(kind), targets) for kind in kinds])
    assert len({first.digest, second.digest, third.digest}) == 3


def test_what_a_shard_refuses(monkeypatch):
    class Unsized:
        def __iter__(self):
            yield pairs(3)

    end = (
        "a Shard needs batches that have a length and can be read again: a list, a DataLoader or "
        "rnnlab.Batches"
    )
    for batches, name in ((iter(of_sizes(3)), "list_iterator"), (Unsized(), "Unsized")):
        with pytest.raises(TypeError) as caught:
            rnnlab.Shard(batches)
        assert str(caught.value) == f"batches is a {name}; {end}"
    with pytest.raises(TypeError, match="a batch is int; expected a pair"):
        next(iter(rnnlab.Shard([5])))
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(RuntimeError) as raised:
        next(iter(rnnlab.Shard(of_sizes(3))))
    assert str(raised.value) == (
        "torchrun has started 2 processes, but they do not know of one another: call "
        'torch.distributed.init_process_group("gloo") first ("nccl" on GPUs)'
    )
