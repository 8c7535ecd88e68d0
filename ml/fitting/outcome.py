"""What a fit leaves behind: files, and what is known of them."""

import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml import artifacts
from ml.algorithms.registry import get_algorithm
from ml.describe import input_fields, output_schema
from ml.fitting.judging import pooled
from ml.fitting.making import Made
from ml.fitting.rows import Rows
from ml.plan import FitPlan

LIBRARIES = ("scikit-learn", "numpy", "scipy", "pandas", "skops")


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOutcome:
    """What a fit made and learnt about itself, ready for JSON.

    `params` are those the model was fitted with, found by a search or asked for. `rows_test` counts the rows that
    judge, each once, and `validation` says how they do: `kind` ("holdout" or "cv"), `group_by`, `order_by`,
    `rows_judged`, `words`, and for folds `folds`, `repeats` and `folds_done`. `sha256` is that of the file
    `model.skops`; seconds are of the wall clock: `fit_seconds` the fit of the model kept, without folds and search,
    and `predict_seconds` for the rows that judge, once each; `sizes` are bytes of the files by name; `libraries` the
    versions the model was made with.
    """

    metrics: dict[str, Any]
    evaluation: dict[str, Any]
    input_schema: list[dict[str, Any]]
    output_schema: dict[str, Any]
    params: dict[str, Any]
    validation: dict[str, Any]
    rows_train: int
    rows_test: int
    fit_seconds: float
    predict_seconds: float
    sizes: dict[str, int]
    sha256: str
    libraries: dict[str, str]
    notes: list[str]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def saved(
    plan: FitPlan, rows: Rows, made: Made, destination: Path, *, metrics: dict[str, Any], evaluation: dict[str, Any]
) -> FitOutcome:
    """Write the model and the rows that judge it into a folder, and describe them."""
    model, holdout = destination / "model.skops", destination / "holdout.parquet"
    sha256 = artifacts.save(made.pipeline, model)
    _write_holdout(holdout, made)
    training = rows.raw.iloc[made.train], rows.frame.iloc[made.train]
    values = rows.values[made.train]
    libraries = LIBRARIES + get_algorithm(plan.algorithm).libraries
    return FitOutcome(
        metrics=metrics,
        evaluation=evaluation,
        input_schema=[field.to_json() for field in input_fields(*training, plan.features)],
        output_schema=output_schema(plan.task, plan.target, values, made.labels.classes, made.labels.positive),
        params=dict(made.params),
        validation=made.validation,
        rows_train=len(made.train),
        rows_test=made.validation["rows_judged"],
        fit_seconds=round(made.fit_seconds, 3),
        predict_seconds=round(sum(each.predict_seconds for each in made.judged if each.repeat == 1), 3),
        sizes={path.name: path.stat().st_size for path in (model, holdout)},
        sha256=sha256,
        libraries={"python": platform.python_version()} | {name: version(name) for name in libraries},
        notes=rows.notes + made.notes,
    )


def _write_holdout(path: Path, made: Made) -> None:
    once = [each for each in made.judged if each.repeat == 1]
    crossed = made.held_out.parts is not None
    found = pooled(once, rows_train=len(made.train)) if crossed else made.held_out
    columns = {"row": found.places, "actual": found.actual, "prediction": found.predicted}
    if crossed:
        columns["part"] = found.parts
    if found.groups is not None:
        columns["group"] = found.groups
    if found.shares is not None:
        columns |= {f"p{place}": shares for place, shares in enumerate(np.transpose(found.shares))}
    pd.DataFrame(columns).to_parquet(path, index=False)
