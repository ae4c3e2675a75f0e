"""Forms in which people have their tables: each is read with its numbers, or refused; none wrongly.

`tests/forms` has files rebuilt after those of the field.
"""

import ast
import gzip
import math
import pathlib
import re
import warnings
from datetime import datetime, timedelta

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnlab
from rnnlab.base.tables import TableError
from rnnlab.commands.main import main
from rnnlab.commands.train import OF_TASK, OWN, _parser
from rnnlab.commands.words import in_options
from rnnlab.data import reading
from tests.forms_of_tables import (
    DAY,
    HEAD,
    LINES,
    WRITTEN,
)
from tests.sizes import short_or_long

pytestmark = pytest.mark.usefixtures("here")
FORMS = pathlib.Path(__file__).parent / "forms"
WAVE = [51.88, 51.18, 56.43, 62.03, 62.31, 66.69, 69.0, 68.05, 67.37, 69.86]


# ---- the files of the field ----------------------------------------------------------------

# What the first times and values are, the unit, and what lies between two times.
FIELD = {
    "a05c_thousands_whole_us.csv": ([2021, 2021 + DAY], [5188, 5118], "", "day"),
    "a06b_named_months.csv": ([2021, 2021 + DAY], WAVE, "", "day"),
    "a06d_am_pm.csv": ([2021, 2021 + DAY / 24], WAVE, "", "hour"),
    "a07_out_of_order.csv": ([2021, 2021 + DAY], WAVE, "", "day"),
    "a11_comments.csv": ([2021, 2021 + DAY], WAVE, "", "day"),
    "a12_units_row.csv": ([2021, 2021 + DAY], WAVE, "m", "day"),
    "a13c_index_column.csv": ([2021, 2021 + DAY], WAVE, "", "day"),
    "a17b_noaa_commas.csv": ([1958.2083, 1958.2917], [315.0, 316.56, 317.77, 318.0], "", "step"),
    "a17c_two_columns_spaces.txt": ([0, 1], WAVE, "", "step"),
    "a18d_currency.csv": ([2021, 2021 + DAY], WAVE, "$", "day"),
    "a20_gz.csv.gz": ([2021, 2021 + DAY], WAVE, "", "day"),
    "a28_gaps_in_time.csv": ([2021, 2021 + DAY], WAVE, "", "step"),
    "a31_quarter.csv": ([2005.125, 2005.375], WAVE, "", "quarter"),
}
ADVISED = {  # what the refusal of a file asks for
    "a05c_thousands_whole_us.csv": {"decimal": "."},
    "a17b_noaa_commas.csv": {
        "value": "average", "time": "decimal date", "missing": (-99.99,), "fill_gaps": True
    },
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", FIELD)
def test_files_of_the_field_are_read(name):
    first, values, unit, between = FIELD[name]
    series = rnnlab.read_series(FORMS / name, **ADVISED.get(name, {}))
    assert series.times[:2] == pytest.approx(first, abs=1e-4)
    assert series.values[: len(values)].tolist() == pytest.approx(values)
    assert (series.unit, series.time_unit) == (unit, between)


def test_every_file_of_the_field_is_tested():
    assert FIELD.keys() == {path.name for path in FORMS.iterdir()}


def test_the_way_through_the_refusals_of_noaas_file(capsys):
    path, options = FORMS / "a17b_noaa_commas.csv", {}
    for advice, more in (
        ("choose one, for example value='average'", {"value": "average"}),
        ("give missing=(-99.99,) with fill_gaps=True if so", {"missing": (-99.99,)}),
        ("choose another column of times, such as time='decimal date'", {"time": "decimal date"}),
        ("with fill_gaps=True", {"fill_gaps": True}),
    ):
        with pytest.raises(TableError) as error:
            rnnlab.read_series(path, **options)
        assert advice in str(error.value)
        options |= more
    rnnlab.read_series(path, **options)
    line = ["--column", "average", "--time-column", "decimal date", "--missing", "-99.99"]
    assert main(["train", "--csv", str(path), *line, "--fill-gaps", "--epochs", "1"]) == 0


# ---- the command line ------------------------------------------------------------------------


def test_what_a_message_advises_is_an_option():
    parser = _parser("rnnlab train")
    known = {option for action in parser._actions for option in action.option_strings}
    places = [*pathlib.Path(reading.__file__).parent.glob("*.py")]
    places += [pathlib.Path(rnnlab.__file__).parent / "tasks" / "forecast.py"]
    advised = []
    for place in places:
        tree = ast.parse(place.read_text("utf-8"))
        docs = {id(part.body[0].value) for part in ast.walk(tree)
                if isinstance(part, ast.Module | ast.FunctionDef | ast.ClassDef)
                and isinstance(part.body[0], ast.Expr)}  # fmt: skip
        texts = [part.value for part in ast.walk(tree)
                 if isinstance(part, ast.Constant) and isinstance(part.value, str)
                 and id(part) not in docs]  # fmt: skip
        advised += re.findall(r"""\b([a-z_]+)=(?=[("'.]|True|False)""", " ".join(texts))
    advised = {*advised} - {"sep"}  # which a file says in its first line
    assert advised >= {"value", "time", "decimal", "missing", "fill_gaps", "encoding", "window"}
    for name in advised:
        said = in_options(f"give {name}=... or {name}=True")
        assert {*re.findall(r"--[\w-]+", said)} <= known, name
        assert "=" not in said, name
    for name in (*OWN, *OF_TASK):
        said = in_options(f"{name} is 5", (*OWN, *OF_TASK))
        assert said.split(" is ")[0] in known


def test_the_command_line_says_and_takes_codes(here, capsys):
    lines = [f"{k},{'-999' if k == 30 else math.sin(k)}" for k in range(60)]
    (here / "f.csv").write_text("\n".join(["hour,v", *lines]))
    line = ["train", "--csv", "f.csv", "--epochs", "1", "--window", "8", "--held-out", "0.3"]
    with pytest.raises(SystemExit):
        main(line)
    assert "give --missing -999 with --fill-gaps if so, or --missing if" in capsys.readouterr().err
    assert main([*line, "--missing", "-999", "--fill-gaps"]) == 0
    assert "42 steps to train on from 0, 18 held out" in capsys.readouterr().out
    assert main([*line, "--missing"]) == 0
    assert main([*line, "--missing=-999", "--missing=-99.5", "--fill-gaps"]) == 0
    assert in_options("give missing=(-1e+30, -9)") == "give --missing=-1e+30 --missing=-9"


def test_the_command_line_says_gaps_in_time(here, capsys):
    (here / "f.csv").write_text(HEAD + "\n".join([*LINES[:5], *LINES[7:]]))
    assert main(["train", "--csv", "f.csv", "--epochs", "1", "--window", "4", "--quiet"]) == 0
    assert capsys.readouterr().err == (
        "rnnlab train: f.csv: 2 of 20 days are missing, the first after '2021-01-05' (row 6): the "
        "values before and after are taken as one step apart. To fill the missing ones by a "
        "straight line, give --fill-gaps.\n"
    )


# ---- tables of known values in any of the forms ----------------------------------------------


@st.composite
def forms(draw):
    """Return known values (N,), the table that holds them, packed or not, and options."""
    count = draw(st.integers(3, 30))
    whole = draw(st.booleans())
    values = draw(st.lists(st.integers(-(10**7), 10**7), min_size=count, max_size=count))
    values = [float(k) if whole else k / 1000 for k in values]
    mark, separator = draw(st.sampled_from([".,", ",;", ".;", ".\t", ",\t", ".|", ". "]))
    group = draw(st.sampled_from(["", {".": ",", ",": "."}[mark], "'"]))
    group = "" if group == separator else group
    sign, behind = draw(st.sampled_from([("", ""), ("$", ""), ("", " €"), ("", "%")]))
    behind = behind.strip() if separator == " " else behind
    cells = []
    for value in values:
        text = f"{abs(value):,.{0 if whole else 3}f}".replace(",", "_").replace(".", mark)
        text = ("-" if value < 0 else "") + sign + text.replace("_", group) + behind
        cells.append(f'"{text}"' if mark == separator else text)
    form = draw(st.sampled_from([form for form in WRITTEN if " " not in form or separator != " "]))
    start = datetime(draw(st.integers(1970, 2030)), draw(st.integers(1, 12)), 1)
    month = start.year * 12 + start.month - 1
    of_months = WRITTEN[form][1] == "month"
    dates = [
        datetime((month + k) // 12, (month + k) % 12 + 1, 1) if of_months
        else start + timedelta(days=k) for k in range(count)
    ]  # fmt: skip
    rows = [[date.strftime(form), cell] for date, cell in zip(dates, cells, strict=True)]
    newest = draw(st.booleans())
    rows = rows[::-1] if newest else rows
    head = draw(st.sampled_from([[], ["# a", "# b"], ["% x"]]))
    units = [["when", "mm"]] if draw(st.booleans()) else []
    lines = [*head, *(separator.join(row) for row in [["date", "v"], *units, *rows])]
    content = "\n".join(lines).encode(draw(st.sampled_from(["utf-8", "utf-8-sig"])))
    content = gzip.compress(content) if draw(st.booleans()) else content
    return values, dates, content


@short_or_long("examples", 300, 5000)
def test_no_form_is_read_with_other_numbers(tmp_path_factory, report, examples):
    tally = {"read": 0, "refused": 0}
    path = tmp_path_factory.getbasetemp() / "form.csv"

    @settings(max_examples=examples, deadline=None, derandomize=True)
    @given(forms())
    def attempt(form):
        values, dates, content = form
        path.write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                series = rnnlab.read_series(path)
            except TableError:
                tally["refused"] += 1
                return
        tally["read"] += 1
        assert torch.equal(series.values, torch.tensor(values, dtype=torch.float64).float())
        years = [date.year + (date.timetuple().tm_yday - 1) / 365.25 for date in dates]
        assert series.times == pytest.approx(years, abs=0.06)

    attempt()
    report(f"forms: {tally['read']} read with their numbers, {tally['refused']} refused")
    assert tally["read"] > examples / 4
