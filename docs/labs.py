"""What stands in a lesson's page in place of a lab, which is nothing without a kernel."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

import nbformat
from nbformat import NotebookNode

from docs.page_data import TASKS
from docs.site_words import root, say
from rnnlab.base.say import language

LIVE = "page.html"  # what `rnnlab page` writes, beside the lessons
SHARED = ("task", "cell", "learning_rate", "epochs", "optimizer", "hidden_size", "seed")
LIKE_THE_PAGE = {"seeds": 1, "hidden_state": "reset"}  # what it cannot do otherwise


def figure(lab: Mapping[str, Any]) -> NotebookNode:
    """Return an output's data: what a lab shows after a run, and in words what there is to see.

    Where the page that trains in a browser can do the lab's run, that page is there instead, with
    the same settings. Where it can do a part of it, it is folded away below the picture.

    Args:
        lab: its `kind`, `settings`, `words`, and its picture: `png` in base64, `width` in pixels.
    """
    address, words = live_address(lab), str(lab["words"])
    alt = say("The pictures of the lab, described below")
    picture = (
        f"<p>{say('A picture of the lab after a run; in JupyterLab it is live.')}</p>"
        f'<img src="data:image/png;base64,{lab["png"]}" width="{lab["width"]}" alt="{alt}">'
    )
    if address and replaces(lab):
        shown = f"<p>{say('The lab, in your browser: press Train.')}</p>{_frame(address)}"
    elif address:
        fold = say("One run of it, in your browser")
        if lab["kind"] == "LoopStepper":
            fold = say("The same loop in your browser: train, then see one batch phase by phase")
        shown = f"{picture}<details><summary>{fold}</summary>{_frame(address)}</details>"
    else:
        shown = picture
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in words.strip().splitlines())
    html = f'<figure class="lab">{shown}<figcaption>{paragraphs}</figcaption></figure>'
    # the image, which nobody shows beside HTML, is there for the index
    return nbformat.from_dict({"text/html": html, "image/png": lab["png"], "text/plain": words})


def replaces(lab: Mapping[str, Any]) -> bool:
    """Return whether the page that trains in a browser can do all that this lab shows."""
    alike = all(lab["settings"].get(name) == value for name, value in LIKE_THE_PAGE.items())
    return lab["kind"] == "TrainingLab" and alike


def live_address(lab: Mapping[str, Any]) -> str:
    """Return the address of the page that trains in a browser, with a lab's settings.

    Returns:
        "" where the page does not have the lab's task, or the lab trains nothing.
    """
    settings = lab["settings"]
    if lab["kind"] not in ("TrainingLab", "LoopStepper") or settings["task"] not in TASKS:
        return ""
    parts = {name: settings[name] for name in SHARED if name in settings}
    parts["clip"] = settings["clip_norm"] if settings["clip"] else "off"
    return page_address(urlencode(parts))


def page_address(settings: str = "") -> str:
    """Return the address of the page that trains, with settings, in the language spoken."""
    spoken = f"lang={language()}"  # English too: a Chinese browser's own choice is Chinese
    return f"{root()}{LIVE}#{settings}&{spoken}" if settings else f"{root()}{LIVE}#{spoken}"


def _frame(address: str) -> str:
    """Return the page that trains in a browser as a part of another one."""
    title = say("A recurrent network that trains in this page")
    return (
        f'<iframe loading="lazy" title="{title}" src="{escape(address)}"></iframe>'
        f'<p><a href="{escape(address)}">{say("The same on a page of its own")}</a></p>'
    )
