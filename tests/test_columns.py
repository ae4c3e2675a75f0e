"""A series of several columns: one is predicted, all are read, each scaled by itself."""

import pytest
import torch

import rnnlab
from rnnlab.commands.main import main
from rnnlab.pictures.task_panels import make_panel

CSV = "day;rain;wind;visitors\n" + "".join(
    f"{day};{day % 3},5;{7 * day % 5};{100 + day * day % 17}\n" for day in range(1, 61)
)


def series(values, columns=()):
    return rnnlab.Series("Tides", tuple(range(len(values))), values, "m", "hour", columns=columns)


@pytest.fixture
def values():
    """(200, 3): noise of different means and spreads; column 1 repeats column 0 a step later."""
    values = torch.randn(200, 3, generator=torch.Generator().manual_seed(0))
    values[1:, 1] = values[:-1, 0]
    return values * torch.tensor([1.0, 50.0, 0.01]) + torch.tensor([0.0, 300.0, -2.0])


@pytest.mark.parametrize("changes", [False, True])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_all_columns_are_read_and_one_is_predicted(values, column, changes):
    names = ("a", "b", "c")
    task = rnnlab.SeriesTask(series(values, names), column=names[column], changes=changes)
    same = rnnlab.SeriesTask(series(values), column=column, changes=changes)
    assert torch.equal(task.scaled, same.scaled)
    assert (task.input_size, task.output_size, task.column) == (3, 1, column)
    signal = values.diff(dim=0) if changes else values
    training = signal[: 160 - changes]
    expected = (signal - training.mean(0)) / training.std(0)
    torch.testing.assert_close(task.scaled, expected)
    inputs, targets = next(iter(task.batches()))
    assert (inputs.shape, targets.shape) == ((32, 24, 3), (32, 24, 1))
    assert torch.equal(targets[:, :-1, 0], inputs[:, 1:, column])
    inputs, targets = next(iter(task.batches("carry")))
    assert torch.equal(targets[:, :-1, 0], inputs[:, 1:, column])


@pytest.mark.parametrize("changes", [False, True])
def test_errors_and_rivals_are_those_of_the_predicted_column(values, changes):
    task = rnnlab.SeriesTask(series(values), column=1, changes=changes)
    alone = rnnlab.SeriesTask(series(values[:, 1]), changes=changes)
    assert task.baselines() == pytest.approx(alone.baselines())
    assert (task.mean, task.std) == (alone.mean, alone.std)
    assert torch.equal(task.scaled[:, 1:2], alone.scaled)

    class LastValue(torch.nn.Module):
        """Predicts what the only column, or the second one, was."""

        def forward(self, inputs):
            return inputs[..., -2:-1] if inputs.shape[-1] == 3 else inputs

    torch.testing.assert_close(task.one_step_ahead(LastValue()), alone.one_step_ahead(LastValue()))
    assert task.validation_loss(LastValue()) == pytest.approx(alone.validation_loss(LastValue()))


@pytest.mark.parametrize("changes", [False, True])
def test_one_column_is_a_series_without_columns_bit_for_bit(values, changes):
    runs = []
    for one in (values[:, 1].contiguous(), values[:, 1:2].contiguous()):
        task = rnnlab.SeriesTask(series(one), changes=changes)
        torch.manual_seed(0)
        model = rnnlab.SequenceModel(task.input_size, 8, task.output_size)
        history = rnnlab.fit(
            model, task.batches(), loss_fn="mse", epochs=2, validation=task.validation_loss,
            device="cpu", progress=False,
        )  # fmt: skip
        runs.append((task, history, task.one_step_ahead(model), task.free_running(model)))
    (one, first, *forecasts), (other, second, *again) = runs
    assert (repr(one), first, one.mean, one.std) == (repr(other), second, other.mean, other.std)
    assert all(map(torch.equal, forecasts, again))


def test_nothing_leaks_from_the_held_out_part(values):
    task, changed = rnnlab.SeriesTask(series(values), column=2), values.clone()
    changed[task.split :] = 777.0
    twin = rnnlab.SeriesTask(series(changed), column=2)
    assert torch.equal(twin.scaled[: task.split], task.scaled[: task.split])
    for policy in ("reset", "carry"):
        for ours, theirs in zip(task.batches(policy), twin.batches(policy), strict=True):
            assert all(map(torch.equal, ours, theirs))


def test_a_column_that_tells_the_next_value_is_made_use_of(values):
    losses = {}
    for columns in ([1], [1, 0]):  # column 0 says what column 1 will be; alone that is noise
        task = rnnlab.SeriesTask(series(values[:, columns]))
        lab = rnnlab.TrainingLab(task, epochs=30, learning_rate=0.01)
        losses[len(columns)] = lab.run().validation_loss[-1]
    assert losses[1] > 0.8
    assert losses[2] < 0.1


