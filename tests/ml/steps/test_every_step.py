"""What holds for every feature step, on canonical frames of any content."""

import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from ml import artifacts
from ml.errors import BadInput
from ml.schema import NUMERIC, Dtype, Task, frame_of
from ml.steps.registry import all_steps, get_step
from ml.steps.stage import build_stage, shapes_along
from ml.steps.wishes import check_steps, strides
from ml.values import LARGEST
from tests.ml.factories import a_column

COLUMNS = [
    a_column("width", "number"),
    a_column("height", "number"),
    a_column("rooms", "integer"),
    a_column("heated", "boolean"),
    a_column("town", "category", unique=5),
    a_column("street", "category"),
    a_column("code", "id"),
    a_column("advert", "text"),
    a_column("sold", "datetime"),
]
NUMBERS = ["width", "height", "rooms"]
WORDS = ["town", "street", "code"]
CASES = [
    ("choose", ["width", "town"], {}),
    ("drop", ["width", "town"], {}),
    ("mark_missing", NUMBERS, {"values": ["1", "-1"]}),
    ("mark_missing", [*WORDS, "advert"], {"values": ["a", "ab ba"]}),
    ("impute", NUMBERS, {}),
    ("impute", NUMBERS, {"strategy": "mean", "indicator": True}),
    ("impute", [*WORDS, "heated", "width"], {"strategy": "most_frequent", "indicator": True}),
    ("impute", [*WORDS, "heated", "width"], {"strategy": "constant", "fill_value": 1}),
    ("clip_outliers", NUMBERS, {}),
    ("clip_outliers", NUMBERS, {"method": "quantiles", "low": 0.1, "high": 0.8}),
    ("log", NUMBERS, {}),
    ("log", NUMBERS, {"signed": False}),
    ("power", NUMBERS, {}),
    ("scale", NUMBERS, {}),
    ("scale", NUMBERS, {"method": "minmax"}),
    ("scale", NUMBERS, {"method": "robust"}),
    ("bin", NUMBERS, {}),
    ("bin", NUMBERS, {"strategy": "uniform", "bins": 3, "output": "code"}),
    ("interactions", NUMBERS, {}),
    ("interactions", NUMBERS, {"operation": "ratio"}),
    ("date_parts", ["sold"], {}),
    ("date_parts", ["sold"], {"parts": ["days", "hour"]}),
    ("rare_categories", ["rooms", *WORDS], {"share": 0.3}),
    ("one_hot", ["rooms", *WORDS], {"most": 3}),
    ("ordinal", WORDS, {}),
    ("ordinal", WORDS, {"order": ["b", "a"]}),
    ("target_encode", ["rooms", *WORDS], {"folds": 3}),
    ("tfidf", ["advert", "street"], {"words": 4, "pairs": True}),
]
EVERY = pytest.mark.parametrize(("kind", "columns", "params"), CASES)
bounded = settings(max_examples=12)

numbers = st.floats(-LARGEST, LARGEST) | st.sampled_from([0.0, -1.0, 1.0, 2.5, np.nan, LARGEST, -LARGEST])
words = st.sampled_from(["", "a", "b", "ab ba", "Łódź", "{{7*7}}"]) | st.text(max_size=5).map(str.strip)
VALUES = {
    Dtype.NUMBER: numbers,
    Dtype.INTEGER: st.sampled_from([np.nan, LARGEST]) | st.integers(-5, 5).map(float),
    Dtype.BOOLEAN: st.sampled_from([0.0, 1.0, np.nan]),
    Dtype.CATEGORY: words,
    Dtype.ID: words,
    Dtype.TEXT: words,
    Dtype.DATETIME: st.none() | st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)),  # noqa: DTZ001 -- canonical
}
KINDS = {Dtype.CATEGORY: object, Dtype.ID: object, Dtype.TEXT: object, Dtype.DATETIME: "datetime64[us]"}


@st.composite
def frames(draw, least=1):
    """A canonical frame of COLUMNS; a few draws repeated make rows, so that values meet again."""
    rows = draw(st.integers(least, 20))
    seed = np.random.default_rng(draw(st.integers(0, 1000)))
    arrays = {}
    for column in COLUMNS:
        pool = draw(st.lists(VALUES[column.dtype], min_size=1, max_size=4))
        picked = [pool[place] for place in seed.integers(0, len(pool), rows)]
        arrays[column.name] = np.array(picked, dtype=KINDS.get(column.dtype, np.float64))
    return frame_of(arrays, rows)


def targets(rows, task):
    places = np.arange(rows)
    return places * 1.5 if task is Task.REGRESSION else np.array(["x", "y", "z"], dtype=object)[places % 3]


def fitted(kind, columns, params, frame, task=Task.CLASSIFICATION):
    steps = check_steps([{"kind": kind, "columns": columns, "params": params}], COLUMNS, target=None)
    return steps, build_stage(steps, COLUMNS, task=task, seed=0).fit(frame, targets(len(frame), task))


