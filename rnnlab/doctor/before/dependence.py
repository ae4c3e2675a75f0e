"""On what a prediction depends: other examples, its future, its past. Inputs change, one at a time.

All in evaluation mode, in which neither dropout nor batch norm hides it.
"""

from typing import Any

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlab.base.say import joined, say, translated
from rnnlab.doctor.before.axes import (
    Part,
    along,
    along_time,
    differ,
    find_parts,
    known_batch_axis,
    lag,
    time_axis,
)
from rnnlab.doctor.before.changes import change, replace, sizes
from rnnlab.doctor.before.check import FACT, FAULT, FUTURE, OK, OPEN, OTHERS, PAST, Check
from rnnlab.doctor.before.steps import count_steps, jitter
from rnnlab.doctor.before.subject import Subject

ROUNDING = 1e-5  # of the largest prediction
SHUFFLED = "use transpose or permute to swap axes (never view), batch_first=True, softmax(dim=-1)"
NO_TIME_AXIS = "it is not known which axis of the inputs is time"


class Dependence:
    """What depends on what in one model; the checks share the unchanged predictions."""

    def __init__(self, subject: Subject, batches: Any) -> None:
        self.subject, self.batches = subject, batches
        self.parts = find_parts(subject.inputs)
        self.prepare: Any = lambda model: None
        self.is_mixed = False
        self.base = subject.predict()
        self.is_deaf = bool(self.parts) and not self._hears(self.parts)
        if self.is_deaf:  # weights of zero, perhaps: with others, where does it listen?
            self.prepare = jitter
            self.base = subject.predict(prepare=self.prepare)
        self.batch: int | None = known_batch_axis(subject, batches) if self.parts else None

    def _hears(self, parts: list[Part]) -> bool:
        inputs = self.subject.inputs
        for part in parts:
            inputs = replace(inputs, part.number, change(part.value, 0, 0, sizes(part.value)[0]))
        return differ(self.base, self.subject.predict(inputs, prepare=self.prepare)) > 0

    def _after(self, part: Part, axis: int, first: int, last: int) -> Tensor:
        """Return the predictions after a change of some positions of a part."""
        changed = change(part.value, axis, first, last)
        inputs = replace(self.subject.inputs, part.number, changed)
        return self.subject.predict(inputs, prepare=self.prepare)

    def examples(self) -> Check:
        """Look whether one example's prediction depends on another example."""
        if not self.parts:
            return Check(OTHERS, OPEN, say("the inputs hold no values that can be changed"))
        shape = sizes(self.parts[0].value)
        axes = [self.batch] if self.batch is not None else [0, 1]
        mixing = {axis: self._moves(axis, others=True) for axis in axes}
        if self.batch is None and mixing[0] is not None and mixing[0] <= ROUNDING:
            self.batch = 0
        if self.batch is not None:
            return self._judge_mixing(mixing[self.batch], self.batch)
        sizes_of = {"first": shape[0], "second": shape[1]}
        if mixing[0] is None or mixing[1] is None:
            text = (
                "the data do not tell whether the batch is axis 0 ({first}) or axis 1 ({second}), "
                "and predictions {shape} neither"
            )
            return Check(OTHERS, OPEN, say(text, **sizes_of, shape=tuple(self.base.shape)))
        if mixing[1] <= ROUNDING:
            text = (
                "the data do not tell whether the batch is axis 0 ({first}) or axis 1 ({second}); "
                "predictions along axis 0 depend on each other, along axis 1 they do not"
            )
            advice = (
                "right if axis 0 is time; if it is the batch, the recurrent module needs "
                "batch_first=True"
            )
            return Check(OTHERS, OPEN, say(text, **sizes_of), translated(advice))
        self.batch = 0
        text = (
            "predictions depend on each other along axis 0 and along axis 1 of the inputs, one of "
            "which is the batch"
        )
        return Check(OTHERS, FAULT, say(text), say(SHUFFLED))

    def _judge_mixing(self, mixing: float | None, axis: int) -> Check:
        size = sizes(self.parts[0].value)[axis]
        if size == 1:
            advice = "give a batch of two or more"
            return Check(OTHERS, OPEN, say("the batch has one example"), translated(advice))
        if mixing is None:
            text = "predictions of shape {shape} have no axis of {size}, the examples of the batch"
            return Check(OTHERS, OPEN, say(text, shape=tuple(self.base.shape), size=size))
        self.is_mixed = mixing > ROUNDING
        if self.is_mixed:
            text = "one example was changed, and predictions of others moved by up to {part:.1%}"
            return Check(OTHERS, FAULT, say(text, part=mixing), say(SHUFFLED))
        if (moved := self._moves(axis, others=False) or 0.0) > ROUNDING:
            text = (
                "all examples but one were changed, and the prediction of that one moved by "
                "{part:.1%}"
            )
            advice = (
                "use transpose or permute to swap axes (never view), batch_first=True, "
                "softmax(dim=-1), outputs[:, -1] for the last step (outputs[-1] is an example)"
            )
            return Check(OTHERS, FAULT, say(text, part=moved), translated(advice))
        return Check(OTHERS, OK, say("one example was changed, and no other's prediction moved"))

    def _moves(self, axis: int, others: bool) -> float | None:
        """Return by how much others' predictions move when one example changes; None if unknown.

        `others` False: by how much that one's prediction moves when all the others change.
        """
        main, inputs = self.parts[0], self.subject.inputs
        size = sizes(main.value)[axis]
        where = size // 2
        before = along(self.base, main, axis)
        if before is None:
            return None
        changed = [(where, where + 1)] if others else [(0, where), (where + 1, size)]
        for part in self.parts:
            if sizes(part.value)[axis] == size:
                value = part.value
                for first, last in changed:
                    value = change(value, axis, first, last)
                inputs = replace(inputs, part.number, value)
        after = along(self.subject.predict(inputs, prepare=self.prepare), main, axis)
        if after is None or after.shape != before.shape:
            return None
        looked_at = [k for k in range(size) if (k != where) == others]
        return differ(before[looked_at], after[looked_at])

    def future(self) -> Check:
        """Look whether a prediction depends on inputs after it, and whether they are its target."""
        reads = [(part, self._reads(part)) for part in self.parts]
        found = [(part, depends) for part, depends in reads if depends is not None]
        if not found or self.batch is None:
            return Check(FUTURE, *self._no_time())
        for part, (depends, depends_now) in found:
            shift = lag(self.subject, part, self.batch)
            is_copied = part.number > 0 or (self._is_tokens(part) and not depends)
            if shift == 0 and depends_now and is_copied:
                text = "{part} are the targets themselves: a prediction can read its answer there"
                advice = "shift them by one step: words[:, :-1] go in, words[:, 1:] are the targets"
                return Check(FUTURE, FAULT, say(text, part=part.name), translated(advice))
            if shift != 1:
                continue
            if not depends:
                text = (
                    "the targets are {part} of one step later, and no prediction depends on inputs "
                    "after it"
                )
                return Check(FUTURE, OK, say(text, part=part.name))
            text = (
                "the targets are {part} of one step later, and a prediction depends on inputs "
                "after it: it can read its answer there"
            )
            advice = "bidirectional=False, a causal mask in attention"
            return Check(FUTURE, FAULT, say(text, part=part.name), translated(advice))
        names = [part.name for part, (depends, _) in found if depends]
        if names:
            text = "a prediction depends on what comes after it in {names}"
            advice = "right for whole sequences that are there at once; not for forecasts"
            return Check(FUTURE, FACT, say(text, names=joined(names)), translated(advice))
        return Check(FUTURE, FACT, say("no prediction depends on inputs after its time step"))

    def _no_time(self) -> tuple[str, str]:
        if self.batch is None:
            return OPEN, say("it is not known which axis is time")
        axes = [time_axis(self.subject, part, self.batch) for part in self.parts]
        if not any(axis is not None for axis in axes):
            return OPEN, say(NO_TIME_AXIS)
        text = "there is not one prediction for each time step: nothing comes after it"
        return FACT, say(text)

    def _is_tokens(self, part: Part) -> bool:
        values = part.value.data if isinstance(part.value, PackedSequence) else part.value
        return not values.is_floating_point()

    def _reads(self, part: Part) -> tuple[bool, bool] | None:
        """Whether predictions depend on a part's later steps; on these or the same step.

        None if they do not go with its steps.
        """
        time = None if self.batch is None else time_axis(self.subject, part, self.batch)
        if time is None or self.batch is None:
            return None
        before = along_time(self.base, part, self.batch, time)
        if before is None:
            return None
        steps = len(before)
        half = steps // 2
        after = along_time(self._after(part, time, half, steps), part, self.batch, time)
        if after is None:
            return False, False
        later, now = (differ(before[:end], after[:end]) > ROUNDING for end in (half, half + 1))
        return later, now

    def past(self) -> Check:
        """Look whether a prediction depends on time steps before the last one."""
        if self.is_deaf and not self._hears(self.parts):
            seen = say("no prediction depends on the inputs")
            return Check(PAST, FAULT, seen, say("pass them on in forward"))
        if not self.parts or self.batch is None:
            return Check(PAST, OPEN, say(NO_TIME_AXIS))
        main = self.parts[0]
        if len(self.parts) > 1 and not self._hears([main]):
            text = "no prediction depends on {part}"
            advice = "pass it on: the encoder's state to the decoder"
            return Check(PAST, FAULT, say(text, part=main.name), translated(advice))
        counted = count_steps(self.subject, self.prepare)
        if counted == 1 and not self._returns_state():
            text = "the recurrent module sees one time step; inputs have shape {shape}"
            advice = "give it (batch, time, features); a window of values is inputs.unsqueeze(-1)"
            shape = getattr(main.value, "shape", sizes(main.value))
            return Check(PAST, FAULT, say(text, shape=tuple(shape)), translated(advice))
        return self._look_back(main, counted)

    def _look_back(self, main: Part, counted: int | None) -> Check:
        assert self.batch is not None
        time = time_axis(self.subject, main, self.batch)
        if time is None:
            return Check(PAST, OPEN, say(NO_TIME_AXIS))
        packed = isinstance(main.value, PackedSequence)
        steps = sizes(main.value)[1] if packed else int(main.value.shape[time])
        if steps == 1:
            text = "the sequences have one time step: only a carried state tells"
            return Check(PAST, FACT, say(text))
        early, start, late = (
            self._moved(main, time, *which) for which in ((0, steps - 1), (0, 1), (1, steps))
        )
        if early > 0 and late > 0:
            text = (
                "the last prediction depends on steps before the last, but not on the first of "
                "{steps}"
            )
            if start:
                text = (
                    "the last prediction depends on steps before the last; the first of {steps} "
                    "moves it by {start:.2g} of its size"
                )
            return Check(PAST, OK, say(text, steps=steps, start=start))
        text = "the last prediction depends on the last of {steps} time steps alone"
        if early > 0:
            text = "the last prediction depends on the first of {steps} time steps alone"
        advice = "pass the state on from step to step, and give the recurrent module all steps"
        if self.is_mixed:
            advice = "mend the row above first: what is taken for time may be the batch"
        elif early > 0:
            advice = "take the last time step, outputs[:, -1], not outputs[:, 0] or outputs[0]"
        verdict = FACT if counted is None else FAULT
        return Check(PAST, verdict, say(text, steps=steps), translated(advice))

    def _moved(self, part: Part, time: int, first: int, last: int) -> float:
        """Return by how much the last prediction moves when steps first to last - 1 change."""
        assert self.batch is not None
        results = [self.base, self._after(part, time, first, last)]
        by_time = [along_time(result, part, self.batch, time) for result in results]
        one, other = (r if t is None else t[-1] for r, t in zip(results, by_time, strict=True))
        return differ(one, other)

    def _returns_state(self) -> bool:
        found: list[bool] = []

        def look(model: nn.Module) -> None:
            model.register_forward_hook(
                lambda m, args, output: found.append(isinstance(output, tuple))
            )

        self.subject.predict(prepare=look)
        return any(found)