def test_there_is_no_free_running_forecast_and_a_lab_leaves_it_out(values):
    task = rnnlab.SeriesTask(series(values, ("a", "b", "c")), "tides", column="b")
    model = rnnlab.SequenceModel(3, 8, 1)
    with pytest.raises(ValueError, match="of the 3 columns of Tides only one is predicted: use"):
        task.free_running(model)
    assert "free-running" not in task.words(model)
    assert "RMSE" in task.words(model)
    assert repr(task) == (
        "SeriesTask('tides': column 'b' of 3, 160 hours to train on from 0, 40 held out from 160)"
    )
    _, panel = make_panel(task)
    panel.free_running = True
    (ahead,) = panel.answers(model)
    assert torch.equal(ahead, task.one_step_ahead(model))
    drawn = panel.axes.lines[0].get_ydata()
    assert drawn == pytest.approx(values[140:161, 1].numpy())
    lab = rnnlab.TrainingLab(task, epochs=1, free_running=True)
    lab.run()
    assert lab.model.recurrence.input_size == 3
    assert "free-running" not in lab.describe()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda v: series(v, ("a", "b")), "the columns of Tides are a, b; expected 3 different "
         "names, or none"),
        (lambda v: series(v, ("a", "b", "a")), "the columns of Tides are a, b, a; expected 3 "
         "different names, or none"),
        (lambda v: series(v[:, :, None]), "the values of Tides have shape (200, 3, 1) and there "
         "are 200 times; expected as many values (N,) as times, or as many rows (N, D)"),
        (lambda v: series(v * torch.tensor([1, 1, 0]), ("a", "b", "c")), "column 'c' of Tides "
         "never changes in the training part: leave it out"),
        (lambda v: series(v * torch.tensor([1, 0, 1])), "column 1 of Tides never changes in the "
         "training part: leave it out"),
        (lambda v: series(v / torch.tensor([1, 1, 0])), "200 of 600 values of the series are not "
         "finite numbers; the first is "),
    ],
)  # fmt: skip
def test_what_is_no_series_of_columns_is_refused(values, make, message):
    with pytest.raises(ValueError) as error:
        rnnlab.SeriesTask(make(values))
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("column", [3, -1, "d", True, 0.5])
def test_a_column_that_is_not_there_is_refused(values, column):
    with pytest.raises(ValueError) as error:
        rnnlab.SeriesTask(series(values, ("a", "b", "c")), column=column)
    assert str(error.value) == (
        f"column is {column!r}; Tides has the columns 0, 1, 2, 'a', 'b', 'c'"
    )


@pytest.fixture
def file(here):
    (here / "museum.csv").write_text(CSV)
    return "museum.csv"


def test_more_columns_are_read_from_a_file(file):
    read = rnnlab.read_series(file, value="visitors", inputs=["wind", 2], unit="visitors")
    assert (read.name, read.columns) == ("visitors", ("visitors", "wind", "rain"))
    alone = [rnnlab.read_series(file, value=name) for name in read.columns]
    assert torch.equal(read.values, torch.stack([one.values for one in alone], dim=1))
    assert read.times == alone[0].times
    none = rnnlab.read_series(file, value="visitors", inputs=[])
    assert (none.columns, none.values.shape) == ((), (60,))


def test_gaps_of_each_column_are_noted(here):
    (here / "f.csv").write_text("a,b\n1,\n2,5\nNA,7\n4,9\n".replace("1,\n", "1,3\n2,\n"))
    read = rnnlab.read_series("f.csv", value="a", inputs=["b"], time=False, fill_gaps=True)
    assert read.values.tolist() == [[1, 3], [2, 4], [2, 5], [3, 7], [4, 9]]
    assert read.note == (
        '1 of 5 values of column 1 ("a") are missing and are filled by a straight line between '
        'their neighbours: row 5. 1 of 5 values of column 2 ("b") are missing and are filled by a '
        "straight line between their neighbours: row 3."
    )


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["tide"], "inputs is 'tide'; museum.csv has column 1"),
        (["visitors"], 'museum.csv: column 4 ("visitors") is given twice, the second time in '),
        (["day"], 'museum.csv: column 1 ("day") is given twice, the second time in inputs; '),
        (["rain", 2], 'museum.csv: column 2 ("rain") is given twice, the second time in inputs; '),
    ],
)
def test_inputs_that_cannot_be_are_refused(file, inputs, message):
    with pytest.raises(ValueError) as error:
        rnnlab.read_series(file, value="visitors", inputs=inputs)
    assert str(error.value).startswith(message)


def test_a_name_alone_is_no_list_of_inputs(file):
    with pytest.raises(TypeError) as error:
        rnnlab.read_series(file, value="visitors", inputs="rain")
    assert str(error.value) == "inputs is 'rain'; expected a list of columns, such as ['rain']"


def test_the_command_line_takes_inputs(file, capsys):
    line = f"train --csv {file} --column visitors --inputs rain 3 --epochs 2"
    assert main(line.split()) == 0
    assert "SeriesTask('series': column 'visitors' of 3, 48 steps" in capsys.readouterr().out
    read = rnnlab.read_series(file, value="visitors", inputs=["rain", "wind"])
    again = rnnlab.TrainingLab(rnnlab.SeriesTask(read), epochs=2).run()
    assert rnnlab.History.from_csv("rnnlab-train/history.csv") == again
    for wrong, said in {
        "--csv museum.csv --column visitors --inputs tide": "--inputs is 'tide'; museum.csv has",
        "--csv museum.csv --column visitors --inputs day": 'museum.csv: column 1 ("day") is given',
        "--inputs rain": "--inputs is of a file: give --csv FILE",
    }.items():
        with pytest.raises(SystemExit):
            main(["train", *wrong.split()])
        assert capsys.readouterr().err.startswith(f"rnnlab train: error: {said}")
