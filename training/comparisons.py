"""Models side by side: what differs between them, how they score, and whether the difference is more than chance."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any
from uuid import UUID

from core import storage
from core.actor import Actor
from core.errors import InvalidInput
from core.kept import kept
from ml.algorithms.registry import get_algorithm
from ml.metrics import METRICS
from ml.schema import Task
from training import overlays, queries
from training.models import ModelVersion
from training.presentation.model_words import costs
from workspaces import access

FEWEST, MOST = 2, 5
NOT_COMPARABLE = "not_comparable"
# What of a plan is compared beside the parameters, with its words.
WISHES = {
    "algorithm": "Algorithm",
    "target": "Target",
    "features": "Columns",
    "steps": "Feature steps",
    "train_percentage": "Share learnt from",
    "validation": "Validation",
    "class_weight": "Class weights",
    "tuning": "Search",
    "seed": "Seed",
}


def models_named(actor: Actor, ids: Sequence[str]) -> list[ModelVersion]:
    """The models to compare, in the order named; raises InvalidInput (`ids`) or NotFound.

    Its code is `NOT_COMPARABLE` where they are enough, and not of one kind.
    """
    wanted = [_uuid(each.strip()) for each in ids if each.strip()]
    if len(set(wanted)) < len(wanted):
        raise InvalidInput("ids", "Name each model once.")
    if not FEWEST <= len(wanted) <= MOST:
        raise InvalidInput("ids", f"Name {FEWEST} to {MOST} models; {len(wanted)} named.")
    models = [access.get(actor, queries.models_of(actor), model_id) for model_id in wanted]
    if len({model.task for model in models}) > 1:
        raise InvalidInput("ids", _apart(models), code=NOT_COMPARABLE)
    return models


def _apart(models: Sequence[ModelVersion]) -> str:
    amounts, classes = (
        ", ".join(f"“{model}”" for model in models if (model.task == Task.REGRESSION) is wanted)
        for wanted in (True, False)
    )
    return (
        f"Of amounts: {amounts}. Of classes: {classes}. How far off an amount is and how often a class is right have "
        "no scale in common. Choose models of one kind, best of one target."
    )


def compare(models: Sequence[ModelVersion]) -> dict[str, Any]:
    """Everything side by side, as JSON; lists are in the order of `models`.

    `differences` are the parameters and wishes that are not the same in all; `tests` compares each two on the rows
    that both have held out (`ml.comparing`); `overlaid` are the points of their curves (`training.overlays`).
    """
    return {
        "models": [_about(model) for model in models],
        "differences": differences(models),
        "metrics": [
            {
                "key": key,
                "name": METRICS[key].name,
                "better": METRICS[key].better,
                "values": [model.metrics.get(key) for model in models],
                "intervals": [model.evaluation.get("intervals", {}).get(key) for model in models],
                "baselines": [model.metrics.get("baseline", {}).get(key) for model in models],
            }
            for key in METRICS
            if any(model.metrics.get(key) is not None for model in models)
        ],
        "tests": tests(models),
        "overlaid": overlays.overlaid(models),
    }


def _about(model: ModelVersion) -> dict[str, Any]:
    taken = costs(model)
    return {
        "id": str(model.pk),
        "name": model.name,
        "version": model.version,
        "algorithm": model.algorithm,
        "target": model.target,
        "task": model.task,
        "dataset_version": model.dataset_version.number,
        "data_sha256": model.dataset_version.sha256,
        "rows_train": model.facts.get("rows_train"),
        "rows_test": model.facts.get("rows_test"),
        "fit_seconds": taken["fit_seconds"],
        "predict_ms_a_row": taken["predict_ms"],
        "size_bytes": model.size_bytes,
    }


def differences(models: Sequence[ModelVersion]) -> list[dict[str, Any]]:
    """What was not wished for alike: `{"key", "title", "values"}`, None where a model has no such parameter."""
    wishes = [
        {"key": key, "title": title, "values": [model.plan.get(key) for model in models]}
        for key, title in WISHES.items()
    ]
    titles = {
        name: schema["title"]
        for model in models
        for name, schema in get_algorithm(model.algorithm).params["properties"].items()
    }
    params = [
        {"key": f"params.{name}", "title": title, "values": [model.fitted_params.get(name) for model in models]}
        for name, title in titles.items()
    ]
    return [each for each in [*wishes, *params] if any(value != each["values"][0] for value in each["values"])]


def tests(models: Sequence[ModelVersion]) -> list[dict[str, Any]]:
    """Each two models on the rows both have held out, by the metric of the first (see `ml.comparing.compare`).

    `one` and `other` name them as pages do.
    """
    metric = models[0].plan["metric"]
    by_data: dict[str, list[ModelVersion]] = {}
    for model in models:
        by_data.setdefault(model.dataset_version.sha256, []).append(model)
    found = [pair for alike in by_data.values() if len(alike) > 1 for pair in _of_one_table(alike, metric)]
    apart = [
        {
            "one": str(one),
            "other": str(other),
            "rows": 0,
            "metric": metric,
            "reason": "They learnt from different data.",
        }
        for one, other in combinations(models, 2)
        if one.dataset_version.sha256 != other.dataset_version.sha256
    ]
    return [*found, *apart]


def _of_one_table(models: Sequence[ModelVersion], metric: str) -> list[dict[str, Any]]:
    """Kept for a day: models and what they held out never change, and drawing rows a thousand times takes a while."""
    key = f"paired:{metric}:{':'.join(str(model.pk) for model in models)}"
    return kept(key, lambda: _compared(models, metric), seconds=86_400)


def _compared(models: Sequence[ModelVersion], metric: str) -> list[dict[str, Any]]:
    from ml.comparing import Candidate, compare  # noqa: PLC0415 -- slow import

    return compare(
        [
            Candidate(
                name=str(model),
                path=storage.local_path(model.holdout_key),
                task=Task(model.task),
                target=model.target,
                classes=model.output_schema.get("classes", []),
                positive=model.output_schema.get("positive"),
            )
            for model in models
        ],
        metric,
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput("ids", f"{text[:60]!r} is no id of a model.") from None
