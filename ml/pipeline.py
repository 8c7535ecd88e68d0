"""From the canonical frame to the answer: one scikit-learn Pipeline, prepared as its algorithm wants.

Only scikit-learn's own parts are used where they will do, so that a downloaded model opens without this
package unless it reads dates or has feature steps. What is learnt, lists of categories included, comes from
training rows alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from ml.algorithms.registry import Algorithm, Preparation, Setting
from ml.errors import CannotFit
from ml.schema import NUMERIC, WORDS, Column, Dtype, Task
from ml.steps.categories import common_categories
from ml.steps.dates import DateParts
from ml.steps.stage import Shaped

# A column of its own for each of the 50 commonest categories; the rest share "none of these". More columns
# cost memory and time for every row and rarely say anything: rare categories have few rows to learn from.
MOST_ONE_HOT = 50
# Gradient boosting keeps 255 bins a column; a code for each category must fit.
MOST_CODES = 254
MOST_WORDS = 300

Part = tuple[str, Any, list[str] | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The parts of a pipeline that stand before its model: the same for all parameters of one algorithm.

    `coded` are the positions of prepared columns with category codes.
    """

    algorithm: Algorithm
    parts: list[tuple[str, Any]]
    coded: tuple[int, ...]

    def pipeline(self, *, task: Task, params: Mapping[str, Any], seed: int, cores: int = 1) -> Pipeline:
        """Put an unfitted model behind these parts, which are shared and not copied."""
        setting = Setting(task=task, params=params, seed=seed, cores=cores, coded=self.coded)
        return Pipeline([*self.parts, ("model", self.algorithm.build(setting))])


def build_pipeline(
    algorithm: Algorithm,
    features: Sequence[Column],
    training: pd.DataFrame,
    *,
    task: Task,
    params: Mapping[str, Any],
    seed: int,
    cores: int = 1,
    shaped: Shaped | None = None,
) -> Pipeline:
    """Make the pipeline `prepare` → `model` for these columns of `training`, a canonical frame; see `build_front`."""
    front = build_front(algorithm, features, training, shaped=shaped)
    return front.pipeline(task=task, params=params, seed=seed, cores=cores)


def build_front(
    algorithm: Algorithm, features: Sequence[Column], training: pd.DataFrame, *, shaped: Shaped | None = None
) -> Front:
    """Make the unfitted `prepare` for these columns of `training`, a canonical frame.

    Feature steps (`ml.steps.stage.fit_steps` of the same rows) stand in front as `feature_steps`, and `prepare` takes
    over whatever they left: what a person has not encoded or filled is encoded and filled as without them, and
    numbers they brought to a common size are not scaled once more.

    Columns without a value in any training row are left out. Raises CannotFit when no other is left.
    """
    wants = algorithm.preparation
    scaled = shaped.scaled if shaped else frozenset()
    if shaped:
        features, training = shaped.columns, shaped.frame
    features = [each for each in features if _says_something(training[each.name], each)]
    words = [each.name for each in features if each.dtype in WORDS]
    numbers = [each.name for each in features if each.dtype in NUMERIC and each.name not in scaled]
    sized = [each.name for each in features if each.dtype in NUMERIC and each.name in scaled]
    booleans = [each.name for each in features if each.dtype is Dtype.BOOLEAN]
    dates = [each.name for each in features if each.dtype is Dtype.DATETIME]
    # Categories stand first, so that their codes are the first columns of the prepared array.
    parts: list[Part] = [
        ("categories", _encoder(training, words, wants), words),
        ("numbers", _numbers(wants), numbers),
        ("scaled", _numbers(replace(wants, scaled=False)), sized),
        ("booleans", _booleans(wants), booleans),
        ("dates", make_pipeline(DateParts(), *_finished(wants)), dates),
    ]
    parts = [part for part in parts if part[2]] + _texts(features)
    if not parts:
        raise CannotFit("None of the chosen columns holds words or numbers to learn from; choose other columns.")
    front = [("feature_steps", shaped.stage)] if shaped else []  # `steps` is an argument of Pipeline itself
    prepare = ColumnTransformer(parts, remainder="drop", sparse_threshold=0)
    coded = tuple(range(len(words))) if wants.categories == "codes" else ()
    return Front(algorithm=algorithm, parts=[*front, ("prepare", prepare)], coded=coded)


def _encoder(training: pd.DataFrame, words: Sequence[str], wants: Preparation) -> Any:
    most = MOST_ONE_HOT if wants.categories == "one_hot" else MOST_CODES
    lists = [np.array(common_categories(training[name], most), dtype=object) for name in words]
    if wants.categories == "one_hot":
        return OneHotEncoder(categories=lists, handle_unknown="ignore", sparse_output=False)
    # What keeps missing values takes an unknown category for one; XGBoost refuses to learn from -1.
    unknown = np.nan if wants.keeps_missing else -1
    return OrdinalEncoder(categories=lists, handle_unknown="use_encoded_value", unknown_value=unknown)


def _numbers(wants: Preparation) -> Any:
    return "passthrough" if wants.keeps_missing else make_pipeline(*_finished(wants))


def _booleans(wants: Preparation) -> Any:
    if wants.keeps_missing:
        return "passthrough"
    return SimpleImputer(strategy="most_frequent")


def _finished(wants: Preparation) -> list[Any]:
    """Fill gaps with the median and say where they were; scale."""
    if wants.keeps_missing:
        return []
    filled = SimpleImputer(strategy="median", add_indicator=True)
    return [filled, StandardScaler()] if wants.scaled else [filled]


def _texts(features: Sequence[Column]) -> list[Part]:
    return [
        (f"text_{place}", TfidfVectorizer(max_features=MOST_WORDS), each.name)
        for place, each in enumerate(features)
        if each.dtype is Dtype.TEXT
    ]


def _says_something(column: "pd.Series[Any]", about: Column) -> bool:
    if about.dtype is Dtype.TEXT:
        analyse = TfidfVectorizer().build_analyzer()
        return any(analyse(text) for text in column)  # it cannot be fitted without a single word
    return bool((column != "").any() if about.dtype in WORDS else column.notna().any())
