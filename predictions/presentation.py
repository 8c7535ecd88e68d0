"""What pages say of predictions: ready words and figures for the templates to place."""

from collections.abc import Mapping
from typing import Any

from core.templatetags.format import number, percent
from predictions.models import Prediction

BARS = 10
ROWS_SHOWN = 20
SUMMARY_CELLS = 4


def answer_words(value: Any) -> str:
    """A predicted class as it is, a predicted number in few digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value, 6) if isinstance(value, float) else str(value)


def bars(probabilities: Mapping[str, float] | None) -> list[dict[str, Any]]:
    """The likeliest classes, as items of the bar chart."""
    likeliest = sorted((probabilities or {}).items(), key=lambda item: -item[1])[:BARS]
    return [
        {"label": label, "value": share, "text": percent(share), "lead": place == 0}
        for place, (label, share) in enumerate(likeliest)
    ]


def results(prediction: Prediction) -> list[dict[str, Any]]:
    """One entry a row asked, the first few: its cells, and its answer where there is one."""
    rows = prediction.rows[:ROWS_SHOWN]
    answers = prediction.answers[:ROWS_SHOWN] or [{} for _ in rows]
    warnings = prediction.warnings[:ROWS_SHOWN] or [[] for _ in rows]
    return [
        {
            "row": [{"name": name, "value": value} for name, value in row.items()],
            "prediction": answer_words(answer.get("prediction")),
            "confidence": answer.get("confidence"),
            "probabilities": bars(answer.get("probabilities")),
            "warnings": [warning["detail"] for warning in noted],
        }
        for row, answer, noted in zip(rows, answers, warnings, strict=True)
    ]


def list_entry(prediction: Prediction) -> dict[str, Any]:
    """One line of the history."""
    first = list(prediction.rows[0].items()) if prediction.rows else []
    given = [f"{name} {value}" for name, value in first if value not in ("", None)]
    return {
        "id": prediction.pk,
        "created_at": prediction.created_at,
        "model_id": prediction.model_id,
        "model_name": prediction.model.name,
        "model_version": prediction.model.version,
        "rows_count": len(prediction.rows),
        "summary": ", ".join(given[:SUMMARY_CELLS])[:200],
        "answer": answer_words(prediction.answers[0]["prediction"]) if prediction.answers else "",
        "success": prediction.success,
        "inference_ms": prediction.inference_ms,
        "credits_charged": prediction.credits_charged,
    }