def assert_same(left, right, tolerance=1e-9):
    left, right = left.reset_index(drop=True), right.reset_index(drop=True)
    pd.testing.assert_frame_equal(left, right, rtol=tolerance, atol=tolerance, check_exact=tolerance == 0)


def test_every_step_is_among_the_cases():
    assert {kind for kind, _, _ in CASES} == {each.key for each in all_steps()}


@EVERY
@bounded
@given(frame=frames(), later=frames())
def test_a_row_gets_the_same_alone_as_among_others(kind, columns, params, frame, later):
    _, stage = fitted(kind, columns, params, frame)

    whole = stage.transform(later)

    assert_same(pd.concat([stage.transform(later.iloc[[row]]) for row in range(len(later))]), whole)


@EVERY
@bounded
@given(frame=frames(), later=frames())
def test_nothing_is_learnt_from_rows_that_come_later(kind, columns, params, frame, later):
    _, stage = fitted(kind, columns, params, frame)
    before, original = stage.transform(frame), frame.copy(deep=True)

    stage.transform(later)

    assert_same(stage.transform(frame), before, 0)
    assert_same(frame, original, 0)


@EVERY
@bounded
@given(frame=frames(least=4), seed=st.integers(0, 100))
def test_the_order_of_rows_does_not_matter(kind, columns, params, frame, seed):
    order = np.random.default_rng(seed).permutation(len(frame))
    steps, stage = fitted(kind, columns, params, frame)

    again = clone(stage).fit(frame.iloc[order], targets(len(frame), Task.CLASSIFICATION)[order])

    # The best power is searched for, along a path that the last digits of sums decide.
    tolerance = 1e-4 if steps[0].kind == "power" else 1e-9
    assert_same(again.transform(frame), stage.transform(frame), tolerance)


@EVERY
@pytest.mark.parametrize("task", list(Task))
@bounded
@given(frame=frames(), later=frames())
def test_the_columns_are_those_declared_and_canonical(kind, columns, params, frame, later, task):
    steps, stage = fitted(kind, columns, params, frame, task)
    (stride,) = strides(steps, COLUMNS)

    made = stage.transform(later)

    *_, shape = shapes_along([stage[0]], steps, COLUMNS)
    declared = {column.name: column.dtype for column in stride.after}
    assert list(shape.dtypes) == list(made.columns) == stage[0].get_feature_names_out().tolist()
    assert len(set(made.columns)) == len(made.columns)
    assert {name: shape.dtypes[name] for name in declared} == declared
    assert len(shape.dtypes) - len(declared) <= stride.gives.unnamed * (3 if kind == "target_encode" else 1)
    assert all(is_canonical(made[name], dtype) for name, dtype in shape.dtypes.items())


def is_canonical(column, dtype):
    array = column.to_numpy()
    if dtype in NUMERIC or dtype is Dtype.BOOLEAN:
        known = array[~np.isnan(array)]
        return array.dtype == np.float64 and (
            bool(np.isin(known, [0, 1]).all()) if dtype is Dtype.BOOLEAN else bool((np.abs(known) <= LARGEST).all())
        )
    if dtype is Dtype.DATETIME:
        return array.dtype == np.dtype("datetime64[us]")
    return array.dtype == object and all(type(word) is str for word in array)


@EVERY
@settings(bounded, max_examples=3)
@given(frame=frames(), later=frames())
def test_a_step_comes_back_from_its_file_as_it_was(kind, columns, params, frame, later):
    _, stage = fitted(kind, columns, params, frame)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.skops"
        opened = artifacts.load(path, sha256=artifacts.save(Pipeline([("feature_steps", stage)]), path))

    assert_same(opened.transform(later), stage.transform(later), 0)


@st.composite
def lists_of_steps(draw):
    """Steps one after the other, each on columns that are there by then and of a type it takes."""
    steps, there = [], COLUMNS
    for kind, _, params in draw(st.lists(st.sampled_from(CASES), min_size=2, max_size=6)):
        fitting = [column.name for column in there if column.dtype in get_step(kind).takes]
        few = draw(st.lists(st.sampled_from(fitting), min_size=1, max_size=4, unique=True)) if fitting else []
        wish = {"kind": kind, "columns": few, "params": params}
        try:
            checked = check_steps([*steps, wish], COLUMNS, target=None)
        except BadInput:
            continue
        steps.append(wish)
        *_, stride = strides(checked, COLUMNS)
        there = stride.after
    return steps


@settings(bounded, max_examples=60)
@given(wishes=lists_of_steps(), frame=frames(), later=frames())
def test_whatever_list_is_accepted_can_be_taken(wishes, frame, later):
    steps = check_steps(wishes, COLUMNS, target=None)
    assume(steps)

    stage = build_stage(steps, COLUMNS, task=Task.REGRESSION, seed=0)
    stage.fit(frame, targets(len(frame), Task.REGRESSION))

    *_, shape = shapes_along([part for _, part in stage.steps], steps, COLUMNS)
    *_, last = strides(steps, COLUMNS)
    assert all(shape.dtypes[column.name] is column.dtype for column in last.after)
    assert list(stage.transform(later).columns) == list(shape.dtypes)
