"""Executed notebooks as the site takes them, with their labs; and what is on a page of the site."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

from docs import execute, labs
from docs.site_words import speaking
from rnnlab.widgets.kept_picture import MARK
from tests.executed import executed

LANGUAGES = ("en", "zh")
LAB = {
    "kind": "TrainingLab",
    "words": "It learns.\nQuickly <so>.",
    "png": "iVBORw0KGgo=",
    "width": 100,
    "settings": {"task": "co2", "cell": "gru", "learning_rate": 1e-05, "epochs": 7, "clip": False,
                 "clip_norm": 1.0, "optimizer": "sgd", "hidden_size": 5, "hidden_state": "reset",
                 "seed": 3, "seeds": 1, "speed": "full"},
}  # fmt: skip


def with_settings(**settings):
    return {**LAB, "settings": LAB["settings"] | settings}


def as_pages(paths, folder, spoken="en"):
    """Return executed notebooks by name; what `docs.labs` makes of a lab stands in its place.

    Args:
        paths: of the notebooks.
        folder: of the executions, which all tests share.
        spoken: their language.
    """
    with speaking(spoken):
        return {path.stem: _as_page(*executed(path, folder, spoken)[:2]) for path in paths}


def _as_page(notebook, shown):
    by_model = {lab["model"]: lab for lab in shown}
    for cell in notebook.cells:
        for output in [*cell.get("outputs", [])]:
            if output.get("metadata") == MARK:  # what a notebook keeps of a lab
                cell.outputs.remove(output)
                continue
            view = output.get("data", {}).get(execute.VIEW)
            if view and view["model_id"] in by_model:
                output.data = labs.figure(by_model[view["model_id"]])
            elif view and "text/html" in output.data:  # a guess
                del output.data[execute.VIEW]
            elif view:  # a progress bar
                cell.outputs.remove(output)
    return notebook


class Page(HTMLParser):
    """The ids and the addresses of a page, and its text within folds and outside them."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.addresses, self.folded, self.open, self._depth = set(), [], "", "", 0
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.ids |= {named[name] for name in ("id", "name") if named.get(name)}
        self.addresses += [named[name] for name in ("href", "src") if named.get(name)]
        self._depth += tag == "details"
        self._hidden = tag in ("script", "style")

    def handle_endtag(self, tag):
        self._depth -= tag == "details"
        self._hidden = False

    def handle_data(self, data):
        if not self._hidden and self._depth:
            self.folded += data
        elif not self._hidden:
            self.open += data


def dead_links(folder):
    """Return the relative addresses in a site that lead to no file, or to no id in it."""
    pages = {file: Page(file.read_text()) for file in folder.rglob("*.html")}
    dead = []
    for file, page in pages.items():
        for address in page.addresses:
            if re.match(r"[a-z]+:", address):
                continue
            path, _, fragment = address.partition("#")
            path = unquote(path)
            there = (file.parent / path).resolve() if path else file
            ids = pages[there].ids if there in pages else set()
            # the page that trains reads its settings from there
            settings = there.name == labs.LIVE and "=" in fragment
            found = {fragment, unquote(fragment)} & ids  # in this order, says HTML
            if not there.is_file() or (fragment and not settings and not found):
                dead.append((file.relative_to(folder).as_posix(), address))
    return dead
