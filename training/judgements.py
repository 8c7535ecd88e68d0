"""What pages say of how good a model is: ready words, figures and charts from its evaluation."""

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from core.templatetags.format import count, number, percent
from datasets.queries import PREVIEWED_ROWS
from ml.metrics import METRICS
from training.models import ModelVersion
from training.presentation.scores import HINTS, SHARES, difference_words, interval_words, score_words

METHODS = {
    "bootstrap": "95% intervals by bootstrap: the rows held out, drawn anew {resamples} times.",
    "groups": "95% intervals by bootstrap: the {groups} groups held out, each with all its rows, drawn anew "
    "{resamples} times.",
    "no intervals": "No 95% intervals: the rows held out are of {groups} {kind}, too few or too alike to say how "
    "others would vary.",
    "folds": "Means over {folds} folds, with 95% intervals of those means.",
}
TESTS = {
    "mcnemar": "McNemar’s exact test",
    "wilcoxon": "Wilcoxon’s signed-rank test",
    "signs_of_groups": "Signs of whole groups flipped, as rows of one go together",
}
IN_TIME = "Rows near in time may go together, which no draw of single rows knows: the truth may be further off."


def scores(model: ModelVersion) -> list[dict[str, Any]]:
    """Each score with its interval and the baseline's, the one the model is judged by first."""
    intervals = model.evaluation.get("intervals", {})
    baseline = model.metrics.get("baseline", {})
    known = sorted(
        (key for key in METRICS if model.metrics.get(key) is not None), key=lambda key: key != model.plan["metric"]
    )
    return [
        {
            "name": METRICS[key].name,
            "value": score_words(key, model.metrics[key]),
            "interval": interval_words(key, intervals.get(key)),
            "baseline": score_words(key, baseline.get(key)),
            "better": METRICS[key].better,
            "hint": HINTS[key],
            "lead": key == model.plan["metric"],
        }
        for key in known
    ]


def how_judged(model: ModelVersion) -> str:
    """Where the intervals come from, in a sentence; nothing for models that were judged without."""
    found, groups = model.evaluation, model.evaluation.get("groups")
    method = found.get("interval_method", "")
    if groups is not None:
        method = "groups" if found["intervals"] else "no intervals"
    words = METHODS.get(method, "").format(
        resamples=count(found.get("resamples")),
        folds=count(found.get("folds")),
        groups=count(groups),
        kind="group" if groups == 1 else "groups",
    )
    in_time = method == "bootstrap" and (model.plan.get("validation") or {}).get("order_by")
    return f"{words} {IN_TIME}" if in_time else words


def at_threshold(
    model: ModelVersion, asked: str | None = None, costs: tuple[float, float] | None = (1, 1)
) -> dict[str, Any] | None:
    """Two classes at one threshold: the curves with it marked, the matrix, and what costs make of it.

    `asked` is a threshold from 0 to 1; any other text is as if nothing were asked. `costs` are those of a false alarm
    and of a miss, None where they are not known.
    """
    from ml.evaluation.thresholds import cheapest, pr_points, roc_points  # noqa: PLC0415 -- slow import

    table = model.evaluation.get("thresholds")
    if not table:
        return None
    used = model.evaluation["threshold_used"]
    best = cheapest(table, *costs) if costs else None
    at = _share_asked(asked, used)
    place = min(bisect_left(table["at"], at), len(table["at"]) - 1)
    tp, fp, tn, fn = (table[key][place] for key in ("tp", "fp", "tn", "fn"))
    positive, other = _names(model)
    return {
        "at": f"{at:.2f}",
        "is_used": abs(at - used) < 0.005,
        "positive": positive,
        "roc": [{"name": "This model", "points": roc_points(table), "note": _area(model, "roc_auc")}],
        "roc_mark": (_share(fp, fp + tn), _share(tp, tp + fn)) if fp + tn and tp + fn else None,
        "pr": [{"name": "This model", "points": pr_points(table), "note": _area(model, "pr_auc")}],
        "pr_mark": (_share(tp, tp + fn), _share(tp, tp + fp)) if tp + fp and tp + fn else None,
        "labels": [other, positive],
        "matrix": [[tn, fp], [fn, tp]],
        "facts": [
            {
                "label": "Precision",
                "value": percent(_share(tp, tp + fp)) if tp + fp else "–",
                "hint": HINTS["precision"],
            },
            {"label": "Recall", "value": percent(_share(tp, tp + fn)) if tp + fn else "–", "hint": HINTS["recall"]},
            {"label": "Named positive", "value": percent(_share(tp + fp, tp + fp + tn + fn))},
            {"label": "Cost", "value": number(costs[0] * fp + costs[1] * fn if costs else None)},
        ],
        "cheapest": {"at": f"{min(best['at'], 1):.2f}", "cost": number(best["cost"])} if best else None,
        "usual": f"{used:.2f}",
    }


def classes(model: ModelVersion) -> dict[str, Any] | None:
    """More than two classes, each against the rest: curves of the most frequent, and their areas."""
    found = model.evaluation.get("one_vs_rest")
    if not found:
        return None
    shown = found["classes"][:5]
    return {
        "roc": [
            {"name": each["label"], "points": each["roc"], "note": f"area {number(each['roc_auc'], 3)}"}
            for each in shown
        ],
        "rows": [
            {
                "label": str(each["label"]),
                "rows": each["rows"],
                "roc_auc": number(each["roc_auc"], 3),
                "pr_auc": number(each["pr_auc"], 3),
            }
            for each in found["classes"]
        ],
    }


