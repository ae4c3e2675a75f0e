"""The page's engine, asked from Python: in node, or in a browser from a page of its own."""

import json
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPTS = ("data", "random", "kernels", "cells", "network", "optimizers", "tasks", "looks", "engine")
FILES = [*(ROOT / f"docs/page/{name}.js" for name in SCRIPTS), ROOT / "tests/page_engine.js"]
NODE = shutil.which("node")
ANSWER = """
const vm = require("vm"), fs = require("fs");
const { files, questions } = JSON.parse(fs.readFileSync(0, "utf8"));
for (const file of files) vm.runInThisContext(fs.readFileSync(file, "utf8"), { filename: file });
console.log(JSON.stringify(questions.map(([name, question]) => globalThis.ask(name, question))));
"""


def ask_node(*questions):
    """Return node's answers to pairs (name, question)."""
    told = json.dumps({"files": [str(file) for file in FILES], "questions": questions})
    done = subprocess.run([NODE, "-e", ANSWER], input=told, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
