"""The wheel: what is in it, and that it works in an empty environment, outside the checkout."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

import rnnlab
from rnnlab.commands.course import KINDS

ROOT = Path(__file__).parents[1]
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}
NOTEBOOKS = ["00_start_here", "05_gradient_clipping", "10_your_own"]
RUN_NOTEBOOKS = """
import sys, nbclient, nbformat
for path in sys.argv[1:]:
    book = nbformat.read(path, 4)
    book.cells.append(nbformat.v4.new_code_cell("import rnnlab; print(rnnlab.__file__)"))
    nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": "course"}}).execute()
    assert book.cells[-1].outputs[-1].text.startswith(sys.prefix)
"""
installed = pytest.mark.slow  # all is installed once more, which takes minutes


def run(*line, **options):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run([str(word) for word in line], **pipes, **options)
    assert done.returncode == 0, done.stdout
    return done.stdout


def build(source, folder):
    """Build the wheel of a checkout or an sdist with what is installed here."""
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, source)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_the_package_the_course_and_nothing_else(wheel, tmp_path):
    files = {path for path in (ROOT / "rnnlab").rglob("*") if not LEFT_OUT & {*path.parts}}
    wanted = {path.relative_to(ROOT).as_posix() for path in files if path.is_file()}
    sources = {name for name in wanted if name.endswith(".po")}  # of the catalogues: packed
    wanted = wanted - sources | {"rnnlab/locale/zh.json"}
    course = [path for kind in KINDS for path in (ROOT / "notebooks").glob(kind)]
    wanted |= {f"rnnlab/course/notebooks/{path.name}" for path in course}
    page = [path for path in (ROOT / "docs/page").iterdir() if path.name not in LEFT_OUT]
    wanted |= {f"rnnlab/commands/page_files/{path.name}" for path in page}
    assert {"rnnlab/py.typed", "rnnlab/data/datasets/co2_monthly.csv"} < wanted
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    own = f"rnnlab-{rnnlab.__version__}.dist-info"
    assert {name for name in names if not name.startswith(f"{own}/")} == wanted
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=ROOT)
    (sdist,) = tmp_path.glob("*.tar.gz")
    again = build(sdist, tmp_path)
    assert again.read_bytes() == wheel.read_bytes()


@pytest.fixture(scope="module")
def place(wheel, tmp_path_factory):
    """Return an environment with the wheel and what it needs alone, and a folder to work in."""
    folder = tmp_path_factory.mktemp("learner")
    prefix, lock = folder / "environment", ROOT / "requirements.lock"
    venv.create(prefix, with_pip=True)
    pip = [prefix / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
    env = environment(folder)
    index = re.search(r"^TORCH_INDEX := (\S+)$", (ROOT / "Makefile").read_text(), re.M)[1]
    torch = folder / "torch.txt"  # first, as the Makefile does
    torch.write_text("\n".join(re.findall(r"^torch==.*$", lock.read_text(), re.M)))
    run(*pip, "--no-deps", "--extra-index-url", index, "-r", torch, env=env)
    run(*pip, "-c", lock, f"{wheel}[lab]", env=env)
    run(prefix / "bin/pip", "check", env=env)
    return folder


def environment(folder):
    """Return the process's environment without what would lead out of the folder."""
    leading_out = ("PYTHON", "JUPYTER", "VIRTUAL_ENV")
    env = {k: v for k, v in os.environ.items() if not k.startswith(leading_out)}
    env |= {f"JUPYTER_{p}_DIR": str(folder / f"jupyter/{p}") for p in ("CONFIG", "DATA", "RUNTIME")}
    env |= {f"JUPYTERLAB_{p}_DIR": str(folder / f"jupyter/{p}") for p in ("SETTINGS", "WORKSPACES")}
    env |= {"RNNLAB_PROGRESS": str(folder / "progress.json"), "PYTHONNOUSERSITE": "1"}
    # pip asks five more times, for every package, where it cannot reach PyTorch's index
    return {"PIP_RETRIES": "1", **env}


def command(place, *line):
    """Run a program of the environment, in a folder outside of the checkout."""
    program, *arguments = line
    return run(place / "environment/bin" / program, *arguments, cwd=place, env=environment(place))


@installed
def test_the_installed_command_says_its_version(place):
    assert command(place, "rnnlab", "--version") == f"rnnlab {rnnlab.__version__}\n"
    assert "rnnlab train --task co2" in command(place, "python", "-m", "rnnlab", "--help")


@contextlib.contextmanager
def served(place):
    """Run `rnnlab lab`, yield the process and its address, and end it as Ctrl-C does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = [place / "environment/bin/rnnlab", "lab", "course", "--no-browser", "--"]
    line += [f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=t"]
    with (place / "server.log").open("w") as log:
        server = subprocess.Popen(
            line, cwd=place, env=environment(place), stdout=log, stderr=log, stdin=-3
        )
    try:
        yield server, f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGINT)  # once: where no one can answer, Jupyter does not ask
        assert server.wait(30) == 0, (place / "server.log").read_text()


def fetch(server, url, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{url}?token=t", timeout=20) as page:
                return page.status, page.read()
        except ConnectionError:
            pass
        except OSError as error:
            if not isinstance(getattr(error, "reason", None), ConnectionError):
                raise
        assert server.poll() is None
        assert time.monotonic() < end
        time.sleep(0.2)


@installed
def test_it_serves_the_course_and_its_notebooks_run(place, report):
    with served(place) as (server, base):
        status, answer = fetch(server, f"{base}/api/contents/00_start_here.ipynb")
        assert status == 200
        notebook = json.loads((ROOT / "notebooks/00_start_here.ipynb").read_text())
        assert json.loads(answer)["content"]["cells"][1]["source"] == "".join(
            notebook["cells"][1]["source"]
        )
        status, page = fetch(server, f"{base}/lab/tree/00_start_here.ipynb")
        assert status == 200
        assert b"jupyter-config-data" in page
    said = (place / "server.log").read_text()
    course = [path for kind in KINDS for path in (ROOT / "notebooks").glob(kind)]
    assert f"Copied: {len(course)} files." in said
    assert f"Your notebooks are in {place}/course. To open them again: rnnlab lab course" in said
    paths = [f"course/{name}.ipynb" for name in NOTEBOOKS]
    start = time.perf_counter()
    command(place, "python", "-c", RUN_NOTEBOOKS, *paths)
    report(f"from the wheel, {', '.join(NOTEBOOKS)}: {time.perf_counter() - start:.0f} s")


@installed
def test_it_trains_and_watches(place):
    said = command(place, "rnnlab", "train", "--task", "sunspots", "--epochs", "5")
    assert "Written to" in said
    assert sorted(os.listdir(place / "rnnlab-train")) == ["history.csv", "model.pt", "picture.png"]
    (place / "script.py").write_text("import torch\nprint(torch.__version__)\n")
    assert "Nothing wrong found." in command(place, "rnnlab", "doctor", "script.py")
