"""What a fit says while it runs, for a page to follow."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

# Where each stage begins and ends on the bar of the whole job; the fit is what takes long.
_SPANS = {
    "reading": (0.0, 0.05),
    "preparing": (0.05, 0.15),
    "fitting": (0.15, 0.85),
    "evaluating": (0.85, 0.92),
    "explaining": (0.92, 0.97),
    "saving": (0.97, 1.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One thing said: a stage begun, progress counted, a line for the log, or scores.

    `progress` is that of the whole job in 0..1; `done`, `total` and `unit` are real counts ("tree" 40 of 200)
    and come with progress only, `values` with metrics and trials only. A metric with a `step` (epoch 12) is one of
    many.
    """

    kind: Literal["stage", "progress", "log", "metric", "trial"]
    stage: str
    progress: float
    message: str = ""
    done: int | None = None
    total: int | None = None
    unit: str = ""
    step: int | None = None
    values: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Everything that is set."""
        whole: dict[str, Any] = {
            "kind": self.kind,
            "stage": self.stage,
            "progress": self.progress,
            "message": self.message or None,
            "done": self.done,
            "total": self.total,
            "unit": self.unit or None,
            "step": self.step,
            "values": None if self.values is None else dict(self.values),
        }
        return {key: value for key, value in whole.items() if value is not None}


class Reporter:
    """Says reports about the stage a fit is in; a `Monitor` of the fit itself."""

    def __init__(self, say: Callable[[Report], None], should_stop: Callable[[], bool] = lambda: False) -> None:
        self._say = say
        self._should_stop = should_stop
        self._stage = next(iter(_SPANS))
        self._span = _SPANS[self._stage]
        self._progress = 0.0
        self._called = ""
        self._marks: Mapping[str, int] = {}
        self.was_stopped = False
        self.count = 0, 0, ""

    def should_stop(self) -> bool:
        """Whether a person asks for the best so far; once yes, `was_stopped` says that whoever asked was told."""
        self.was_stopped = self.was_stopped or self._should_stop()
        return self.was_stopped

    def stage(self, name: str, message: str) -> None:
        self._stage, self._span = name, _SPANS[name]
        self._progress = self._span[0]
        self._say(Report(kind="stage", stage=name, progress=self._progress, message=message))

    def log(self, message: str) -> None:
        message = f"{self._called}: {message}" if self._called else message
        self._say(Report(kind="log", stage=self._stage, progress=self._progress, message=message))

    def metric(self, values: Mapping[str, float | None]) -> None:
        self._say(Report(kind="metric", stage=self._stage, progress=self._progress, values=values))

    def measured(self, step: int, unit: str, values: Mapping[str, float]) -> None:
        """Say what was measured after one step of the fit, to six decimals; what is no number is left out.

        Of what is smaller, six digits are said.
        """
        known = {
            key: round(value, 6) if abs(value) >= 1 else float(f"{value:.6g}")
            for key, value in values.items()
            if math.isfinite(value)
        }
        values = known | dict(self._marks)
        self._say(
            Report(kind="metric", stage=self._stage, progress=self._progress, step=step, unit=unit, values=values)
        )

    def trial(self, values: Mapping[str, Any]) -> None:
        """Say how one candidate of a search did."""
        self._say(Report(kind="trial", stage=self._stage, progress=self._progress, values={**values, **self._marks}))

    def counted(self, done: int, total: int, unit: str) -> None:
        """Say how much of the stage is done; `count` keeps what was said last."""
        self.count = done, total, unit
        begin, end = self._span
        self._progress = round(begin + (end - begin) * done / total, 4)
        self._say(
            Report(
                kind="progress",
                stage=self._stage,
                progress=self._progress,
                message=", ".join(each for each in (self._called, f"{unit} {done:,} of {total:,}") if each),
                done=done,
                total=total,
                unit=unit,
            )
        )

    def part(
        self, begin: float, end: float, *, called: str = "", marks: Mapping[str, int] | None = None, deaf: bool = False
    ) -> "Reporter":
        """A reporter of a part of this stage, from share `begin` to share `end` of it.

        What is done in it is no stage of the job. `called` ("Fold 2 of 5") begins what is said to people, and `marks`
        ({"fold": 2}) join what is measured and tried. A `deaf` part is never asked to stop.
        """
        part = _Part(self._say, (lambda: False) if deaf else self.should_stop)
        low, high = self._span
        part._stage = self._stage
        part._span = low + (high - low) * begin, low + (high - low) * end
        part._progress = round(part._span[0], 4)
        part._called = ", ".join(name for name in (self._called, called) if name)
        part._marks = {**self._marks, **(marks or {})}
        return part


class _Part(Reporter):
    """Reports about a part of a stage: what begins in it is a line for the log."""

    def stage(self, name: str, message: str) -> None:
        self.log(message)
