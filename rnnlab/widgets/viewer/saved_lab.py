"""The settings of a lab that a checkpoint holds."""

from collections.abc import Iterable
from typing import Any

from rnnlab.base.say import say
from rnnlab.model.cells import CELLS
from rnnlab.runs import checkpoints
from rnnlab.tasks.catalogue import TASKS


def saved_settings(
    saved: dict[str, Any], given: dict[str, Any], names: Iterable[str]
) -> dict[str, Any]:
    """Return a saved lab's settings; a task or a cell of the learner's own is the one given.

    Raises:
        CheckpointError: if there are none, or they need a task or a cell that is not given.
    """
    settings = saved.get("lab")
    if not isinstance(settings, dict) or not {"task", "cell"} <= settings.keys() <= {*names}:
        text = "the checkpoint holds a run but no lab's settings: resume it with rnnlab.fit"
        raise checkpoints.CheckpointError(say(text))
    for kind, known in (("task", TASKS), ("cell", CELLS)):
        own, name = given.get(kind), settings[kind]
        if getattr(own, "name", None) == name:
            settings = {**settings, kind: own}
        elif name not in known:
            refusal = (
                "the checkpoint was saved with the {kind} {name!r}: make the lab with that {kind}, "
                "or give another checkpoint"
            )
            raise checkpoints.CheckpointError(say(refusal, kind=kind, name=name))
    return settings
