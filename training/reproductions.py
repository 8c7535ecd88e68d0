"""Whether a training that was repeated came out the same."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from uuid import UUID

from ml.metrics import METRICS
from training.models import Job

TOLERANCE = 1e-9  # what the order of additions may change on another machine, and no person would see


@dataclass(frozen=True, slots=True)
class Difference:
    """What was one thing in the job that was repeated, and is another now."""

    kind: Literal["score", "data", "library", "ended_early"]
    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A repetition beside the job it is `of`, each with its score `before` and `after` by the plan's `metric`.

    `same`: every one of the `scores`, the baseline's included, is equal within 1e-9 (errors in units of the target:
    within 1e-9 of the baseline's), on the same bytes. `differences` also has what may be the reason: other versions of
    libraries, or a fit that was asked to end early.
    """

    of: UUID
    metric: str
    before: float | None
    after: float | None
    scores: int
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        return not any(each.kind in ("score", "data") for each in self.differences)


def compared(first: Job, again: Job) -> Reproduction:
    """Compare two jobs of one plan that have each made a model."""
    metric, scores = again.plan["metric"], _flat(again.metrics)
    differences = [
        *_changed("score", _flat(first.metrics), scores, partial(_size, first.metrics.get("baseline", {}))),
        *_changed("data", _data(first), _data(again)),
        *_changed("library", first.model.facts.get("libraries", {}), again.model.facts.get("libraries", {})),
        *_changed("ended_early", {"keep_best": first.keep_best}, {"keep_best": again.keep_best}),
    ]
    return Reproduction(
        of=first.pk,
        metric=metric,
        before=first.metrics.get(metric),
        after=again.metrics.get(metric),
        scores=len(scores),
        differences=tuple(differences),
    )


def _data(job: Job) -> dict[str, str | None]:
    return {"sha256": job.dataset_version.sha256 if job.dataset_version else None}


def _size(baseline: Mapping[str, float | None], name: str) -> float:
    """How large a score is at all: 1 unless it has no upper end, as errors of amounts have none."""
    key = name.rpartition(".")[2]
    metric = METRICS.get(key)
    return 1.0 if metric is None or math.isfinite(metric.high) else abs(baseline.get(key) or 0.0)


def _changed(
    kind: Literal["score", "data", "library", "ended_early"],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    size: Callable[[str], float] = lambda name: 0.0,
) -> Iterator[Difference]:
    for name in sorted({*before, *after}):
        if not _equal(before.get(name), after.get(name), size(name)):
            yield Difference(kind, name, before.get(name), after.get(name))


def _equal(one: Any, other: Any, size: float) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE * size)
    return bool(one == other)


def _flat(values: Any, name: str = "") -> dict[str, Any]:
    """Nested figures by dotted names: `{"baseline": {"f1": 0.5}}` is `{"baseline.f1": 0.5}`."""
    if isinstance(values, Mapping):
        inside = [(f"{name}.{key}" if name else str(key), value) for key, value in values.items()]
    elif isinstance(values, list):
        inside = [(f"{name}.{place}", value) for place, value in enumerate(values)]
    else:
        return {name: values}
    return {key: found for inner, value in inside for key, found in _flat(value, inner).items()}
