"""Where backward is recorded: from which loss, through which graph, to which gradients."""

from __future__ import annotations

from collections import Counter
from typing import Any

from torch import Tensor

from rnnlab.doctor.events import Place, users_place
from rnnlab.doctor.recording.autograd_graph import Graph, read_graph
from rnnlab.doctor.recording.gradient_through_time import GradientThroughTime
from rnnlab.doctor.recording.gradients import GradientRecorder
from rnnlab.doctor.recording.kept_graphs import KeptGraphs
from rnnlab.doctor.recording.session import Session
from rnnlab.doctor.recording.tensor_tracker import TensorTracker

GRAPHS = 4  # backward passes from one line whose graph is read, and whose way back is measured


class BackwardRecorder:
    """Notes "backward" events; a round of the loop ends with each."""

    def __init__(
        self, session: Session, tensors: TensorTracker, graphs: KeptGraphs,
        gradients: GradientRecorder, through_time: GradientThroughTime,
    ) -> None:  # fmt: skip
        self._session, self._tensors, self._graphs = session, tensors, graphs
        self._gradients, self._through_time = gradients, through_time
        self._before, self._after = session.safely(self._see), session.safely(self._note)
        self._inside = False
        self._read: Counter[Place] = Counter()
        self.graph: Graph | None = None  # of the latest loss, if it was read

    def backward(self, original: Any, *args: Any, **kwargs: Any) -> None:
        """Let a loss's backward, or `torch.autograd.backward`, do its work, and note it."""
        if self._inside:  # a tensor's backward calls torch.autograd.backward
            original(*args, **kwargs)
            return
        numbers = {"retained": bool(kwargs.get("retain_graph") or args[2:3] == (True,))}
        root = args[0] if args else kwargs.get("tensors")
        place = users_place()
        self._inside = True
        try:
            self._before(root, place, numbers)
            original(*args, **kwargs)
            self._after(root, place, numbers)
        finally:
            self._inside = False

    def _see(self, root: Any, place: Place, numbers: dict[str, Any]) -> None:
        if isinstance(root, Tensor):
            if root.numel() == 1 and root.device.type == "cpu":
                numbers["value"] = float(root.detach())
            before, self.graph = self.graph, None
            if self._session.looks_closely and self._read[place] < GRAPHS:
                self._read[place] += 1
                self.graph = read_graph(root)
            if self.graph is not None:
                numbers |= {"uses": self.graph.uses, "recurrent": self.graph.recurrent}
                if before is not None:  # how much of the backward before is in this one?
                    numbers["again"] = len(self.graph.nodes.keys() & before.nodes.keys())
                    numbers["new"] = len(self.graph.nodes) - numbers["again"]
            self._session.trace.last_graph = numbers
        self._gradients.before_backward()

    def _note(self, root: Any, place: Place, numbers: dict[str, Any]) -> None:
        if "recurrent" in numbers:
            numbers["through_time"] = self._through_time.measure(numbers["recurrent"])
        self._through_time.clear()
        self._graphs.after_backward(root)
        self._session.note(
            "backward", place, seen=self._session.looks, cuts=self._tensors.after_backward(),
            filled=self._gradients.after_backward(), **numbers,
        )  # fmt: skip
        self._session.end_round()
