"""A learner in a hurry: random actions on the lab of notebook 00, in JupyterLab in a real browser.

`python tests/browser/soak.py --actions 2000` makes as many as that and prints what it saw; a short
soak is one of the tests.
"""

import argparse
import contextlib
import json
import pathlib
import random
import sys
import tempfile
import time
from collections import Counter

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from conftest import chromium, jupyterlab, open_lab
from playwright.sync_api import TimeoutError

BUTTONS = ["Train", "Pause", "Step", "Stop", "Clear", "Ask the doctor", "Defaults"]
FOLD = ["More settings", "Fewer settings"]
KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]
CHANGING = ["Pause", "Resume", *FOLD]  # their names
AIMED = ["slide", "drag", "choose", "tick", "seed", "type", "toggle", "play", "bring_back"]
EVERY = 50  # actions, then the lab has to agree with its controls
ASK_KERNEL = """async code => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const request = kernel.requestExecute({code, store_history: false});
  let text = '';
  request.onIOPub = message => {
    if (message.header.msg_type === 'stream') text += message.content.text;
    if (message.header.msg_type === 'error') text += message.content.evalue;
  };
  await request.done;
  return text }"""
FULL_SPEED = """
import asyncio, json
lab.speed = "full"
"""
SETTLED = """
while lab._runner.busy or lab._viewer.player.busy:
    await asyncio.sleep(0.01)
"""
READ = """
await asyncio.sleep(0.1)
print(json.dumps({
    "traits": {name: getattr(lab, name) for name in lab.controls},
    "rate": lab._run and lab._run.learning_rate, "epochs": len(lab.history.epochs),
    "steps": len(lab.history), "status": lab._status.value, "message": lab._message.value,
}))
"""
SHOWN = """() => {
  const text = name => [...document.querySelectorAll('.rnnlab .widget-inline-hbox')]
    .find(box => box.querySelector('.widget-label')?.textContent.trim() === name);
  const of = (name, what) => text(name)?.querySelector(what);
  const checked = name => [...document.querySelectorAll('.rnnlab label')]
    .find(label => label.textContent.trim() === name)?.querySelector('input').checked;
  return {
    task: of('Task', 'select').selectedOptions[0].text,
    cell: document.querySelector('.rnnlab .widget-toggle-button.mod-active').textContent.trim(),
    optimizer: of('Optimizer', 'select').selectedOptions[0].text,
    speed: of('Speed', 'select').selectedOptions[0].text,
    hidden_state: of('Hidden state', 'select').selectedOptions[0].text,
    hidden_size: of('Hidden size', '.widget-readout').textContent,
    learning_rate: of('Learning rate', '.widget-readout').textContent,
    epochs: of('Train for', '.widget-readout').textContent,
    clip_norm: of('Clip above', '.widget-readout').textContent,
    seed: of('Seed', 'input').value,
    seeds: of('Seeds', 'select').selectedOptions[0].text.replace('\u00a0', ' '),
    clip: checked('Clip'),
    free_running: checked('Forecast on its own, too'),
    apply_while_training: checked('Apply while training'),
  } }"""


def as_shown(traits):
    """Return settings as the page writes them."""

    def counted(name, unit):
        return f"{traits[name]} {unit}{'s' * (traits[name] != 1)}"

    return {
        **traits, "hidden_size": counted("hidden_size", "unit"),
        "learning_rate": f"{traits['learning_rate']:g}", "epochs": counted("epochs", "epoch"),
        "clip_norm": f"{traits['clip_norm']:g}", "seed": str(traits["seed"]), "speed": "full",
        "seeds": counted("seeds", "run"),
    }  # fmt: skip


