"""LoopStepper in a real JupyterLab, by keyboard: its numbers are those of plain PyTorch."""

import pytest
import torch
from conftest import open_notebook, wait_for_text, write_notebook
from torch import nn

import rnnlab

pytestmark = pytest.mark.browser
CODE = 'import rnnlab\nstepper = rnnlab.LoopStepper("sine", clip_norm=0.5, speed=8)\nstepper'
NAMES = ["recurrence.weight_ih_l0", "recurrence.weight_hh_l0", "recurrence.bias_ih_l0",
         "recurrence.bias_hh_l0", "readout.weight", "readout.bias"]  # fmt: skip


class Plain(nn.Module):
    """The network of the lab in plain PyTorch."""

    def __init__(self):
        super().__init__()
        self.recurrence = nn.RNN(1, 8, batch_first=True)
        self.readout = nn.Linear(8, 1)

    def forward(self, inputs):
        return self.readout(self.recurrence(inputs)[0])


def expected():
    """Return by phase what plain PyTorch has after it: loss, norm, and each parameter's."""
    torch.manual_seed(0)
    model = Plain()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    batches = rnnlab.load_task("sine").batches(seed=0)
    batches.set_epoch(1)
    inputs, targets = next(iter(batches))
    loss, moved, found = None, dict.fromkeys(NAMES, 0.0), {}

    def note(phase):
        grads = {name: p.grad for name, p in model.named_parameters()}
        norms = {name: None if g is None else g.norm().item() for name, g in grads.items()}
        whole = nn.utils.get_total_norm([g for g in grads.values() if g is not None]).item()
        found[phase] = (None if loss is None else loss.item(), whole, norms, dict(moved))

    note("batch")
    optimizer.zero_grad()
    note("zero_grad")
    predictions = model(inputs)
    note("forward")
    loss = nn.functional.mse_loss(predictions, targets)
    note("loss")
    loss.backward()
    note("backward")
    nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    note("clip")
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimizer.step()
    moved = {n: (p.detach() - before[n]).norm().item() for n, p in model.named_parameters()}
    note("step")
    return found


@pytest.fixture(scope="module")
def page(browser, server):
    write_notebook(server, "stepper.ipynb", CODE)
    page = open_notebook(browser, server, "stepper.ipynb", height=1500)
    yield page
    assert page.faults == []
    assert page.locator("[data-mime-type*=stderr]").count() == 0
    page.close()


def fact(page, name):
    text = page.locator(f'td[data-fact="{name}"]').inner_text().strip(" \u2003\u25c2")
    return None if text == "none" else float(text)


def near(value):
    """Return what a number to three significant digits has to equal."""
    return None if value is None else pytest.approx(value, rel=5.1e-3)


def until(page, phase):
    wait_for_text(page, f"{phase} is done")
    page.wait_for_function(
        "p => document.querySelector('.rnnlab-source .name:has(+ .now)').innerText.includes(p)",
        arg=phase,
    )


def test_one_batch_by_keyboard_has_the_numbers_of_plain_pytorch(page, report):
    wait_for_text(page, "nothing has run, batch comes next")
    page.locator(".rnnlab").first.focus()
    compared = 0
    for phase, (loss, norm, norms, moved) in expected().items():
        page.keyboard.press("Enter")
        until(page, phase)
        assert fact(page, "loss") == near(loss)
        assert fact(page, "norm") == near(norm)
        for name in NAMES:
            assert fact(page, f"{name} after") == near(norms[name]), (phase, name)
            assert fact(page, f"{name} moved") == near(moved[name])
            compared += 2
    report(f"stepper: {compared + 14} numbers of 7 phases read from the page, as in plain PyTorch")


def test_back_by_button_space_runs_and_pauses(page):
    after_step = page.locator(".rnnlab-facts").last.inner_text()
    for name in ("Back", "Back"):
        page.get_by_role("button", name=name, exact=True).click()
    until(page, "backward")
    page.locator(".rnnlab").first.focus()
    for phase in ("clip", "step"):
        page.keyboard.press("Enter")
        until(page, phase)
    assert page.locator(".rnnlab-facts").last.inner_text() == after_step
    page.keyboard.press("Space")
    wait_for_text(page, "Epoch 1, batch 3")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Run", exact=True).wait_for()
    stands = page.inner_text(".rnnlab [role=status]")
    page.wait_for_timeout(400)
    assert page.inner_text(".rnnlab [role=status]") == stands


def test_a_mistake_shows_torchs_error_and_back_leads_out_of_it(page):
    page.get_by_label("Break", exact=True).select_option("carry the state, no detach")
    wait_for_text(page, "Epoch 1, batch 1: nothing has run")
    page.get_by_role("button", name="Next batch", exact=True).click()
    wait_for_text(page, "step is done")
    page.get_by_role("button", name="Next batch", exact=True).click()
    wait_for_text(page, "Trying to backward through the graph a second time")
    wait_for_text(page, "backward has raised an error")
    wait_for_text(page, "To mend it: state = state.detach()")
    assert page.locator(".rnnlab-source .failed").first.inner_text() == "batch.loss.backward()"
    assert page.locator("[data-mime-type*=stderr]").count() == 0  # no lines of the learner's
    page.get_by_role("button", name="Back", exact=True).click()
    until(page, "forward")
    page.get_by_label("Break", exact=True).select_option("nothing")
    wait_for_text(page, "nothing has run")
    assert page.locator(".rnnlab-source .failed").count() == 0
