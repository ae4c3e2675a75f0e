"""How a command ends: by Ctrl-C at any moment, when nobody reads it, where letters are missing."""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rnnlab.base import process
from rnnlab.commands.main import main

pytestmark = pytest.mark.usefixtures("here")
ROOT = Path(process.__file__).parents[2]
POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has no such pipes and signals")
COMMANDS = {  # each as it writes, by the files that it then has
    "lab --copy-only course": "course",
    "page page.html": "",
    "class handed": "",
    "doctor --output report.txt script.py": "",
    "train --task sine --epochs 1 --quiet": "",
}


@pytest.fixture
def at_work(here):
    """Have what the commands read, and return the names of it."""
    (here / "handed").mkdir()
    (here / "handed" / "Zo\u00eb.json").write_text('{"solved": ["01.1"], "guessed": {}}')
    (here / "script.py").write_text("print('Zo\u00eb')\n", encoding="utf-8")
    return ["handed", "script.py"]


def run(*arguments, **options):
    line = [sys.executable, "-m", "rnnlab", *arguments]
    return subprocess.run(line, capture_output=True, **options)


@pytest.mark.parametrize("line", COMMANDS)
def test_an_interrupt_while_a_file_is_written(line, here, at_work, capsys, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: signal.raise_signal(signal.SIGINT))
    assert main(line.split()) == 130
    assert capsys.readouterr().err.strip() == "Interrupted."
    left = {p.name for p in here.rglob("*") if p.is_file()}
    assert left == {"Zo\u00eb.json", "script.py"}  # no half file, none in passing


SWALLOWS = """
import signal
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    raise ImportError("as libraries say of any failure") from None
"""


@POSIX
@pytest.mark.parametrize(("line", "module"), [
    ("train --epochs 1", "torch"), ("doctor script.py", "torch"), ("class handed", "torch"),
    ("lab", "jupyterlab"), ("train --epochs 1", "matplotlib"),
])  # fmt: skip
def test_an_interrupt_during_an_import_is_one(line, module, here, at_work):
    (here / "stubs").mkdir()
    (here / "stubs" / f"{module}.py").write_text(SWALLOWS)
    path = os.pathsep.join([str(here / "stubs"), str(ROOT)])
    done = run(*line.split(), env={**os.environ, "PYTHONPATH": path}, text=True)
    assert (done.returncode, done.stderr) == (130, "\nInterrupted.\n")


def test_a_second_interrupt_has_nothing_to_end(here):
    code = (
        "import os, signal, sys\n"
        "from rnnlab.base.process import run_as_process\n"
        "def run(): signal.raise_signal(signal.SIGINT)\n"
        "status = run_as_process(run)\n"
        "signal.raise_signal(signal.SIGINT)\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "\nInterrupted.\n")


def test_an_interrupt_that_a_program_ignores_or_handles_stays_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with process.ended_by_interrupt():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


NOISY = "for k in range(50_000):\n    print('line', k)\n"


@POSIX
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("line", [
    "--help", "doctor --list", "doctor script.py", "doctor --json script.py", "class handed",
    "page page.html", "lab --copy-only", "train --task sine --epochs 1",
    "train --task sine --epochs 1 --output nowhere",
])  # fmt: skip
def test_a_pipe_that_nobody_reads(line, unbuffered, here, at_work):
    (here / "script.py").write_text(NOISY)
    read, write = os.pipe()
    os.close(read)  # before it starts: what it writes first is refused already
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    command = [sys.executable, "-m", "rnnlab", *line.split()]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, env=env, text=True)
    os.close(write)
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr
    assert done.returncode in (0, 1, 141)
    written = {"class": "rnnlab-class.csv", "page": "page.html", "lab": "rnnlab-course"}
    assert (here / written.get(line.split()[0], "")).exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_an_output_on_a_full_disk():
    with open("/dev/full", "w") as full:
        done = run_into(full, "doctor", "--list")
    assert done.returncode == 1
    assert done.stderr == "the output cannot be written: [Errno 28] No space left on device\n"


def run_into(file, *arguments):
    line = [sys.executable, "-m", "rnnlab", *arguments]
    return subprocess.run(line, stdout=file, stderr=subprocess.PIPE, text=True)


@POSIX
def test_a_run_whose_bar_nobody_reads_keeps_what_was_reached(here):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "rnnlab", "train", "--task", "sine", "--epochs", "3"]
    done = subprocess.run(command, stdout=write, stderr=write)
    os.close(write)
    assert done.returncode == 141
    left = sorted(path.name for path in here.rglob("*"))
    assert left in ([], ["history.csv", "model.pt", "picture.png", "rnnlab-train"])


POOR = {  # by what is set: how the e with two dots may come out
    "PYTHONIOENCODING=ascii": "\\xeb",
    "PYTHONIOENCODING=cp1252": "\u00eb",
    "LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0": r"(\u00eb|\\xeb|\\udcc3\\udcab)",
}


@POSIX
@pytest.mark.parametrize("settings", POOR)
def test_letters_that_the_output_does_not_have(settings, here, at_work):
    (here / "Zo\u00eb").mkdir()
    env = {**os.environ, **dict(item.split("=") for item in settings.split())}
    coding = env.get("PYTHONIOENCODING", "utf-8")
    odd = here / os.fsdecode(b"handed/odd\xff.json")  # a name that is no text
    odd.write_text("{")
    (here / "handed" / "\u2713.json").write_text("{")
    name = re.escape("Zo") + (POOR[settings] if "(" in POOR[settings] else
                              re.escape(POOR[settings]))  # fmt: skip
    for line, status in {
        ("class", "handed", "--output", "Zo\u00eb/x.html"): 0,
        ("lab", "--copy-only", "Zo\u00eb"): 0,
        ("page", "Zo\u00eb/page.html"): 0,
        ("train", "--csv", "Zo\u00eb.csv"): 2,
        ("doctor", "script.py"): 0,
    }.items():
        done = run(*line, env=env)
        said = (done.stdout + done.stderr).decode(coding, "backslashreplace")
        assert done.returncode == status, said
        assert "Error" not in said
        assert re.search(name, said), said


@pytest.mark.parametrize(("windows", "split"), [(False, shlex.split), (True, None)])
def test_a_line_to_copy_is_quoted_for_the_system(windows, split, monkeypatch):
    monkeypatch.setattr(process, "WINDOWS", windows)
    words = ["rnnlab", "lab", "my course", "it's", ""]
    line = process.command_line(words)
    if windows:
        assert line == 'rnnlab lab "my course" it\'s ""'
    else:
        assert split(line) == words


def test_every_message_with_a_line_quotes_it_for_the_system(here, capsys, monkeypatch):
    monkeypatch.setattr(process, "WINDOWS", True)
    assert main(["lab", "--copy-only", "my course"]) == 0
    assert 'To open them: rnnlab lab "my course"\n' in capsys.readouterr().out
    (here / "wide.csv").write_text("year,a,b,my c\n1990,1,2,3\n1991,4,4,5\n")
    with pytest.raises(SystemExit):
        main(["train", "--csv", "wide.csv"])
    assert 'for example --column "my c"\n' in capsys.readouterr().err
    quoting = [
        path.name
        for path in (ROOT / "rnnlab").rglob("*.py")
        if re.search(r"\bshlex\.|list2cmdline", path.read_text(encoding="utf-8"))
    ]
    assert quoting == ["process.py"]
