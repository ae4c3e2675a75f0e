"""A real JupyterLab, one for all tests of this folder, and a real browser, one for a module.

No longer: while Playwright runs, no other test of its process could run a loop of asyncio.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from rnnlab.commands.course import copy_course
from rnnlab.commands.page import build

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
SETTINGS = {"notification": {"fetchNews": "false", "checkForUpdates": False}}
IDLE = """() => { const w = window.jupyterapp?.shell.currentWidget;
  return w?.context?.isReady && w.sessionContext?.session?.kernel?.status === 'idle'
    && ![...document.querySelectorAll('.jp-InputPrompt')]
      .some(e => e.textContent.includes('*')) }"""
LAPTOP, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
RUN_ALL = "() => {window.jupyterapp.commands.execute('notebook:run-all-cells')}"


@contextlib.contextmanager
def jupyterlab(folder, dark=False, language="en"):
    """Serve a copy of the course in a language and yield the server's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    env = {**os.environ, **{f"JUPYTER_{p}": str(folder / p) for p in places}}
    env |= {f"JUPYTERLAB_{p}_DIR": str(folder / p) for p in ("SETTINGS", "WORKSPACES")}
    env |= {"RNNLAB_PROGRESS": str(folder / "progress.json"), "RNNLAB_LANG": language}
    theme = {"theme": f"JupyterLab {'Dark' if dark else 'Light'}"}
    for name, content in {**SETTINGS, "themes": theme}.items():
        file = folder / f"SETTINGS/@jupyterlab/apputils-extension/{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    copy_course(folder / "course", spoken=language)
    with (folder / "server.log").open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += ["--expose-app-in-browser", f"--ServerApp.port={port}"]
        command += ["--IdentityProvider.token=t", f"--ServerApp.root_dir={folder / 'course'}"]
        server = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
    base, end = f"http://127.0.0.1:{port}", time.monotonic() + 60
    try:
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{base}/api?token=t", timeout=2)
                break
            assert server.poll() is None, (folder / "server.log").read_text()
            assert time.monotonic() < end, (folder / "server.log").read_text()
            time.sleep(0.1)
        yield base
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


@contextlib.contextmanager
def chromium():
    """Yield a browser: the machine's own Chromium or Chrome, or the one that Playwright loads."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        if program is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip(
                "no Chromium or Chrome here: install one, or run 'playwright install chromium'"
            )
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def write_notebook(base, name, *cells):
    """Write a notebook of these code cells into the served folder."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    body = json.dumps({"type": "notebook", "content": notebook}).encode()
    request = urllib.request.Request(f"{base}/api/contents/{name}?token=t", data=body, method="PUT")
    urllib.request.urlopen(request, timeout=10).close()


def open_lab(browser, base, **size):
    """Open a notebook that shows the lab of notebook 00 in its second cell, and nothing else."""
    lab = 'lab = rnnlab.TrainingLab(task="sunspots")\nlab'
    write_notebook(base, "only_the_lab.ipynb", "import rnnlab", lab)
    return open_notebook(browser, base, "only_the_lab.ipynb", **size)


def open_notebook(browser, base, name, width=1400, height=1000):
    """Open a notebook, run all its cells, and return the page when the kernel is idle."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(error.stack or str(error)))
    page.goto(f"{base}/lab/tree/{name}?reset&token=t")
    page.wait_for_selector(".jp-Notebook", timeout=60_000)
    page.wait_for_function(IDLE, timeout=60_000)
    page.evaluate(RUN_ALL)
    shown = "img.rnnlab-picture, .rnnlab-guess, [data-mime-type*=stderr]"
    page.locator(shown).first.wait_for(timeout=60_000)
    page.wait_for_function(IDLE, timeout=60_000)
    return page


def wait_for_text(page, text, seconds=30):
    page.wait_for_function(
        "t => document.body.innerText.includes(t)", arg=text, timeout=1000 * seconds
    )


def run_cell(page, code):
    """Type code into a new cell below the last one, run it, and return what it prints."""
    page.evaluate(
        """code => { const {commands, shell} = window.jupyterapp;
        const notebook = shell.currentWidget.content;
        notebook.activeCellIndex = notebook.widgets.length - 1;
        commands.execute('notebook:insert-cell-below').then(() => {
          notebook.activeCell.model.sharedModel.setSource(code);
          commands.execute('notebook:run-cell') }) }""",
        code,
    )
    output = page.locator(".jp-Notebook-cell").last.locator(".jp-RenderedText")
    output.wait_for(timeout=30_000)
    return output.inner_text().strip()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def light(tmp_path_factory):
    with jupyterlab(tmp_path_factory.mktemp("jupyterlab")) as base:
        yield base


@pytest.fixture(scope="session")
def dark(tmp_path_factory):
    with jupyterlab(tmp_path_factory.mktemp("jupyterlab"), dark=True) as base:
        yield base


@pytest.fixture(scope="module")
def server(light):
    """Return the address of the server of all tests; the kernels of this module end with it."""
    yield light
    end_kernels(light)


def end_kernels(base):
    """End all kernels of a server: each takes memory, and may be at work."""
    with urllib.request.urlopen(f"{base}/api/sessions?token=t", timeout=10) as answer:
        sessions = json.load(answer)
    for session in sessions:
        address = f"{base}/api/sessions/{session['id']}?token=t"
        urllib.request.urlopen(urllib.request.Request(address, method="DELETE"), timeout=30).close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(build(), encoding="utf-8")
    assert file.stat().st_size <= 300_000
    return file.as_uri()


@pytest.fixture
def visit(browser, address):
    """Return a function that opens the page; nothing is asked for, and nothing fails."""
    said, asked = [], []
    with contextlib.ExitStack() as pages:

        def visit(fragment="", size=LAPTOP, **options):
            touch = {"has_touch": True, "is_mobile": True} if size is PHONE else {}
            context = browser.new_context(viewport=size, **touch, **options)
            pages.callback(context.close)
            page = context.new_page()
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("request", lambda request: asked.append(request.url))
            page.goto(address + fragment)
            return page

        yield visit
    assert said == []
    assert [url for url in asked if url.partition("#")[0] != address and url != "data:,"] == []
