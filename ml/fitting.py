"""One fit from table to model file: split, prepare, fit, judge on the rows held out, save."""

import platform
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from ml import artifacts
from ml.algorithms.registry import Algorithm, Wish, get_algorithm
from ml.describe import input_fields, output_schema
from ml.errors import CannotFit
from ml.evaluation import HeldOut, evaluate, positive_class
from ml.pipeline import build_pipeline
from ml.plan import FEWEST_ROWS, FitPlan, rows_to_test
from ml.prediction import outputs_in_parts
from ml.reports import Report, Reporter
from ml.schema import Task, canonical_frame
from ml.steps.stage import fit_steps
from ml.tables.frames import load_frame
from ml.target import known_target

LIBRARIES = ("scikit-learn", "numpy", "scipy", "pandas", "skops")


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOutcome:
    """What a fit made and learnt about itself, ready for JSON.

    `sha256` is that of the file `model.skops`; seconds are of the wall clock, `predict_seconds` for all rows
    held out; `sizes` are bytes of the files by name; `libraries` the versions the model was made with.
    """

    metrics: dict[str, Any]
    evaluation: dict[str, Any]
    input_schema: list[dict[str, Any]]
    output_schema: dict[str, Any]
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


def fit(
    plan: FitPlan,
    *,
    table: Path,
    destination: Path,
    report: Callable[[Report], None],
    should_stop: Callable[[], bool] = lambda: False,
    cores: int = 1,
) -> FitOutcome:
    """Fit a plan to a stored table and judge the model on rows it has not seen.

    What was judged is what is saved: the model is not fitted again on all rows. Writes `model.skops` and
    `holdout.parquet` into the folder `destination`. The latter has, for each row held out, its place in the
    table (`row`, from 0), `actual`, `prediction`, and for classes their probabilities `p0`, `p1` … in the
    order of the output schema. Raises CannotFit in plain words for what the data makes impossible.
    """
    say = Reporter(report, should_stop)
    algorithm = get_algorithm(plan.algorithm)
    say.stage("reading", "Reading the table")
    rows = _read(plan, table)
    for note in rows.notes:
        say.log(note)

    say.stage("preparing", "Preparing the columns")
    started = time.perf_counter()
    pipeline, notes = _fitted(plan, algorithm, rows, say, cores)
    fit_seconds = time.perf_counter() - started

    say.stage("evaluating", f"Predicting {len(rows.test):,} rows it has not seen")
    started = time.perf_counter()
    predicted, shares = outputs_in_parts(
        pipeline, plan.task, rows.frame.iloc[rows.test], cores=cores, progress=say.counted
    )
    predict_seconds = time.perf_counter() - started
    held_out = _held_out(plan, pipeline, rows, predicted, shares)
    metrics, evaluation = evaluate(plan.task, held_out)
    say.metric({key: value for key, value in metrics.items() if key != "baseline"})

    say.stage("saving", "Writing the model")
    model, holdout = destination / "model.skops", destination / "holdout.parquet"
    sha256 = artifacts.save(pipeline, model)
    _write_holdout(holdout, rows, predicted, shares)
    training = rows.raw.iloc[rows.train], rows.frame.iloc[rows.train]
    return FitOutcome(
        metrics=metrics,
        evaluation=evaluation,
        input_schema=[field.to_json() for field in input_fields(*training, plan.features)],
        output_schema=output_schema(
            plan.task, plan.target, rows.values[rows.train], held_out.classes, held_out.positive
        ),
        rows_train=len(rows.train),
        rows_test=len(rows.test),
        fit_seconds=round(fit_seconds, 3),
        predict_seconds=round(predict_seconds, 3),
        sizes={path.name: path.stat().st_size for path in (model, holdout)},
        sha256=sha256,
        libraries={"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
        notes=rows.notes + notes,
    )


def split(values: Any, plan: FitPlan) -> tuple[Any, Any]:
    """Choose the rows to learn from and those held out: two arrays of positions in `values`.

    Classes keep their shares in both parts (one of a single row falls where chance puts it), unless there are
    too few rows for each class to be in both.
    """
    rows_test = rows_to_test(len(values), plan.train_percentage)
    strata = None
    if plan.task is Task.CLASSIFICATION:
        _, strata, counts = np.unique(values, return_inverse=True, return_counts=True)
        strata = np.where(counts[strata] < 2, counts.argmax(), strata)
        if len(set(strata.tolist())) > min(rows_test, len(values) - rows_test) or counts.max() < 2:
            strata = None
    train, test = train_test_split(np.arange(len(values)), test_size=rows_test, random_state=plan.seed, stratify=strata)
    return train, test


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The rows with a target: their `place` in the table, the inputs as stored and as canonical, and the parts."""

    place: Any
    raw: pd.DataFrame
    frame: pd.DataFrame
    values: Any
    train: Any
    test: Any
    notes: list[str]


def _read(plan: FitPlan, table: Path) -> _Rows:
    names = [feature.name for feature in plan.features]
    whole = load_frame(table, plan.columns, [*names, plan.target.name])
    known, values = known_target(whole[plan.target.name], plan.target, plan.task)
    notes = []
    if missing := int(len(known) - known.sum()):
        notes.append(f"{missing:,} of {len(known):,} rows have no value of {plan.target.name} and were left out.")
    if len(values) < FEWEST_ROWS:
        raise CannotFit(
            f"Only {len(values)} rows have a value of {plan.target.name}; at least {FEWEST_ROWS} are needed."
        )
    train, test = split(values, plan)
    _require_variety(plan, values[train])
    if plan.task is Task.CLASSIFICATION:
        unseen = sorted({*values[test].tolist()} - {*values[train].tolist()})
        notes += [f"{label} is in no row to learn from, so it can never be predicted." for label in unseen]
    raw = whole.loc[known, names]
    return _Rows(
        place=np.flatnonzero(known),
        raw=raw,
        frame=canonical_frame(raw, plan.features),
        values=values,
        train=train,
        test=test,
        notes=notes,
    )


def _require_variety(plan: FitPlan, training: Any) -> None:
    first = training[0]
    if np.all(training == first):
        raise CannotFit(
            f"All {len(training):,} rows to learn from have the same {plan.target.name}, so there is nothing to tell "
            "apart; use more rows, or a larger share of them for training."
        )


def _fitted(plan: FitPlan, algorithm: Algorithm, rows: _Rows, say: Reporter, cores: int) -> tuple[Pipeline, list[str]]:
    algorithm.refuse(Wish(task=plan.task, params=plan.params, target=plan.target, rows_train=len(rows.train)))
    training, values = rows.frame.iloc[rows.train], rows.values[rows.train]
    shaped = None
    if plan.steps:
        say.log(f"Taking {len(plan.steps)} feature {'step' if len(plan.steps) == 1 else 'steps'}")
        shaped = fit_steps(plan.steps, plan.features, training, values, task=plan.task, seed=plan.seed)
    pipeline = build_pipeline(
        algorithm,
        plan.features,
        training,
        task=plan.task,
        params=plan.params,
        seed=plan.seed,
        cores=cores,
        shaped=shaped,
    )
    prepared = pipeline["prepare"].fit_transform(shaped.frame if shaped else training, values)
    say.stage("fitting", f"{algorithm.name} on {prepared.shape[0]:,} rows and {prepared.shape[1]:,} columns")
    # Sums split over threads round differently, so BLAS keeps to one for the same model on every machine.
    with threadpool_limits({"blas": 1, "openmp": cores}), warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always", ConvergenceWarning)
        algorithm.fit(pipeline["model"], prepared, values, say, None)
    unsettled = any(issubclass(each.category, ConvergenceWarning) for each in raised)
    notes = ["It had not settled when its iterations ran out; more of them may do better."] if unsettled else []
    return artifacts.on_one_core(pipeline), notes


def _held_out(plan: FitPlan, pipeline: Pipeline, rows: _Rows, predicted: Any, shares: Any) -> HeldOut:
    training, actual = rows.values[rows.train], rows.values[rows.test]
    if plan.task is Task.REGRESSION:
        return HeldOut(
            actual=actual,
            predicted=predicted,
            baseline=np.full(len(actual), training.mean()),
            middle=np.full(len(actual), np.median(training)),
            rows_train=len(training),
            metric=plan.metric,
        )
    classes, counts = np.unique(training, return_counts=True)
    return HeldOut(
        actual=actual,
        predicted=predicted,
        shares=shares,
        baseline=np.full(len(actual), classes[counts.argmax()]),
        baseline_shares=np.tile(counts / counts.sum(), (len(actual), 1)),
        classes=pipeline.classes_,
        positive=positive_class(training, classes) if len(classes) == 2 else None,
        rows_train=len(training),
        metric=plan.metric,
    )


def _write_holdout(path: Path, rows: _Rows, predicted: Any, shares: Any) -> None:
    columns = {"row": rows.place[rows.test], "actual": rows.values[rows.test], "prediction": predicted}
    if shares is not None:
        columns |= {f"p{place}": shares[:, place] for place in range(shares.shape[1])}
    pd.DataFrame(columns).to_parquet(path, index=False)
