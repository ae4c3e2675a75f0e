"""Where backward is recorded: from which loss, through which graph, to which gradients."""

from collections import Counter
from functools import reduce
from graphlib import TopologicalSorter
from operator import or_
from typing import Any, NamedTuple

from torch import Tensor

from rnnlab.doctor.events import Place, users_place
from rnnlab.doctor.recording.gradient_through_time import GradientThroughTime
from rnnlab.doctor.recording.gradients import GradientRecorder
from rnnlab.doctor.recording.kept_graphs import NODES
from rnnlab.doctor.recording.session import Session
from rnnlab.doctor.recording.tensor_tracker import TensorTracker

GRAPHS = 4  # backward passes from one line whose graph is read, and whose way back is measured
ROOTS = {"SqrtBackward0", "LinalgVectorNormBackward0", "NormBackward0", "NormBackward1"}


class Graph(NamedTuple):
    """The graph of a loss.

    Attributes:
        nodes: all but those of the weights, by id; they are held, for an id may be given again.
        uses: the most that any weight is used.
        recurrent: ids of the weights of which one use goes into another: those of a recurrence.
    """

    nodes: dict[int, Any]
    uses: int
    recurrent: frozenset[int]


class BackwardRecorder:
    """Notes "backward" events; a round of the loop ends with each."""

    def __init__(
        self, session: Session, tensors: TensorTracker, gradients: GradientRecorder,
        through_time: GradientThroughTime,
    ) -> None:  # fmt: skip
        self._session, self._tensors = session, tensors
        self._gradients, self._through_time = gradients, through_time
        self._before, self._after = session.safely(self._see), session.safely(self._note)
        self._grad = session.safely(lambda: session.note("grad"))
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

    def grad(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        """Let `torch.autograd.grad` do its work, and note that a graph was used."""
        if not self._inside:  # else the doctor measures
            self._grad()
        return original(*args, **kwargs)

    def _see(self, root: Any, place: Place, numbers: dict[str, Any]) -> None:
        if isinstance(root, Tensor):
            if root.grad_fn is None and root.requires_grad:
                self._session.trace.root_alone = place
            if root.numel() == 1 and root.device.type == "cpu":
                numbers["value"] = float(root.detach())
            before, self.graph = self.graph, None
            if self._session.looks_closely and self._read[place] < GRAPHS:
                self._read[place] += 1
                self.graph = read_graph(root)
            if self.graph is not None:
                kinds = {type(node).__name__ for node in self.graph.nodes.values()}
                numbers |= {"uses": self.graph.uses, "recurrent": self.graph.recurrent,
                            "roots": not ROOTS.isdisjoint(kinds)}  # fmt: skip
                if before is not None:  # how much of the backward before is in this one?
                    numbers["again"] = len(self.graph.nodes.keys() & before.nodes.keys())
                    numbers["new"] = len(self.graph.nodes) - numbers["again"]
            self._session.trace.last_graph = numbers
        self._gradients.before_backward()

    def _note(self, root: Any, place: Place, numbers: dict[str, Any]) -> None:
        if "recurrent" in numbers:
            numbers["through_time"] = self._through_time.measure(numbers["recurrent"])
        self._through_time.clear()
        self._tensors.graphs.after_backward(root)
        self._session.note(
            "backward", place, seen=self._session.looks, cuts=self._tensors.after_backward(),
            filled=self._gradients.after_backward(), **numbers,
        )  # fmt: skip
        self._session.end_round()


def read_graph(loss: Tensor) -> Graph | None:
    """Return what the graph of a loss tells; None if it has none, or too large a one."""
    inputs: dict[Any, list[Any]] = {}  # of each node, those that it is computed from
    waiting = [loss.grad_fn] if loss.grad_fn is not None else []
    while waiting and len(inputs) <= NODES:
        node = waiting.pop()
        if node not in inputs:
            inputs[node] = [part for part, _ in node.next_functions if part is not None]
            waiting += inputs[node]
    if not 0 < len(inputs) <= NODES:
        return None
    leaves: dict[int, int] = {}  # id of a weight -> its bit
    reached: dict[Any, int] = {}  # node -> the weights from which it is computed
    plain: dict[Any, int] = {}  # ... those of which it is a view: nothing else has gone in
    uses: Counter[int] = Counter()
    recurrent = 0
    for node in TopologicalSorter(inputs).static_order():  # inputs first
        if hasattr(node, "variable"):
            reached[node] = plain[node] = 1 << leaves.setdefault(id(node.variable), len(leaves))
            continue
        parts = inputs[node]
        reached[node] = reduce(or_, (reached[part] for part in parts), 0)
        plain[node] = plain[parts[0]] if len(parts) == 1 else 0
        for k, part in enumerate(parts if len(parts) > 1 else ()):
            if plain[part]:
                uses[plain[part]] += 1
                others = parts[:k] + parts[k + 1 :]
                recurrent |= plain[part] & reduce(or_, (reached[other] for other in others))
    return Graph(
        {id(node): node for node in inputs if not hasattr(node, "variable")},
        max(uses.values(), default=0),
        frozenset(weight for weight, bit in leaves.items() if recurrent >> bit & 1),
    )
