"""The command line: what it refuses, in which words and with which exit status; the doctor's."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import rnnlab
from rnnlab.commands.main import COMMANDS, main
from rnnlab.commands.train import OWN
from rnnlab.commands.words import in_options
from rnnlab.course.lessons import course_folder
from tests.csv_files import REFUSED

pytestmark = pytest.mark.usefixtures("here")
FILES = ["history.csv", "model.pt", "picture.png"]
QUICK = ["train", "--task", "sine", "--epochs", "2", "--quiet"]

# What is given, and what is said after "error: "; {} is the folder that it is given in.
WRONG = {
    "": "which command? One of lab, train, page, doctor, class; rnnlab --help explains them",
    "lib": "argument COMMAND: there is no command 'lib'; expected one of lab, train, page, doctor, "
    "class",
    "--task sine": "argument COMMAND: there is no command 'sine'; expected one of lab, train, "
    "page, doctor, class",
    # lab
    "lab notes.txt": "argument FOLDER: {}/notes.txt is a file; expected a folder: give another "
    "name",
    "lab my course": "one folder is expected, and 'course' is left over; put a name with spaces in "
    "quotes",
    "lab --port=9999": "there is no option --port=9999; options of JupyterLab follow --, as "
    "in rnnlab lab -- --port=9999",
    "lab --up": "there is no option --up; options of JupyterLab follow --, as in rnnlab lab "
    "-- --port=9999",
    "lab the/course": "argument FOLDER: {}/the/course is where rnnlab itself has the course; give "
    "another folder, for your copy",
    # train
    "train sine": "'sine' is not known here; rnnlab train --help lists the options",
    "train --epoch 5": "'--epoch' is not known here; rnnlab train --help lists the options",
    "train --task": "argument --task: expected one argument",
    "train --task tides": "--task is 'tides'; the known tasks are adding, co2, "
    "names, reber, recall, sine, sunspots",
    "train --cell tcn": "--cell is 'tcn'; the known cells are rnn, gru, lstm",
    "train --hidden-size 0": "--hidden-size is 0; it must be an integer of at least 1",
    "train --hidden-size 3.5": "--hidden-size is '3.5'; it must be an integer of at least 1",
    "train --hidden-state keep": "--hidden-state is 'keep'; the known policies are reset, carry",
    "train --task adding --hidden-state carry": '--hidden-state is "carry", but each sequence of '
    'the adding problem stands alone: use "reset"',
    "train --learning-rate fast": "--learning-rate is 'fast'; it must be a finite number above 0",
    "train --learning-rate -1": "--learning-rate is -1.0; it must be a finite number above 0",
    "train --learning-rate nan": "--learning-rate is nan; it must be a finite number above 0",
    "train --learning-rate 1e400": "--learning-rate is inf; it must be a finite number above 0",
    "train --epochs ten": "--epochs is 'ten'; it must be an integer of at least 1",
    "train --clip-norm 0": "--clip-norm is 0.0; it must be a finite number above 0",
    "train --clip-norm 1 --no-clip": "argument --no-clip: not allowed with argument --clip-norm",
    "train --seed -1": "--seed is -1; it must be an integer of at least 0",
    "train --seed 4294967296": "--seed is 4294967296; it must be at most 4294967295",
    "train --optimizer lion": "--optimizer is 'lion'; the known optimizers are adam, sgd, rmsprop",
    "train --output notes.txt": "argument --output: notes.txt is a file; expected a folder: give "
    "another name",
    "train --output full": "argument --output: full has history.csv, model.pt already: give "
    "--force to replace what is there, or another folder",
    "train --csv none.csv": "argument --csv: there is no file none.csv: give the path of a CSV "
    "file, seen from the folder {}",
    "train --csv tides.csv --column 7": "--column is 7; tides.csv has column 1 "
    '("hour"), column 2 ("level"): give the name or the number of one of these',
    "train --csv tides.csv --column level": "the training part has 4 values; a window of 24 and "
    "its target need at least 25: give a longer series, or a shorter --window",
    "train --csv tides.csv --column level --held-out 0.1": "--held-out is 0.1 of 5 values, which "
    "is none: hold out a larger fraction",
    "train --csv codes.csv": "codes.csv, row 3, column 2 (\"level\"): '-99.99' may stand for a "
    "missing value, as it is far from all others, 1.5 to 3.5 (2 such in rows 3, 5): give --missing "
    "-99.99 with --fill-gaps if so, or --missing if it is a number",
    "train --csv tides.csv --encoding klingon": "--encoding is 'klingon', which Python does not "
    "know; expected one such as 'utf-8', 'shift_jis' or 'cp1251'",
    "train --missing": "--missing is of a file: give --csv FILE",
    "train --window 5": "--window is of a file: give --csv FILE",
    "train --csv tides.csv --task sine": "argument --task: not allowed with argument --csv",
    "train --csv none.csv --output full": "argument --csv: there is no file none.csv: give the "
    "path of a CSV file, seen from the folder {}",
    "train --csv wide.csv": 'wide.csv has 3 columns that may be the values, column 2 ("a"), column '
    '3 ("b"), column 4 ("my c"): choose one, for example --column \'my c\'',
    "train --csv wide.csv --column b --time-column b": "wide.csv: --column and --time-column are "
    'both column 3 ("b"); expected two columns: name another one, or --no-times counts the values '
    "0, 1, 2, ...",
    "train --csv wide.csv --column a": "wide.csv, row 3, column 2 (\"a\"): '' is a missing value "
    "(1 of 2 are missing): write it, or fill each gap by a straight line between its neighbours "
    "with --fill-gaps",
    "train --csv doubt.csv": "doubt.csv, row 1, column 1: '1.234' may be 1.234 or 1234, and no "
    "number beside it shows which: give --decimal . for 1.234 or --decimal , for 1234",
    "train --csv doubt.csv --no-times --time-column 1": "argument --time-column: not allowed with "
    "argument --no-times",
    "train --column level": "--column is of a file: give --csv FILE",
    "train --fill-gaps --decimal ,": "--decimal is of a file: give --csv FILE",
    "train --resume": "argument --resume: go on from which file? Name it: --checkpoint run.pt",
    "train --checkpoint notes.txt": "argument --checkpoint: notes.txt is there already: give "
    "--resume to go on from it, or another name",
    "train --checkpoint out/model.pt --output out": "argument --checkpoint: out/model.pt is a "
    "file that the run writes when it ends: give another name",
    "train --quiet --checkpoint notes.txt --resume": "argument --checkpoint: notes.txt is no "
    "checkpoint of rnnlab: expected a file that save_checkpoint, fit(checkpoint=...) or a lab has "
    "written",
    # doctor
    "doctor": "which script? give a Python file, or --list for all that can be found",
    "doctor nosuch.py": "argument script: there is no file nosuch.py; give a Python script",
    "doctor full": "argument script: there is no file full; give a Python script",
    # class
    "class": "the following arguments are required: FOLDER",
    "class none": "argument FOLDER: there is no folder none; give the one that holds what the "
    "learners handed in",
    "class full --csv notes.txt": "argument --csv: notes.txt is there already, and not of rnnlab "
    "class: give --force to replace it, or another name",
    "class full more": "'more' is not known here; rnnlab class --help lists the options",
}


@pytest.mark.parametrize("line", WRONG)
def test_wrong_use_is_refused(line, here, capsys):
    (here / "notes.txt").write_text("mine")
    (here / "tides.csv").write_text("hour,level\n0,1.5\n1,2.5\n2,3.5\n3,2.5\n4,1.5\n")
    (here / "wide.csv").write_text("year,a,b,my c\n1990,1,2,3\n1991,,4,5\n")
    (here / "doubt.csv").write_text("1.234\n5.678\n")
    (here / "codes.csv").write_text("hour,level\n0,1.5\n1,-99.99\n2,3.5\n3,-99.99\n4,1.5\n5,2\n")
    (here / "full").mkdir()
    for name in ("history.csv", "model.pt"):
        (here / "full" / name).write_text("mine")
    (here / "the").mkdir()
    (here / "the/course").symlink_to(course_folder())
    with pytest.raises(SystemExit) as end:
        main(line.split())
    assert end.value.code == 2
    command = line.split()[0] if line.split()[:1] in [[name] for name in COMMANDS] else ""
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 or command == "doctor"  # the doctor's usage is one line
    assert said[-1] == f"rnnlab {command}".strip() + ": error: " + WRONG[line].format(here)
    assert (here / "notes.txt").read_text() == (here / "full/model.pt").read_text() == "mine"


@pytest.mark.parametrize(("content", "options", "message"), REFUSED)
def test_what_cannot_be_read_is_refused_in_the_words_of_the_command_line(content, options, message):
    said = in_options(ValueError(message), OWN)
    assert not re.search(r"(?<!-)\b(value|time|decimal|fill_gaps)(=| is (?!missing))", said)
    assert said.count("--") >= len(re.findall(r"\b(?:value|time|decimal|fill_gaps)=", message))


# ---- doctor ------------------------------------------------------------------------------

SCRIPT = """
import sys
import torch
from beside import width

