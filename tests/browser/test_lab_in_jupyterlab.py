"""Notebook 00 in a real JupyterLab in a real browser: it trains, and follows the keyboard."""

import contextlib
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
IDLE = """() => { const w = window.jupyterapp?.shell.currentWidget;
  return w?.context?.isReady && w.sessionContext?.session?.kernel?.status === 'idle'
    && ![...document.querySelectorAll('.jp-InputPrompt')]
      .some(e => e.textContent.includes('*')) }"""
NEW_PICTURE = """old => { const i = document.querySelectorAll('img.rnnlab-picture')[1];
  return i.src !== old && i.complete && i.naturalWidth > 0 }"""


@contextlib.contextmanager
def jupyterlab(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    env = {**os.environ, **{f"JUPYTER_{p}": str(folder / p) for p in places}}
    env |= {f"JUPYTERLAB_{p}_DIR": str(folder / p) for p in ("SETTINGS", "WORKSPACES")}
    shutil.copytree(ROOT / "notebooks", folder / "course")
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


@pytest.fixture
def page(tmp_path):
    program = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        if program is None and not Path(playwright.chromium.executable_path).exists():
            reason = "no Chromium or Chrome here: install one, or run 'playwright install chromium'"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        with jupyterlab(tmp_path) as base:
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            page.goto(f"{base}/lab/tree/00_start_here.ipynb?reset&token=t")
            page.wait_for_selector(".jp-Notebook", timeout=60_000)
            page.wait_for_function(IDLE, timeout=60_000)
            page.evaluate("() => {window.jupyterapp.commands.execute('notebook:run-all-cells')}")
            page.locator("img.rnnlab-picture").first.wait_for(timeout=60_000)
            page.wait_for_function(IDLE, timeout=60_000)
            yield page
            browser.close()


def wait_for_text(page, text):
    page.wait_for_function("t => document.body.innerText.includes(t)", arg=text, timeout=30_000)


def test_the_lab_trains_and_follows_the_keyboard(page):
    page.get_by_role("button", name="Train", exact=True).click()
    wait_for_text(page, "Run 1 is finished: epoch 40 of 40, 280 steps")
    assert "below persistence" in page.inner_text(".rnnlab-twin")
    page.locator(".noUi-handle").nth(1).focus()
    picture, waits = page.locator("img.rnnlab-picture").nth(1), []
    for k in range(10):
        before, start = picture.get_attribute("src"), time.perf_counter()
        page.keyboard.press("ArrowRight" if k < 5 else "ArrowLeft")
        page.wait_for_function(NEW_PICTURE, arg=before, timeout=15_000)
        waits.append(1000 * (time.perf_counter() - start))
        wait_for_text(page, f"Run {k + 2} is finished")
    print(f"key to new picture: median {statistics.median(waits):.0f} ms of {len(waits)} moves")
    assert page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0
