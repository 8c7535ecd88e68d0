"""One judgement of a model on rows it has not seen, whole, as pages and programs read it."""

from typing import Any

from sklearn import metrics as sk

from ml.evaluation.curves import calibration, one_vs_rest
from ml.evaluation.held_out import HeldOut
from ml.evaluation.intervals import Judgement, judge
from ml.evaluation.misses import histogram, largest_misses, points, surest_misses
from ml.evaluation.plain import label, short
from ml.evaluation.resampling import RESAMPLES
from ml.evaluation.sentences import classification_sentence, regression_sentence, usual_said
from ml.evaluation.thresholds import best_by_f1, threshold_used, thresholds_of
from ml.evaluation.warnings import warnings_of
from ml.metrics import METRICS
from ml.schema import Task

MOST_CONFUSED = 30


def evaluate(task: Task, rows: HeldOut) -> tuple[dict[str, Any], dict[str, Any]]:
    """Work out `(metrics, evaluation)`, both fit for JSON: no NaN, and at most about 60 kB.

    `metrics` holds the scores by name and, under "baseline", the same of the answer that ignores the inputs. Over
    folds each score is the mean of the folds' (and each interval that of the mean); curves, matrices and points are
    of the rows of all folds pooled.

    `evaluation` always has:

    * `sentence`: what the score means; `rows_train`, `rows_test` (with repeats, a row counts each time);
    * `metric`, `score`, `baseline_score`, `better` ("higher" or "lower"): the score the model is judged by;
    * `intervals`: {metric: [low, high]}, 95 %; a score without one is not there. `interval_method` is "bootstrap"
      with `resamples` (1,000) and `groups`, or "folds" with `folds` (how many) and `fold_scores` (of `metric`, None
      where a fold has none). `groups` counts the groups drawn whole, None where rows were drawn one by one, as they
      are when ordered by time; of fewer than 6 groups there are no intervals;
    * `gain`: {"value", "interval": [low, high] or None}, how much better than the baseline by `metric`, positive when
      better, on the same rows (paired); None where one of the two has no score;
    * `pooled`: whether curves and points are of several folds;
    * `worst_rows`: at most ten; of amounts {"row", "actual", "predicted"}, of classes the most confidently wrong with
      "confidence" too; `row` is the place in the table from 0, or None;
    * `warnings`: [{"code", "text"}], the gravest first (`ml.evaluation.warnings`).

    Amounts: `predicted_vs_actual` [{"actual", "predicted"}] and `residuals_by_prediction` [{"predicted",
    "residual"}], at most 300 points, and `residuals` {"edges", "counts"} (actual less predicted).

    Classes: `positive` (None with more than two), `confusion` {"labels", "matrix"} (rows are actual, up to 30
    classes), `calibration` [{"predicted", "actual", "rows"}], `calibration_of` ("positive": the positive class;
    "confidence": of the class predicted, being right) and `calibration_error` in 0..1.

    Two classes: `thresholds` {"at", "tp", "fp", "tn", "fn"}, `threshold_used` (among `at`: the one of the
    predictions), `best_threshold` {"at", "score"} by f1. ROC and precision-recall points, costs and matrices follow:
    `ml.evaluation.thresholds.roc_points`, `pr_points`, `cheapest`. More classes: `one_vs_rest`
    (`ml.evaluation.curves.one_vs_rest`).

    `importance` joins it later, see `ml.importance`.
    """
    found = judge(task, rows)
    details = _of_amounts(rows, found) if task is Task.REGRESSION else _of_classes(rows, found)
    evaluation = {
        **_summary(rows, found),
        **details,
        "warnings": warnings_of(task, rows, found),
    }
    return {**found.scores, "baseline": found.baseline}, evaluation


def _summary(rows: HeldOut, found: Judgement) -> dict[str, Any]:
    gain = None
    if found.gain is not None:
        gain = {"value": short(found.gain), "interval": _short_interval(found.gain_interval)}
    return {
        "rows_train": rows.rows_train,
        "rows_test": len(rows.actual),
        "metric": rows.metric,
        "score": found.scores.get(rows.metric),
        "baseline_score": found.baseline.get(rows.metric),
        "better": METRICS[rows.metric].better,
        "gain": gain,
        "intervals": {key: _short_interval(interval) for key, interval in found.intervals.items()},
        "interval_method": found.method,
        **(
            {"resamples": RESAMPLES, "groups": found.groups}
            if found.fold_scores is None
            else {"folds": len(found.fold_scores), "fold_scores": found.fold_scores}
        ),
        "pooled": rows.parts is not None,
    }


def _short_interval(interval: tuple[float, float] | None) -> list[float | None] | None:
    return None if interval is None else [short(end) for end in interval]


def _of_amounts(rows: HeldOut, found: Judgement) -> dict[str, Any]:
    judged = len(rows.actual) // rows.repeats
    off, usual_off = found.scores["mae"], found.baseline["mae"]
    return {
        "sentence": regression_sentence(judged, off, usual_off, found.intervals.get("mae")),
        **points(rows),
        "residuals": histogram(rows.actual - rows.predicted),
        "worst_rows": largest_misses(rows),
    }


def _of_classes(rows: HeldOut, found: Judgement) -> dict[str, Any]:
    two = rows.positive is not None
    share = rows.shares[:, rows.classes.tolist().index(rows.positive)] if two else rows.shares.max(axis=1)
    happened = rows.actual == (rows.positive if two else rows.predicted)
    bins, error = calibration(happened, share)
    return {
        "sentence": _sentence(rows, found),
        "positive": label(rows.positive),
        **_confusion(rows),
        **(_at_thresholds(rows, happened, share) if two else _each_class(rows)),
        "calibration": bins,
        "calibration_of": "positive" if two else "confidence",
        "calibration_error": short(error),
        "worst_rows": surest_misses(rows),
    }


def _sentence(rows: HeldOut, found: Judgement) -> str:
    judged = len(rows.actual) // rows.repeats
    right, usual_right = (round((side["accuracy"] or 0.0) * judged) for side in (found.scores, found.baseline))
    usual = usual_said(rows.baseline)
    return classification_sentence(judged, right, usual, usual_right, found.intervals.get("accuracy"))


def _confusion(rows: HeldOut) -> dict[str, Any]:
    labels = sorted({*rows.actual.tolist(), *rows.classes.tolist()})
    if len(labels) > MOST_CONFUSED:
        return {}
    matrix = sk.confusion_matrix(rows.actual, rows.predicted, labels=labels)
    return {"confusion": {"labels": labels, "matrix": matrix.tolist()}}


def _at_thresholds(rows: HeldOut, happened: Any, share: Any) -> dict[str, Any]:
    used = threshold_used(rows.classes.tolist().index(rows.positive) == 0)
    table = thresholds_of(happened, share, used=used)
    return {"thresholds": table, "threshold_used": used, "best_threshold": best_by_f1(table)}


def _each_class(rows: HeldOut) -> dict[str, Any]:
    return {"one_vs_rest": one_vs_rest(rows.actual, rows.shares, rows.classes)}