model = torch.nn.Linear(width, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range(5):
    loss = model(torch.ones(3, width)).square().mean()
    {zero_grad}
    loss.backward()
    optimizer.step()
{end}
"""
ENDS = {  # how a script ends, and the exit status if its loop is right
    "pass": 0,
    "sys.exit()": 0,
    "sys.exit(0)": 0,
    "sys.exit(3)": 1,
    "sys.exit('no data')": 1,
    "raise KeyboardInterrupt": 130,
    "raise ValueError('no data')": 1,
}


@pytest.mark.parametrize("end", ENDS)
def test_the_doctor_reports_however_a_script_ends(end, here, capsys, monkeypatch):
    (here / "scripts").mkdir()
    monkeypatch.delitem(sys.modules, "beside", raising=False)
    (here / "scripts/beside.py").write_text("width = 2")
    script = here / "scripts/my_training.py"
    script.write_text(SCRIPT.format(zero_grad="optimizer.zero_grad()", end=end))
    assert main(["doctor", "scripts/my_training.py", "--epochs", "3"]) == ENDS[end]
    assert sys.argv == ["scripts/my_training.py", "--epochs", "3"]
    said = capsys.readouterr()
    right = "error: error" if end.startswith("raise ValueError") else "Nothing wrong found."
    assert said.out.startswith(right)
    assert "Watched: 5 forward passes" in said.out
    assert ("no data" in said.err) == ("no data" in end)
    script.write_text(SCRIPT.format(zero_grad="", end=end))
    assert main(["doctor", "scripts/my_training.py"]) == (ENDS[end] or 1)
    assert capsys.readouterr().out.startswith("error: missing-zero-grad")


# ---- as a process ------------------------------------------------------------------------


def command(*arguments):
    line = [sys.executable, "-m", "rnnlab", *arguments]
    return subprocess.run(line, capture_output=True, text=True)


@pytest.mark.slow
def test_as_a_process(here):
    done = command("--version")
    assert (done.returncode, done.stdout) == (0, f"rnnlab {rnnlab.__version__}\n")
    done = command("train", "--epochs", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "rnnlab train: error: --epochs is 0; it must be an integer of at least 1\n"
    )
    done = command(*QUICK)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(os.listdir("rnnlab-train")) == FILES


def test_a_real_interrupt(here):
    line = [sys.executable, "-m", "rnnlab", "train", "--epochs", "100000", "--checkpoint", "run.pt"]
    with subprocess.Popen(line, stdout=-1, stderr=-1, text=True) as process:
        while not Path("run.pt").exists():
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert said.splitlines()[-1].endswith("--checkpoint run.pt --resume --force")
    assert "Written to" in out
    assert sorted(os.listdir("rnnlab-train")) == FILES


LIGHT = """
import sys
from rnnlab.commands.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(sorted({"torch", "matplotlib", "ipywidgets", "IPython", "jupyterlab"} & {*sys.modules}))
"""


@pytest.mark.parametrize(("line", "loaded"), [
    ("--version", []), ("--help", []), ("lab --help", []), ("lab --copy-only", []),
    (" ".join(QUICK), ["matplotlib", "torch"]),
])  # fmt: skip
def test_a_command_loads_what_it_needs(line, loaded, here):
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, *line.split()], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == str(loaded)


def test_every_command_explains_itself(capsys):
    for line in (["--help"], *([name, "--help"] for name in COMMANDS)):
        with pytest.raises(SystemExit) as end:
            main(line)
        assert end.value.code == 0
        said = capsys.readouterr().out
        assert said.startswith(f"usage: rnnlab {line[0] if line[1:] else ''}")
        assert max(map(len, said.splitlines())) <= 100
