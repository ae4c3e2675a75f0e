"""Exceptions of torch whose cause is known: by what they say, and by what came before."""

from __future__ import annotations

import re

from rnnlab.doctor.events import Place
from rnnlab.doctor.trace import Trace

Verdict = tuple[str, Place, str]

# Texts of torch 2.13; the first that is found counts.
TEXTS: tuple[tuple[str, str], ...] = (
    ("state-batch-size", r"Expected hidden(\[\d\])? size \("),
    ("cross-entropy-axis", r"Expected target size \["),
    ("cross-entropy-axis", r"Expected input batch_size \(\d+\) to match target batch_size"),
    ("target-dtype", r"expected target dtype to be Long or Byte"),
    ("target-dtype", r"expected scalar type Long but found"),
    ("target-dtype", r"Target -?\d+ is out of bounds"),
    ("state-batch-size", r"Input batch size \d+ doesn't match hidden\d? batch size"),
    ("device-mismatch", r"not at the same device"),
    ("device-mismatch", r"is not on the expected device"),
    ("device-mismatch", r"Expected all tensors to be on the same device"),
    ("device-mismatch", r"is on (cpu|meta|cuda)\S*, (but|different from)"),
    ("dtype-mismatch", r"RNN input dtype \(.*\) does not match weight dtype"),
    ("dtype-mismatch", r"mat1 and mat2 must have the same dtype"),
    ("dtype-mismatch", r"expected m1 and m2 to have the same dtype"),
    ("target-dtype", r"can't be cast to the desired output type Long"),
    ("no-graph", r"does not require grad and does not have a grad_fn"),
    ("no-graph", r"Can't call numpy\(\) on Tensor that requires grad"),
    ("output-not-unpacked", r"argument 'input' \(position 1\) must be Tensor, not tuple"),
    ("output-not-unpacked", r"tuple indices must be integers or slices, not tuple"),
    (
        "output-not-unpacked",
        r"'tuple' object has no attribute '(size|shape|dim|view|reshape|mean)'",
    ),
    ("lstm-state-is-a-tuple", r"argument 'hx' \(position 2\) must be tuple of Tensors, not Tensor"),
    ("lstm-state-is-a-tuple", r"'tuple' object has no attribute 'detach_?'"),
    ("lstm-state-is-a-tuple", r"index 1 is out of bounds for dimension 0 with size 1"),
)


def judge_error(trace: Trace) -> dict[str, Verdict]:
    """Return the finding that names the cause of the exception, if it is known."""
    error, place = trace.error, trace.error_place
    if error is None or place is None:
        return {}
    text = str(error)
    sentence = re.split(r"(?<=[a-z)])[.!] |\n", text, maxsplit=1)[0]  # some texts are a page long
    said = f"{type(error).__name__}: {sentence}"
    if text.startswith("Trying to backward through the graph a second time"):
        carried = [e for e in trace.of("recurrent")[-3:] if e.numbers["state_has_graph"]]
        # a cell written by hand shows no state: then the loss has a graph of its own, as large as
        # that of the loss before, and that one too
        again, new = trace.last_graph.get("again", 0), trace.last_graph.get("new", 0)
        carried_on = 0 < again <= 2 * new
        return {"state-not-detached": ("error", place, said)} if carried or carried_on else {}
    if "modified by an inplace operation" in text:
        last = trace.of("loss", "backward", "step")[-2:]
        if [event.kind for event in last] == ["loss", "step"]:
            return {"step-before-backward": ("error", last[-1].place, said)}
        retained = [e for e in trace.of("backward") if e.numbers["retained"]]
        return {"retain-graph": ("error", place, said)} if retained else {}
    if "nested_tensorlist[0].empty()" in text and not trace.counts["backward"]:
        return {"clip-before-backward": ("error", place, said)}
    if _is_swapped(text, trace):
        return {"batch-first": ("error", place, said)}
    for code, pattern in TEXTS:
        if re.search(pattern, text):
            return {code: ("error", place, said)} if _fits(code, trace) else {}
    return {}


def _fits(code: str, trace: Trace) -> bool:
    """Whether the run makes a text that has many causes mean this one."""
    if code in ("lstm-state-is-a-tuple", "output-not-unpacked"):
        return bool(trace.of("recurrent"))
    return True


def _is_swapped(text: str, trace: Trace) -> bool:
    """Whether a state was refused that has a row for each example of a batch read as time."""
    found = re.search(r"Expected hidden.* size .*, got \[\d+, (\d+), \d+\]", text)
    calls = trace.of("recurrent")
    if found is None or not calls:
        return False
    shape = calls[-1].numbers["shape"]
    return calls[-1].numbers["batch_first"] is False and len(shape) == 3 and (
        int(found[1]) == shape[0] != shape[1]
    )  # fmt: skip
