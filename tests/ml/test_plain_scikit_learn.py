"""The scores the platform reports are those a plain scikit-learn script finds, on real tables.

The scripts here share nothing with the platform: they read the file, split it, prepare and fit with the libraries'
own parts, and score with scikit-learn. Two things they must know to be equal in the last digits: rows are split with
the same seed, classes keeping their shares, and sums are added up by one thread, as sums split over threads round
differently and a neural network enlarges that from epoch to epoch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    roc_auc_score,
)
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from threadpoolctl import threadpool_limits
from xgboost import XGBClassifier, XGBRegressor

from ml.algorithms.registry import all_algorithms
from ml.fitting import fit
from ml.plan import make_plan
from tests.ml.factories import stored

SHARED_TABLES = Path(__file__).resolve().parents[3] / "shared" / "data"
SEED = 42

pytestmark = [
    pytest.mark.skipif(not SHARED_TABLES.exists(), reason="the shared tables are not on this machine"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]


@dataclass(frozen=True)
class Table:
    """A real table: how to read it, what it predicts, and its columns of words and of numbers."""

    read: Callable[[], pd.DataFrame]
    target: str
    words: tuple[str, ...]
    numbers: tuple[str, ...]
    is_amount: bool = False


TABLES = {
    "titanic": Table(
        read=lambda: pd.read_csv(SHARED_TABLES / "titanic.csv"),
        target="Survived",
        words=("Sex", "Embarked"),
        numbers=("Pclass", "Age", "SibSp", "Parch", "Fare"),
    ),
    "iris": Table(
        read=lambda: pd.read_csv(SHARED_TABLES / "iris_noheader.csv", names=["a", "b", "c", "d", "species"]),
        target="species",
        words=(),
        numbers=("a", "b", "c", "d"),
    ),
    "diamonds": Table(
        read=lambda: pd.read_csv(SHARED_TABLES / "diamonds.csv").sample(800, random_state=0),
        target="price",
        words=("cut", "color", "clarity"),
        numbers=("carat", "depth", "table", "x", "y", "z"),
        is_amount=True,
    ),
}


def one_hot(table: Table) -> Any:
    """Numbers filled and scaled, a column for each category: what adds up columns or measures distances needs."""
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("words", words, list(table.words)), ("numbers", numbers, list(table.numbers))])


def codes(table: Table) -> Any:
    """Numbers filled, a number for each category: enough for what splits."""
    numbers = SimpleImputer(strategy="median", add_indicator=True)
    words = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return ColumnTransformer([("words", words, list(table.words)), ("numbers", numbers, list(table.numbers))])


def codes_and_gaps(table: Table) -> Any:
    """Numbers as they are, a number for each category: for what learns from gaps by itself."""
    words = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    return ColumnTransformer([("words", words, list(table.words)), ("numbers", "passthrough", list(table.numbers))])


def calibrated(machine: Any) -> Any:
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    return CalibratedClassifierCV(machine, ensemble=False, cv=folds)


def scaled_target(regressor: Any) -> Any:
    return TransformedTargetRegressor(regressor, transformer=StandardScaler())


def categories(table: Table) -> list[int]:
    return list(range(len(table.words)))


def kinds(table: Table) -> list[str]:
    return ["c"] * len(table.words) + ["q"] * len(table.numbers)


SEEDED = {"random_state": SEED}
BOOSTED = {"n_estimators": 40, "learning_rate": 0.1, "random_state": SEED, "n_jobs": 1}
# By algorithm: parameters asked of the platform, the preparation, the regressor and the classifier of the script.
SCRIPTS: dict[str, tuple[dict[str, Any], Any, Any, Any]] = {
    "linear": ({}, one_hot, lambda _: LinearRegression(), None),
    "ridge": ({"alpha": 2.0}, one_hot, lambda _: Ridge(alpha=2.0), None),
    "lasso": ({"alpha": 0.01}, one_hot, lambda _: scaled_target(Lasso(alpha=0.01, max_iter=10000)), None),
    "elastic_net": (
        {"alpha": 0.01, "l1_ratio": 0.3},
        one_hot,
        lambda _: scaled_target(ElasticNet(alpha=0.01, l1_ratio=0.3, max_iter=10000)),
        None,
    ),
    "naive_bayes": ({}, one_hot, None, lambda _: GaussianNB(var_smoothing=1.0)),
    "logistic": ({"C": 0.5}, one_hot, None, lambda _: LogisticRegression(C=0.5, max_iter=1000)),
    "linear_svm": (
        {"C": 0.5},
        one_hot,
        lambda _: scaled_target(LinearSVR(C=0.5, epsilon=0.1, dual="auto", max_iter=10000, **SEEDED)),
        lambda _: calibrated(LinearSVC(C=0.5, dual="auto", max_iter=10000, **SEEDED)),
    ),
    "knn": (
        {"n_neighbors": 7},
        one_hot,
        lambda _: KNeighborsRegressor(7, algorithm="kd_tree"),
        lambda _: KNeighborsClassifier(7, algorithm="kd_tree"),
    ),
    "decision_tree": (
        {},
        codes,
        lambda _: DecisionTreeRegressor(max_depth=5, min_samples_leaf=10, **SEEDED),
        lambda _: DecisionTreeClassifier(max_depth=5, min_samples_leaf=10, **SEEDED),
    ),
    "rbf_svm": (
        {"C": 2.0},
        one_hot,
        lambda _: scaled_target(SVR(C=2.0)),
        lambda _: calibrated(SVC(C=2.0)),
    ),
    "random_forest": (
        {"n_estimators": 30},
        codes,
        lambda _: RandomForestRegressor(30, **SEEDED),
        lambda _: RandomForestClassifier(30, **SEEDED),
    ),
    "extra_trees": (
        {"n_estimators": 30},
        codes,
        lambda _: ExtraTreesRegressor(30, **SEEDED),
        lambda _: ExtraTreesClassifier(30, **SEEDED),
    ),
    "hist_gradient_boosting": (
        {"max_iter": 40},
        codes_and_gaps,
        lambda table: HistGradientBoostingRegressor(
            max_iter=40, early_stopping=False, categorical_features=categories(table) or None, **SEEDED
        ),
        lambda table: HistGradientBoostingClassifier(
            max_iter=40, early_stopping=False, categorical_features=categories(table) or None, **SEEDED
        ),
    ),
    "lightgbm": (
        {"n_estimators": 40},
        codes_and_gaps,
        lambda table: LGBMRegressor(**BOOSTED, verbosity=-1, cat_feature=categories(table)),
        lambda table: LGBMClassifier(**BOOSTED, verbosity=-1, cat_feature=categories(table)),
    ),
    "xgboost": (
        {"n_estimators": 40},
        codes_and_gaps,
        lambda table: XGBRegressor(**BOOSTED, enable_categorical=True, feature_types=kinds(table)),
        lambda table: XGBClassifier(**BOOSTED, enable_categorical=True, feature_types=kinds(table)),
    ),
    "neural_network": (
        {"max_iter": 30},
        one_hot,
        lambda _: scaled_target(MLPRegressor(max_iter=30, alpha=1.0, **SEEDED)),
        lambda _: MLPClassifier(max_iter=30, alpha=1.0, **SEEDED),
    ),
}
CASES = [
    (algorithm, name)
    for algorithm, (_, _, regressor, classifier) in SCRIPTS.items()
    for name, table in TABLES.items()
    if (regressor if table.is_amount else classifier)
]


def script(algorithm: str, table: Table) -> dict[str, float]:
    """Read, split, prepare, fit, score: without a line of the platform's."""
    _, prepare, regressor, classifier = SCRIPTS[algorithm]
    frame = table.read()
    words = frame[list(table.words)].astype(object).fillna("")
    x = pd.concat([words, frame[list(table.numbers)]], axis=1)
    names = LabelEncoder().fit(frame[table.target])
    y = frame[table.target].to_numpy() if table.is_amount else names.transform(frame[table.target])
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.2, random_state=SEED, stratify=None if table.is_amount else y
    )
    model = make_pipeline(prepare(table), (regressor if table.is_amount else classifier)(table))
    with threadpool_limits(1):
        model.fit(x_train.copy(), y_train)
        if table.is_amount:
            return amounts_scored(y_test, model.predict(x_test).astype(float))
        return classes_scored(y_test, model.predict_proba(x_test).astype(float))


