import numpy as np
import pandas as pd
import pytest

from ml.algorithms.registry import Setting, all_algorithms, get_algorithm
from ml.errors import CannotFit
from ml.pipeline import build_pipeline, common_categories
from ml.schema import Task, canonical_frame
from ml.steps.stage import fit_steps
from ml.steps.wishes import check_steps
from tests.ml.factories import INPUTS, MIXED_COLUMNS, a_column, mixed_values


def prepared(key, frame, columns, later=None):
    """What `key`'s preparation, fitted on `frame`, makes of `later` (or of `frame`)."""
    pipeline = build_pipeline(get_algorithm(key), columns, frame, task=Task.REGRESSION, params={}, seed=0)
    pipeline["prepare"].fit(frame)
    return pipeline["prepare"].transform(frame if later is None else later)


def words(*values):
    return pd.DataFrame({"town": np.array(values, dtype=object)}, dtype=object)


TOWN = [a_column("town", "category")]
WIDTH = [a_column("width", "number")]


def test_categories_become_one_column_each_and_unknown_ones_none():
    assert prepared("linear", words("b", "a", "b"), TOWN, words("a", "b", "c", "")).tolist() == [
        [1.0, 0.0],
        [0.0, 1.0],
        [0.0, 0.0],
        [0.0, 0.0],
    ]


def test_categories_become_codes_for_trees_and_unknown_ones_minus_one():
    assert prepared("random_forest", words("b", "a", ""), TOWN, words("", "a", "b", "c")).tolist() == [
        [0.0],
        [1.0],
        [2.0],
        [-1.0],
    ]


def test_only_the_commonest_categories_are_kept():
    column = pd.Series(["c", "c", "b", "b", "a", "d"])

    assert common_categories(column, 3) == ["a", "b", "c"]


def test_missing_numbers_become_the_median_with_a_mark():
    frame = pd.DataFrame({"width": [1.0, 2.0, 9.0, np.nan]})

    assert prepared("random_forest", frame, WIDTH).tolist() == [[1, 0], [2, 0], [9, 0], [2, 1]]


def test_numbers_are_scaled_where_distance_counts():
    frame = pd.DataFrame({"width": [1.0, 3.0]})

    assert prepared("knn", frame, WIDTH).tolist() == [[-1.0], [1.0]]


def test_boosting_keeps_missing_numbers():
    frame = pd.DataFrame({"width": [1.0, np.nan]})

    assert np.isnan(prepared("hist_gradient_boosting", frame, WIDTH)).tolist() == [[False], [True]]


def test_a_text_without_a_word_leaves_nothing_to_fit():
    frame = pd.DataFrame({"advert": ["", "!"]}, dtype=object)

    with pytest.raises(CannotFit):
        prepared("knn", frame, [a_column("advert", "text")])


@pytest.mark.parametrize("algorithm", all_algorithms(), ids=lambda each: each.key)
def test_columns_empty_in_training_do_no_harm(algorithm):
    columns = [a_column(name, dtype) for name, dtype in MIXED_COLUMNS if name in INPUTS]
    full = canonical_frame(pd.DataFrame(mixed_values(40)), columns)
    empty = canonical_frame(pd.DataFrame(dict.fromkeys(INPUTS, [None] * 40)), columns)
    empty["width"] = full["width"]
    answer = (full["rooms"].fillna(0) > 4).to_numpy()
    pipeline = build_pipeline(
        algorithm,
        columns,
        empty,
        task=algorithm.tasks[0],
        params={},
        seed=0,
    ).fit(empty, answer)

    assert np.isfinite(pipeline.predict(full).astype(float)).all()


def with_steps(key, frame, columns, *steps):
    """The whole pipeline of `key` with steps in front, and what its preparation makes of `frame`."""
    checked = check_steps(steps, columns, target=None)
    shaped = fit_steps(checked, columns, frame, np.arange(len(frame)), task=Task.REGRESSION, seed=0)
    how = {"task": Task.REGRESSION, "params": {}, "seed": 0}
    pipeline = build_pipeline(get_algorithm(key), columns, frame, **how, shaped=shaped)
    return pipeline, pipeline["prepare"].fit_transform(shaped.frame)


def test_without_steps_nothing_stands_in_front():
    pipeline = build_pipeline(get_algorithm("linear"), TOWN, words("a", "b"), task=Task.REGRESSION, params={}, seed=0)

    assert list(pipeline.named_steps) == ["prepare", "model"]


def test_what_a_person_scaled_is_not_scaled_again():
    frame = pd.DataFrame({"width": [0.0, 1.0, 4.0]})
    scale = {"kind": "scale", "columns": ["width"], "params": {"method": "minmax"}}

    pipeline, made = with_steps("knn", frame, WIDTH, scale)

    assert list(pipeline.named_steps) == ["feature_steps", "prepare", "model"]
    assert made.tolist() == [[0.0], [0.25], [1.0]]


def test_what_steps_leave_is_prepared_as_without_them():
    frame = words("b", "a", "b").assign(width=[1.0, 3.0, np.nan])
    clip = {"kind": "clip_outliers", "columns": ["width"]}

    _, made = with_steps("knn", frame, TOWN + WIDTH, clip)

    assert made.tolist() == prepared("knn", frame, TOWN + WIDTH).tolist()


def test_a_pipeline_with_steps_fits_as_a_whole():
    frame = words("b", "a", "b", "a").assign(width=[1.0, 3.0, np.nan, 2.0])
    encode = {"kind": "target_encode", "columns": ["town"], "params": {"folds": 2}}
    pipeline, made = with_steps("linear", frame, TOWN + WIDTH, encode)

    pipeline.fit(frame, np.arange(4))

    expected = get_algorithm("linear").build(Setting(task=Task.REGRESSION, params={}, seed=0)).fit(made, np.arange(4))
    assert pipeline["model"].coef_.tolist() == expected.coef_.tolist()
