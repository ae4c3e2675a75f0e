"""A made-up class: learners' files of progress, and what a page of them says."""

import io
import json
import os
import random
import zipfile
from collections import Counter
from html.parser import HTMLParser

import pytest

from rnnlab.course import exercises as checks
from rnnlab.course import kept
from rnnlab.course.classroom.learners import exercises, guesses
from rnnlab.course.guess_page import GuessPage

ASKED = {number: guess for those in guesses().values() for number, guess in those.items()}
NUMBERS = [number for those in exercises().values() for number in those]

ONE = json.dumps({"solved": ["04.1"], "guessed": {}, "mistakes": {"04.1": {}}}).encode()
TWO = json.dumps({"solved": ["04.2"], "guessed": {}, "mistakes": {"04.3": {"none": 2}}}).encode()


def packed(members, **options):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def put(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


class Tables(HTMLParser):
    """The texts of a page: its tables as rows of cells, its tags, and all that a reader sees."""

    def __init__(self, html):
        super().__init__()
        self.tables, self.tags, self.texts, self.path = [], Counter(), [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        if tag not in ("meta", "br", "img"):
            self.path.append((tag, dict(attributes)))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        assert self.path.pop()[0] == tag, "each element ends where it should"

    def handle_data(self, text):
        seen = not any("aria-hidden" in attributes for _, attributes in self.path)
        if seen and self.path and self.path[-1][0] != "style":
            self.texts.append(text)
            if any(tag in ("td", "th") for tag, _ in self.path):
                self.tables[-1][-1][-1] += text

    @property
    def text(self):
        return " ".join("".join(self.texts).split())


def make_class(folder, names, seed=3):
    """Make a learner's file for each name as a kernel would; return what each has done."""
    chance, made = random.Random(seed), {}
    for name in names:
        done = made[name] = {"guessed": {}, "mistakes": {}, "solved": set()}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RNNLAB_PROGRESS", str(folder / name / "progress.json"))
            patch.setattr(os, "fsync", lambda descriptor: None)  # thousands take seconds
            last = chance.randrange(1, len(guesses()))
            for lesson in [*guesses()][: last + 1]:
                for number in guesses()[lesson]:
                    if chance.random() < 0.8:
                        done["guessed"][number] = make_guess(ASKED[number], chance)
                for number in exercises()[lesson]:
                    if chance.random() < 0.8:
                        done["mistakes"][number] = make_tries(number, chance)
                        if chance.random() < 0.8:
                            kept.keep_solved(number)
                            kept.keep_mistake(number, "after it was solved")
                            done["solved"].add(number)
                        elif not done["mistakes"][number]:
                            del done["mistakes"][number]  # not even tried
    return made


def make_guess(guess, chance):
    """Guess, wrong in half of the cases, then again and right; return the kind of the first."""
    kind = chance.choice([guess.right_kind, chance.choice([*guess.replies])])
    page = GuessPage(guess)
    factor = {"low": 0.1, "near": 1, "high": 10}.get(kind, 1)
    page.guess(kind if guess.right is None else f"{factor * guess.right:g} %")
    page.guess(guess.right_kind if guess.right is None else f"{guess.right:g}")
    page.close()
    return kind


def make_tries(number, chance):
    """Make a few mistakes; return how often which."""
    names = [*checks.find(number).hints][:4]
    made = Counter(chance.choice(names) for _ in range(chance.randrange(4)))
    for name, times in made.items():
        for _ in range(times):
            kept.keep_mistake(number, name)
    return dict(made)
