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
    "evaluating": (0.85, 0.95),
    "saving": (0.95, 1.0),
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
        self.should_stop = should_stop
        self._stage = next(iter(_SPANS))
        self._progress = 0.0

    def stage(self, name: str, message: str) -> None:
        self._stage, self._progress = name, _SPANS[name][0]
        self._say(Report(kind="stage", stage=name, progress=self._progress, message=message))

    def log(self, message: str) -> None:
        self._say(Report(kind="log", stage=self._stage, progress=self._progress, message=message))

    def metric(self, values: Mapping[str, float | None]) -> None:
        self._say(Report(kind="metric", stage=self._stage, progress=self._progress, values=values))

    def measured(self, step: int, unit: str, values: Mapping[str, float]) -> None:
        """Say what was measured after one step of the fit; what is no number is left out."""
        known = {key: round(value, 6) for key, value in values.items() if math.isfinite(value)}
        self._say(Report(kind="metric", stage=self._stage, progress=self._progress, step=step, unit=unit, values=known))

    def trial(self, values: Mapping[str, Any]) -> None:
        """Say how one candidate of a search did."""
        self._say(Report(kind="trial", stage=self._stage, progress=self._progress, values=values))

    def counted(self, done: int, total: int, unit: str) -> None:
        """Say how much of the stage is done."""
        begin, end = _SPANS[self._stage]
        self._progress = round(begin + (end - begin) * done / total, 4)
        self._say(
            Report(
                kind="progress",
                stage=self._stage,
                progress=self._progress,
                message=f"{unit} {done:,} of {total:,}",
                done=done,
                total=total,
                unit=unit,
            )
        )
