"""A search over parameters: candidates scored one after the other, the best of them kept.

What is known of a candidate comes from folds of the rows to learn from. The best of many scores is luckier than it is
good: what a model is worth is told by rows that no search has seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, Protocol

from ml.errors import CannotFit, MLError
from ml.evaluation.intervals import fold_interval
from ml.evaluation.plain import short
from ml.metrics import Metric
from ml.tuning.suggesting import Params, Suggestions
from ml.tuning.wishes import Tuning


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One candidate: its score on each fold, and the mean seconds of one fit and of predicting one fold."""

    scores: list[float]
    fit_seconds: float
    predict_seconds: float

    @property
    def mean(self) -> float:
        return fmean(self.scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search ended with: all parameters of the best candidate, its mean score, and words about the search."""

    params: dict[str, Any]
    score: float
    notes: list[str]
    was_stopped: bool


class Interrupted(Exception):
    """A candidate was given up because a person asked for the best so far."""


class Listener(Protocol):
    """Who follows a search."""

    def trial(self, values: Mapping[str, Any]) -> None: ...
    def counted(self, done: int, total: int, unit: str) -> None: ...
    def should_stop(self) -> bool: ...


TryOut = Callable[[Params, Callable[[], bool]], Scored]
"""Scores all parameters; raises Interrupted soon after the function given says that it may."""


class Search:
    """One search on its way."""

    def __init__(
        self, suggestions: Suggestions, *, base: Params, metric: Metric, try_out: TryOut, say: Listener
    ) -> None:
        self._suggestions, self._base = suggestions, base
        self._metric, self._try_out, self._say = metric, try_out, say
        self._higher = metric.better == "higher"
        self._best: Scored | None = None
        self._won: tuple[int, Params] = (0, {})
        self._first: Scored | None = None
        self._problems: list[str] = []
        self._tried = 0
        self._was_stopped = False

    def run(self) -> Found:
        """Score the candidates until all are done, or a person asks for the best so far and there is one.

        Raises CannotFit when no candidate could be fitted.
        """
        self._say.counted(0, self._suggestions.total, "trial")
        self._suggestions.walk(self._score, higher=self._higher, goes_on=lambda: not self._may_end())
        if self._best is None:
            raise CannotFit(
                f"None of the {self._tried} candidates of the search could be fitted. The first: {self._problems[0]}"
            )
        return Found(
            params={**self._base, **self._won[1]},
            score=self._best.mean,
            notes=self._notes(self._best),
            was_stopped=self._was_stopped,
        )

    def _may_end(self) -> bool:
        self._was_stopped = self._was_stopped or (self._best is not None and self._say.should_stop())
        return self._was_stopped

    def _score(self, params: Params) -> float | None:
        """Score one candidate and say how it did."""
        try:
            scored = self._try_out({**self._base, **params}, self._may_end)
        except Interrupted:
            return None
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever library a candidate breaks, the others may do
            self._problems.append(_words(error))
            self._said(params, None, {"error": _words(error)})
            return None
        self._first = scored if self._tried == 0 else self._first
        is_best = self._best is None or (
            scored.mean > self._best.mean if self._higher else scored.mean < self._best.mean
        )
        if is_best:
            self._best, self._won = scored, (self._tried + 1, params)
        self._said(params, scored, {"is_best": is_best})
        return scored.mean

    def _said(self, params: Params, scored: Scored | None, more: Mapping[str, Any]) -> None:
        self._tried += 1
        within = fold_interval(scored.scores, within=(self._metric.low, self._metric.high)) if scored else None
        ends = [short(end) for end in within] if within else [0.0, 0.0]
        known = {
            "number": self._tried,
            "params": dict(params),
            "score": short(scored.mean) if scored else None,
            "std": short(stdev(scored.scores)) if scored and within else None,
            "interval": ends if ends[0] != ends[1] else None,  # folds that score alike are no certainty
            "fit_seconds": round(scored.fit_seconds, 3) if scored else None,
            "predict_seconds": round(scored.predict_seconds, 3) if scored else None,
            "is_best": False,
        }
        self._say.trial({**known, **more})
        self._say.counted(self._tried, max(self._tried, self._suggestions.total), "trial")

    def _notes(self, best: Scored) -> list[str]:
        number, params = self._won
        notes = []
        if self._was_stopped:
            notes.append(f"Stopped early after {self._tried} of {self._suggestions.total} candidates, as asked.")
        if self._problems:
            notes.append(f"{len(self._problems)} of {self._tried} candidates could not be fitted.")
        if self._tried == 1:
            notes.append("No candidate but the parameters asked for was tried; they are kept.")
        elif number == 1:
            notes.append(f"None of {self._tried} candidates did better than the parameters asked for, which are kept.")
        else:
            before = f", against {self._first.mean:.4g} of the parameters asked for" if self._first else ""
            shown = ", ".join(f"{self._suggestions.title(name)} {_shown(value)}" for name, value in params.items())
            notes.append(
                f"Candidate {number} of {self._tried} did best: its {self._metric.name} is {best.mean:.4g} on average "
                f"over {len(best.scores)} folds of the rows to learn from{before}. Its parameters: {shown}."
            )
        return notes


def search(
    tuning: Tuning,
    *,
    base: Params,
    schemas: Mapping[str, Mapping[str, Any]],
    metric: Metric,
    try_out: TryOut,
    say: Listener,
    seed: int,
) -> Found:
    """Find the parameters that score best; `base`, complete parameters, is the first candidate.

    Of candidates that score alike the earliest wins. The same seed and scores give the same search.
    """
    suggestions = Suggestions(tuning, base=base, schemas=schemas, seed=seed)
    return Search(suggestions, base=base, metric=metric, try_out=try_out, say=say).run()


def _words(error: Exception) -> str:
    return error.detail if isinstance(error, MLError) else f"{type(error).__name__}: {error}"[:300]


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "no limit" if value is None else str(value)