class Soak:
    """One page and the actions on it.

    Args:
        page: that `open_lab` returned.
        seed: of the choices.
    """

    def __init__(self, page, seed=0):
        self.page, self.choices, self.seen = page, random.Random(seed), Counter()
        self.complaints, self.missed = [], 0
        page.on("console", self._on_console)

    def _on_console(self, message):
        if message.type == "error":
            self.complaints.append(message.text)

    def act(self):
        """Do something that a learner could do."""
        kinds = {
            self.slide: 8, self.drag: 3, self.choose: 3, self.tick: 3, self.seed: 2, self.press: 8,
            self.wait: 3, self.run_the_cell: 0.5, self.turn_the_theme: 0.3, self.interrupt: 0.5,
            self.narrow: 0.3, self.type: 2, self.toggle: 2, self.play: 2, self.bring_back: 2,
        }  # fmt: skip
        (kind,) = self.choices.choices([*kinds], [*kinds.values()])
        self.seen[kind.__name__] += 1
        try:
            kind()
        except TimeoutError:  # a click of the action before, on its way, has hidden what it chose
            if kind.__name__ not in AIMED:
                raise
            self.missed += 1

    def slide(self):
        handle = self.choices.choice(self.all(".noUi-handle"))
        handle.focus()
        for _ in range(self.choices.randint(1, 4)):
            self.page.keyboard.press(self.choices.choice(KEYS))

    def drag(self):
        slider = self.choices.choice(self.all(".noUi-target"))
        slider.scroll_into_view_if_needed()
        if (box := slider.bounding_box()) is None:
            raise TimeoutError("it is hidden now")
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + self.choices.random() * box["width"], y)
        self.page.mouse.down()
        for _ in range(self.choices.randint(1, 5)):
            self.page.mouse.move(box["x"] + self.choices.random() * box["width"], y)
        self.page.mouse.up()

    def choose(self):
        select = self.choices.choice(self.all("select"))
        select.select_option(index=self.choices.randrange(select.locator("option").count()))

    def tick(self):
        self.choices.choice(self.all("input[type=checkbox]")).click()

    def seed(self):
        self.open_the_fold()
        self.write(self.page.locator(".rnnlab input[type=number]").first)

    def type(self):
        self.write(self.choices.choice(self.all(".rnnlab-number input")))

    def write(self, field):
        field.click()
        field.press("Control+a")
        field.press_sequentially(self.choices.choice(["7", "-3", "2.5", "e", "", "99999999"]))
        field.press("Enter")

    def toggle(self):
        self.choices.choice(self.all(".widget-toggle-button")).click()

    def play(self):
        self.page.locator(".rnnlab button:has(.fa-play, .fa-pause)").first.click()

    def bring_back(self):
        if runs := self.all(".rnnlab-run"):
            self.choices.choice(runs).click()

    def all(self, what):
        """Return what of this kind the lab shows."""
        return self.page.locator(f".rnnlab {what}:visible").all()

    def open_the_fold(self):
        for _ in range(20):  # a click of the action before may still be on its way
            if self.page.locator(".rnnlab-fold[aria-expanded=true]").count():
                return
            self.click(FOLD[0])
            self.page.wait_for_timeout(500)
        raise AssertionError("the fold does not open")

    def press(self):
        names = [*BUTTONS, "Resume", *FOLD]
        name = self.choices.choices(names, [4, 3, 3, 3, 2, 0.5, 0.5, 1, 1, 1])[0]
        self.click(name, self.choices.choice([1, 1, 2]))

    def click(self, name, times=1):
        """Click a button if it is there; Pause and Resume change their names under the pointer."""
        button = self.page.get_by_role("button", name=name, exact=True)
        with contextlib.suppress(TimeoutError if name in CHANGING else ()):
            if button.count():
                button.click(click_count=times, timeout=2000)

    def wait(self):
        self.page.wait_for_timeout(self.choices.choice([20, 100, 400]))

    def run_the_cell(self):
        self.page.evaluate(
            "() => { const {commands, shell} = window.jupyterapp;"
            " shell.currentWidget.content.activeCellIndex = 1;"
            " return commands.execute('notebook:run-cell') }"
        )
        self.page.locator(".rnnlab img.rnnlab-picture").first.wait_for(timeout=30_000)

    def turn_the_theme(self):
        self.page.evaluate(
            "() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: "
            "document.body.dataset.jpThemeLight === 'true' ? 'JupyterLab Dark' : "
            "'JupyterLab Light'})"
        )
        # JupyterLab itself raises if it is changed again before its splash screen is gone.
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")
        self.page.wait_for_timeout(300)

    def interrupt(self):
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')")

    def narrow(self):
        width = self.choices.choice([800, 1100, 1400])
        self.page.set_viewport_size({"width": width, "height": 900})

    def check(self):
        """Let the lab come to rest; what it shows, what it has and what it does must agree."""
        self.click("Resume")
        traits = self.agreed()
        self.page.get_by_role("button", name="Train", exact=True).click()
        state = self.state()
        assert state["rate"] == traits["learning_rate"], state
        ended = "is finished" in state["status"] and state["epochs"] == traits["epochs"]
        diverged = "training cannot go on from here" in state["message"]
        assert ended or diverged, state
        assert self.page.locator(".rnnlab [role=status]").first.inner_text() in state["status"]
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('.rnnlab img.rnnlab-picture')]"
            ".every(i => i.complete && i.naturalWidth > 0)"
        )
        assert self.page.locator(".rnnlab img.rnnlab-picture").count() == 3  # one lab
        assert self.page.faults == [], self.page.faults
        assert self.complaints == [], self.complaints

    def agreed(self):
        """Return the lab's settings, once the page shows them: it sends a change late."""
        end = time.monotonic() + 20
        while True:
            traits = self.state(settled="")["traits"]  # a run that goes on has them too
            shown, expected = self.page.evaluate(SHOWN), as_shown(traits)
            if shown == expected:
                return traits
            assert time.monotonic() < end, (shown, expected)

    def state(self, settled=SETTLED):
        self.page.wait_for_timeout(150)  # what was pressed last is on its way
        return json.loads(self.page.evaluate(ASK_KERNEL, FULL_SPEED + settled + READ))

    def run(self, actions=None, seconds=None):
        """Act so often or so long, and check now and then and at the end."""
        end = time.monotonic() + (seconds or float("inf"))
        while (actions is None or self.seen.total() < actions) and time.monotonic() < end:
            self.act()
            if self.seen.total() % EVERY == 0:
                self.check()
        self.check()
        assert self.missed <= self.seen.total() / 10, (
            f"{self.missed} actions found nothing to act on"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=2000)
    parser.add_argument("--minutes", type=float, help="end after so many, if that is sooner")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium() as browser,
        jupyterlab(pathlib.Path(folder)) as server,
    ):
        soak, start = Soak(open_lab(browser, server), options.seed), time.time()
        soak.run(options.actions, options.minutes and 60 * options.minutes)
    print(f"{soak.seen.total()} actions in {time.time() - start:.0f} s, no console error, each "
          f"check agreed: {dict(soak.seen)}")  # fmt: skip


if __name__ == "__main__":
    main()
