"""What Binder would do with this repository, done here: `make binder` (Linux; needs no Docker).

The real repo2docker writes the Dockerfile; its steps that need the repository then run on a copy,
in an empty environment; its start script starts JupyterLab, and a kernel that runs notebook 00.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
MEMORY_MB = 1024  # what Binder promises
NOT_PINNED = {"notebook", "pip", "rnnlab"}
STEPS = [
    '${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"',
    "chmod +x binder/postBuild",
    "./binder/postBuild",
    'chmod +x "${REPO_DIR}/binder/start"',
]
RUN_NOTEBOOK = """
import sys, nbclient, nbformat
path, question = sys.argv[1:]
book = nbformat.read(path, 4)
book.cells.append(nbformat.v4.new_code_cell(question))
folder = {"metadata": {"path": path.rpartition("/")[0]}}
nbclient.NotebookClient(book, timeout=300, resources=folder).execute()
print(book.cells[-1].outputs[-1].text)
"""
ASK_KERNEL = """
import json, os, pathlib, platform, torch
print(json.dumps({
    "Python": platform.python_version(),
    "torch": torch.__version__,
    "CUDA": torch.version.cuda,
    "threads": torch.get_num_threads(),
    "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS"),
    "epochs": len(lab.run().epochs),
    "source": rnnlab.__file__,
    "status": pathlib.Path("/proc/self/status").read_text(),
}))
"""


def run(command, **options):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, **pipes, **options)
    if done.returncode:
        sys.exit(f"{done.stdout}\nfailed: {command}")
    return done.stdout


def peak_mb(status):
    """The most memory a process has held, from its /proc/.../status."""
    return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) // 1024


def write_dockerfile(repository, tools, env):
    """What repo2docker would build for Binder's user, and what it says while it decides that."""
    venv.create(tools, with_pip=True)
    run([tools / "bin/pip", "install", "jupyter-repo2docker"], env=env)
    user = ["--user-id", "1000", "--user-name", "jovyan"]
    command = [tools / "bin/jupyter-repo2docker", "--no-build", "--debug", *user, repository]
    return run(command, env=env)


def check_dockerfile(text):
    """Python's version, and that the steps come after the copy, which brings requirements.lock."""
    python = re.search(r"conda environment for python=([\d.]+)", text)[1]
    after = re.split(r"^COPY \S+ src/ \$\{REPO_DIR\}/$", text, flags=re.M)[1]
    steps = re.findall(r"^RUN (.+)$", after, re.M)
    entry = re.search(r"^ENV R2D_ENTRYPOINT=.*$", after, re.M)[0]
    print(f"repo2docker: Python {python}; after the copy:", *steps, entry, sep="\n  ")
    assert python == "3.11"
    assert steps == STEPS
    assert entry == 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"'


def check_install(repository, prefix, env):
    """The steps work in an empty environment, and what they install is what the lock names."""
    start = time.monotonic()
    venv.create(prefix, with_pip=True)
    for step in STEPS:
        run(step, shell=True, cwd=repository, env=env)
    seconds = time.monotonic() - start
    size = sum(path.lstat().st_blocks for path in prefix.rglob("*")) // 2048
    print(f"install: {seconds:.0f} s; environment: {size} MB")
    run([prefix / "bin/pip", "check"], env=env)
    lock = (repository / "requirements.lock").read_text()
    pins = set(re.findall(r"^([\w.-]+==[^\s;]+)", lock, re.M))
    listed = run([prefix / "bin/python", "-m", "pip", "list", "--format=json"], env=env)
    loose = set()
    for package in json.loads(listed[listed.index("[{") :]):
        name = re.sub(r"[-_.]+", "-", package["name"]).lower()
        if f"{name}=={package['version']}" not in pins:
            loose.add(name)
    assert loose == NOT_PINNED, loose


def check_server(start, address, repository, env):
    """JupyterLab answers at the badge's address; its peak memory in MB."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [start, "jupyter-lab", "--allow-root", "--no-browser", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--IdentityProvider.token=t"]
    url = f"http://127.0.0.1:{port}/{address}?token=t"
    with (repository.parent / "server.log").open("w") as log:
        server = subprocess.Popen(command, cwd=repository, env=env, stdout=log, stderr=log)
        try:
            end = time.monotonic() + 60
            while time.monotonic() < end and server.poll() is None:
                with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=20) as page:
                    assert b"jupyter-config-data" in page.read()
                    return peak_mb(Path(f"/proc/{server.pid}/status").read_text())
                time.sleep(0.2)
        finally:
            server.terminate()
            server.wait(20)
    sys.exit(f"{Path(log.name).read_text()}\nJupyterLab does not answer at {address}")


def check_kernel(start, notebook, repository, env):
    """Notebook 00 runs and trains, on one thread, from the repository's source; its peak in MB."""
    command = [start, "python", "-c", RUN_NOTEBOOK, notebook, ASK_KERNEL]
    answer = run(command, cwd=repository, env=env)
    facts = json.loads(answer[answer.index('{"Python"') :])
    source, status = Path(facts.pop("source")), facts.pop("status")
    print("kernel:", ", ".join(f"{name} {value}" for name, value in facts.items()))
    assert source == repository / "rnnlab/__init__.py"
    assert facts["CUDA"] is None
    assert facts["threads"] == 1
    assert facts["OMP_NUM_THREADS"] == "1"
    assert facts["epochs"] > 0
    return peak_mb(status)


def main():
    if sys.version_info[:2] != (3, 11):
        sys.exit("Binder has Python 3.11; name one here: make binder PYTHON=python3.11")
    badge = r"https://mybinder\.org/v2/gh/[^/]+/[^/]+/HEAD\?urlpath=(lab/tree/([^)]+))"
    address, notebook = re.search(badge, (ROOT / "README.md").read_text()).groups()
    assert (ROOT / notebook).is_file(), notebook
    with tempfile.TemporaryDirectory(prefix="binder-") as name:
        folder = Path(name).resolve()
        repository, prefix = folder / "repository", folder / "environment"
        left_out = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()]
        shutil.copytree(ROOT, repository, ignore=shutil.ignore_patterns(".git", *left_out))
        env = {k: v for k, v in os.environ.items() if k not in ("OMP_NUM_THREADS", "PYTHONPATH")}
        env |= {"KERNEL_PYTHON_PREFIX": str(prefix), "REPO_DIR": str(repository)}
        env |= {"PATH": f"{prefix}/bin:{env['PATH']}", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        # pip asks five more times, for every package, where it cannot reach PyTorch's index
        env.setdefault("PIP_RETRIES", "1")
        check_dockerfile(write_dockerfile(repository, folder / "tools", env))
        check_install(repository, prefix, env)
        env["HOME"] = str(repository)  # as on Binder; and no settings of whoever runs this
        start = str(repository / "binder/start")
        server = check_server(start, address, repository, env)
        kernel = check_kernel(start, notebook, repository, env)
    total = server + kernel
    print(f"peak memory: {kernel} MB kernel + {server} MB server = {total} of {MEMORY_MB} MB")
    assert total < MEMORY_MB


if __name__ == "__main__":
    main()
