"""Where backward is recorded: from which loss, through which graph, to which gradients."""

from __future__ import annotations

from collections import Counter
from typing import Any

from torch import Tensor

from rnnlab.doctor.events import Place, users_place
from rnnlab.doctor.recording.autograd_graph import Graph, read_graph
from rnnlab.doctor.recording.gradient_through_time import GradientThroughTime
from rnnlab.doctor.recording.session import Session

EVERY = 8  # of the later rounds, those in which torch's functions are looked at
GRAPHS = 4  # backward passes from one line whose graph is read, and whose way back is measured


class BackwardRecorder:
    """Notes "backward" events; a round of the loop ends with each."""

    def __init__(self, session: Session, through_time: GradientThroughTime) -> None:
        self._session, self._through_time = session, through_time
        self._before, self._after = session.safely(self._see), session.safely(self._note)
        self._inside = False
        self._graph: Graph | None = None
        self._gradients_before: Any = None
        self._read: Counter[Place] = Counter()

    def clear(self) -> None:
        """Forget all."""
        self._graph = None

    def backward(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        """Let a loss's backward, or `torch.autograd.backward`, do its work, and note it."""
        if self._inside:  # a tensor's backward calls torch.autograd.backward
            return original(*args, **kwargs)
        numbers = {"retained": bool(kwargs.get("retain_graph") or args[2:3] == (True,))}
        root = args[0] if args else kwargs.get("tensors")
        place = users_place()
        self._inside = True
        try:
            self._before(root, place, numbers)
            result = original(*args, **kwargs)
            self._after(root, place, numbers)
            return result
        finally:
            self._inside = False

    def _see(self, root: Any, place: Place, numbers: dict[str, Any]) -> None:
        if isinstance(root, Tensor):
            if root.numel() == 1 and root.device.type == "cpu":
                numbers["value"] = float(root.detach())
            self._read_graph(root, place, numbers)
        self._gradients_before = self._session.gradients.before_backward()

    def _read_graph(self, root: Tensor, place: Place, numbers: dict[str, Any]) -> None:
        before, self._graph = self._graph, None
        if self._session.tensors.looks and self._read[place] < GRAPHS:
            self._read[place] += 1
            self._graph = read_graph(root)
        if self._graph is not None:
            numbers |= {"uses": self._graph.uses, "recurrent": self._graph.recurrent}
            if before is not None:  # how much of the backward before is in this one?
                numbers["again"] = len(self._graph.nodes.keys() & before.nodes.keys())
                numbers["new"] = len(self._graph.nodes) - numbers["again"]
        self._session.trace.last_graph = numbers

    def _note(self, root: Any, place: Place, numbers: dict[str, Any]) -> None:
        session = self._session
        if "recurrent" in numbers:
            numbers["through_time"] = self._through_time.measure(numbers["recurrent"])
        self._through_time.clear()
        numbers["cuts"] = session.tensors.after_backward(root)
        numbers["filled"] = session.gradients.after_backward(self._gradients_before)
        session.note("backward", place, seen=session.looks, **numbers)
        session.looks = session.tensors.looks or session.tensors.round % EVERY == 0
        session.resume()
