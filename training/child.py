"""What runs inside a training job's child process: the fit, with its reports sent as journal entries.

Imported by the fork server, so it knows neither Django nor the database.
"""

from pathlib import Path
from typing import Any

from core.processes import Send
from ml import fitting
from ml.plan import FitPlan
from ml.reports import Report
from training.early import KEEP_BEST


def fit(send: Send, *, plan: dict[str, Any], table: str, destination: str, cores: int) -> dict[str, Any]:
    """Fit the plan on the table and write the model's files to the destination; returns the outcome as JSON."""

    def report(news: Report) -> None:
        for kind, payload in entries(news):
            send({"kind": kind, "payload": payload})

    folder = Path(destination)
    outcome = fitting.fit(
        FitPlan.from_json(plan),
        table=Path(table),
        destination=folder,
        report=report,
        should_stop=(folder / KEEP_BEST).exists,
        cores=cores,
    )
    return outcome.to_json()


def entries(news: Report) -> list[tuple[str, dict[str, Any]]]:
    """The journal entries (kind, payload) of one report: a new stage is progress, and a line to read."""
    if news.kind == "metric" and news.step is not None:
        return [("metric", {"step": news.step, "unit": news.unit, **(news.values or {})})]
    if news.kind in ("metric", "trial"):
        return [(news.kind, dict(news.values or {}))]
    if news.kind == "log":
        return [("log", {"message": news.message})]
    progress = {key: value for key, value in news.to_json().items() if key != "kind"}
    if news.kind == "stage":
        return [("progress", progress), ("log", {"message": news.message})]
    return [("progress", progress)]