def test_words(pair: Mapping[str, Any]) -> dict[str, str]:
    """What a paired test of two models says: `names`, a `sentence`, and the figures in `detail`."""
    names = f"{pair['one']} and {pair['other']}"
    if pair["reason"]:
        return {"names": names, "sentence": f"Cannot be compared: {pair['reason']}", "detail": ""}
    detail = f"{TESTS[pair['test']]}: p = {number(pair['p_adjusted'], 2)}"
    if pair["interval"]:
        metric = pair["metric"]
        low, high = (difference_words(metric, end) for end in pair["interval"])
        apart = difference_words(metric, pair["difference"])
        detail = f"{METRICS[metric].name} is apart by {apart} (95%: {low} to {high}). {detail}"
    return {"names": names, "sentence": pair["sentence"], "detail": f"{detail}."}


def calibration(model: ModelVersion) -> dict[str, Any] | None:
    """Whether probabilities can be taken at their word: said beside came true."""
    bins = model.evaluation.get("calibration")
    if not bins:
        return None
    about = "the class predicted" if model.evaluation["calibration_of"] == "confidence" else _names(model)[0]
    return {
        "lines": [{"name": "This model", "points": [(each["predicted"], each["actual"]) for each in bins], "note": ""}],
        "about": about,
        "off": percent(model.evaluation["calibration_error"]),
    }


def misses(model: ModelVersion) -> list[dict[str, str]]:
    """The rows it was most wrong about."""
    return [
        {
            "row": count(each["row"] + 1) if each.get("row") is not None else "",
            "url": _row_url(model, each.get("row")),
            "actual": _cell(each["actual"]),
            "predicted": _cell(each["predicted"]),
            "note": percent(each["confidence"])
            if "confidence" in each
            else number(abs(each["actual"] - each["predicted"])),
        }
        for each in model.evaluation.get("worst_rows", [])
    ]


def _row_url(model: ModelVersion, row: int | None) -> str:
    """The page of the table that shows the row."""
    if row is None:
        return ""
    version = model.dataset_version
    page = urlencode({"version": version.number, "page": row // PREVIEWED_ROWS + 1})
    return f"{reverse('datasets:detail', args=[version.dataset_id])}?{page}#rows"


def by_prediction(model: ModelVersion) -> list[tuple[float, float]]:
    """Misses over what was predicted: a pattern in them is something the model has not learnt."""
    return [(each["predicted"], each["residual"]) for each in model.evaluation.get("residuals_by_prediction", [])]


def importance(model: ModelVersion) -> dict[str, Any] | None:
    """How much worse the model's score gets when one column is shuffled, with its spread over the shuffles."""
    found = model.evaluation.get("importance")
    if not found or not found["features"]:
        return None
    size = 100 if found["metric"] in SHARES else 1
    amounts = [(each["name"], size * each["mean"], size * each["std"]) for each in found["features"]]
    return {
        **found,
        "metric_name": METRICS[found["metric"]].name,
        "title": _lost(found["metric"], model.target),
        "in_points": size == 100,
        "items": [
            {
                "label": name,
                "value": mean,
                "low": mean - std,
                "high": mean + std,
                "text": f"{number(mean, 3)} ± {number(std, 2)}",
            }
            for name, mean, std in amounts
        ],
        "note": together(model),
    }


def together(model: ModelVersion) -> str:
    """Which of the columns it rests on can stand in for each other, in a sentence; nothing where none can."""
    from ml.importance import together_said  # noqa: PLC0415 -- slow import

    features = (model.evaluation.get("importance") or {}).get("features", [])
    known = model.dataset_version.exploration.get("associations") if model.dataset_version else None
    if not features or not known:
        return ""
    return together_said([each["name"] for each in features], known["columns"], known["values"]) or ""


def _lost(metric: str, target: str) -> str:
    """What a shuffled column costs, with its unit, as the title of a chart."""
    units = {
        "rmse": f", in the unit of {target}",
        "mae": f", in the unit of {target}",
        "mse": f", in the squared unit of {target}",
    }
    unit = ", in percentage points" if metric in SHARES else units.get(metric, "")
    return f"{METRICS[metric].name} {'gained' if METRICS[metric].better == 'lower' else 'lost'}{unit}"


def _names(model: ModelVersion) -> tuple[str, str]:
    """The positive class and the other."""
    positive = model.evaluation.get("positive")
    names = [_cell(each) for each in model.output_schema.get("classes", [])]
    others = [name for name in names if name != _cell(positive)]
    return _cell(positive), others[0] if others else "other"


def _area(model: ModelVersion, metric: str) -> str:
    value = model.metrics.get(metric)
    return "" if value is None else f"area {number(value, 3)}"


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return number(value) if isinstance(value, float) else str(value)


def _share(part: int, whole: int) -> float:
    return part / whole


def _share_asked(text: str | None, usual: float) -> float:
    try:
        value = float(text or "")
    except ValueError:
        return usual
    return value if 0 <= value <= 1 else usual