def amounts_scored(actual: Any, predicted: Any) -> dict[str, float]:
    return {
        "r2": r2_score(actual, predicted),
        "mae": mean_absolute_error(actual, predicted),
        "mse": mean_squared_error(actual, predicted),
    }


def classes_scored(actual: Any, shares: Any) -> dict[str, float]:
    predicted = shares.argmax(axis=1)
    two = shares.shape[1] == 2
    return {
        "accuracy": accuracy_score(actual, predicted),
        "f1": f1_score(actual, predicted, average="binary" if two else "macro"),
        "roc_auc": roc_auc_score(actual, shares[:, 1]) if two else roc_auc_score(actual, shares, multi_class="ovr"),
        # Naive Bayes is so sure that it matters what counts as no probability at all: 2.2e-16 here as there.
        "log_loss": log_loss(actual, shares),
    }


def platform(algorithm: str, table: Table, folder: Path) -> dict[str, float]:
    """The same by `ml.fitting`, from a stored table."""
    frame = table.read()
    dtypes = {**dict.fromkeys(table.words, "category"), **dict.fromkeys(table.numbers, "number")}
    dtypes[table.target] = "number" if table.is_amount else "category"
    if table.target == "Survived":
        dtypes[table.target] = "integer"
    values = {name: frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in dtypes}
    path, columns = stored(folder, list(dtypes.items()), values)
    plan = make_plan(
        columns,
        rows=len(frame),
        target=table.target,
        algorithm=algorithm,
        features=[*table.words, *table.numbers],
        task="regression" if table.is_amount else "classification",
        params=SCRIPTS[algorithm][0],
        seed=SEED,
    )
    return fit(plan, table=path, destination=folder, report=lambda _report: None).metrics


def test_every_algorithm_has_its_script():
    assert set(SCRIPTS) == {each.key for each in all_algorithms()}


@pytest.mark.parametrize(("algorithm", "name"), CASES)
def test_scores_are_those_of_a_plain_script(tmp_path, algorithm, name):
    expected = script(algorithm, TABLES[name])

    found = platform(algorithm, TABLES[name], tmp_path)

    assert {score: found[score] for score in expected} == pytest.approx(expected, rel=1e-9, abs=1e-9)
