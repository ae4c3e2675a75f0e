"""What docs/security.md says of files, servers and connections."""

import ast
import io
import os
import pickle
import re
import socket
import zipfile
from pathlib import Path

import pytest
import torch

import rnnlab
from rnnlab.commands import page
from rnnlab.commands.main import main
from rnnlab.course import kept
from rnnlab.runs import checkpoints

ROOT = Path(rnnlab.__file__).parents[1]
RAN = []


def run_by_reading():
    RAN.append("code of the file")


class Hostile:
    def __reduce__(self):
        return run_by_reading, ()


def sources():
    for path in (ROOT / "rnnlab").rglob("*.py"):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree):
    """Yield the dotted name of each call, and the call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def hostile_checkpoint(path):
    content = {"format": checkpoints.FORMAT, "version": checkpoints.VERSION, "model": Hostile()}
    torch.save(content, path)


def hostile_pickle(path):
    path.write_bytes(pickle.dumps(Hostile()))


READERS = {
    "checkpoint": lambda path: checkpoints.read(path),
    "series": lambda path: rnnlab.read_series(path),
    "history": lambda path: rnnlab.History.from_csv(path),
    "sweep": lambda path: rnnlab.Sweep.from_csv(path),
    "progress": lambda path: kept.parse_kept(path.read_bytes()),
}


@pytest.mark.parametrize("make", [hostile_checkpoint, hostile_pickle])
@pytest.mark.parametrize("reader", READERS)
def test_reading_a_file_runs_no_code_that_is_in_it(reader, make, tmp_path):
    RAN.clear()
    make(tmp_path / "file")
    pickle.loads(pickle.dumps(Hostile()))
    assert RAN  # it would, if it were unpickled
    RAN.clear()
    with pytest.raises((ValueError, OSError)):
        READERS[reader](tmp_path / "file")
    assert RAN == []


def test_no_pickle_is_read_from_a_file_and_no_text_is_run():
    unpickle, load = set(), set()
    for name, tree in sources():
        for called, node in calls(tree):
            assert called not in ("eval", "exec", "pickle.load", "np.load", "numpy.load"), name
            if called == "pickle.loads":
                unpickle.add(name)
            if called == "torch.load":
                load.add(name)
                assert "weights_only=True" in ast.unparse(node)
            if called.startswith("runpy."):
                assert name == "rnnlab/doctor/__main__.py"
    assert load == {"rnnlab/runs/checkpoints.py"}
    assert unpickle == {"rnnlab/runs/sweeps/stacking.py", "rnnlab/runs/sweeps/trial.py"}


def test_the_package_knows_no_network():
    network = {"socket", "http", "urllib", "requests", "httpx", "aiohttp", "ftplib", "smtplib",
               "xmlrpc", "webbrowser", "websocket", "socketserver", "telnetlib"}  # fmt: skip
    for name, tree in sources():
        for node in ast.walk(tree):
            modules = [alias.name for alias in getattr(node, "names", [])
                       if isinstance(node, ast.Import)]  # fmt: skip
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {module.partition(".")[0] for module in modules} & network, name


def test_commands_open_no_connection(here, monkeypatch):
    def refuse(*given):
        raise AssertionError("a connection")

    (here / "handed").mkdir()
    (here / "handed" / "anna.json").write_text('{"solved": ["01.1"], "guessed": {}}')
    (here / "script.py").write_text("import torch; torch.nn.RNN(1, 2)(torch.ones(1, 3, 1))")
    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for line in ("page", "class handed", "lab --copy-only", "doctor script.py",
                 "train --task sine --epochs 1 --quiet"):  # fmt: skip
        assert main(line.split()) == 0


def test_the_lab_is_opened_to_nobody_else(here, monkeypatch):
    pytest.importorskip("jupyterlab", reason="it comes with the extra lab")
    given = []
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", given.append)
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert main(["lab", "--no-browser"]) == 0
    names = {word.partition("=")[0] for word in given[0] if word.startswith("-")}
    assert names == {"--ServerApp.root_dir", "--no-browser", "--allow-root"}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "$(BIN)/jupyter lab $(ROOT_FLAG) $(LAB_FLAGS) notebooks" in makefile
    assert not re.search(r"--(ip|NotebookApp|ServerApp|IdentityProvider)", makefile)


def test_jupyters_own_defaults_are_localhost_and_a_token():
    from jupyter_server.serverapp import ServerApp

    app = ServerApp()
    assert app.ip in ("localhost", "127.0.0.1", "::1")
    assert not app.allow_remote_access
    assert len(app.identity_provider_class(parent=app).token) >= 32


def test_the_page_loads_and_sends_nothing():
    html = page.build()
    for means in ("fetch(", "XMLHttpRequest", "WebSocket", "sendBeacon", "EventSource",
                  "importScripts", "new Image("):  # fmt: skip
        assert means not in html


def test_what_is_handed_in_is_not_unpacked(here):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../out.json", '{"solved": ["01.1"], "guessed": {}}')
    (here / "in").mkdir()
    (here / "in" / "all.zip").write_bytes(content.getvalue())
    assert main(["class", "in"]) == 0
    assert sorted(path.name for path in here.rglob("*.json")) == []
    assert not (here.parent / "out.json").exists()


def test_how_to_report_is_said():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "https://github.com/rnnlab/rnnlab/security/advisories/new" in text
    assert (ROOT / "docs" / "security.md").is_file()
    assert "docs/security.md" in text
